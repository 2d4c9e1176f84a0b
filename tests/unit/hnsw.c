/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "damage.h"
#include "index/hnswbuild.h"
#include "index/hnswlink.h"
#include "math/random.h"
#include "math/vector.h"
#include "testing.h"

enum { DIM = 24, K = 10 };

struct data {
	struct hnsw_source source;
	float *x;
	struct str bytes;
	struct hnsw graph;
	struct hnsw_report report;
};

static const struct hnsw_options options = { 8, 60, 2, 1, 0 };
static const struct hnsw_options listed = { .threads = 1, .lists = 8 };

static int put(void *ctx, const void *p, size_t n, struct err *err)
{
	(void)err;
	str_put(ctx, p, n);
	return 0;
}

/* n vectors around some centres; spread 0: all of a centre are equal. */
static float *vectors_of(size_t n, size_t dim, size_t centres, float spread,
			 uint64_t seed)
{
	float *x = mem_zalloc(n * dim + 1, sizeof(*x));
	struct random r, c;

	random_seed(&r, seed, 0);
	for (size_t i = 0; i < n; i++) {
		random_seed(&c, 77, random_below(&r, centres));
		for (size_t j = 0; j < dim; j++)
			x[i * dim + j] = (float)random_normal(&c) +
					 spread * (float)random_normal(&r);
		vector_normalise(x + i * dim, dim);
	}
	return x;
}

static void build_over(struct data *d, float *x, size_t n, size_t dim,
		       const struct hnsw_options *o, const struct data *before)
{
	struct hnsw_built *b;
	struct err err;

	*d = (struct data){ .x = x };
	d->source = (struct hnsw_source){ .count = n, .dim = dim, .floats = x };
	b = hnsw_build(&d->source, o, before ? &before->graph : NULL,
		       &d->report, &err);
	assert_non_null(b);
	assert_int_equal(hnsw_built_put(b, put, &d->bytes, &err), 0);
	assert_int_equal(hnsw_built_size(b), d->bytes.n);
	hnsw_built_free(b);
	if (hnsw_view(&d->graph, span_str(&d->bytes), &d->source, &err))
		fail_msg("%s", err.message);
	if (hnsw_verify(&d->graph, &err))
		fail_msg("%s", err.message);
}

static void release(struct data *d)
{
	str_release(&d->bytes);
	free(d->x);
}

/* Share of the exact answer that is found; every answer is as long as it can
 * be, in order and allowed. */
static double recall(const struct data *d, enum hnsw_way way, size_t k,
		     const uint8_t *allowed, bool same)
{
	struct topk_item *got = mem_zalloc(k, sizeof(*got));
	struct topk_item *truth = mem_zalloc(k, sizeof(*truth));
	struct hnsw_work *work = hnsw_work_new();
	float *asked = vectors_of(50, d->source.dim, 20, 0.5f, 99);
	size_t hits = 0, all = 0;

	for (size_t i = 0; i < 50; i++) {
		struct hnsw_query q = { .unit = asked + i * d->source.dim,
					.k = k,
					.ef = 64,
					.allowed = allowed,
					.allowed_rows = d->source.count,
					.way = way };
		size_t n = hnsw_exact(&d->source, &q, truth);

		assert_int_equal(hnsw_search(&d->graph, work, &q, got, NULL),
				 n);
		for (size_t j = 0; j < n; j++, all++) {
			hits += got[j].score >= truth[n - 1].score;
			assert_true(!allowed || allowed[got[j].index]);
			assert_true(!j || topk_better(got[j - 1], got[j]));
		}
		if (same)
			assert_memory_equal(got, truth, n * sizeof(*got));
	}
	hnsw_work_free(work);
	free(asked);
	free(truth);
	free(got);
	return all ? (double)hits / (double)all : 1;
}

static void the_walk_finds_what_the_exact_pass_finds(void **state)
{
	struct data d;

	(void)state;
	build_over(&d, vectors_of(5000, DIM, 20, 0.5f, 1), 5000, DIM, &options,
		   NULL);
	assert_true(recall(&d, HNSW_WALK, K, NULL, false) > 0.97);
	assert_true(recall(&d, HNSW_WALK, 500, NULL, false) > 0.97);
	recall(&d, HNSW_WALK, 6000, NULL, true);
	release(&d);
}

