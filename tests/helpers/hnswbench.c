/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The graph of index/hnsw.h measured; tests/peers/hnswpeer.cc and faisspeer.cc
 * do the same with hnswlib and FAISS over the same files. All numbers on
 * standard output; times of queries are user CPU time of one thread, the median
 * of several passes.
 *
 *   make N DIM KIND SEED FILE   floats [N][DIM] of length 1; KIND: clustered,
 *                               uniform. Queries: another SEED.
 *   build FILE DIM M EF THREADS GRAPH [PREVIOUS]   PREVIOUS: added to; M 0:
 *                               EF lists, 0: as many as an index has
 *   truth FILE DIM QUERIES K OUT   floats [queries]: the true K-th cosines
 *   query FILE DIM QUERIES GRAPH K EF...    per EF, which of lists are those
 *                               compared; EF 0: the scan
 *   share FILE DIM QUERIES GRAPH K EF ONE_IN...  of rows allowed: walk, exact
 *   once FILE DIM QUERIES GRAPH N WAY [cold]  WAY: walk, lists, scan; question
 * N alone, wall time from opening on; cold: the files leave the page cache
 * before
 */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "index/hnswbuild.h"
#include "math/random.h"
#include "math/vector.h"

enum { CLUSTERS = 1000, PASSES = 5 };

static double cpu(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_utime.tv_sec + (double)u.ru_utime.tv_usec / 1e6 +
	       (double)u.ru_stime.tv_sec + (double)u.ru_stime.tv_usec / 1e6;
}

static double user(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_utime.tv_sec + (double)u.ru_utime.tv_usec / 1e6;
}

static double wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "hnswbench: %s\n", what);
	exit(2);
}

static void forget(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0 || fsync(fd) || posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED))
		die(path);
	close(fd);
}

static struct span map(const char *path)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	char *p;

	if (fd < 0 || fstat(fd, &st))
		die(path);
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		die(path);
	close(fd);
	return (struct span){ p, (size_t)st.st_size };
}

/* Axes of falling weight, as principal components have. */
static int make(char **a)
{
	size_t n = strtoul(a[0], NULL, 10), dim = strtoul(a[1], NULL, 10);
	bool clustered = !strcmp(a[2], "clustered");
	float *centres = mem_zalloc(CLUSTERS * dim, sizeof(float));
	float *x = mem_zalloc(dim, sizeof(float));
	FILE *f = fopen(a[4], "wb");
	struct random r;

	if (!f)
		die(a[4]);
	random_seed(&r, 1, 1);
	for (size_t i = 0; i < CLUSTERS * dim; i++)
		centres[i] = (float)random_normal(&r);
	random_seed(&r, strtoul(a[3], NULL, 10), 0);
	for (size_t i = 0; i < n; i++) {
		size_t c = random_below(&r, CLUSTERS);

		for (size_t j = 0; j < dim; j++) {
			x[j] = (float)random_normal(&r);
			if (clustered)
				x[j] = (0.6f * x[j] + centres[c * dim + j]) /
				       (float)(1 + 0.1 * (double)j);
		}
		vector_normalise(x, dim);
		fwrite(x, sizeof(float), dim, f);
	}
	free(centres);
	free(x);
	return fclose(f);
}

static struct hnsw_source source_of(const char *path, const char *dim)
{
	struct span s = map(path);
	size_t d = strtoul(dim, NULL, 10);

	return (struct hnsw_source){ .count = s.n / d / sizeof(float),
				     .dim = d,
				     .floats = (const void *)s.p };
}

static int put(void *ctx, const void *p, size_t n, struct err *err)
{
	return fwrite(p, 1, n, ctx) == n ? 0 : err_errno(err, "graph");
}

/* Its source is not needed to add to it, only the shape of that. */
static struct hnsw previous_of(const char *path)
{
	struct span bytes = map(path);
	const struct hnsw_header *h = (const void *)bytes.p;
	struct hnsw_source s = { .count = h->count, .dim = h->dim };
	struct hnsw graph;
	struct err err;

	if (hnsw_view(&graph, bytes, &s, &err))
		die(err.message);
	return graph;
}

static int build(char **a, bool add)
{
	struct hnsw_source s = source_of(a[0], a[1]);
	struct hnsw_options o = { .m = (uint32_t)atoi(a[2]),
				  .ef = (uint32_t)atoi(a[3]),
				  .threads = atoi(a[4]),
				  .seed = 1 };
	struct hnsw previous = add ? previous_of(a[6]) : (struct hnsw){ 0 };
	double c = cpu(), w = wall();
	struct hnsw_report report;
	struct err err;
	struct hnsw_built *b;
	FILE *f = fopen(a[5], "wb");

	if (!o.m) {
		o.lists = o.ef ? o.ef : (uint32_t)(3 * sqrt((double)s.count));
		o.ef = 0;
	}
	b = hnsw_build(&s, &o, add ? &previous : NULL, &report, &err);
	if (!b || !f || hnsw_built_put(b, put, f, &err) || fclose(f))
		die(err.message);
	printf("build %zu: %.2f s CPU, %.2f s wall, %.1f MB, %u inserted, "
	       "%u mended\n",
	       s.count, cpu() - c, wall() - w, (double)hnsw_built_size(b) / 1e6,
	       report.inserted, report.mended);
	if (report.lists)
		printf("%u lists, %u compared, recall %.4f\n", report.lists,
		       report.probe, report.recall);
	hnsw_built_free(b);
	return 0;
}

struct questions {
	struct hnsw_source source, asked;
	struct hnsw graph;
	struct hnsw_work *work;
	size_t k;
	struct topk_item *truth, *got; /* [asked][k] */
	const uint8_t *allowed;
};

