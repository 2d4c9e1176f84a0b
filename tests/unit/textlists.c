/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of text vectors: what they find against a comparison with all rows. */
#include <math.h>

#include "index/search.h"
#include "index/textlists.h"
#include "math/random.h"
#include "math/vector.h"
#include "testing.h"

enum { DIM = GENERATION_TEXT_DIM, ROWS = 12000, CLUSTERS = 300, ARTISTS = 700 };

struct made {
	struct generation g;
	struct ivf_rows rows;
	int8_t *q;
	float *scale;
	uint32_t *row, *artist;
};

/* Every third row of the index has no text. */
static void make(struct made *m, size_t n)
{
	float *centre = mem_alloc(CLUSTERS * DIM * sizeof(float)), x[DIM];
	struct random rng;

	random_seed(&rng, 5, 0);
	for (size_t i = 0; i < CLUSTERS * DIM; i++)
		centre[i] = (float)random_normal(&rng);
	*m = (struct made){ .q = mem_alloc(n * DIM) };
	m->scale = mem_alloc(n * sizeof(float));
	m->row = mem_alloc(n * sizeof(uint32_t));
	m->artist = mem_alloc((n * 2 + 1) * sizeof(uint32_t));
	for (size_t i = 0; i < n; i++) {
		const float *c = centre + random_below(&rng, CLUSTERS) * DIM;
		int32_t norm2;

		for (size_t k = 0; k < DIM; k++)
			x[k] = c[k] + 0.7F * (float)random_normal(&rng);
		vector_quantise(x, m->q + i * DIM, DIM);
		norm2 = vector_dot_i8(m->q + i * DIM, m->q + i * DIM, DIM);
		m->scale[i] = 1 / sqrtf((float)norm2);
		m->row[i] = (uint32_t)(i + i / 2);
	}
	for (size_t i = 0; i < 2 * n; i++)
		m->artist[i] = (uint32_t)random_below(&rng, ARTISTS);
	m->g = (struct generation){ .count = n + n / 2,
				    .artist = m->artist,
				    .text_count = n,
				    .text_dim = DIM };
	m->rows =
	    (struct ivf_rows){ n, DIM, m->q, m->scale, m->row, m->g.count };
	free(centre);
}

static void drop(struct made *m)
{
	free(m->q);
	free(m->scale);
	free(m->row);
	free(m->artist);
}

static struct pack *write_lists(const struct made *m, const char *path,
				const struct textlists_options *o,
				const struct ivf_old *old,
				struct textlists_made *told)
{
	FILE *f = fopen(path, "w+b");
	struct err err = { 0 };
	struct pack_writer *w = pack_writer_new(f, "test", 1, &err);
	struct pack *p;

	assert_int_equal(textlists_write(&m->rows, o, old, w, told, &err), 0);
	assert_int_equal(pack_writer_end(w, NULL, &err), 0);
	fclose(f);
	p = pack_open(path, "test", 1, &err);
	unlink(path);
	assert_non_null(p);
	return p;
}

/* The vectors that are written are those of m, each with its row. */
static void same_vectors(const struct made *m)
{
	const struct generation *g = &m->g;
	uint8_t *met = mem_zalloc(g->count + 1, 1);

	for (size_t i = 0; i < m->rows.count; i++) {
		uint32_t at = g->text_at[m->row[i]];

		assert_true(at < m->rows.count);
		assert_int_equal(g->text_rows[at], m->row[i]);
		assert_memory_equal(g->text + at * DIM, m->q + i * DIM, DIM);
		assert_true(g->text_scale[at] == m->scale[i]);
		met[m->row[i]] = 1;
	}
	for (size_t i = 0; i < g->count; i++)
		assert_true(met[i] || g->text_at[i] == CATALOGUE_NONE);
	free(met);
}