static void the_scan_is_exact(void **state)
{
	const struct hnsw_options flat = { 0, 0, 1, 1, 0 };
	struct data d;

	(void)state;
	build_over(&d, vectors_of(3000, DIM, 20, 0.5f, 1), 3000, DIM, &options,
		   NULL);
	recall(&d, HNSW_SCAN, K, NULL, true);
	recall(&d, HNSW_AUTO, 100, NULL, true);
	release(&d);
	build_over(&d, vectors_of(3000, 70, 20, 0.01f, 1), 3000, 70, &flat,
		   NULL);
	recall(&d, HNSW_SCAN, K, NULL, true);
	recall(&d, HNSW_WALK, 3000, NULL, true);
	release(&d);
}

static void filters_apply_inside(void **state)
{
	static const size_t one_in[] = { 2, 7, 40, 1000, 5000, 6000 };
	uint8_t *allowed = mem_zalloc(5000, 1);
	struct data d;

	(void)state;
	build_over(&d, vectors_of(5000, DIM, 20, 0.5f, 1), 5000, DIM, &options,
		   NULL);
	for (size_t i = 0; i < sizeof(one_in) / sizeof(*one_in); i++) {
		for (size_t j = 0; j < 5000; j++)
			allowed[j] = j % one_in[i] == one_in[i] - 1;
		assert_true(recall(&d, HNSW_WALK, K, allowed, false) > 0.97);
		recall(&d, HNSW_SCAN, K, allowed, true);
	}
	/* One side of the world only, where most questions are not. */
	for (size_t j = 0; j < 5000; j++)
		allowed[j] = d.x[j * DIM] > 0.3f;
	assert_true(recall(&d, HNSW_WALK, K, allowed, false) > 0.9);
	free(allowed);
	release(&d);
}

static void threads_do_not_change_a_byte(void **state)
{
	struct hnsw_options o = options;
	struct data a, b;

	(void)state;
	build_over(&a, vectors_of(3000, DIM, 20, 0.5f, 1), 3000, DIM, &options,
		   NULL);
	for (o.threads = 1; o.threads < 8; o.threads += 6) {
		build_over(&b, vectors_of(3000, DIM, 20, 0.5f, 1), 3000, DIM,
			   &o, NULL);
		assert_int_equal(a.bytes.n, b.bytes.n);
		assert_memory_equal(a.bytes.p, b.bytes.p, a.bytes.n);
		release(&b);
	}
	release(&a);
}

static void degenerate_data_is_found(void **state)
{
	struct data d;

	(void)state;
	for (size_t n = 0; n < 4; n++) {
		build_over(&d, vectors_of(n, DIM, 20, 0.5f, 1), n, DIM,
			   &options, NULL);
		recall(&d, HNSW_WALK, K, NULL, true);
		recall(&d, HNSW_SCAN, K, NULL, true);
		release(&d);
	}
	/* All equal; then few different, each many times; then nearly so. */
	build_over(&d, vectors_of(2000, DIM, 1, 0, 1), 2000, DIM, &options,
		   NULL);
	assert_int_equal(d.graph.header->nodes, 1);
	recall(&d, HNSW_WALK, K, NULL, true);
	release(&d);
	build_over(&d, vectors_of(2000, DIM, 20, 0, 1), 2000, DIM, &options,
		   NULL);
	assert_int_equal(d.graph.header->nodes, 20);
	recall(&d, HNSW_WALK, K, NULL, true);
	recall(&d, HNSW_SCAN, K, NULL, true);
	release(&d);
	build_over(&d, vectors_of(3000, DIM, 20, 0.001f, 1), 3000, DIM,
		   &options, NULL);
	assert_true(recall(&d, HNSW_WALK, K, NULL, false) > 0.9);
	recall(&d, HNSW_SCAN, K, NULL, true);
	release(&d);
}

static void zero_vectors_are_left_out(void **state)
{
	float *x = vectors_of(1000, DIM, 20, 0.5f, 1);
	struct data d;

	(void)state;
	for (size_t i = 0; i < 1000; i += 3)
		memset(x + i * DIM, 0, DIM * sizeof(*x));
	build_over(&d, x, 1000, DIM, &options, NULL);
	assert_int_equal(d.graph.header->signal, 666);
	recall(&d, HNSW_WALK, 1000, NULL, true);
	recall(&d, HNSW_SCAN, 1000, NULL, true);
	release(&d);
	build_over(&d, mem_zalloc(50 * DIM, sizeof(*x)), 50, DIM, &options,
		   NULL);
	assert_int_equal(d.graph.header->nodes, 0);
	recall(&d, HNSW_WALK, K, NULL, true);
	release(&d);
}

