/* SPDX-License-Identifier: GPL-3.0-or-later */
/* More or less of an aspect: words, aims, and the rows that lie beyond. */
#include "corpus/aspects.h"

#include "indexfixture.h"

enum { ROWS = 200 };

struct made {
	struct fixture f;
	struct generation *g;
	struct aspects table;
	struct str told;
};

static int setup(void **state)
{
	struct made *m = mem_zalloc(1, sizeof(*m));
	struct err err = { 0 };

	fixture_make(&m->f, ROWS, 5, "am");
	m->g = generation_open(m->f.path, &err);
	assert_non_null(m->g);
	assert_int_equal(aspects_load(&m->table, &err), 0);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	struct made *m = *state;

	aspects_release(&m->table);
	str_release(&m->told);
	generation_close(m->g);
	unlink(m->f.path);
	fixture_release(&m->f);
	free(m);
	return 0;
}

static struct aspects_asked ask(struct made *m, const char *word, int way)
{
	struct aspects_asked asked = { { 0 } };
	struct err err = { 0 };

	assert_int_equal(
	    aspects_read(&m->table, span_of(word), way, &asked, &err), 0);
	assert_true(aspects_any(&asked));
	return asked;
}

static void test_words(void **state)
{
	struct made *m = *state;
	struct aspects_asked asked = { { 0 } };
	struct err err = { 0 };

	assert_false(aspects_any(&asked));
	assert_int_equal(ask(m, "Energetic", 1).way[ASPECT_AROUSAL], 1);
	assert_int_equal(ask(m, " calm ", 1).way[ASPECT_AROUSAL], -1);
	assert_int_equal(ask(m, "calm", -1).way[ASPECT_AROUSAL], 1);
	assert_int_equal(ask(m, "dark", 1).way[ASPECT_TIMBRE + TIMBRE_BRIGHT],
			 -1);
	assert_int_equal(ask(m, "vocals", -1).way[ASPECT_VOCALS], -1);
	asked = ask(m, "upbeat", 1); /* stands at two axes */
	assert_true(asked.way[ASPECT_VALENCE] == 1 &&
		    asked.way[ASPECT_AROUSAL] == 1);
	assert_int_equal(
	    aspects_read(&m->table, SPAN("energtic"), 1, &asked, &err), -1);
	assert_status(&err, ERR_RECORD);
	assert_non_null(strstr(err.message, "energetic"));
}

static void nothing_known(float base[LIKENESS_FACTS])
{
	for (int i = 0; i < LIKENESS_FACTS; i++)
		base[i] = NAN;
}

/* Every row that is left is beyond, and every such row is left. */
static void test_apply(void **state)
{
	struct made *m = *state;
	struct aspects_asked asked = ask(m, "energetic", 1);
	struct aspects_aim aim = { .asked = { { 0 } } };
	float base[LIKENESS_FACTS];
	uint8_t rows[ROWS];
	size_t left, want = 0;

	nothing_known(base);
	base[LIKENESS_AROUSAL] = 0.2F;
	aspects_aim(&m->table, &asked, base, m->g, &aim, &m->told);
	assert_true(aspects_moves_mood(&aim) && aspects_demands(&aim));
	assert_true(aspects_want(&aim, ASPECT_AROUSAL, NAN) > 0.2F);
	assert_true(aspects_want(&aim, ASPECT_VALENCE, 0.7F) == 0.7F);
	memset(rows, 1, sizeof(rows));
	rows[3] = 0;
	left = aspects_apply(&aim, m->g, rows, ROWS - 1, &m->told);
	for (size_t i = 0; i < ROWS; i++) {
		bool beyond =
		    i != 3 && m->g->arousal[i] > aim.limit[ASPECT_AROUSAL];

		assert_int_equal(rows[i], beyond);
		want += beyond;
	}
	assert_true(left == want && left > 10 && left < ROWS / 2);
	assert_int_equal(m->told.n, 0);
}

