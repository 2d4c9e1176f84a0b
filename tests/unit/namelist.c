/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names while an index is written, against lists kept plainly. */
#include "index/namelist.h"
#include "testing.h"
#include "text/utf8.h"

enum { ROWS = 3000 };

static const struct name_sections sections = { "x.first", "x.rows", "x.find" };

static struct pack *write_names(const struct namelist *l,
				const uint32_t *number, size_t n, int threads)
{
	char *path = test_path("names.pack");
	FILE *f = fopen(path, "w+");
	struct err err = { 0 };
	struct pack_writer *w = pack_writer_new(f, "test", 1, &err);
	struct pack *p;

	assert_int_equal(namelist_write(l, "x.offsets", "x.names", w, &err), 0);
	assert_int_equal(
	    namelist_write_rows(l, number, n, threads, &sections, w, &err), 0);
	assert_int_equal(pack_writer_end(w, NULL, &err), 0);
	fclose(f);
	p = pack_open(path, "test", 1, &err);
	assert_non_null(p);
	unlink(path);
	free(path);
	return p;
}

static struct names names_of(const struct pack *p)
{
	struct names n = { .blob = pack_get(p, "x.names") };
	size_t found;

	n.offsets = pack_array(p, "x.offsets", 8, SIZE_MAX, &found, NULL);
	assert_non_null(n.offsets);
	n.count = found - 1;
	return n;
}

static struct name_rows rows_of(const struct pack *p)
{
	struct name_rows n = { .count = 0 };
	struct err err = { 0 };
	size_t found;

	n.first = pack_array(p, sections.first, 4, SIZE_MAX, &found, &err);
	n.rows = pack_array(p, sections.rows, 4, SIZE_MAX, &n.total, &err);
	n.count = found - 1;
	assert_int_equal(
	    namefind_view(&n.find, pack_get(p, sections.find), &err), 0);
	assert_int_equal(n.find.names, n.count);
	return n;
}

static void test_numbers(void **state)
{
	struct namelist l = { 0 };

	(void)state;
	assert_int_equal(namelist_add(&l, SPAN("Zebra")), 0);
	assert_int_equal(namelist_add(&l, SPAN("Bj\xc3\xb6rk")), 1);
	assert_int_equal(namelist_add(&l, SPAN("  BJO\xcc\x88RK ")), 1);
	assert_true(namelist_add(&l, SPAN("")) == CATALOGUE_NONE);
	assert_true(namelist_add(&l, SPAN(" \t\n")) == CATALOGUE_NONE);
	assert_true(namelist_add(&l, (struct span){ NULL, 0 }) ==
		    CATALOGUE_NONE);
	assert_true(namelist_add(&l, SPAN("\xc2\xad")) ==
		    CATALOGUE_NONE); /* a soft hyphen */
	assert_int_equal(namelist_add_folded(&l, SPAN("bjork")), 1);
	assert_int_equal(namelist_add_folded(&l, SPAN("a")), 2);
	assert_int_equal(namelist_add(&l, SPAN("\xff\xfe")), 3);
	assert_int_equal(namelist_add(&l, SPAN("a\0b")), 4);
	assert_int_equal(l.names.count, 5);
	namelist_rank(&l);
	/* a, a\0b, bjork, zebra, two replacement characters */
	assert_int_equal(l.rank[2], 0);
	assert_int_equal(l.rank[4], 1);
	assert_int_equal(l.rank[1], 2);
	assert_int_equal(l.rank[0], 3);
	assert_int_equal(l.rank[3], 4);
	namelist_release(&l);
}

static void spell(uint64_t *rng, char out[40])
{
	static const char *const parts[] = { "na",   "Me",          "\xc3\xa9",
					     "the ", "x",           "9",
					     " ",    "\xe6\xbc\xa2" };
	size_t n = rng_below(rng, 4);

	*out = '\0';
	while (n--)
		strcat(out, parts[rng_below(rng, 8)]);
}

