/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tracks as people name them; sound files: tests/cli/query/like.sh. */
#include "corpus/reference.h"

#include "indexfixture.h"

enum { ROWS = 60 };

struct made {
	struct fixture f;
	struct generation *g;
	struct named *named;
	struct whois *who;
	struct reference r;
	struct str text;
};

static int setup(void **state)
{
	struct made *m = mem_zalloc(1, sizeof(*m));
	struct err err = { 0 };

	fixture_make(&m->f, ROWS, 11, "");
	m->g = generation_open(m->f.path, &err);
	assert_non_null(m->g);
	m->named = named_new(m->g);
	m->who = whois_new(m->g, m->named);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	struct made *m = *state;

	reference_release(&m->r);
	str_release(&m->text);
	whois_free(m->who);
	named_free(m->named);
	generation_close(m->g);
	unlink(m->f.path);
	fixture_release(&m->f);
	free(m);
	return 0;
}

static int find(struct made *m, const char *text, struct err *err)
{
	return reference_find(&m->r, m->g, m->who, span_of(text), 10, err);
}

static void is_row(struct made *m, const char *text, uint32_t row)
{
	struct err err = { 0 };

	if (find(m, text, &err))
		fail_msg("%s: %s", text, err.message);
	assert_int_equal(m->r.count, 1);
	assert_int_equal(m->r.rows[0], row);
}

static void test_ids_and_urls(void **state)
{
	struct made *m = *state;
	struct err err = { 0 };

	for (uint32_t row = 0; row < ROWS; row += 7) {
		assert_int_equal(
		    catalogue_copy(m->g, row, CATALOGUE_ID, &m->text, &err), 0);
		is_row(m, str_z(&m->text), row);
		assert_int_equal(
		    catalogue_copy(m->g, row, CATALOGUE_URL, &m->text, &err),
		    0);
		is_row(m, str_z(&m->text), row);
		/* another spelling of it */
		str_puts(&m->text, "/?utm_source=x#there");
		memcpy(m->text.p, "HTTPS", 5);
		is_row(m, str_z(&m->text), row);
	}
}

static void test_names(void **state)
{
	struct made *m = *state;
	struct err err = { 0 };

	assert_int_equal(find(m, "Artist 3", &err), 0);
	assert_true(m->r.count >= 2 && m->r.count <= 10);
	test_span_is(span_str(&m->r.as), "Artist 3");
	for (size_t i = 0; i < m->r.count; i++) {
		assert_int_equal(catalogue_copy(m->g, m->r.rows[i],
						CATALOGUE_ARTIST, &m->text,
						&err),
				 0);
		test_span_is(span_str(&m->text), "Artist 3");
	}
}

static void test_nothing(void **state)
{
	static const char *const none[] = { "", " ", "quite unheard of",
					    "mp00000000000000000000",
					    "https://example.org/none" };
	struct made *m = *state;

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		struct err err = { 0 };

		assert_int_equal(find(m, none[i], &err), -1);
		assert_status(&err, ERR_RECORD);
		assert_string_equal(err.code, "no-track");
		assert_int_equal(m->r.count, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids_and_urls),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
