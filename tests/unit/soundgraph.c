/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The section of a graph of sounds: when there is one, what it finds, and what
 * an update makes of it. */
#include <math.h>

#include "index/soundgraph.h"
#include "math/random.h"
#include "math/vector.h"
#include "testing.h"

enum { DIM = 24, MANY = 4000, CENTRES = 30 };

static float *vectors_of(size_t n)
{
	float *x = mem_alloc(n * DIM * sizeof(*x) + 1);
	struct random r, c;

	for (size_t i = 0; i < n; i++) {
		random_seed(&r, 3, i);
		random_seed(&c, 77, random_below(&r, CENTRES));
		for (size_t k = 0; k < DIM; k++)
			x[i * DIM + k] = (float)random_normal(&c) +
					 0.5F * (float)random_normal(&r);
		vector_normalise(x + i * DIM, DIM);
	}
	return x;
}

struct made {
	struct pack *pack;
	struct hnsw graph;
	struct soundgraph_made told;
};

static struct made make(const struct hnsw_source *v,
			const struct soundgraph_options *o,
			const struct made *previous)
{
	char *path = test_path("graph.pack");
	FILE *f = fopen(path, "w+b");
	struct err err = { 0 };
	struct pack_writer *w = pack_writer_new(f, "test", 1, &err);
	struct made m = { .pack = NULL };

	if (soundgraph_write(v, o, previous ? &previous->graph : NULL, "graph",
			     w, &m.told, &err))
		fail_msg("%s", err.message);
	assert_int_equal(pack_writer_end(w, NULL, &err), 0);
	fclose(f);
	m.pack = pack_open(path, "test", 1, &err);
	assert_non_null(m.pack);
	if (hnsw_view(&m.graph, pack_get(m.pack, "graph"), v, &err) ||
	    hnsw_verify(&m.graph, &err))
		fail_msg("%s", err.message);
	unlink(path);
	free(path);
	return m;
}

/* By lists or a walk, of vectors in between those that the library samples. */
static double recall(const struct made *m, enum hnsw_way way)
{
	const struct hnsw_source *v = &m->graph.source;
	struct hnsw_work *w = hnsw_work_new();
	struct topk_item want[10], got[10];
	size_t hits = 0, all = 0;

	for (size_t i = 0; i < 100; i++) {
		size_t at = (i * 2 + 1) * v->count / 201;
		struct hnsw_query q = { .unit = v->floats + at * v->dim,
					.k = 10,
					.way = way };
		size_t n = hnsw_exact(v, &q, want);

		assert_int_equal(hnsw_search(&m->graph, w, &q, got, NULL), n);
		for (size_t k = 0; k < n; k++, all++)
			hits += got[k].score >= want[n - 1].score;
	}
	hnsw_work_free(w);
	return (double)hits / (double)all;
}

static void same(const struct made *a, const struct made *b)
{
	assert_true(
	    span_eq(pack_get(a->pack, "graph"), pack_get(b->pack, "graph")));
	assert_int_equal(a->told.nodes, b->told.nodes);
	assert_int_equal(a->told.lists, b->told.lists);
	assert_true(a->told.recall == b->told.recall);
}

static void test_always(void **state)
{
	struct soundgraph_options one = { SOUNDGRAPH_ALWAYS, 10, 50, 1 },
				  four = { SOUNDGRAPH_ALWAYS, 10, 50, 4 },
				  none = { 0 };
	float *x = vectors_of(MANY);
	struct hnsw_source v = { .count = MANY, .dim = DIM, .floats = x };
	struct made a, b, c;

	(void)state;
	a = make(&v, &one, NULL);
	b = make(&v, &four, NULL);
	same(&a, &b);
	assert_int_equal(a.told.nodes, MANY);
	assert_true(a.told.recall > 0.95);
	assert_true(fabs(recall(&a, HNSW_WALK) - a.told.recall) < 0.04);
	/* nothing new: the very bytes, and what was asked for stays */
	c = make(&v, &none, &a);
	same(&a, &c);
	pack_close(a.pack);
	pack_close(b.pack);
	pack_close(c.pack);
	free(x);
}