/* m's index is what p holds. */
static void view(struct made *m, const struct pack *p)
{
	struct generation *g = &m->g;
	struct ivf_rows rows = m->rows;
	struct err err = { 0 };

	g->text = pack_array(p, "vector.int8", 1, rows.count * DIM, NULL, &err);
	g->text_rows = pack_array(p, "vector.rows", 4, rows.count, NULL, &err);
	g->text_at = pack_array(p, "vector.at", 4, g->count, NULL, &err);
	g->text_scale =
	    pack_array(p, "vector.scale", 4, rows.count, NULL, &err);
	assert_true(g->text && g->text_rows && g->text_at && g->text_scale);
	same_vectors(m);
	rows.q = g->text;
	rows.scale = g->text_scale;
	rows.rows = g->text_rows;
	assert_int_equal(
	    ivf_view(&g->text_lists, pack_get(p, "vector.lists"), &rows, &err),
	    0);
	if (ivf_verify(&g->text_lists, &err))
		fail_msg("%s", err.message);
}

static int better(const void *a, const void *b)
{
	const struct topk_item *x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return (x->index > y->index) - (x->index < y->index);
}

/* Sorts all that are allowed, and takes in turn. */
static size_t naive(const struct made *m, const float *scores,
		    const struct search_among *a, struct topk_item *out)
{
	struct topk_item *all = mem_alloc(m->g.count * sizeof(*all));
	uint8_t *met = mem_zalloc(ARTISTS, 1);
	size_t n = 0, kept = 0;

	for (uint32_t i = 0; i < m->g.count; i++)
		if (!isnan(scores[i]) && a->allowed[i])
			all[n++] = (struct topk_item){ scores[i], i };
	qsort(all, n, sizeof(*all), better);
	for (size_t i = 0; i < n && kept < a->k; i++)
		if (!a->per_artist ||
		    met[m->artist[all[i].index]]++ < a->per_artist)
			out[kept++] = all[i];
	free(met);
	free(all);
	return kept;
}

static size_t found(const struct topk_item *want, const struct topk_item *got,
		    size_t n)
{
	size_t hits = 0;

	for (size_t i = 0; i < n; i++)
		hits += got[i].score >= want[n - 1].score;
	return hits;
}

/* Of what an exact search finds; every score is exact. */
static double recall(const struct made *m, const struct search_dials *dials,
		     enum search_way wanted)
{
	struct search *s = search_new(&m->g, dials);
	float *scores = mem_alloc(m->g.count * sizeof(float));
	uint8_t *allowed = mem_zalloc(m->g.count, 1);
	struct topk_item want[50], got[50];
	size_t hits = 0, all = 0;

	for (size_t i = 0; i < 40; i++) {
		struct search_among a = { .allowed = allowed,
					  .k = 50,
					  .per_artist = i % 4 < 2 ? 0 : 2 };
		size_t every = i % 2 ? 1 : 7, at = i * 251 % m->rows.count, n;
		struct search_text q;
		enum search_way way;

		memcpy(q.q, m->q + at * DIM, DIM);
		q.scale = m->scale[at];
		for (size_t k = 0; k < m->g.count; k++) {
			scores[k] = search_text_row(&m->g, &q, k);
			a.eligible += allowed[k] = k % every == 0;
		}
		n = naive(m, scores, &a, want);
		assert_int_equal(n, 50);
		assert_int_equal(search_texts(s, &q, &a, got, &way), n);
		assert_int_equal(way, wanted);
		for (size_t k = 0; k < n; k++)
			assert_true(allowed[got[k].index] &&
				    got[k].score == scores[got[k].index]);
		hits += found(want, got, n);
		all += n;
	}
	free(scores);
	free(allowed);
	search_free(s);
	return (double)hits / (double)all;
}

static void test_found(void **state)
{
	static const struct search_dials own = { 0 }, one = { .probe = 1 },
					 every = { .probe = 65536 },
					 exact = { .exact = true };
	struct textlists_options o = { .threads = 1 }, two = { .threads = 2 };
	struct made m;
	char *path = test_path("lists");
	struct textlists_made told, same;
	struct pack *p, *p2;
	double least;

	(void)state;
	make(&m, ROWS);
	p = write_lists(&m, path, &o, NULL, &told);
	p2 = write_lists(&m, path, &two, NULL, &same);
	assert_memory_equal(pack_digest(p), pack_digest(p2), HASH_SIZE);
	assert_true(told.lists > 0 && told.recall > 0.9);
	view(&m, p);
	assert_true(recall(&m, &own, SEARCH_LISTS) >= 0.9);
	least = recall(&m, &one, SEARCH_LISTS);
	assert_true(least < recall(&m, &own, SEARCH_LISTS));
	assert_true(recall(&m, &every, SEARCH_LISTS) == 1);
	assert_true(recall(&m, &exact, SEARCH_EXACT) == 1);
	pack_close(p);
	pack_close(p2);
	free(path);
	drop(&m);
}

