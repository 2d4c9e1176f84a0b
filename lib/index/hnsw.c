/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/hnsw.h"

#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/mem.h"
#include "index/hnswlists.h"
#include "index/hnswrows.h"
#include "index/hnswscan.h"
#include "io/pages.h"
#include "math/vector.h"

/* Where the file has to be read first, a scan is as fast up to so many bytes of
 * vectors: 4,000,000 of 64 dimensions, measured with the benchmark helper. */
#define HNSW_COLD_BYTES (4e6 * 64)
/* In nodes scanned: what a node costs that is expanded, a row of the source
 * that is scored, one that is asked whether it is allowed. */
#define HNSW_HOP_COST 250
#define HNSW_HOP_ONCE 600 /* pages that are touched for the first time */
#define HNSW_ROW_COST 15
#define HNSW_CHECK_COST 0.3
#define SAMPLE 1024 /* of rows, to learn what share is allowed */
#define AHEAD 8     /* rows fetched before they are scored */
/* Nodes of lists that are compared for each of the rows that are wanted. */
#define LISTS_SURPLUS 12

struct hnsw_work {
	struct hnswwalk walk;
	int8_t q[HNSW_DIM_MAX];
	struct hnswscan scan;
	struct hnswlists lists;
};

struct hnsw_work *hnsw_work_new(void)
{
	return mem_zalloc(1, sizeof(struct hnsw_work));
}

void hnsw_work_free(struct hnsw_work *w)
{
	if (!w)
		return;
	hnswwalk_release(&w->walk);
	hnswscan_release(&w->scan);
	hnswlists_release(&w->lists);
	free(w);
}

/* --- the source --- */

static bool is_zero(const struct hnsw_source *s, size_t i)
{
	for (size_t j = 0; j < s->dim; j++)
		if (s->floats ? s->floats[i * s->dim + j] != 0
			      : s->bytes[i * s->dim + j] != 0)
			return false;
	return true;
}

static inline void offer(const struct hnsw_source *s,
			 const struct hnsw_query *q, size_t i, struct topk *t)
{
	float score =
	    s->floats
		? vector_dot(q->unit, s->floats + i * s->dim, s->dim)
		: s->scale[i] *
		      vector_dot_mixed(q->unit, s->bytes + i * s->dim, s->dim);

	if (score != 0 || !is_zero(s, i))
		topk_offer(t, score, (uint32_t)i);
}

static inline const char *row_at(const struct hnsw_source *s, size_t i)
{
	return s->floats ? (const char *)(s->floats + i * s->dim)
			 : (const char *)(s->bytes + i * s->dim);
}

static inline void fetch(const struct hnsw_source *s, size_t i)
{
	size_t n = s->dim * (s->floats ? sizeof(float) : 1);

	for (size_t j = 0; i < s->count && j < n; j += HNSW_LINE)
		MEM_FETCH(row_at(s, i) + j);
}

/* Positions become rows. */
static size_t finish(const struct hnsw_source *s, struct topk *t)
{
	size_t n = topk_sort(t);

	for (size_t i = 0; s->rows && i < n; i++)
		t->items[i].index = s->rows[t->items[i].index];
	return n;
}

/* Rows [from, to), 64 at most, that are allowed: a bit each, and fetched. */
static uint64_t allowed_bits(const struct hnsw_source *s,
			     const struct hnsw_query *q, size_t from, size_t to)
{
	uint64_t bits = 0;

	for (size_t i = from; i < to; i++)
		bits |= (uint64_t)hnsw_is_allowed(s, q, i) << (i - from);
	if (q->allowed)
		for (uint64_t left = bits; left; left &= left - 1)
			fetch(s, from + (size_t)__builtin_ctzll(left));
	return bits;
}

