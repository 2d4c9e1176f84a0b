/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tracks of the same playlists, against counting all pairs. */
#include "indexfixture.h"

#include "index/indexcheck.h"
#include "index/together.h"

enum { ROWS = 700, LISTS = 60 };

struct library {
	bool in[ROWS][LISTS]; /* by rows of the index */
	struct generation *g;
	char *path;
};

/* Row i is in these lists; list 0 has more rows than say anything. */
static bool is_in(size_t i, size_t list, struct random *rng)
{
	if (!list)
		return i < TOGETHER_LIST_MAX + 1;
	return random_below(rng, list < 5 ? 6 : 40) == 0;
}

static int setup(void **state)
{
	struct library *l = mem_zalloc(1, sizeof(*l));
	struct indexwriter *w = indexwriter_new(NULL);
	struct index_sources none = { .threads = 3 };
	struct index_counts counts;
	struct random rng;
	struct err err = { 0 };
	bool(*in)[LISTS] = mem_zalloc(ROWS, sizeof(*in));

	random_seed(&rng, 3, 1);
	for (size_t i = 0; i < ROWS; i++) {
		struct index_row row = { .duration = NAN,
					 .plays = NAN,
					 .popularity = NAN };
		struct str lists = { 0 };
		char id[16];

		snprintf(id, sizeof(id), "t%zu", i);
		row.key = hash_u64(id, strlen(id));
		row.text[CATALOGUE_ID] = span_of(id);
		for (size_t k = 0; k < LISTS; k++) {
			in[i][k] = is_in(i, k, &rng);
			if (in[i][k])
				str_printf(&lists, "List %zu\nLIST  %zu\n", k,
					   k);
		}
		row.playlists = span_str(&lists);
		assert_int_equal(indexwriter_add(w, &row, &err), 0);
		str_release(&lists);
	}
	l->path = test_path("together.idx");
	assert_int_equal(fixture_write(w, &none, NULL, l->path, &counts, &err),
			 0);
	assert_int_equal(counts.playlists, LISTS);
	indexwriter_free(w);
	l->g = generation_open(l->path, &err);
	assert_non_null(l->g);
	for (size_t r = 0; r < ROWS; r++) {
		struct span id;

		assert_int_equal(
		    catalogue_text(l->g, r, CATALOGUE_ID, &id, &err), 0);
		memcpy(l->in[r], in[strtoul(id.p + 1, NULL, 10)],
		       sizeof(*l->in));
	}
	free(in);
	*state = l;
	return 0;
}

static int teardown(void **state)
{
	struct library *l = *state;

	generation_close(l->g);
	unlink(l->path);
	free(l->path);
	free(l);
	return 0;
}

static double cosine(const struct library *l, size_t a, size_t b)
{
	size_t both = 0, n = 0, m = 0;

	for (size_t k = 1; k < LISTS; k++) {
		both += l->in[a][k] && l->in[b][k];
		n += l->in[a][k];
		m += l->in[b][k];
	}
	return both ? (double)both / sqrt((double)n * (double)m) : 0;
}

static int by_cosine(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x < *y) - (*x > *y);
}

static void test_all_pairs(void **state)
{
	struct library *l = *state;
	struct together_item items[TOGETHER_MAX];
	double all[ROWS];
	size_t some = 0;

	for (size_t r = 0; r < ROWS; r++) {
		size_t n = together_get(l->g, r, items), any = 0;

		for (size_t b = 0; b < ROWS; b++) {
			all[b] = b == r ? 0 : cosine(l, r, b);
			any += all[b] > 0;
		}
		assert_int_equal(n, any < TOGETHER_MAX ? any : TOGETHER_MAX);
		for (size_t k = 0; k < n; k++) {
			assert_true(items[k].row != r);
			assert_float_equal(items[k].weight,
					   cosine(l, r, items[k].row),
					   0.51 / 255);
		}
		qsort(all, ROWS, sizeof(*all), by_cosine);
		for (size_t k = 0; k < n; k++)
			assert_float_equal(cosine(l, r, items[k].row), all[k],
					   1e-12);
		some += n > 0;
	}
	assert_true(some > ROWS / 2);
	assert_int_equal(together_get(l->g, ROWS, items), 0);
}

static void test_checked(void **state)
{
	struct library *l = *state;
	struct err err = { 0 };

	if (indexcheck(l->g, 1, &err))
		fail_msg("%s", err.message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_pairs),
		cmocka_unit_test(test_checked),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