static int put(void *ctx, const void *p, size_t n, struct err *err)
{
	(void)err;
	str_put(ctx, p, n);
	return 0;
}

/* Rows `from` on of m. */
static struct made part(const struct made *m, size_t from, size_t count)
{
	struct made part = *m;

	part.rows.count = part.g.text_count = count;
	part.rows.q = part.q = m->q + from * DIM;
	part.rows.scale = part.scale = m->scale + from;
	part.rows.rows = part.row = m->row + from;
	return part;
}

/* Where the rows of now were before. */
static uint32_t *places(const struct made *now, const struct made *before)
{
	uint32_t *was = mem_alloc((now->rows.count + 1) * sizeof(*was));

	for (size_t i = 0; i < now->rows.count; i++)
		was[i] = before->g.text_at[now->row[i]];
	return was;
}

/* Writes now's from before's. */
static struct pack *again(const struct made *now, const struct made *before,
			  const char *path, const struct textlists_options *o,
			  struct textlists_made *told)
{
	uint32_t *was = places(now, before);
	struct ivf_old old = { &before->g.text_lists, was };
	struct pack *p = write_lists(now, path, o, &old, told);

	free(was);
	return p;
}

/* Lists of before serve again while the rows are about as many; what they give
 * is what all rows anew would. */
static void test_kept(void **state)
{
	static const struct search_dials own = { 0 };
	struct textlists_options o = { .threads = 2 },
				 more = { .probe = 3, .threads = 1 },
				 other = { .lists = 50, .threads = 2 };
	struct textlists_made told, first;
	char *path = test_path("kept");
	struct made all, before, after;
	struct ivf_options plain = { .threads = 1 };
	struct str bytes = { 0 };
	struct err err = { 0 };
	struct ivf_centroids c;
	struct pack *p, *p2;

	(void)state;
	make(&all, ROWS + 2000);
	before = part(&all, 0, ROWS);
	p = write_lists(&before, path, &o, NULL, &first);
	view(&before, p);

	/* the first 1000 went away, 2000 came */
	after = part(&all, 1000, ROWS + 1000);
	p2 = again(&after, &before, path, &o, &told);
	view(&after, p2);
	assert_int_equal(told.lists, first.lists);
	assert_int_equal(after.g.text_lists.nprobe, before.g.text_lists.nprobe);
	assert_memory_equal(after.g.text_lists.centroids,
			    before.g.text_lists.centroids, first.lists * DIM);
	assert_true(told.recall > 0.9);
	assert_true(recall(&after, &own, SEARCH_LISTS) >= 0.9);
	/* the same as from nothing with these centroids */
	plain.nprobe = before.g.text_lists.nprobe;
	ivf_centroids_of(&before.g.text_lists, &c);
	assert_int_equal(ivf_build(&after.g.text_lists.rows, &c, &plain, NULL,
				   put, &bytes, &err),
			 0);
	assert_true(span_eq(span_str(&bytes), pack_get(p2, "vector.lists")));
	ivf_centroids_release(&c);
	str_release(&bytes);
	pack_close(p2);

	/* nothing changed: the very bytes */
	p2 = again(&before, &before, path, &o, &told);
	assert_memory_equal(pack_digest(p), pack_digest(p2), HASH_SIZE);
	assert_true(told.recall == first.recall);
	pack_close(p2);

	/* options have their say */
	p2 = again(&before, &before, path, &more, &told);
	after = before;
	view(&after, p2);
	assert_int_equal(after.g.text_lists.nprobe, 3);
	assert_int_equal(after.g.text_lists.nlist, first.lists);
	pack_close(p2);
	p2 = again(&before, &before, path, &other, &told);
	assert_int_equal(told.lists, 50);
	pack_close(p2);

	/* too few are left for lists */
	after = part(&all, 0, 4000);
	p2 = again(&after, &before, path, &o, &told);
	view(&after, p2);
	assert_int_equal(told.lists, 0);
	assert_true(told.recall == 1);
	pack_close(p2);
	pack_close(p);
	free(path);
	drop(&all);
}

