/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vectorbench [ROWS]: the speed of the kernels of vector.h, every variant this
 * processor can run, beside that of reading memory. ROWS (1000000) x 384 bytes
 * are scanned, the best of seven. Columns: what, variant, ms, GB/s.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "math/vector.h"

enum { TIMES = 7, DIM = 384, SHORT = 64, SOME = 500 };

struct bench {
	size_t rows;
	int8_t *bytes, q[DIM];
	float *floats, f[DIM];
	uint32_t *which;
	int32_t *out;
	float sum;
	uint64_t words;
	const struct vector_kernels *k;
};

static double now(void) /* seconds of the processor */
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void memory(struct bench *b)
{
	typedef uint64_t w8 __attribute__((vector_size(64), may_alias));
	const w8 *p = (const w8 *)b->bytes;
	w8 s[4] = { { 0 } };

	for (size_t i = 0; i + 4 <= b->rows * DIM / 64; i += 4)
		for (int j = 0; j < 4; j++)
			s[j] += p[i + (size_t)j];
	for (int j = 0; j < 8; j++)
		b->words += s[0][j] + s[1][j] + s[2][j] + s[3][j];
}

static void dots(struct bench *b)
{
	b->k->dots_i8(b->q, DIM, b->bytes, DIM, NULL, b->rows, b->out);
}

static void dots_short(struct bench *b)
{
	b->k->dots_i8(b->q, SHORT, b->bytes, SHORT, NULL, b->rows, b->out);
}

static void one_by_one(struct bench *b)
{
	for (size_t i = 0; i < b->rows; i++)
		b->out[i] = b->k->dot_i8(b->q, b->bytes + i * DIM, DIM);
}

static void one_by_one_short(struct bench *b)
{
	for (size_t i = 0; i < b->rows; i++)
		b->out[i] = b->k->dot_i8(b->q, b->bytes + i * SHORT, SHORT);
}

static void scattered(struct bench *b)
{
	for (size_t i = 0; i + SOME <= b->rows / 8; i += SOME)
		b->k->dots_i8(b->q, DIM, b->bytes, DIM, b->which + i, SOME,
			      b->out + i);
}

static void mixed(struct bench *b)
{
	for (size_t i = 0; i < b->rows; i++)
		b->sum += b->k->dot_mixed(b->f, b->bytes + i * DIM, DIM);
}

static void floats(struct bench *b)
{
	for (size_t i = 0; i < b->rows; i++)
		b->sum += b->k->dot(b->f, b->floats + i % 16 * DIM, DIM);
}

static void floats_short(struct bench *b)
{
	for (size_t i = 0; i < b->rows; i++)
		b->sum += b->k->dot(b->f, b->floats + i % 64 * SHORT, SHORT);
}

static void distances(struct bench *b)
{
	for (size_t i = 0; i < b->rows; i++)
		b->sum += b->k->distance2(b->f, b->floats + i % 16 * DIM, DIM);
}

static void report(const char *what, void (*fn)(struct bench *),
		   struct bench *b, size_t bytes)
{
	double best = 1e9;

	for (int i = 0; i < TIMES; i++) {
		double t = now();

		fn(b);
		t = now() - t;
		best = t < best ? t : best;
	}
	printf("%-26s %-7s %8.2f ms %7.1f GB/s\n", what,
	       b->k ? b->k->name : "-", 1e3 * best,
	       1e-9 * (double)bytes / best);
}

static void fill(struct bench *b)
{
	uint64_t x = 1;

	for (size_t i = 0; i < b->rows * DIM; i += 8) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		memcpy(b->bytes + i, &x, 8);
	}
	for (size_t i = 0; i < DIM; i++) {
		b->q[i] = b->bytes[i + 7];
		b->f[i] = (float)b->q[i] / 127;
	}
	for (size_t i = 0; i < 16 * DIM; i++)
		b->floats[i] = (float)b->bytes[i] / 127;
	for (size_t i = 0; i < b->rows; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		b->which[i] = (uint32_t)((x >> 32) % b->rows);
	}
}

int main(int argc, char **argv)
{
	struct bench b = { .rows = 1000000 };
	size_t n;

	if (argc > 1)
		b.rows = strtoul(argv[1], NULL, 10);
	if (!b.rows || b.rows > 1u << 30)
		return 2;
	n = b.rows;
	b.bytes = aligned_alloc(4096, (n * DIM + 4095) / 4096 * 4096);
	if (!b.bytes)
		return 3;
	b.floats = mem_zalloc(16 * DIM, sizeof(float));
	b.which = mem_zalloc(n, sizeof(*b.which));
	b.out = mem_zalloc(n, sizeof(*b.out));
	fill(&b);
	report("reading memory", memory, &b, n * DIM);
	for (size_t i = 0; (b.k = vector_variant(i)); i++) {
		report("dots_i8 384", dots, &b, n * DIM);
		report("dots_i8 64", dots_short, &b, n * SHORT);
		report("dot_i8 384", one_by_one, &b, n * DIM);
		report("dot_i8 64", one_by_one_short, &b, n * SHORT);
		report("dots_i8_at 384, 500 of", scattered, &b,
		       n / 8 / SOME * SOME * DIM);
		report("dot_mixed 384", mixed, &b, n * DIM);
		report("dot 384, in cache", floats, &b, n * DIM * 4);
		report("dot 64, in cache", floats_short, &b, n * SHORT * 4);
		report("distance2 384, in cache", distances, &b, n * DIM * 4);
	}
	free(b.bytes);
	free(b.floats);
	free(b.which);
	free(b.out);
	return b.sum == 0.5f && b.words == 1; /* keeps the sums */
}