static void find_truth(void *ctx, size_t i, int thread)
{
	struct questions *q = ctx;
	struct hnsw_query query = { .unit = q->asked.floats + i * q->asked.dim,
				    .k = q->k,
				    .allowed = q->allowed,
				    .allowed_rows = q->source.count };

	(void)thread;
	hnsw_exact(&q->source, &query, q->truth + i * q->k);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void ask(struct questions *q, enum hnsw_way way, size_t ef,
		const char *label)
{
	size_t n = q->asked.count, hit = 0, exact = 0;
	double took[PASSES];

	for (int pass = 0; pass < PASSES; pass++) {
		double t = user();

		exact = 0;
		for (size_t i = 0; i < n; i++) {
			struct hnsw_query query = {
				.unit = q->asked.floats + i * q->asked.dim,
				.k = q->k,
				.ef = ef,
				.probe = ef,
				.way = way,
				.allowed = q->allowed,
				.allowed_rows = q->source.count
			};
			enum hnsw_way how;

			hnsw_search(&q->graph, q->work, &query,
				    q->got + i * q->k, &how);
			exact += how == HNSW_EXACT;
		}
		took[pass] = user() - t;
	}
	qsort(took, PASSES, sizeof(*took), by_value);
	for (size_t i = 0; i < n * q->k; i++)
		hit += q->got[i].score >=
		       q->truth[i / q->k * q->k + q->k - 1].score;
	printf("%s ef %zu: %.4f ms, recall@%zu %.4f, %zu exact\n", label, ef,
	       took[PASSES / 2] / (double)n * 1e3, q->k,
	       (double)hit / (double)(n * q->k), exact);
}

static int truth(char **a)
{
	struct questions q = { .source = source_of(a[0], a[1]),
			       .asked = source_of(a[2], a[1]),
			       .k = strtoul(a[3], NULL, 10) };
	FILE *f = fopen(a[4], "wb");

	if (!f)
		die(a[4]);
	q.truth = mem_zalloc(q.asked.count * q.k, sizeof(*q.truth));
	parallel_for(parallel_cpus(), q.asked.count, find_truth, &q);
	for (size_t i = 0; i < q.asked.count; i++)
		fwrite(&q.truth[(i + 1) * q.k - 1].score, sizeof(float), 1, f);
	free(q.truth);
	return fclose(f);
}

static struct questions questions_of(char **a)
{
	struct questions q = { .source = source_of(a[0], a[1]),
			       .asked = source_of(a[2], a[1]) };
	struct err err;

	if (hnsw_view(&q.graph, map(a[3]), &q.source, &err))
		die(err.message);
	q.work = hnsw_work_new();
	return q;
}

static int query(char **a, int n, bool shares)
{
	struct questions q = questions_of(a);
	uint8_t *allowed = mem_zalloc(q.source.count, 1);

	q.k = strtoul(a[4], NULL, 10);
	q.truth = mem_zalloc(q.asked.count * q.k, sizeof(*q.truth));
	q.got = mem_zalloc(q.asked.count * q.k, sizeof(*q.got));
	if (!shares)
		parallel_for(parallel_cpus(), q.asked.count, find_truth, &q);
	for (int i = shares ? 6 : 5; i < n; i++) {
		size_t ef = strtoul(a[shares ? 5 : i], NULL, 10);
		char label[64] = "walk";

		if (shares) {
			size_t one_in = strtoul(a[i], NULL, 10);
			struct random r;

			random_seed(&r, 5, 0);
			for (size_t j = 0; j < q.source.count; j++)
				allowed[j] = random_below(&r, one_in) == 0;
			q.allowed = allowed;
			parallel_for(parallel_cpus(), q.asked.count, find_truth,
				     &q);
			snprintf(label, sizeof(label), "one in %zu", one_in);
			ask(&q, HNSW_EXACT, ef, "exact");
			ask(&q, HNSW_SCAN, ef, "scan");
		}
		ask(&q,
		    !ef                     ? HNSW_SCAN
		    : q.graph.header->lists ? HNSW_LISTS
					    : HNSW_WALK,
		    ef, label);
	}
	free(q.truth);
	free(q.got);
	free(allowed);
	hnsw_work_free(q.work);
	return 0;
}

static int once(char **a, int n)
{
	bool cold = n > 6;
	size_t number = strtoul(a[4], NULL, 10);
	struct hnsw_query query = { .k = 10,
				    .way = !strcmp(a[5], "scan")    ? HNSW_SCAN
					   : !strcmp(a[5], "lists") ? HNSW_LISTS
								    : HNSW_WALK,
				    .cold = cold };
	struct topk_item out[10];
	struct questions q;
	struct rusage u;
	double t;

	if (cold) {
		forget(a[0]);
		forget(a[3]);
	}
	t = wall();
	q = questions_of(a);
	query.unit = q.asked.floats + number % q.asked.count * q.asked.dim;
	hnsw_search(&q.graph, q.work, &query, out, NULL);
	t = wall() - t;
	getrusage(RUSAGE_SELF, &u);
	printf("once %s: %.3f ms, %ld + %ld faults\n", a[5], t * 1e3,
	       u.ru_minflt, u.ru_majflt);
	hnsw_work_free(q.work);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "make") && argc == 7)
		return make(argv + 2);
	if (!strcmp(what, "build") && (argc == 8 || argc == 9))
		return build(argv + 2, argc == 9);
	if (!strcmp(what, "truth") && argc == 7)
		return truth(argv + 2);
	if (!strcmp(what, "query") && argc > 7)
		return query(argv + 2, argc - 2, false);
	if (!strcmp(what, "share") && argc > 8)
		return query(argv + 2, argc - 2, true);
	if (!strcmp(what, "once") && argc > 7)
		return once(argv + 2, argc - 2);
	die("see the head of tests/helpers/hnswbench.c");
}