static void byte_rows_serve_as_source(void **state)
{
	size_t n = 2000;
	float *x = vectors_of(n, DIM, 20, 0.5f, 1);
	int8_t *q = mem_zalloc(n, DIM);
	float *scale = mem_zalloc(n, sizeof(*scale));
	uint32_t *rows = mem_zalloc(n, sizeof(*rows));
	struct hnsw_source s = { n, DIM, NULL, q, scale, rows };
	struct hnsw_work *work = hnsw_work_new();
	struct hnsw_report report;
	struct topk_item got[K], truth[K];
	struct str bytes = { 0 };
	struct hnsw_built *b;
	struct hnsw graph;
	struct err err;

	(void)state;
	for (uint32_t i = 0; i < n; i++) {
		scale[i] = vector_quantise(x + i * DIM, q + i * DIM, DIM);
		rows[i] = 3 * i + 1;
	}
	b = hnsw_build(&s, &options, NULL, &report, &err);
	assert_non_null(b);
	assert_int_equal(hnsw_built_put(b, put, &bytes, &err), 0);
	hnsw_built_free(b);
	assert_int_equal(hnsw_view(&graph, span_str(&bytes), &s, &err), 0);
	for (size_t i = 0; i < 50; i++) {
		struct hnsw_query query = { .unit = x + i * DIM,
					    .k = K,
					    .way = HNSW_WALK };

		assert_int_equal(hnsw_exact(&s, &query, truth), K);
		assert_int_equal(hnsw_search(&graph, work, &query, got, NULL),
				 K);
		assert_int_equal(got[0].index, 3 * i + 1);
		query.way = HNSW_SCAN;
		assert_int_equal(hnsw_search(&graph, work, &query, got, NULL),
				 K);
		assert_memory_equal(got, truth, sizeof(got));
	}
	hnsw_work_free(work);
	str_release(&bytes);
	free(x);
	free(q);
	free(scale);
	free(rows);
}

static void a_change_costs_what_changed(void **state)
{
	struct data a, b, c;
	size_t n = 4000;
	float *x;

	(void)state;
	build_over(&a, vectors_of(n, DIM, 20, 0.5f, 1), n, DIM, &options, NULL);
	/* The first 200 go, 300 come, in front, and so all rows move. */
	x = vectors_of(n + 100, DIM, 20, 0.5f, 2);
	memcpy(x + 300 * DIM, a.x + 200 * DIM, (n - 200) * DIM * sizeof(*x));
	build_over(&b, x, n + 100, DIM, &options, &a);
	assert_int_equal(b.report.inserted, 300);
	assert_int_equal(b.graph.header->dead, 200);
	assert_true(recall(&b, HNSW_WALK, K, NULL, false) > 0.97);
	recall(&b, HNSW_SCAN, K, NULL, true);
	/* What went comes back. */
	x = mem_dup(a.x, n * DIM * sizeof(*x));
	build_over(&c, x, n, DIM, &options, &b);
	assert_int_equal(c.report.inserted, 0);
	assert_int_equal(c.graph.header->dead, 300);
	recall(&c, HNSW_WALK, K, NULL, false);
	release(&c);
	/* Most of it new: as if there had been nothing. */
	x = vectors_of(n, DIM, 20, 0.5f, 5);
	build_over(&c, x, n, DIM, &options, &a);
	assert_int_equal(c.report.inserted, n);
	release(&c);
	release(&b);
	release(&a);
}

static void bad_options_are_refused(void **state)
{
	struct hnsw_source s = { .count = 0, .dim = 0 };
	struct hnsw_options o = options;
	struct hnsw_report report;
	struct err err;

	(void)state;
	assert_null(hnsw_build(&s, &o, NULL, &report, &err));
	s.dim = HNSW_DIM_MAX + 1;
	assert_null(hnsw_build(&s, &o, NULL, &report, &err));
	s.dim = 4;
	o.m = HNSW_M_MAX + 1;
	assert_null(hnsw_build(&s, &o, NULL, &report, &err));
	o.m = 16;
	o.ef = 8;
	assert_null(hnsw_build(&s, &o, NULL, &report, &err));
	assert_int_equal(err.status, ERR_USAGE);
}