size_t hnsw_exact(const struct hnsw_source *source,
		  const struct hnsw_query *query, struct topk_item *out)
{
	struct topk t = { out, 0, query->k };

	for (size_t i = 0; i < source->count; i += 64) {
		size_t left = source->count - i;
		uint64_t bits =
		    allowed_bits(source, query, i, i + (left < 64 ? left : 64));

		for (; bits; bits &= bits - 1)
			offer(source, query, i + (size_t)__builtin_ctzll(bits),
			      &t);
	}
	return finish(source, &t);
}

static double allowed_share(const struct hnsw_source *s,
			    const struct hnsw_query *q)
{
	size_t n = s->count < SAMPLE ? s->count : SAMPLE, yes = 0;

	if (!q->allowed || !n)
		return 1;
	for (size_t i = 0; i < n; i++)
		yes +=
		    hnsw_is_allowed(s, q, (size_t)((uint64_t)i * s->count / n));
	/* Not nothing: a walk would go on for ever. */
	return yes == n ? 1 : ((double)yes + 0.5) / (double)(n + 1);
}

/* --- nodes --- */

static void read_ahead(const void *p, size_t n)
{
	pages_advise(p, n, POSIX_MADV_WILLNEED);
}

static void read_rows_ahead(const struct hnsw *h, const uint64_t *keys,
			    size_t count)
{
	const struct hnsw_source *s = &h->source;
	size_t size = s->dim * (s->floats ? sizeof(float) : 1);

	for (size_t i = 0; i < count; i++) {
		uint32_t row = h->rows[hnswwalk_node(keys[i])];

		if (row < s->count)
			read_ahead(row_at(s, row), size);
	}
}

/* Scores from the source what keys[] hold. */
static size_t score_again(const struct hnsw *h, const struct hnsw_query *q,
			  const uint64_t *keys, size_t count,
			  struct topk_item *out)
{
	struct topk t = { out, 0, q->k };

	if (q->cold)
		read_rows_ahead(h, keys, count);
	for (size_t i = 0; i < count; i++) {
		const uint32_t *rows;
		uint32_t n = hnsw_node_rows(h, hnswwalk_node(keys[i]), &rows);

		if (i + AHEAD < count)
			fetch(&h->source,
			      h->rows[hnswwalk_node(keys[i + AHEAD])]);
		for (uint32_t j = 0; j < n; j++)
			if (rows[j] < h->source.count &&
			    hnsw_is_allowed(&h->source, q, rows[j]))
				offer(&h->source, q, rows[j], &t);
	}
	return finish(&h->source, &t);
}

/* What keys[] hold, at byte precision: `unit` is that of their scores. */
static size_t score_roughly(const struct hnsw *h, const struct hnsw_query *q,
			    const uint64_t *keys, size_t count, float unit,
			    struct topk_item *out)
{
	struct topk t = { out, 0, q->k };

	for (size_t i = 0; i < count; i++) {
		float score = unit * (float)hnswwalk_score(keys[i]);
		const uint32_t *rows;
		uint32_t n = hnsw_node_rows(h, hnswwalk_node(keys[i]), &rows);

		for (uint32_t j = 0; j < n; j++)
			if (rows[j] < h->source.count &&
			    hnsw_is_allowed(&h->source, q, rows[j]))
				topk_offer(&t, score, rows[j]);
	}
	return finish(&h->source, &t);
}

static size_t score_keys(const struct hnsw *h, const struct hnsw_query *q,
			 const uint64_t *keys, size_t count, float step,
			 struct topk_item *out)
{
	return q->rough ? score_roughly(h, q, keys, count,
					step * h->header->step, out)
			: score_again(h, q, keys, count, out);
}

/* Returns the query's step, 0: no direction. */
static float set_query(const struct hnsw *h, struct hnsw_work *w,
		       const struct hnsw_query *query, struct hnswwalk_query *q)
{
	const struct hnsw_header *d = h->header;

	memset(w->q + d->dim, 0, d->stride - d->dim);
	q->q = w->q;
	q->kernels = vector_kernels();
	return vector_quantise(query->unit, w->q, d->dim);
}

/* --- the scan --- */