/* Every row is with the name that it was given, in order, and no other. */
static void test_rows(void **state)
{
	struct namelist l = { 0 };
	uint32_t *number = mem_zalloc(ROWS, sizeof(*number));
	char(*name)[40] = mem_zalloc(ROWS, sizeof(*name));
	struct str folded = { 0 };
	uint64_t rng = 4;
	struct names names;
	struct name_rows by;
	struct pack *p, *four;
	size_t with = 0, told = 0;
	struct span s, before = SPAN("");

	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		spell(&rng, name[i]);
		number[i] = namelist_add(&l, span_of(name[i]));
		with += number[i] != CATALOGUE_NONE;
	}
	assert_true(with > 2000 && with < ROWS);
	namelist_rank(&l);
	p = write_names(&l, number, ROWS, 1);
	four = write_names(&l, number, ROWS, 4);
	assert_memory_equal(pack_digest(p), pack_digest(four), HASH_SIZE);
	names = names_of(p);
	by = rows_of(p);
	assert_int_equal(names.count, l.names.count);
	assert_int_equal(by.count, names.count);
	assert_int_equal(by.total, with);
	for (size_t i = 0; i < names.count; i++) {
		const uint32_t *rows = NULL;
		size_t n = name_rows_get(&by, i, &rows), at = 0;

		assert_int_equal(names_get(&names, i, &s), 0);
		assert_true(s.n > 0 && (!i || span_cmp(before, s) < 0));
		before = s;
		for (size_t row = 0; row < ROWS; row++) {
			str_reset(&folded);
			utf8_fold_name(span_of(name[row]), &folded);
			if (!span_eq(span_str(&folded), s))
				continue;
			assert_true(at < n);
			assert_int_equal(rows[at++], row);
			assert_int_equal(l.rank[number[row]], i);
		}
		assert_int_equal(at, n);
		told += n;
	}
	assert_int_equal(told, with);
	assert_int_equal(name_rows_get(&by, by.count, &(const uint32_t *){ 0 }),
			 0);
	pack_close(p);
	pack_close(four);
	str_release(&folded);
	namelist_release(&l);
	free(name);
	free(number);
}

/* Numbers that have no rows, rows without a name, and nothing at all. */
static void test_empty(void **state)
{
	struct namelist l = { 0 };
	uint32_t number[3] = { CATALOGUE_NONE, 1, CATALOGUE_NONE };
	const uint32_t *rows;
	struct name_rows by;
	struct pack *p;

	(void)state;
	namelist_rank(&l);
	number[1] = CATALOGUE_NONE;
	for (size_t n = 0; n <= 3; n += 3) {
		p = write_names(&l, number, n, 2);
		assert_int_equal(names_of(p).count, 0);
		by = rows_of(p);
		assert_int_equal(by.count, 0);
		assert_int_equal(by.total, 0);
		pack_close(p);
	}
	namelist_release(&l);

	l = (struct namelist){ 0 };
	namelist_add(&l, SPAN("b"));
	namelist_add(&l, SPAN("a"));
	namelist_rank(&l);
	number[1] = 1;
	p = write_names(&l, number, 3, 2);
	by = rows_of(p);
	assert_int_equal(name_rows_get(&by, 0, &rows), 1);
	assert_int_equal(rows[0], 1);
	assert_int_equal(name_rows_get(&by, 1, &rows), 0);
	pack_close(p);
	namelist_release(&l);
}

/* Places out of order or out of bounds are none. */
static void test_damaged(void **state)
{
	static const uint32_t first[] = { 0, 2, 1, 9, UINT32_MAX, 3 };
	static const uint32_t rows[] = { 4, 5, 6 };
	struct name_rows by = {
		.count = 5, .first = first, .rows = rows, .total = 3
	};
	const uint32_t *got;

	(void)state;
	assert_int_equal(name_rows_get(&by, 0, &got), 2);
	assert_int_equal(name_rows_get(&by, 1, &got), 0);
	assert_int_equal(name_rows_get(&by, 2, &got), 0);
	assert_int_equal(name_rows_get(&by, 3, &got), 0);
	assert_int_equal(name_rows_get(&by, 4, &got), 0);
	assert_int_equal(name_rows_get(&by, 5, &got), 0);
	assert_int_equal(name_rows_get(&by, SIZE_MAX, &got), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
