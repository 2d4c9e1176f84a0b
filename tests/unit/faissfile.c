/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "index/faissfile.h"
#include "math/random.h"
#include "math/vector.h"

struct file {
	char path[64];
	FILE *f;
};

static void open_file(struct file *t)
{
	const char *dir = getenv("TMPDIR");
	int fd;

	snprintf(t->path, sizeof(t->path), "%.40s/faiss-XXXXXX",
		 dir ? dir : "/tmp");
	fd = mkstemp(t->path);
	assert_true(fd >= 0);
	t->f = fdopen(fd, "w+");
	assert_non_null(t->f);
}

static void close_file(struct file *t)
{
	fclose(t->f);
	unlink(t->path);
}

static void is_bytes(struct file *t, const struct str *want)
{
	char *got = mem_alloc(want->n + 1);

	rewind(t->f);
	assert_int_equal(fread(got, 1, want->n + 1, t->f), want->n);
	assert_memory_equal(got, want->p, want->n);
	free(got);
}

static void number(struct str *s, uint64_t x, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		str_putc(s, (char)(x >> 8 * i));
}

static void floats(struct str *s, const float *x, size_t n)
{
	uint32_t bits;

	for (size_t i = 0; i < n; i++) {
		memcpy(&bits, x + i, 4);
		number(s, bits, 4);
	}
}

static void header(struct str *s, const char *code, uint64_t dim, uint64_t n)
{
	str_puts(s, code);
	number(s, dim, 4);
	number(s, n, 8);
	number(s, 1 << 20, 8);
	number(s, 1 << 20, 8);
	number(s, 1, 1); /* trained */
	number(s, 0, 4); /* inner product */
}

static void flat_has_these_bytes(void **state)
{
	const float x[6] = { 1, 2, 3, -4, 5.5f, 6 };
	struct faissfile *f;
	struct str want = { 0 };
	struct file t;

	(void)state;
	open_file(&t);
	f = faissfile_flat(t.f, "x.faiss", 3, 2, NULL);
	assert_non_null(f);
	assert_int_equal(faissfile_put(f, x, NULL, 1, NULL), 0);
	assert_int_equal(faissfile_put(f, x + 3, NULL, 1, NULL), 0);
	assert_int_equal(faissfile_put(f, x, NULL, 1, NULL), -1);
	assert_int_equal(faissfile_end(f, NULL), 0);
	header(&want, "IxFI", 3, 2);
	number(&want, 6, 8);
	floats(&want, x, 6);
	is_bytes(&t, &want);
	str_release(&want);
	close_file(&t);
}

static void ivfflat_has_these_bytes(void **state)
{
	const float centroids[8] = { 1, 0, 0, 1, -1, 0, 0, -1 };
	const float x[6] = { 0.9f, 0.1f, 0.8f, -0.1f, 0, -2 };
	const uint64_t size[4] = { 2, 0, 0, 1 };
	const uint32_t ids[3] = { 2, 0, 1 };
	struct faissfile *f;
	struct str want = { 0 };
	struct file t;

	(void)state;
	open_file(&t);
	f = faissfile_ivfflat(t.f, "x.faiss", 2, centroids, size, 4, 3, NULL);
	assert_non_null(f);
	assert_int_equal(faissfile_put(f, x, ids, 1, NULL), 0);
	assert_int_equal(faissfile_put(f, x + 2, ids + 1, 2, NULL), 0);
	assert_int_equal(faissfile_put(f, x, ids, 1, NULL), -1);
	assert_int_equal(faissfile_end(f, NULL), 0);
	header(&want, "IwFl", 2, 3);
	number(&want, 4, 8);
	number(&want, 3, 8);
	header(&want, "IxFI", 2, 4);
	number(&want, 8, 8);
	floats(&want, centroids, 8);
	number(&want, 0, 1); /* no direct map */
	number(&want, 0, 8);
	str_puts(&want, "ilar");
	number(&want, 4, 8);
	number(&want, 2 * 4, 8);
	str_puts(&want, "full");
	number(&want, 4, 8);
	for (size_t i = 0; i < 4; i++)
		number(&want, size[i], 8);
	floats(&want, x, 4);
	number(&want, 2, 8);
	number(&want, 0, 8);
	floats(&want, x + 4, 2);
	number(&want, 1, 8);
	is_bytes(&t, &want);
	str_release(&want);
	close_file(&t);
}

