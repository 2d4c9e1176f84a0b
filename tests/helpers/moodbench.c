/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * moodbench [ROWS [K [PREFIX]]]: the mood grid on ROWS (1000000) synthetic
 * points of several shapes, single thread, K (500) nearest. Columns: shape,
 * dimensions, build ms, ms per query (CPU time, the median of five rounds), the
 * same with one row in 10, 100, 1000 and 10,000 allowed, each beside that of
 * moodgrid_compare, ms of a comparison with every point, and the pages of 4096
 * bytes that one query reads of a file. With PREFIX only clusters in two
 * dimensions, and points and queries go to PREFIX.points and PREFIX.queries,
 * pairs of floats, for tests/peers/faisspeer.
 */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "index/moodgrid.h"
#include "math/random.h"

enum { QUERIES = 2000, ROUNDS = 5 };

struct bench {
	size_t rows, k, dims;
	float *x[3], (*at)[3];
	uint8_t *allowed;
	struct moodgrid g;
	struct moodgrid_work w;
	struct topk_item *out;
};

static double now(void) /* seconds of the processor */
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static const char *const shapes[] = { "uniform", "clusters", "thousandths",
				      "2000 places", "one place" };

static float coordinate(struct random *r, size_t shape, size_t row, size_t k)
{
	double u = 2 * random_uniform(r) - 1, v = 0.07 * random_normal(r);
	struct random place;

	switch (shape) {
	case 1:
		random_seed(&place, row % 40, k);
		return (float)(1.4 * random_uniform(&place) - 0.7 + v);
	case 2:
		return (float)(rint(1000 * (u / 2 + v)) / 1000);
	case 3:
		random_seed(&place, row * row % 2003, k);
		return (float)(2 * random_uniform(&place) - 1);
	case 4:
		return 0.5f;
	default:
		return (float)u;
	}
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Milliseconds per query. */
static double ask(struct bench *b, const uint8_t *allowed, size_t queries)
{
	double took[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		double t = now();

		for (size_t q = 0; q < queries; q++)
			moodgrid_search(&b->g, &b->w, b->at[q], allowed, b->k,
					b->out);
		took[i] = 1e3 * (now() - t) / (double)queries;
	}
	qsort(took, ROUNDS, sizeof(*took), by_value);
	return took[ROUNDS / 2];
}

/* By the grid, then by comparing. */
static void filtered(struct bench *b, size_t one_in, double ms[2])
{
	struct random r;
	double t;

	random_seed(&r, 3, one_in);
	for (size_t i = 0; i < b->rows; i++)
		b->allowed[i] = random_below(&r, one_in) == 0;
	ms[0] = ask(b, b->allowed, 20);
	t = now();
	for (size_t q = 0; q < 20; q++)
		moodgrid_compare((const float *const *)b->x, b->dims, b->rows,
				 &b->w, b->at[q], b->allowed, b->k, b->out);
	ms[1] = 1e3 * (now() - t) / 20;
}

static double brute(struct bench *b)
{
	struct topk top;
	double t = now();

	topk_init(&top, b->k);
	for (int q = 0; q < 5; q++) {
		topk_reset(&top);
		for (size_t i = 0; i < b->rows; i++) {
			float sum = 0;

			for (size_t k = 0; k < b->dims; k++) {
				float d = b->x[k][i] - b->at[q][k];

				sum += d * d;
			}
			topk_offer(&top, -sqrtf(sum), (uint32_t)i);
		}
	}
	topk_release(&top);
	return 1e3 * (now() - t) / 5;
}

/* Of a file that is not in memory; -1: the file system does not let it go. */
static long pages_touched(struct bench *b, const void *bytes, size_t size)
{
	size_t pages = (size + 4095) / 4096;
	unsigned char *there = mem_zalloc(pages, 1);
	FILE *f = tmpfile();
	struct moodgrid cold;
	long met = -1, before = 0;
	void *p;

	if (!f || fwrite(bytes, 1, size, f) != size || fflush(f) ||
	    fsync(fileno(f)))
		return -1;
	posix_fadvise(fileno(f), 0, 0, POSIX_FADV_DONTNEED);
	p = mmap(NULL, size, PROT_READ, MAP_SHARED, fileno(f), 0);
	if (p != MAP_FAILED && !madvise(p, size, MADV_RANDOM) &&
	    !mincore(p, size, there)) {
		for (size_t i = 0; i < pages; i++)
			before += there[i] & 1;
		moodgrid_view(&cold, (struct span){ p, size }, b->rows, NULL);
		moodgrid_search(&cold, &b->w, b->at[1], NULL, b->k, b->out);
		mincore(p, size, there);
		met = before > 4 ? -1 : 0;
		for (size_t i = 0; met >= 0 && i < pages; i++)
			met += there[i] & 1;
		munmap(p, size);
	}
	fclose(f);
	free(there);
	return met;
}

static void run(struct bench *b, size_t shape)
{
	double build = 1e9;
	struct random r;
	size_t size = 0;
	void *bytes = NULL;

	random_seed(&r, 1, shape);
	for (size_t i = 0; i < b->rows; i++)
		for (size_t k = 0; k < 3; k++)
			b->x[k][i] = coordinate(&r, shape, i, k);
	for (size_t q = 0; q < QUERIES; q++)
		for (size_t k = 0; k < 3; k++)
			b->at[q][k] =
			    q % 2 ? b->x[k][random_below(&r, b->rows)]
				  : (float)(1.6 * random_uniform(&r) - 0.8);
	for (int i = 0; i < 3; i++) {
		double t = now();

		free(bytes);
		bytes = moodgrid_build((const float *const *)b->x, b->dims,
				       b->rows, 1, &size);
		t = 1e3 * (now() - t);
		build = t < build ? t : build;
	}
	moodgrid_view(&b->g, (struct span){ bytes, size }, b->rows, NULL);
	printf("%-12s %zu %8.1f %8.4f", shapes[shape], b->dims, build,
	       ask(b, NULL, QUERIES));
	for (size_t one_in = 10; one_in <= 10000; one_in *= 10) {
		double ms[2];

		filtered(b, one_in, ms);
		printf(" %8.4f %7.4f", ms[0], ms[1]);
	}
	printf(" %8.3f %6ld\n", brute(b), pages_touched(b, bytes, size));
	fflush(stdout);
	free(bytes);
}

static void save(const struct bench *b, const char *prefix)
{
	struct str points = { 0 }, queries = { 0 };
	FILE *f;

	str_printf(&points, "%s.points", prefix);
	str_printf(&queries, "%s.queries", prefix);
	f = fopen(points.p, "wb");
	for (size_t i = 0; f && i < b->rows; i++)
		for (size_t k = 0; k < 2; k++)
			fwrite(&b->x[k][i], sizeof(float), 1, f);
	if (!f || fclose(f))
		exit(3);
	f = fopen(queries.p, "wb");
	for (size_t q = 0; f && q < QUERIES; q++)
		fwrite(b->at[q], sizeof(float), 2, f);
	if (!f || fclose(f))
		exit(3);
	str_release(&points);
	str_release(&queries);
}

int main(int argc, char **argv)
{
	struct bench b = { .rows = 1000000, .k = 500 };

	if (argc > 1)
		b.rows = strtoul(argv[1], NULL, 10);
	if (argc > 2)
		b.k = strtoul(argv[2], NULL, 10);
	if (!b.rows || b.rows > 1u << 30 || !b.k)
		return 2;
	for (size_t k = 0; k < 3; k++)
		b.x[k] = mem_zalloc(b.rows, sizeof(float));
	b.at = mem_zalloc(QUERIES, sizeof(*b.at));
	b.allowed = mem_zalloc(b.rows, 1);
	b.out = mem_zalloc(b.k, sizeof(*b.out));
	printf("%-12s d    build    query     1/10 compare    1/100 compare "
	       "  1/1000 compare  1/10000 compare    brute  pages\n",
	       "shape");
	if (argc > 3) {
		b.dims = 2;
		run(&b, 1);
		save(&b, argv[3]);
	}
	for (b.dims = 2; b.dims <= 3 && argc < 4; b.dims++)
		for (size_t shape = 0; shape < 5; shape++)
			run(&b, shape);
	for (size_t k = 0; k < 3; k++)
		free(b.x[k]);
	free(b.at);
	free(b.allowed);
	free(b.out);
	moodgrid_work_release(&b.w);
	return 0;
}