/* Without any link, and in two halves that do not know of each other. */
static void what_is_not_reached_is_mended(void **state)
{
	uint64_t seed = 1;
	struct hnswlink g;

	(void)state;
	for (int halves = 0; halves < 2; halves++) {
		hnswlink_init(&g, 200, 64, 4, 20);
		for (size_t i = 0; i < 200 * 64; i++)
			g.vectors[i] = (int8_t)(rng_below(&seed, 255)) ^ 1;
		for (uint32_t i = 0; halves && i < 200; i++)
			for (uint32_t j = 0; j < g.m0; j++)
				g.links[0][i * g.m0 + j] =
				    i / 100 * 100 + (i + j + 1) % 100;
		assert_true(hnswlink_repair(&g) >= (halves ? 1 : 199));
		assert_int_equal(hnswlink_repair(&g), 0);
		hnswlink_release(&g);
	}
}

/* Few links, and vectors that are far from each other or nearly equal: many
 * are not reached at first, and what one is given another may lose. */
static void all_are_reached(void **state)
{
	static const struct {
		uint32_t m, ef;
		size_t n, dim, some; /* of dim that are not zero */
	} cases[] = {
		{ 2, 4, 2344, 64, 8 }, { 2, 2, 2344, 64, 8 },
		{ 2, 4, 2000, 64, 2 }, { 2, 2, 1500, 200, 1 },
		{ 3, 3, 2000, 64, 4 }, { 2, 3, 3000, 4, 4 },
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(*cases); c++) {
		struct hnsw_options o = { cases[c].m, cases[c].ef, 2, 0, 0 };
		size_t n = cases[c].n, dim = cases[c].dim;
		float *x = mem_zalloc(n * dim, sizeof(*x));
		struct data a, b;
		struct random r;

		random_seed(&r, 1, 2);
		for (size_t i = 0; i < n; i++) {
			for (size_t k = 0; k < cases[c].some; k++)
				x[i * dim + random_below(&r, dim)] =
				    (float)random_normal(&r);
			vector_normalise(x + i * dim, dim);
		}
		build_over(&a, x, n, dim, &o, NULL);
		/* a tenth goes, and comes */
		x = mem_dup(a.x, n * dim * sizeof(*x));
		for (size_t i = 0; i < n; i += 10)
			x[i * dim] += 0.1f;
		build_over(&b, x, n, dim, &o, &a);
		release(&b);
		release(&a);
	}
}

/* A row that has a signal, or has none, against what the graph says. */
static void every_row_is_accounted_for(void **state)
{
	struct data d;
	struct err err;
	float *x = vectors_of(300, DIM, 20, 0.5f, 1), one;

	(void)state;
	memset(x + 7 * DIM, 0, DIM * sizeof(*x));
	build_over(&d, x, 300, DIM, &options, NULL);
	x[7 * DIM + 3] = 1;
	assert_int_equal(hnsw_verify(&d.graph, &err), -1);
	assert_int_equal(err.status, ERR_DATA);
	x[7 * DIM + 3] = 0;
	assert_int_equal(hnsw_verify(&d.graph, &err), 0);
	one = x[9 * DIM];
	x[9 * DIM] = INFINITY;
	assert_int_equal(hnsw_verify(&d.graph, &err), -1);
	x[9 * DIM] = one;
	assert_int_equal(hnsw_verify(&d.graph, &err), 0);
	/* of the shape alone nothing more is known */
	d.graph.source.floats = NULL;
	assert_int_equal(hnsw_verify(&d.graph, &err), 0);
	release(&d);
}

/* What is cheaper: hops of a walk, or all nodes. */
static void the_cheaper_way_is_taken(void **state)
{
	struct hnsw_work *work = hnsw_work_new();
	struct topk_item out[K];
	enum hnsw_way way;
	struct data d;

	(void)state;
	build_over(&d, vectors_of(5000, DIM, 20, 0.5f, 1), 5000, DIM, &options,
		   NULL);
	for (int i = 0; i < 5; i++) {
		struct hnsw_query q = { .unit = d.x,
					.k = i == 3 ? 1 : K,
					.ef = i == 1   ? 64
					      : i == 3 ? 3
						       : K,
					.once = i == 2 || i == 3,
					.cold = i == 4 };

		assert_int_equal(hnsw_search(&d.graph, work, &q, out, &way),
				 q.k);
		assert_int_equal(way, i % 3 ? HNSW_SCAN : HNSW_WALK);
	}
	hnsw_work_free(work);
	release(&d);
}