static void test_no_further(void **state)
{
	struct made *m = *state;
	struct aspects_asked asked = ask(m, "energetic", 1);
	struct aspects_aim aim = { .asked = { { 0 } } };
	float base[LIKENESS_FACTS];
	uint8_t rows[ROWS];

	nothing_known(base);
	base[LIKENESS_AROUSAL] = 1;
	aspects_aim(&m->table, &asked, base, m->g, &aim, &m->told);
	assert_true(aim.want[ASPECT_AROUSAL] == 1);
	memset(rows, 1, sizeof(rows));
	assert_int_equal(aspects_apply(&aim, m->g, rows, ROWS, &m->told), ROWS);
	assert_non_null(strstr(str_z(&m->told), "no track goes further"));
	str_reset(&m->told);
}

/* Without a place to start from it is the median; an axis that no track has a
 * place on is not heeded. */
static void test_median(void **state)
{
	struct made *m = *state;
	struct aspects_asked asked = ask(m, "new", 1);
	struct aspects_aim aim = { .asked = { { 0 } } };
	float base[LIKENESS_FACTS];
	struct str shown = { 0 };
	size_t older = 0, newer = 0;

	nothing_known(base);
	asked.way[ASPECT_TEMPO] = -1;
	asked.way[ASPECT_VOCALS] = -1;
	aspects_aim(&m->table, &asked, base, m->g, &aim, &m->told);
	for (size_t i = 0; i < ROWS; i++) {
		if (m->g->year[i] == CATALOGUE_NO_YEAR)
			continue;
		older += m->g->year[i] < aim.base[ASPECT_YEAR];
		newer += m->g->year[i] > aim.base[ASPECT_YEAR];
	}
	assert_true(older < newer + 20 && newer < older + 20);
	assert_int_equal(aim.asked.way[ASPECT_TEMPO], 0);
	assert_non_null(strstr(str_z(&m->told), "tempo"));
	aspects_put(&aim, &shown);
	assert_non_null(strstr(str_z(&shown), "\"vocals\":\"none\""));
	assert_null(strstr(str_z(&shown), "tempo"));
	str_release(&shown);
	str_reset(&m->told);
}

static void test_wish(void **state)
{
	struct made *m = *state;
	struct aspects_asked asked = ask(m, "dark", 1);
	struct aspects_aim aim = { .asked = { { 0 } } };
	float base[LIKENESS_FACTS];
	struct wish wish;

	wish_reset(&wish);
	nothing_known(base);
	base[LIKENESS_TIMBRE + TIMBRE_BRIGHT] = 0.1F;
	asked.way[ASPECT_VOCALS] = -1;
	aspects_aim(&m->table, &asked, base, m->g, &aim, &m->told);
	aspects_wish(&aim, &wish);
	assert_true(wish.timbre[TIMBRE_BRIGHT] == 0); /* not below */
	assert_true(isnan(wish.timbre[TIMBRE_WARM]));
	assert_int_equal(wish.vocals, VOCALS_NONE);
}

static void test_bad_tables(void **state)
{
	static const char *const bad[] = {
		"aspect\tvalence\t0.3\t0.05\thappy\n",
		"aspect\tbeauty\t0.3\t0.05\ta\tb\n",
		"axis\tvalence\t0.3\t0.05\ta\tb\n",
		"aspect\tvalence\t-1\t0.05\ta\tb\n",
		"aspect\tvalence\tx\t0.05\ta\tb\n",
		"aspect\ttempo\t0\t0\ta\tb\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct aspects t = { .move = { 0 } };
		struct err err = { 0 };

		assert_int_equal(aspects_parse(&t, span_of(bad[i]), "t", &err),
				 -1);
		assert_status(&err, ERR_DATA);
		assert_non_null(strstr(err.message, "t:1"));
		aspects_release(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_apply),
		cmocka_unit_test(test_no_further),
		cmocka_unit_test(test_median),
		cmocka_unit_test(test_wish),
		cmocka_unit_test(test_bad_tables),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
