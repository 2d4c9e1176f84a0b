/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an index hears, by tables that are made up; and what is wrong with
 * tables. */
#include <math.h>

#include "corpus/timbretable.h"
#include "index/timbrewriter.h"
#include "testing.h"

#define TIMBRE                                                                 \
	"# a remark\n"                                                         \
	"bright\tx\tlinear\t10\t2\t1\ts\n"                                     \
	"bright\ty\tlog\t0\t1\t-0.5\ts\n"                                      \
	"dense\tx\tlinear\t0\t1\t1\ts\n"                                       \
	"aggressive\tx\tlinear\t0\t1\t1\ts\n"                                  \
	"warm\ty\tlinear\t0\t1\t1\ts\n"                                        \
	"busy\tz\tlinear\t0\t1\t1\ts\n"
#define VOICE                                                                  \
	"instrumental\tx\t12\t-\ts\n"                                          \
	"instrumental\ty\t-\t3\ts\n"                                           \
	"sung\tlyrics_words\t30\t-\ts\n"

static int parse(struct timbretable *t, const char *timbre, const char *voice,
		 struct err *err)
{
	return timbretable_parse(t, span_of(timbre), "timbre", span_of(voice),
				 "voice", err);
}

static void hear(struct timbretable *t, float x, float y, bool measured,
		 struct index_heard *out)
{
	struct feat_schema s = { .stage = "test" };
	struct feat_row *row;

	feat_schema_add(&s, "y", "1");
	feat_schema_add(&s, "x", "1");
	row = feat_row_new(&s);
	feat_row_reset(row, &s);
	row->values[0] = y;
	row->values[1] = x;
	feat_row_mark(row, &s, !measured);
	timbretable_bind(t, &s);
	timbretable_hear(t, row, out);
	feat_row_free(row);
	feat_schema_release(&s);
}

static void test_scores(void **state)
{
	struct timbretable t;
	struct index_heard h;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(parse(&t, TIMBRE, VOICE, &err), 0);
	assert_int_equal(t.sung_words, 30);
	hear(&t, 13, expf(2), true, &h);
	assert_float_equal(h.timbre[TIMBRE_BRIGHT], 1.5 - 0.5 * 2, 1e-5);
	assert_float_equal(h.timbre[TIMBRE_DENSE], 3, 1e-6); /* held */
	assert_true(isnan(h.timbre[TIMBRE_BUSY])); /* no such column */
	assert_int_equal(h.voice, 0);              /* y is above 3 */
	/* two thirds of the weight are there, then one third */
	hear(&t, 8, NAN, true, &h);
	assert_float_equal(h.timbre[TIMBRE_BRIGHT], -1, 1e-6);
	hear(&t, NAN, 1, true, &h);
	assert_true(isnan(h.timbre[TIMBRE_BRIGHT]));
	/* the logarithm of nothing */
	hear(&t, 10, 0, true, &h);
	assert_float_equal(h.timbre[TIMBRE_BRIGHT], 0, 1e-6);
	assert_float_equal(h.timbre[TIMBRE_WARM], 0, 1e-6);
}

static void test_voice(void **state)
{
	struct timbretable t;
	struct index_heard h;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(parse(&t, TIMBRE, VOICE, &err), 0);
	hear(&t, 12, 3, true, &h);
	assert_int_equal(h.voice, VOICE_HEARD_NONE);
	hear(&t, 11.9f, 3, true, &h);
	assert_int_equal(h.voice, 0);
	hear(&t, 12, NAN, true, &h);
	assert_int_equal(h.voice, 0);
	hear(&t, 12, 3, false, &h); /* imputed */
	assert_int_equal(h.voice, 0);
	assert_float_equal(h.timbre[TIMBRE_WARM], 3, 1e-6);

	assert_int_equal(catalogue_voice_flags(VOICE_HEARD_NONE),
			 CATALOGUE_INSTRUMENTAL);
	assert_int_equal(
	    catalogue_voice_flags(VOICE_HEARD_NONE | VOICE_SAID_SUNG),
	    CATALOGUE_SUNG);
	assert_int_equal(
	    catalogue_voice_flags(VOICE_HEARD_NONE | VOICE_HEARD_SUNG), 0);
	assert_int_equal(catalogue_voice_flags(VOICE_SAID_NONE |
					       VOICE_SAID_SUNG |
					       VOICE_HEARD_NONE),
			 0);
}

static void test_wrong(void **state)
{
	static const struct {
		const char *timbre, *voice, *says;
	} cases[] = {
		{ "bright\tx\tlinear\t0\t1\t1\ts\n", VOICE, "nothing tells" },
		{ TIMBRE "loud\tx\tlinear\t0\t1\t1\ts\n", VOICE, "timbre:8" },
		{ TIMBRE "warm\tx\tnear\t0\t1\t1\ts\n", VOICE, "shape" },
		{ TIMBRE "warm\tx\tlinear\t0\t0\t1\ts\n", VOICE, "scale" },
		{ TIMBRE "warm\tx\tlinear\t0\t1\t1\n", VOICE, "source" },
		{ TIMBRE "warm\t\tlinear\t0\t1\t1\ts\n", VOICE, "name" },
		{ TIMBRE, "humming\tx\t1\t-\ts\n", "voice:1" },
		{ TIMBRE, "sung\tx\ta\t-\ts\n", "bound" },
		{ TIMBRE, "instrumental\tlyrics_words\t1\t-\ts\n",
		  "says sung" },
	};
	struct timbretable t;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct err err = { 0 };

		assert_int_equal(
		    parse(&t, cases[i].timbre, cases[i].voice, &err), -1);
		assert_int_equal(err.status, ERR_DATA);
		if (!strstr(err.message, cases[i].says))
			fail_msg("%s", err.message);
	}
}

/* Percentiles are of what was measured; imputed rows get theirs among those. */
static void test_percentiles(void **state)
{
	enum { N = 7 };
	static const int16_t value[N] = { 5, -3, 5, 100, TIMBRE_NO, 9, -9 };
	static const uint8_t measured[N] = { 1, 1, 1, 1, 1, 0, 0 };
	static const uint8_t want[N] = { 50, 13, 50, 88, TIMBRE_NONE, 75, 0 };
	static const uint8_t none[N] = { 0 };
	int16_t scores[N * TIMBRE_AXES];
	uint8_t out[N * TIMBRE_AXES];

	(void)state;
	for (size_t i = 0; i < N; i++)
		for (size_t k = 0; k < TIMBRE_AXES; k++)
			scores[i * TIMBRE_AXES + k] =
			    k == 2 ? value[i] : TIMBRE_NO;
	timbre_percentiles(scores, measured, N, out);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(out[i * TIMBRE_AXES + 2], want[i]);
		assert_int_equal(out[i * TIMBRE_AXES], TIMBRE_NONE);
	}
	/* nothing was measured: among all of them */
	timbre_percentiles(scores, none, N, out);
	assert_int_equal(out[6 * TIMBRE_AXES + 2], 8);
	assert_int_equal(out[3 * TIMBRE_AXES + 2], 92);

	assert_int_equal(timbre_score(1.2346f), 1235);
	assert_int_equal(timbre_score(-1e9f), -INT16_MAX);
	assert_int_equal(timbre_score(NAN), TIMBRE_NO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scores),
		cmocka_unit_test(test_voice),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_percentiles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
