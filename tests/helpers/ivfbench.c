/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Recall and time of an inverted file (index/ivf.h) beside the exact scan:
 *
 *   ivfbench [-j N] [-l NLIST] [-f N] [-q QUERIES.feat] [-s FILE] DATA
 *
 * DATA is a feature file of embed text, or made:COUNT, a mixture of clusters of
 * clusters. Without -q the last QUERIES rows are asked and are not in the
 * index. -f lets one row in N through. -s saves rows, queries and their true
 * tenth scores for tests/peers/ivfpeer. Recall@10 counts answers that score no
 * less than the true tenth; times of queries are user CPU time of one thread,
 * the median of five runs.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "index/ivfbuild.h"
#include "io/feat.h"
#include "math/random.h"
#include "math/vector.h"

enum { DIM = 384, QUERIES = 500, K = 10, FACTORS = 24, RUNS = 5 };

struct set {
	int8_t *q;
	float *scale;
	size_t count, cap, scale_cap;
};

static double cpu(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_utime.tv_sec + 1e-6 * (double)u.ru_utime.tv_usec +
	       (double)u.ru_stime.tv_sec + 1e-6 * (double)u.ru_stime.tv_usec;
}

static double user(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_utime.tv_sec + 1e-6 * (double)u.ru_utime.tv_usec;
}

static double wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void die(const struct err *err)
{
	fprintf(stderr, "ivfbench: %s\n", err->message);
	exit(err->status);
}

static void quantise(const float *x, int8_t *q, float *scale)
{
	int32_t norm2;

	vector_quantise(x, q, DIM);
	norm2 = vector_dot_i8(q, q, DIM);
	*scale = norm2 > 0 ? 1 / sqrtf((float)norm2) : 0;
}

static void read_feat(const char *path, struct set *s)
{
	struct err err;
	struct feat *f = feat_open(path, &err);
	struct feat_row *row;
	int got;

	if (!f)
		die(&err);
	row = feat_row_new(feat_schema(f));
	if (feat_schema(f)->count != DIM) {
		err_set(&err, ERR_DATA, "data", "%s: not %d columns", path,
			DIM);
		die(&err);
	}
	while ((got = feat_read(f, row, &err)) > 0) {
		if (!isfinite(row->values[0]))
			continue;
		MEM_ROOM(s->q, (s->count + 1) * DIM, s->cap);
		MEM_ROOM(s->scale, s->count + 1, s->scale_cap);
		quantise(row->values, s->q + s->count * DIM,
			 s->scale + s->count);
		s->count += s->scale[s->count] > 0;
	}
	if (got < 0)
		die(&err);
	feat_row_free(row);
	feat_close(f);
}

static float *normals(uint64_t seed, uint64_t stream, float deviation)
{
	float *x = mem_alloc(DIM * sizeof(*x));
	struct random r;

	random_seed(&r, seed, stream);
	for (size_t i = 0; i < DIM; i++)
		x[i] = deviation * (float)random_normal(&r) / sqrtf(DIM);
	return x;
}

/* A row is a centre of 300, one of 40 of its own, a direction in FACTORS
 * dimensions of it, and noise. */
static void make_row(void *ctx, size_t i, int thread)
{
	struct set *s = ctx;
	struct random r;
	uint64_t coarse, fine;
	float *x, *y;

	(void)thread;
	random_seed(&r, 77, i);
	coarse = (uint64_t)(300 * pow(random_uniform(&r), 1.5));
	fine = coarse * 40 + (uint64_t)(40 * pow(random_uniform(&r), 1.5));
	x = normals(1, coarse, 0.5f);
	y = normals(2, fine, 0.45f);
	vector_axpy(x, 1, y, DIM);
	free(y);
	for (uint64_t k = 0; k < FACTORS; k++) {
		y = normals(3, fine * FACTORS + k, 1);
		vector_axpy(x, 0.16f * (float)random_normal(&r), y, DIM);
		free(y);
	}
	y = normals(4, i, 0.75f);
	vector_axpy(x, 1, y, DIM);
	quantise(x, s->q + i * DIM, s->scale + i);
	free(x);
	free(y);
}

static void make(size_t count, int threads, struct set *s)
{
	s->count = count;
	s->q = mem_alloc(count * DIM);
	s->scale = mem_zalloc(count, sizeof(*s->scale));
	parallel_for(threads, count, make_row, s);
}

static int put(void *ctx, const void *p, size_t n, struct err *err)
{
	(void)err;
	str_put(ctx, p, n);
	return 0;
}

static float tenth[QUERIES];
static uint8_t *allowed; /* NULL: all */