/* Maps a file that the page cache was told to forget; NULL where it did not. */
static char *map_cold(const char *path, struct span bytes)
{
	size_t pages = (bytes.n + HNSW_PAGE - 1) / HNSW_PAGE, in = 0;
	unsigned char *there = mem_zalloc(pages, 1);
	FILE *f = fopen(path, "w+b");
	char *p;

	assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	assert_int_equal(fflush(f) || fsync(fileno(f)), 0);
	posix_fadvise(fileno(f), 0, 0, POSIX_FADV_DONTNEED);
	p = mmap(NULL, bytes.n, PROT_READ, MAP_SHARED, fileno(f), 0);
	assert_true(p != MAP_FAILED);
	/* Looking at the header is not to bring the rest. */
	assert_int_equal(madvise(p, bytes.n, MADV_RANDOM), 0);
	if (mincore(p, bytes.n, there))
		in = pages;
	for (size_t i = 0; i < pages; i++)
		in += there[i] & 1;
	fclose(f);
	unlink(path);
	free(there);
	if (in < pages / 4)
		return p;
	munmap(p, bytes.n);
	return NULL;
}

/* With a graph by its links, without by the vectors. */
static void cold_files_are_noticed(void **state)
{
	const struct hnsw_options flat = { 0, 0, 2, 1, 0 };
	char *path = test_path("cold");
	size_t n = 40000;
	struct data d;
	struct hnsw h;
	struct err err;
	char *p;

	(void)state;
	build_over(&d, vectors_of(n, 4, 20, 0.5f, 1), n, 4, &flat, NULL);
	assert_false(hnsw_is_cold(&d.graph));
	p = map_cold(path, span_str(&d.bytes));
	if (p) {
		struct span bytes = { p, d.bytes.n };

		assert_int_equal(hnsw_view(&h, bytes, &d.source, &err), 0);
		assert_true(hnsw_is_cold(&h));
		munmap(p, bytes.n);
	}
	free(path);
	release(&d);
}

/* Whatever is viewed is searched in every way, and added to. */
static void use(struct span bytes, void *ctx)
{
	const struct data *d = ctx;
	struct hnsw_work *work;
	struct topk_item out[K];
	uint8_t allowed[600];
	struct hnsw_built *b;
	struct hnsw_report report;
	struct hnsw h;
	struct err err;

	if (hnsw_view(&h, bytes, &d->source, &err))
		return;
	work = hnsw_work_new();
	memset(allowed, 1, sizeof(allowed));
	allowed[3] = 0;
	for (int way = HNSW_WALK; way <= HNSW_LISTS; way++)
		for (int filter = 0; filter < 2; filter++) {
			struct hnsw_query q = { .unit = d->x,
						.k = K,
						.ef = 20,
						.allowed =
						    filter ? allowed : NULL,
						.allowed_rows = 600,
						.way = (enum hnsw_way)way };

			assert_true(hnsw_search(&h, work, &q, out, NULL) <= K);
		}
	hnsw_work_free(work);
	b = hnsw_build(&d->source, &options, &h, &report, &err);
	assert_non_null(b);
	hnsw_built_free(b);
	b = hnsw_build(&d->source, &listed, &h, &report, &err);
	assert_non_null(b);
	hnsw_built_free(b);
}

/* Filters of every size, more rows than there are, and little to probe. */
static void lists_give_all_there_is(void **state)
{
	const struct hnsw_options o = { .threads = 2, .lists = 64 };
	size_t n = 5000;
	uint8_t *allowed = mem_zalloc(n, 1);
	struct data d;

	(void)state;
	build_over(&d, vectors_of(n, DIM, 20, 0.5f, 1), n, DIM, &o, NULL);
	assert_int_equal(d.graph.header->lists, 64);
	assert_int_equal(d.report.lists, 64);
	assert_true(d.report.recall >= 0.99);
	assert_true(recall(&d, HNSW_LISTS, K, NULL, false) > 0.97);
	assert_true(recall(&d, HNSW_AUTO, K, NULL, false) > 0.97);
	recall(&d, HNSW_LISTS, 700, NULL, false);
	assert_true(recall(&d, HNSW_LISTS, n + 1, NULL, true) == 1);
	for (size_t one_in = 2; one_in < n; one_in *= 3) {
		for (size_t i = 0; i < n; i++)
			allowed[i] = i % one_in == 1;
		assert_true(recall(&d, HNSW_LISTS, K, allowed, false) > 0.9);
		recall(&d, HNSW_AUTO, 300, allowed, false);
	}
	free(allowed);
	release(&d);
}

