/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first. */
#include <cmocka.h>

#include "corpus/measured.h"

static struct measured *open_measured(void)
{
	struct err err = { 0 };
	struct measured *m = measured_new(&err);

	if (!m)
		fail_msg("%s", err.message);
	return m;
}

static void test_columns(void **state)
{
	struct measured *m = open_measured();
	struct span names[] = { SPAN("Title"),  SPAN("Danceability"),
				SPAN("energy"), SPAN("valence"),
				SPAN("Key"),    SPAN("Time Signature"),
				SPAN("mood"),   SPAN("energy") };
	int feature[8];
	struct str out = { 0 };

	(void)state;
	assert_true(
	    span_is(measured_columns(m, names, 8, feature), "spotify-like"));
	assert_int_equal(feature[0], -1);
	assert_int_equal(feature[6], -1);
	assert_int_equal(feature[7], -1); /* the first of two counts */
	measured_begin(m, SPAN("spotify-like"));
	measured_put(m, feature[1], SPAN(" 0.50 "));
	measured_put(m, feature[2], SPAN("1.5"));
	measured_put(m, feature[3], SPAN(".25"));
	measured_put(m, feature[4], SPAN("C#"));
	measured_put(m, feature[5], SPAN("4/4"));
	assert_true(measured_end(m, &out));
	assert_string_equal(str_z(&out),
			    "{\"spotify-like\":{\"danceability\":0.50,"
			    "\"valence\":0.25,\"key\":1,"
			    "\"time_signature\":4}}");
	assert_int_equal(measured_outside(m), 1);
	str_reset(&out);
	measured_begin(m, SPAN("spotify-like"));
	measured_put(m, feature[4], SPAN("-1"));
	measured_put(m, feature[1], SPAN("high"));
	measured_put(m, feature[2], SPAN(""));
	assert_false(measured_end(m, &out));
	assert_int_equal(out.n, 0);
	assert_int_equal(measured_outside(m), 3);
	/* valence and arousal alone are something else */
	names[1] = SPAN("arousal");
	assert_int_equal(measured_columns(m, names, 8, feature).n, 0);
	assert_int_equal(feature[2], -1);
	str_release(&out);
	measured_free(m);
}

static void test_document(void **state)
{
	struct measured *m = open_measured();
	struct str out = { 0 };

	(void)state;
	assert_true(measured_document(
	    m,
	    SPAN(
		"{\"rhythm\":{\"bpm\":120.5,\"danceability\":1.1,\"x\":{\"bpm\""
		":1}},\"bpm\":7,\"tonal\":{\"key_key\":\"F#\",\"key_scale\":"
		"\"minor\",\"key_strength\":2},\"metadata\":{\"version\":{"
		"\"essentia\":\"2.1\"}}}"),
	    &out));
	assert_string_equal(
	    str_z(&out),
	    "{\"acousticbrainz\":{\"tempo\":120.5,\"danceability_dfa\":1.1,"
	    "\"key\":6,\"mode\":0,\"essentia\":\"2.1\"}}");
	str_reset(&out);
	assert_false(measured_document(m, SPAN("{\"rhythm\":3}"), &out));
	str_release(&out);
	measured_free(m);
}

static void test_unite(void **state)
{
	struct str out = { 0 };

	(void)state;
	assert_true(measured_unite(
	    SPAN("{\"a\":{\"x\":1},\"b\":{\"y\":2}}"),
	    SPAN("{\"c\":{\"z\":3},\"a\":{\"x\":9,\"w\":4}}"), &out));
	assert_string_equal(str_z(&out), "{\"a\":{\"x\":1,\"w\":4},"
					 "\"b\":{\"y\":2},\"c\":{\"z\":3}}");
	assert_true(measured_unite(SPAN("{}"), SPAN("{\"a\":{}}"), &out));
	assert_string_equal(str_z(&out), "{\"a\":{}}");
	assert_false(measured_unite(SPAN("{}"), SPAN("7"), &out));
	str_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_document),
		cmocka_unit_test(test_unite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