/* What the products of bytes may be off by, twice: a row that far below the
 * k-th best may still belong to the k best. */
static int32_t scan_margin(const struct hnsw *h, const struct hnsw_work *w,
			   const float *unit, float step)
{
	const struct hnsw_header *d = h->header;
	double off = 0, length = 0, margin;

	for (size_t j = 0; j < d->dim; j++) {
		double q = (double)step * w->q[j];

		off += (unit[j] - q) * (unit[j] - q);
		length += q * q;
	}
	/* Rows of length 1, but for rounding. */
	margin = 2 * (1.001 * sqrt(off) + sqrt(length) * (double)d->error);
	margin = margin / ((double)step * (double)d->step) + 2;
	return margin < 1e9 ? (int32_t)margin : 1000000000;
}

static size_t scan(const struct hnsw *h, struct hnsw_work *w,
		   const struct hnsw_query *query,
		   const struct hnswwalk_query *q, float step,
		   struct topk_item *out)
{
	int32_t margin =
	    query->rough ? 0 : scan_margin(h, w, query->unit, step);
	size_t n;

	if (query->cold) {
		read_ahead(h->rows,
			   (size_t)h->header->nodes * sizeof(*h->rows));
		read_ahead(h->vectors,
			   (size_t)h->header->nodes * h->header->stride);
	}
	n = hnswscan_run(&w->scan, h, query, q, margin);
	return score_keys(h, query, w->scan.keys, n, step, out);
}

/* --- the walk --- */

static void walk(const struct hnsw *h, struct hnsw_work *w,
		 const struct hnswwalk_query *q, size_t ef)
{
	const struct hnsw_header *d = h->header;
	struct hnswwalk_layer l = { h->vectors, d->stride, NULL, d->m, 0 };
	uint32_t node = 0;

	for (uint32_t i = d->layers - 1; i > 0; i--) {
		l.links = h->upper[i];
		l.nodes = d->layer[i];
		node = hnswwalk_greedy(&l, q, node);
	}
	l.links = h->links;
	l.width = d->m0;
	l.nodes = d->nodes;
	hnswwalk_run(&w->walk, &l, q, node, ef);
}

/* Keeps of the pool what is allowed. */
static size_t pool_allowed(const struct hnsw *h, struct hnsw_work *w,
			   const struct hnsw_query *query)
{
	uint64_t *pool = w->walk.pool;
	size_t n = 0;

	for (size_t i = 0; i < w->walk.count; i++)
		if (hnsw_node_allowed(h, query, hnswwalk_node(pool[i])))
			pool[n++] = pool[i];
	return n;
}

/* Is walking so far cheaper than passing over everything? */
static bool walk_is_cheaper(const struct hnsw *h,
			    const struct hnsw_query *query, double hops)
{
	double cost = query->once ? HNSW_HOP_ONCE : HNSW_HOP_COST;

	return hops * cost < (double)h->header->nodes;
}

/* Of the two ways of passing over everything. */
static enum hnsw_way pass_over(double share)
{
	return share * HNSW_ROW_COST + HNSW_CHECK_COST < 1 ? HNSW_EXACT
							   : HNSW_SCAN;
}

/* Widens the walk until it met enough that is allowed. SIZE_MAX: that costs
 * too much, or more are not within reach. */
static size_t walk_widening(const struct hnsw *h, struct hnsw_work *w,
			    const struct hnsw_query *query,
			    const struct hnswwalk_query *q, float step,
			    size_t ef, double share, struct topk_item *out)
{
	double hops = (double)ef / share;

	/* Asked for, and no filter: however wide. */
	for (; walk_is_cheaper(h, query, hops) || !query->allowed; hops *= 4) {
		size_t n;

		if (hops >= (double)h->header->nodes)
			break;
		walk(h, w, q, (size_t)hops);
		n = query->allowed ? pool_allowed(h, w, query) : w->walk.count;
		if (n >= query->k && n >= ef / 2)
			return score_keys(h, query, w->walk.pool, n, step, out);
		if (w->walk.count < (size_t)hops)
			break;
	}
	return SIZE_MAX;
}