static void more_lists_find_more(void **state)
{
	const struct hnsw_options o = { .threads = 2, .lists = 400 };
	struct hnsw_work *work = hnsw_work_new();
	size_t n = 5000, hits[3] = { 0 };
	struct data d;

	(void)state;
	build_over(&d, vectors_of(n, DIM, 400, 0.6f, 1), n, DIM, &o, NULL);
	assert_int_equal(d.graph.header->lists, 400);
	for (size_t i = 0; i < 200; i++)
		for (size_t w = 0; w < 3; w++) {
			struct topk_item got[K], want[K];
			struct hnsw_query q = { .unit = d.x + i * 20 * DIM,
						.k = K,
						.probe =
						    w == 2 ? 400 : 1 + w * 20,
						.way = HNSW_LISTS };

			hnsw_exact(&d.source, &q, want);
			assert_int_equal(
			    hnsw_search(&d.graph, work, &q, got, NULL), K);
			for (size_t k = 0; k < K; k++)
				hits[w] += got[k].score >= want[K - 1].score;
		}
	assert_true(hits[0] < hits[1] && hits[1] < hits[2]);
	assert_int_equal(hits[2], 200 * K);
	hnsw_work_free(work);
	release(&d);
}

static void damaged_lists_do_no_harm(void **state)
{
	const struct hnsw_options o = { .threads = 2, .lists = 16 };
	struct data d;
	struct hnsw_layout l;
	struct err err;
	uint32_t *first, was;

	(void)state;
	build_over(&d, vectors_of(600, DIM, 20, 0.3f, 1), 600, DIM, &o, NULL);
	assert_int_equal(d.graph.header->lists, 16);
	damage_each(span_str(&d.bytes), 0, sizeof(struct hnsw_header), use, &d);
	l = hnsw_layout(d.graph.header);
	damage_each(span_str(&d.bytes), l.scale, l.end, use, &d);
	first = (uint32_t *)(void *)(d.bytes.p + l.first);
	was = first[5];
	first[5] = 601;
	assert_int_equal(hnsw_verify(&d.graph, &err), -1);
	assert_status(&err, ERR_DATA);
	first[5] = was;
	first[16]--;
	assert_int_equal(hnsw_verify(&d.graph, &err), -1);
	first[16]++;
	memset(d.bytes.p + l.scale, 0xff, 4);
	assert_int_equal(hnsw_verify(&d.graph, &err), -1);
	release(&d);
}

static void damage_does_no_harm(void **state)
{
	struct data d;
	float *x = vectors_of(600, DIM, 20, 0, 1);

	(void)state;
	for (size_t i = 0; i < 600; i++)
		if (i % 20)
			for (size_t j = 0; j < DIM; j++)
				x[i * DIM + j] += 0.01f * (float)(i * j % 17);
	build_over(&d, x, 600, DIM, &options, NULL);
	assert_true(d.graph.header->group_words > 0);
	damage_each(span_str(&d.bytes), 0, sizeof(struct hnsw_header), use, &d);
	damage_cut(span_str(&d.bytes), 1021, use, &d);
	damage_some(span_str(&d.bytes), 300, 1, use, &d);
	/* Links and rows without a whole one. */
	memset(d.bytes.p + HNSW_PAGE, 0x7f, d.bytes.n - HNSW_PAGE);
	use(span_str(&d.bytes), &d);
	memset(d.bytes.p + HNSW_PAGE, 0, d.bytes.n - HNSW_PAGE);
	use(span_str(&d.bytes), &d);
	release(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_walk_finds_what_the_exact_pass_finds),
		cmocka_unit_test(the_scan_is_exact),
		cmocka_unit_test(filters_apply_inside),
		cmocka_unit_test(threads_do_not_change_a_byte),
		cmocka_unit_test(degenerate_data_is_found),
		cmocka_unit_test(zero_vectors_are_left_out),
		cmocka_unit_test(byte_rows_serve_as_source),
		cmocka_unit_test(a_change_costs_what_changed),
		cmocka_unit_test(bad_options_are_refused),
		cmocka_unit_test(what_is_not_reached_is_mended),
		cmocka_unit_test(all_are_reached),
		cmocka_unit_test(every_row_is_accounted_for),
		cmocka_unit_test(the_cheaper_way_is_taken),
		cmocka_unit_test(cold_files_are_noticed),
		cmocka_unit_test(damage_does_no_harm),
		cmocka_unit_test(lists_give_all_there_is),
		cmocka_unit_test(more_lists_find_more),
		cmocka_unit_test(damaged_lists_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