static void truth(const struct ivf *v, const struct set *ask)
{
	struct ivf_work *w = ivf_work_new(v);
	struct topk_item out[K];
	double from = user();

	for (size_t i = 0; i < ask->count; i++) {
		struct ivf_query q = { ask->q + i * DIM, ask->scale[i], 0, 0 };

		ivf_search_exact(v, w, &q, allowed, K, out);
		tenth[i] = out[K - 1].score;
	}
	printf("exact                     recall 1.0000  %8.4f ms\n",
	       1e3 * (user() - from) / (double)ask->count);
	ivf_work_free(w);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(const struct ivf *v, const struct set *ask, size_t nprobe,
		    size_t shortlist)
{
	struct ivf_work *w = ivf_work_new(v);
	struct topk_item out[K];
	double took[RUNS];
	size_t met = 0;

	for (int run = 0; run < RUNS; run++) {
		double from = user();

		met = 0;
		for (size_t i = 0; i < ask->count; i++) {
			struct ivf_query q = { ask->q + i * DIM, ask->scale[i],
					       nprobe, shortlist };
			size_t n = ivf_search(v, w, &q, allowed, K, out);

			for (size_t j = 0; j < n; j++)
				met += out[j].score >= tenth[i];
		}
		took[run] = (user() - from) / (double)ask->count;
	}
	qsort(took, RUNS, sizeof(*took), by_value);
	printf("nprobe %4zu shortlist %4zu recall %.4f  %8.4f ms\n", nprobe,
	       shortlist, (double)met / (double)(ask->count * K),
	       1e3 * took[RUNS / 2]);
	ivf_work_free(w);
}

static void save(const char *path, const struct set *s, const struct set *ask)
{
	uint64_t head[3] = { s->count, ask->count, DIM };
	FILE *f = fopen(path, "w");

	if (!f || fwrite(head, 8, 3, f) != 3 ||
	    fwrite(s->q, DIM, s->count, f) != s->count ||
	    fwrite(ask->q, DIM, ask->count, f) != ask->count ||
	    fwrite(tenth, 4, ask->count, f) != ask->count || fclose(f)) {
		perror(path);
		exit(3);
	}
}

int main(int argc, char **argv)
{
	static const size_t probes[] = { 4, 8, 16, 32, 64, 128 };
	static const size_t depths[] = { 200, 400, 800, 1600 };
	struct ivf_options o = { .threads = 1, .lists = true };
	const char *queries = NULL, *saved = NULL;
	struct set s = { 0 }, ask = { 0 };
	struct ivf_centroids c;
	struct ivf_rows rows;
	struct str bytes = { 0 };
	struct err err;
	struct ivf v;
	size_t filter = 0;
	double at[2];
	int opt;

	while ((opt = getopt(argc, argv, "f:j:l:q:s:")) > 0)
		if (opt == 'j')
			o.threads = (int)strtol(optarg, NULL, 10);
		else if (opt == 'f')
			filter = strtoul(optarg, NULL, 10);
		else if (opt == 'l')
			o.nlist = strtoul(optarg, NULL, 10);
		else if (opt == 'q')
			queries = optarg;
		else if (opt == 's')
			saved = optarg;
		else
			return 2;
	if (optind + 1 != argc)
		return 2;
	if (!strncmp(argv[optind], "made:", 5))
		make(strtoul(argv[optind] + 5, NULL, 10) + QUERIES, o.threads,
		     &s);
	else
		read_feat(argv[optind], &s);
	if (queries) {
		read_feat(queries, &ask);
		for (size_t i = 0; i < QUERIES; i++) {
			size_t from = i * (ask.count / QUERIES);

			memmove(ask.q + i * DIM, ask.q + from * DIM, DIM);
			ask.scale[i] = ask.scale[from];
		}
	} else {
		s.count -= QUERIES;
		ask.q = s.q + s.count * DIM;
		ask.scale = s.scale + s.count;
	}
	ask.count = QUERIES;
	rows = (struct ivf_rows){ s.count, DIM, s.q, s.scale, NULL, s.count };
	at[0] = wall(), at[1] = cpu();
	ivf_fit(&rows, &o, &c);
	printf("%zu rows, %zu lists; fit %.1f s wall, %.1f s cpu; ", s.count,
	       c.nlist, wall() - at[0], cpu() - at[1]);
	if (ivf_build(&rows, &c, &o, NULL, put, &bytes, &err))
		die(&err);
	printf("all %.1f s wall, %.1f s cpu; %.1f bytes a row, %.1f MB with "
	       "the vectors\n",
	       wall() - at[0], cpu() - at[1], (double)bytes.n / (double)s.count,
	       1e-6 * (double)(bytes.n + s.count * (DIM + 2 * sizeof(float))));
	bytes.p = memcpy(aligned_alloc(4096, (bytes.n + 4095) / 4096 * 4096),
			 bytes.p, bytes.n);
	if (ivf_view(&v, span_str(&bytes), &rows, &err) || ivf_verify(&v, &err))
		die(&err);
	if (filter)
		allowed = mem_zalloc(s.count, 1);
	for (size_t i = 0; filter && i < s.count; i++)
		allowed[i] = hash_mix(&i, sizeof(i)) % filter == 0;
	truth(&v, &ask);
	fflush(stdout);
	for (size_t i = 0; i < sizeof(probes) / sizeof(*probes); i++)
		for (size_t j = 0; j < sizeof(depths) / sizeof(*depths); j++)
			measure(&v, &ask, probes[i], depths[j]);
	if (saved)
		save(saved, &s, &ask);
	return 0;
}