static void test_update(void **state)
{
	struct soundgraph_options o = { SOUNDGRAPH_ALWAYS, 10, 50, 2 },
				  zero = { .threads = 4 },
				  other = { .links = 6, .ef = 3 };
	float *x = vectors_of(MANY);
	/* 200 at the front go, 300 at the end come */
	struct hnsw_source old = { .count = MANY - 300,
				   .dim = DIM,
				   .floats = x };
	struct hnsw_source new = { .count = MANY - 200,
				   .dim = DIM,
				   .floats = x + 200 * DIM };
	struct made a, b, c, d, e;

	(void)state;
	a = make(&old, &o, NULL);
	b = make(&new, &o, &a);
	c = make(&new, &zero, &a);
	same(&b, &c);
	assert_true(b.graph.header->added > 0);
	d = make(&new, &o, NULL);
	assert_true(b.told.recall > 0.95);
	assert_true(b.told.recall > d.told.recall - 0.02);
	assert_true(recall(&b, HNSW_WALK) > recall(&d, HNSW_WALK) - 0.02);
	/* other links, a graph of its own */
	e = make(&new, &other, &a);
	assert_int_equal(e.graph.header->m, 6);
	assert_int_equal(e.graph.header->ef, 6); /* never less than links */
	pack_close(a.pack);
	pack_close(b.pack);
	pack_close(c.pack);
	pack_close(d.pack);
	pack_close(e.pack);
	free(x);
}

/* Lists where they are faster, unless somebody knows better. */
static void test_when(void **state)
{
	enum { FLAT = 2, SIDES = 300 };
	size_t scanned = SOUNDGRAPH_AUTO_BYTES / HNSW_LINE, n = scanned + 1;
	struct soundgraph_options automatic = { SOUNDGRAPH_AUTO, 2, 4, 2 },
				  never = { SOUNDGRAPH_NEVER, 2, 4, 2 };
	float *x = mem_alloc(n * FLAT * sizeof(*x));
	struct hnsw_source v = { .count = n, .dim = FLAT, .floats = x };
	struct made many, few, not, still;

	(void)state;
	/* the same few directions over and over, so that this is quick */
	for (size_t i = 0; i < n; i++) {
		double turn = (double)(i % SIDES) / SIDES * 6.283185;

		x[i * FLAT] = (float)cos(turn);
		x[i * FLAT + 1] = (float)sin(turn);
	}
	many = make(&v, &automatic, NULL);
	assert_int_equal(many.graph.header->m, 0);
	assert_true(many.told.lists > 0);
	assert_int_equal(many.told.lists, many.graph.header->lists);
	not = make(&v, &never, NULL);
	assert_int_equal(not .graph.header->m, 0);
	assert_int_equal(not .graph.header->lists, 0);
	assert_int_equal(not .told.nodes, 0);
	assert_true(not .told.recall == 1);
	still = make(&v, &automatic, &not );
	assert_int_equal(still.told.lists, 0);
	v.count = scanned;
	few = make(&v, &automatic, NULL);
	assert_int_equal(few.told.lists, 0);
	pack_close(few.pack);
	few = make(&v, &automatic, &many);
	assert_int_equal(few.told.lists, 0);
	pack_close(few.pack);
	pack_close(still.pack);
	pack_close(not .pack);
	pack_close(many.pack);
	free(x);
}

/* The list of a node is that of the nearest centroid, whatever gave it. */
static void check_places(const struct hnsw *h)
{
	const struct hnsw_header *d = h->header;

	for (uint32_t l = 0; l < d->lists; l++)
		for (uint32_t i = h->first[l]; i < h->first[l + 1]; i++) {
			uint32_t best = 0;
			float most = -INFINITY;

			for (uint32_t c = 0; c < d->lists; c++) {
				int32_t dot = 0;
				float score;

				for (uint32_t k = 0; k < d->stride; k++)
					dot += h->vectors[i * d->stride + k] *
					       h->centroids[c * d->stride + k];
				score = h->scale[c] * (float)dot;
				if (score > most) {
					most = score;
					best = c;
				}
			}
			assert_int_equal(best, l);
		}
}