enum { NARROW = 8, AT_FIRST = 10000, UPDATES = 10, AT_LAST = 140000 };

/* Random directions. */
static void make_narrow(struct made *m)
{
	struct random rng;

	random_seed(&rng, 9, 0);
	*m = (struct made){ .q = mem_alloc(AT_LAST * NARROW) };
	m->scale = mem_alloc(AT_LAST * sizeof(float));
	m->row = mem_alloc(AT_LAST * sizeof(uint32_t));
	for (uint32_t i = 0; i < AT_LAST; i++) {
		int8_t *q = m->q + i * NARROW;

		for (size_t k = 0; k < NARROW; k++)
			q[k] = (int8_t)((int)random_below(&rng, 255) - 127);
		m->scale[i] = 1 / sqrtf((float)vector_dot_i8(q, q, NARROW) + 1);
		m->row[i] = i;
	}
}

/* Many small updates: lists are kept by each, but not by all of them. */
static void test_slowly(void **state)
{
	struct textlists_options o = { .threads = 2 };
	uint32_t *was = mem_alloc(AT_LAST * sizeof(*was));
	char *path = test_path("slowly");
	struct pack *p = NULL, *before;
	struct textlists_made told;
	size_t n = AT_FIRST, lists = 0, fitted = 0;
	struct ivf v = { .nlist = 0 };
	struct err err = { 0 };
	struct made m;

	(void)state;
	make_narrow(&m);
	for (int i = 0; i <= UPDATES; i++, n += n * 3 / 10) {
		struct ivf_old old = { &v, was };
		struct ivf_rows rows = { n, NARROW, m.q, m.scale, m.row, n };
		const uint32_t *at;

		assert_true(n <= AT_LAST);
		m.rows = rows;
		before = p;
		p = write_lists(&m, path, &o, i ? &old : NULL, &told);
		pack_close(before);
		if (!i || n > 2 * fitted) {
			assert_true(told.lists != lists);
			fitted = n;
			lists = told.lists;
		}
		assert_int_equal(told.lists, lists);
		rows.q = (const int8_t *)pack_get(p, "vector.int8").p;
		rows.scale = pack_array(p, "vector.scale", 4, n, NULL, &err);
		rows.rows = pack_array(p, "vector.rows", 4, n, NULL, &err);
		assert_int_equal(
		    ivf_view(&v, pack_get(p, "vector.lists"), &rows, &err), 0);
		assert_int_equal(v.fitted, fitted);
		at = pack_array(p, "vector.at", 4, n, NULL, &err);
		memset(was, 0xff, AT_LAST * sizeof(*was));
		memcpy(was, at, n * sizeof(*was));
	}
	assert_true(fitted > 8 * AT_FIRST);
	pack_close(p);
	free(path);
	free(was);
	drop(&m);
}

/* Few rows: no lists, and everything exact, unless lists are asked for; and
 * those stay. */
static void test_few(void **state)
{
	static const size_t counts[] = { 0, 1, 2, 7, 500 };
	char *path = test_path("few");

	(void)state;
	for (size_t c = 0; c < 5; c++) {
		struct textlists_options o = { .threads = 1 },
					 asked = { .lists = 4, .threads = 2 };
		struct made m;
		struct textlists_made told;
		struct pack *p, *p2;

		make(&m, counts[c]);
		p = write_lists(&m, path, &o, NULL, &told);
		view(&m, p);
		assert_int_equal(told.lists, 0);
		assert_true(told.recall == 1);
		pack_close(p);
		p = write_lists(&m, path, &asked, NULL, &told);
		view(&m, p);
		assert_int_equal(told.lists, counts[c] < 4 ? counts[c] : 4);
		assert_true(told.recall > (counts[c] < 50 ? 0.99 : 0.5));
		p2 = again(&m, &m, path, &o, &told);
		assert_memory_equal(pack_digest(p), pack_digest(p2), HASH_SIZE);
		pack_close(p);
		pack_close(p2);
		drop(&m);
	}
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_slowly),
		cmocka_unit_test(test_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