static void what_is_missing_is_told(void **state)
{
	struct faissfile *f;
	struct err err = { 0 };
	struct file t;
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	open_file(&t);
	f = faissfile_flat(t.f, "x.faiss", 3, 2, &err);
	assert_int_equal(faissfile_put(f, (float[3]){ 0 }, NULL, 1, &err), 0);
	assert_int_equal(faissfile_end(f, &err), -1);
	assert_int_equal(err.status, ERR_DATA);
	assert_non_null(strstr(err.message, "x.faiss: 1 vectors of the 2"));
	assert_int_equal(faissfile_end(NULL, &err), 0);
	close_file(&t);
	if (!full)
		return;
	f = faissfile_flat(full, "full", 3, 0, &err);
	assert_int_equal(faissfile_end(f, &err), -1);
	assert_int_equal(err.status, ERR_ENV);
	fclose(full);
}

enum { DIM = 24, ROWS = 300, LISTS = 7 };

/* Unit vectors, each nearest to itself; the lists by the first coordinates. */
static void make(float *x, float *centroids, uint32_t *list)
{
	struct random r;

	random_seed(&r, 4, 0);
	for (size_t i = 0; i < ROWS * DIM; i++)
		x[i] = (float)random_normal(&r);
	for (size_t i = 0; i < ROWS; i++)
		vector_normalise(x + i * DIM, DIM);
	memcpy(centroids, x, LISTS * DIM * sizeof(*x));
	for (size_t i = 0; i < ROWS; i++) {
		list[i] = 0;
		for (uint32_t l = 1; l < LISTS; l++)
			if (vector_dot(x + i * DIM, centroids + l * DIM, DIM) >
			    vector_dot(x + i * DIM, centroids + list[i] * DIM,
				       DIM))
				list[i] = l;
	}
}

/* The program that links FAISS, where it is installed. */
static FILE *ask_faiss(const char *path)
{
	const char *build = getenv("BUILD");
	char program[400], command[600];

	snprintf(program, sizeof(program), "%s/tests/peers/faissread",
		 build ? build : "build");
	if (access(program, X_OK))
		return NULL;
	snprintf(command, sizeof(command), "'%s' '%s'", program, path);
	return popen(command, "r");
}

static void each_finds_itself(FILE *answer)
{
	long long id, nearest;
	double score;

	for (long long i = 0; i < ROWS; i++) {
		assert_int_equal(
		    fscanf(answer, "%lld %lld %lf", &id, &nearest, &score), 3);
		assert_int_equal(id, i);
		assert_int_equal(nearest, i);
		assert_true(fabs(score - 1) < 1e-5);
	}
	assert_int_equal(pclose(answer), 0);
}

static void faiss_reads_flat(void **state)
{
	static float x[ROWS * DIM], centroids[LISTS * DIM];
	static uint32_t list[ROWS];
	struct faissfile *f;
	struct file t;
	FILE *answer;
	char line[80];

	(void)state;
	open_file(&t);
	make(x, centroids, list);
	f = faissfile_flat(t.f, t.path, DIM, ROWS, NULL);
	assert_int_equal(faissfile_put(f, x, NULL, ROWS, NULL), 0);
	assert_int_equal(faissfile_end(f, NULL), 0);
	answer = ask_faiss(t.path);
	if (answer) {
		assert_non_null(fgets(line, sizeof(line), answer));
		assert_string_equal(line, "Flat 24 300 0\n");
		each_finds_itself(answer);
	}
	close_file(&t);
	if (!answer)
		skip();
}

static void faiss_reads_ivfflat(void **state)
{
	static float x[ROWS * DIM], centroids[LISTS * DIM];
	static uint32_t list[ROWS];
	uint64_t size[LISTS] = { 0 };
	struct faissfile *f;
	struct file t;
	FILE *answer;
	char line[80];

	(void)state;
	open_file(&t);
	make(x, centroids, list);
	for (size_t i = 0; i < ROWS; i++)
		size[list[i]]++;
	f = faissfile_ivfflat(t.f, t.path, DIM, centroids, size, LISTS, 3,
			      NULL);
	for (uint32_t l = 0; l < LISTS; l++)
		for (uint32_t i = 0; i < ROWS; i++)
			if (list[i] == l)
				assert_int_equal(
				    faissfile_put(f, x + i * DIM, &i, 1, NULL),
				    0);
	assert_int_equal(faissfile_end(f, NULL), 0);
	answer = ask_faiss(t.path);
	if (answer) {
		assert_non_null(fgets(line, sizeof(line), answer));
		assert_string_equal(line, "IVFFlat 24 300 0\n");
		assert_non_null(fgets(line, sizeof(line), answer));
		assert_string_equal(line, "7 3\n");
		each_finds_itself(answer);
	}
	close_file(&t);
	if (!answer)
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flat_has_these_bytes),
		cmocka_unit_test(ivfflat_has_these_bytes),
		cmocka_unit_test(what_is_missing_is_told),
		cmocka_unit_test(faiss_reads_flat),
		cmocka_unit_test(faiss_reads_ivfflat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
