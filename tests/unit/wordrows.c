/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of a table read from its file, against the table as it is mapped. */
#include "testing.h"

#include "../helpers/tensorwriter.h"
#include "encoder/wordrows.h"

enum { ROWS = 70, WIDTH = 24 };

/* A file of three tensors, the table not the first by place or name. */
static char *make(float shift)
{
	size_t dims[2] = { ROWS, WIDTH }, other[1] = { 5 };
	struct tensorwriter w = { { 0 }, { 0 } };
	char *path = test_path("words.safetensors");
	float x[ROWS * WIDTH];
	struct str file = { 0 };

	for (size_t i = 0; i < ROWS * WIDTH; i++)
		x[i] = (float)i + shift;
	tensorwriter_add(&w, "z", x, other, 1);
	tensorwriter_add(&w, "words", x, dims, 2);
	tensorwriter_add(&w, "a", x, other, 1);
	tensorwriter_end(&w, &file);
	test_save(path, file.p, file.n);
	str_release(&file);
	return path;
}

static void check(const struct wordrows *w, float shift)
{
	float row[WIDTH];

	for (size_t i = 0; i < ROWS; i += 23) {
		wordrows_get(w, i, row);
		for (size_t j = 0; j < WIDTH; j++)
			assert_float_equal(row[j],
					   (float)(i * WIDTH + j) + shift, 0);
	}
}

static void rows_are_the_tables(void **state)
{
	char *path = make(0.5f);
	struct err err;
	struct tensormap *m = tensormap_open(path, &err);
	struct wordrows w;

	(void)state;
	assert_non_null(m);
	wordrows_open(&w, m, tensormap_find(m, "words"));
	assert_true(w.fd >= 0);
	assert_int_equal(w.width, WIDTH);
	check(&w, 0.5f);
	wordrows_close(&w);
	tensormap_close(m);
	free(path);
}

/* Replaced, or gone, since it was mapped: the mapping counts. */
static void another_file_is_not_read(void **state)
{
	char *path = make(0.5f), *kept = test_path("kept");
	struct err err;
	struct tensormap *m = tensormap_open(path, &err);
	struct wordrows w;

	(void)state;
	assert_non_null(m);
	assert_int_equal(rename(path, kept), 0);
	free(make(0.25f));
	wordrows_open(&w, m, tensormap_find(m, "words"));
	assert_int_equal(w.fd, -1);
	check(&w, 0.5f);
	wordrows_close(&w);
	assert_int_equal(unlink(path), 0);
	wordrows_open(&w, m, tensormap_find(m, "words"));
	assert_int_equal(w.fd, -1);
	check(&w, 0.5f);
	wordrows_close(&w);
	tensormap_close(m);
	free(path);
	free(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_the_tables),
		cmocka_unit_test(another_file_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