/* --- lists --- */

/* How many lists, so that a filter leaves about as many rows; 0: passing over
 * everything is cheaper. */
static size_t lists_wanted(const struct hnsw *h, const struct hnsw_query *query,
			   double share)
{
	const struct hnsw_header *d = h->header;
	double want = (double)(query->probe ? query->probe : d->probe) / share;
	double nodes = want / d->lists * d->nodes + d->lists;

	if (want > d->lists)
		want = d->lists;
	if (query->way == HNSW_LISTS)
		return (size_t)ceil(want);
	return nodes < d->nodes *
			   fmin(1, share * HNSW_ROW_COST + HNSW_CHECK_COST)
		   ? (size_t)ceil(want)
		   : 0;
}

/* SIZE_MAX: nothing but all will do. */
static size_t search_lists(const struct hnsw *h, struct hnsw_work *w,
			   const struct hnsw_query *query,
			   const struct hnswwalk_query *q, float step,
			   size_t probe, double share, struct topk_item *out)
{
	int32_t margin =
	    query->rough ? 0 : scan_margin(h, w, query->unit, step);
	double least = LISTS_SURPLUS * (double)query->k / share;
	bool all = false;

	for (; !all && least < h->header->nodes; probe *= 4, least *= 4) {
		size_t n = hnswlists_run(&w->lists, &w->scan, h, query, q,
					 margin, probe, (size_t)least, &all);

		n = score_keys(h, query, w->scan.keys, n, step, out);
		if (n == query->k)
			return n;
	}
	return SIZE_MAX;
}

static enum hnsw_way choose(const struct hnsw *h,
			    const struct hnsw_query *query, size_t ef,
			    double share)
{
	const struct hnsw_header *d = h->header;
	bool scanned =
	    query->cold && (double)d->nodes * d->stride <= HNSW_COLD_BYTES;

	if (query->way == HNSW_LISTS || (query->way == HNSW_AUTO && d->lists))
		return d->lists && lists_wanted(h, query, share)
			   ? HNSW_LISTS
			   : pass_over(share);
	if (query->way == HNSW_AUTO)
		return d->m && !scanned &&
			       walk_is_cheaper(h, query, (double)ef / share)
			   ? HNSW_WALK
			   : pass_over(share);
	return query->way == HNSW_WALK && !d->m ? HNSW_SCAN : query->way;
}

size_t hnsw_search(const struct hnsw *h, struct hnsw_work *w,
		   const struct hnsw_query *query, struct topk_item *out,
		   enum hnsw_way *found)
{
	size_t ef = query->ef ? query->ef : HNSW_EF, n = SIZE_MAX;
	double share = allowed_share(&h->source, query);
	struct hnswwalk_query q;
	enum hnsw_way way;
	float step;

	ef = ef < query->k ? query->k : ef;
	way = choose(h, query, ef, share);
	if (found)
		*found = way;
	if (!query->k || !h->header->nodes)
		return 0;
	step = set_query(h, w, query, &q);
	if (!(step > 0))
		way = HNSW_EXACT;
	if (way == HNSW_WALK) {
		n = walk_widening(h, w, query, &q, step, ef, share, out);
		way = n == SIZE_MAX ? pass_over(share) : way;
	}
	if (way == HNSW_LISTS) {
		n = search_lists(h, w, query, &q, step,
				 lists_wanted(h, query, share), share, out);
		way = n == SIZE_MAX ? pass_over(share) : way;
	}
	if (way == HNSW_SCAN)
		n = scan(h, w, query, &q, step, out);
	if (n == SIZE_MAX || (n < query->k && n < h->header->signal)) {
		way = HNSW_EXACT;
		n = hnsw_exact(&h->source, query, out);
	}
	if (found)
		*found = way;
	return n;
}