static void test_lists(void **state)
{
	struct soundgraph_options one = { .when = SOUNDGRAPH_LISTS,
					  .threads = 1 },
				  four = { .when = SOUNDGRAPH_LISTS,
					   .threads = 4 },
				  none = { 0 };
	float *x = vectors_of(MANY);
	struct hnsw_source v = { .count = MANY, .dim = DIM, .floats = x };
	struct hnsw_source old = { .count = MANY - 300,
				   .dim = DIM,
				   .floats = x };
	struct hnsw_source new = { .count = MANY - 200,
				   .dim = DIM,
				   .floats = x + 200 * DIM };
	struct hnsw_source few = { .count = 500, .dim = DIM, .floats = x };
	struct made a, b, c, d;

	(void)state;
	a = make(&v, &one, NULL);
	b = make(&v, &four, NULL);
	same(&a, &b);
	pack_close(b.pack);
	assert_int_equal(a.told.nodes, 0);
	assert_int_equal(a.told.lists, 192);
	assert_true(a.told.recall >= 0.99 && a.told.recall <= 1);
	assert_true(recall(&a, HNSW_LISTS) > 0.97);
	check_places(&a.graph);
	/* nothing new: the very bytes, and what was asked for stays */
	b = make(&v, &none, &a);
	same(&a, &b);
	pack_close(b.pack);
	pack_close(a.pack);
	/* 200 at the front go, 300 at the end come */
	a = make(&old, &one, NULL);
	b = make(&new, &one, &a);
	c = make(&new, &none, &a);
	same(&b, &c);
	assert_int_equal(b.graph.header->fitted, MANY - 300);
	check_places(&b.graph);
	assert_true(recall(&b, HNSW_LISTS) > 0.97);
	/* so few that the lists are made anew */
	d = make(&few, &none, &a);
	assert_int_equal(d.graph.header->fitted, 500);
	check_places(&d.graph);
	pack_close(a.pack);
	pack_close(b.pack);
	pack_close(c.pack);
	pack_close(d.pack);
	free(x);
}

/* Where every vector is as far from all others, most lists would have to be
 * compared: there are none. */
static void test_useless(void **state)
{
	struct soundgraph_options o = { .when = SOUNDGRAPH_LISTS };
	size_t n = 200;
	float *x = mem_zalloc(n * n, sizeof(*x));
	struct hnsw_source v = { .count = n, .dim = n, .floats = x };
	struct made m;

	(void)state;
	for (size_t i = 0; i < n; i++)
		x[i * n + i] = 1;
	m = make(&v, &o, NULL);
	assert_int_equal(m.told.lists, 0);
	assert_true(m.told.recall == 1);
	pack_close(m.pack);
	free(x);
}

/* Fewer vectors than a recall is made of, equal ones, and such as say
 * nothing. */
static void test_few(void **state)
{
	static const size_t counts[] = { 1, 2, 9, 40 };
	struct soundgraph_options o = { SOUNDGRAPH_ALWAYS, 4, 8, 2 };

	(void)state;
	for (size_t c = 0; c < 4; c++) {
		size_t n = counts[c];
		float *x = vectors_of(n);
		struct hnsw_source v = { .count = n, .dim = DIM, .floats = x };
		struct made m = make(&v, &o, NULL);

		assert_int_equal(m.told.nodes, n);
		assert_true(m.told.recall == 1);
		pack_close(m.pack);
		for (size_t i = 1; i < n; i++)
			memcpy(x + i * DIM, x, DIM * sizeof(*x));
		m = make(&v, &o, NULL);
		assert_int_equal(m.told.nodes, 1);
		assert_true(m.told.recall == 1);
		pack_close(m.pack);
		memset(x, 0, (n - 1) * DIM * sizeof(*x));
		m = make(&v, &o, NULL);
		assert_int_equal(m.told.nodes, 1);
		assert_true(m.told.recall == 1);
		pack_close(m.pack);
		memset(x, 0, n * DIM * sizeof(*x));
		m = make(&v, &o, NULL);
		assert_int_equal(m.told.nodes, 0);
		assert_true(m.told.recall == 1);
		pack_close(m.pack);
		free(x);
	}
}

static void test_misuse(void **state)
{
	struct soundgraph_options o = { SOUNDGRAPH_ALWAYS, 1000, 8, 2 };
	float *x = vectors_of(20);
	struct hnsw_source v = { .count = 20, .dim = DIM, .floats = x };
	FILE *f = tmpfile();
	struct err err = { 0 };
	struct pack_writer *w = pack_writer_new(f, "test", 1, &err);
	struct soundgraph_made told;

	(void)state;
	assert_int_equal(soundgraph_write(&v, &o, NULL, "g", w, &told, &err),
			 -1);
	assert_status(&err, ERR_USAGE);
	pack_writer_end(w, NULL, NULL);
	fclose(f);
	free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_always),  cmocka_unit_test(test_update),
		cmocka_unit_test(test_when),    cmocka_unit_test(test_few),
		cmocka_unit_test(test_misuse),  cmocka_unit_test(test_lists),
		cmocka_unit_test(test_useless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
