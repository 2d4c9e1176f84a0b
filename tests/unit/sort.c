/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <dirent.h>

#include "io/sort.h"

struct item {
	char key[16];
	size_t n, order;
};

static int by_key(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int c = span_cmp((struct span){ x->key, x->n },
			 (struct span){ y->key, y->n });

	return c ? c : (x->order > y->order) - (x->order < y->order);
}

static size_t descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

/* Sorted as qsort does, equal keys as they came; the data stay with them. */
static void check(size_t count, size_t memory, size_t alphabet, size_t longest)
{
	struct sort *s = sort_new(memory);
	struct item *items = calloc(count + 1, sizeof(*items));
	struct span key, data;
	uint64_t rng = count + memory + alphabet;
	char filler[40] = "some text that makes the item longer";
	size_t i, k, fds = descriptors();

	for (i = 0; i < count; i++) {
		struct item *x = &items[i];
		struct str d = { 0 };

		x->n = rng_below(&rng, longest + 1);
		x->order = i;
		for (k = 0; k < x->n; k++)
			x->key[k] = (char)rng_below(&rng, alphabet);
		str_put(&d, &i, sizeof(i));
		str_put(&d, filler, i % 36);
		key = x->n ? (struct span){ x->key, x->n } : (struct span){ 0 };
		assert_int_equal(sort_put(s, key, span_str(&d), NULL), 0);
		str_release(&d);
	}
	assert_in_range(descriptors() - fds, 0, 513);
	qsort(items, count, sizeof(*items), by_key);
	for (i = 0; i < count; i++) {
		assert_int_equal(sort_next(s, &key, &data, NULL), 1);
		assert_int_equal(key.n, items[i].n);
		assert_memory_equal(key.p, items[i].key, key.n);
		assert_memory_equal(data.p, &items[i].order, sizeof(size_t));
		assert_int_equal(data.n, 8 + items[i].order % 36);
	}
	assert_int_equal(sort_next(s, &key, &data, NULL), 0);
	assert_int_equal(sort_next(s, &key, &data, NULL), 0);
	sort_free(s);
	assert_int_equal(descriptors(), fds);
	free(items);
}

static void in_memory(void **state)
{
	(void)state;
	check(0, 1 << 20, 4, 3);
	check(1, 1 << 20, 4, 3);
	check(5000, 1 << 20, 256, 16);
	check(5000, 1 << 20, 2, 2); /* many equal keys */
	check(300, 1 << 20, 1, 16); /* zeros: lengths decide */
}

static void few_runs(void **state)
{
	(void)state;
	check(5000, 64 << 10, 256, 16);
	check(5000, 64 << 10, 2, 1);
}

/* Each item its own run: more than can be merged at once, or open at once. */
static void many_runs(void **state)
{
	(void)state;
	check(64, 1, 3, 4);
	check(65, 1, 3, 4);
	check(130, 1, 2, 1);
	check(3000, 1, 2, 2);
	check(40000, 1024, 4, 3);
}

static void large_items(void **state)
{
	struct sort *s = sort_new(1 << 16);
	struct span key, data;
	size_t n = 300000;
	char *big = malloc(n);
	int i;

	(void)state;
	for (i = 9; i >= 0; i--) {
		memset(big, 'a' + i, n);
		assert_int_equal(sort_put(s, (struct span){ big, n - 1 },
					  (struct span){ big, n }, NULL),
				 0);
	}
	for (i = 0; i < 10; i++) {
		assert_int_equal(sort_next(s, &key, &data, NULL), 1);
		assert_int_equal(key.n, n - 1);
		assert_int_equal(data.n, n);
		assert_int_equal(data.p[n - 1], 'a' + i);
	}
	sort_free(s);
	free(big);
}

static void no_room(void **state)
{
	struct sort *s = sort_new(1);
	struct err e = { 0 };
	char *old = getenv("TMPDIR"), *kept = old ? mem_strdup(old) : NULL;

	(void)state;
	setenv("TMPDIR", "/nonexistent", 1);
	assert_int_equal(sort_put(s, SPAN("a"), SPAN(""), &e), 0);
	assert_int_equal(sort_put(s, SPAN("b"), SPAN(""), &e), -1);
	assert_status(&e, ERR_ENV);
	assert_non_null(strstr(e.message, "TMPDIR"));
	if (kept)
		setenv("TMPDIR", kept, 1);
	else
		unsetenv("TMPDIR");
	free(kept);
	sort_free(s);
	sort_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_memory), cmocka_unit_test(few_runs),
		cmocka_unit_test(many_runs), cmocka_unit_test(large_items),
		cmocka_unit_test(no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
