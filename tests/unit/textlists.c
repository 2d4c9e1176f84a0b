/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of text vectors: what they find against a comparison with all rows. */
#include <math.h>

#include "index/scan.h"
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
	m->artist = mem_alloc(n * 2 * sizeof(uint32_t));
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
				    .text_rows = m->row,
				    .text = m->q,
				    .text_scale = m->scale };
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
				int threads, struct textlists_made *told)
{
	FILE *f = fopen(path, "w+b");
	struct err err = { 0 };
	struct pack_writer *w = pack_writer_new(f, "test", 1, &err);
	struct pack *p;

	assert_int_equal(textlists_write(&m->rows, threads, w, told, &err), 0);
	assert_int_equal(pack_writer_end(w, NULL, &err), 0);
	fclose(f);
	p = pack_open(path, "test", 1, &err);
	assert_non_null(p);
	return p;
}

static size_t found(const struct topk_item *want, const struct topk_item *got,
		    size_t n)
{
	size_t hits = 0;

	for (size_t i = 0; i < n; i++)
		hits += got[i].score >= want[n - 1].score;
	return hits;
}

static void test_found(void **state)
{
	struct made m;
	char *path = test_path("lists"), *again = test_path("again");
	struct textlists_made told, same;
	struct err err = { 0 };
	struct pack *p, *p2;
	struct ivf_work *w;
	struct topk_item want[50], got[50];
	uint8_t *allowed;
	float *scores;
	size_t hits = 0, all = 0;

	(void)state;
	make(&m, ROWS);
	p = write_lists(&m, path, 1, &told);
	p2 = write_lists(&m, again, 2, &same);
	assert_memory_equal(pack_digest(p), pack_digest(p2), HASH_SIZE);
	assert_true(told.lists > 0 && told.recall > 0.9);
	assert_int_equal(ivf_view(&m.g.text_lists, pack_get(p, "vector.lists"),
				  &m.rows, &err),
			 0);
	w = ivf_work_new(&m.g.text_lists);
	scores = mem_alloc(m.g.count * sizeof(float));
	allowed = mem_zalloc(m.g.count, 1);
	for (size_t i = 0; i < 40; i++) {
		struct scan_query q;
		size_t every = i % 2 ? 1 : 7, cap = i % 4 < 2 ? 0 : 2, n;

		memcpy(q.q, m.q + i * 251 * DIM, DIM);
		q.scale = m.scale[i * 251];
		for (size_t k = 0; k < m.g.count; k++) {
			scores[k] = NAN;
			allowed[k] = k % every == 0;
		}
		assert_int_equal(scan_text(&m.g, &q, 0, ROWS, scores, &err), 0);
		n = scan_select(&m.g, scores, allowed, 50, cap, want);
		assert_int_equal(n, 50);
		assert_int_equal(scan_texts(&m.g, w, &q, allowed, 50, cap, got),
				 n);
		for (size_t k = 0; k < n; k++)
			assert_true(allowed[got[k].index] &&
				    got[k].score == scores[got[k].index]);
		hits += found(want, got, n);
		all += n;
	}
	assert_true((double)hits >= 0.9 * (double)all);
	free(scores);
	free(allowed);
	ivf_work_free(w);
	pack_close(p);
	pack_close(p2);
	free(path);
	free(again);
	drop(&m);
}

/* Few rows: no lists, and everything exact. */
static void test_few(void **state)
{
	static const size_t counts[] = { 1, 2, 500 };
	char *path = test_path("few");

	(void)state;
	for (size_t c = 0; c < 3; c++) {
		struct made m;
		struct textlists_made told;
		struct pack *p;

		make(&m, counts[c]);
		p = write_lists(&m, path, 1, &told);
		assert_int_equal(told.lists, 0);
		assert_true(told.recall == 1);
		pack_close(p);
		drop(&m);
	}
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
