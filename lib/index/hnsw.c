/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/hnsw.h"

#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/mem.h"
#include "index/hnswwalk.h"
#include "math/lanes.h"
#include "math/vector.h"

/* Measured by the benchmark helper, one core, 64 dimensions. A process that
 * asks one question is as fast with a scan up to this many nodes. */
#define HNSW_SCAN_NODES 150000
/* And up to so many, where the file has to be read first. */
#define HNSW_COLD_NODES 4000000
/* In nodes scanned: what a node costs that is expanded, a row of the source
 * that is scored, one that is asked whether it is allowed. */
#define HNSW_HOP_COST 250
#define HNSW_ROW_COST 15
#define HNSW_CHECK_COST 0.3
#define SAMPLE 1024 /* of rows, to learn what share is allowed */
#define BLOCK 256
#define AHEAD 8 /* rows fetched before they are scored */

struct hnsw_work {
	struct hnswwalk walk;
	int8_t q[HNSW_DIM_MAX];
	uint64_t *found; /* keys of a scan */
	size_t found_room;
	uint64_t *best; /* the scan's k best keys */
	size_t best_room;
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
	free(w->found);
	free(w->best);
	free(w);
}

/* --- the source --- */

static inline bool is_allowed(const struct hnsw_source *s,
			      const struct hnsw_query *q, size_t i)
{
	size_t row = s->rows ? s->rows[i] : i;

	return !q->allowed || (row < q->allowed_rows && q->allowed[row]);
}

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
		__builtin_prefetch(row_at(s, i) + j);
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
		bits |= (uint64_t)is_allowed(s, q, i) << (i - from);
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
		yes += is_allowed(s, q, (size_t)((uint64_t)i * s->count / n));
	/* Not nothing: a walk would go on for ever. */
	return yes == n ? 1 : ((double)yes + 0.5) / (double)(n + 1);
}

/* --- nodes --- */

/* The positions that a node stands for, their number returned. */
static uint32_t node_rows(const struct hnsw *h, uint32_t node,
			  const uint32_t **rows)
{
	uint32_t first = h->rows[node], words = h->header->group_words, n;

	*rows = h->rows + node;
	if (!(first & HNSW_GROUP))
		return 1;
	first &= ~HNSW_GROUP;
	if (first >= words)
		return 0; /* HNSW_NONE among them */
	n = h->groups[first];
	*rows = h->groups + first + 1;
	return n < words - first ? n : 0;
}

static bool node_allowed(const struct hnsw *h, const struct hnsw_query *q,
			 uint32_t node)
{
	const uint32_t *rows;
	uint32_t n = node_rows(h, node, &rows);

	for (uint32_t i = 0; i < n; i++)
		if (rows[i] < h->source.count &&
		    is_allowed(&h->source, q, rows[i]))
			return true;
	return false;
}

/* Advice: nothing is lost where it is not taken. */
static void read_ahead(const void *p, size_t n)
{
	uintptr_t at = (uintptr_t)p, from = at & ~(uintptr_t)(HNSW_PAGE - 1);

	(void)posix_madvise((void *)from, n + (size_t)(at - from),
			    POSIX_MADV_WILLNEED);
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
		uint32_t n = node_rows(h, hnswwalk_node(keys[i]), &rows);

		if (i + AHEAD < count)
			fetch(&h->source,
			      h->rows[hnswwalk_node(keys[i + AHEAD])]);
		for (uint32_t j = 0; j < n; j++)
			if (rows[j] < h->source.count &&
			    is_allowed(&h->source, q, rows[j]))
				offer(&h->source, q, rows[j], &t);
	}
	return finish(&h->source, &t);
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

LANES_CLONES
static bool any_above(const int32_t *scores, int32_t least)
{
	lanes_int any = { 0 }, s;

	for (size_t i = 0; i < BLOCK; i += LANES) {
		memcpy(&s, scores + i, sizeof(s));
		any |= s >= least;
	}
	for (size_t i = 0; i < LANES; i++)
		if (any[i])
			return true;
	return false;
}

static size_t scan(const struct hnsw *h, struct hnsw_work *w,
		   const struct hnsw_query *query,
		   const struct hnswwalk_query *q, int32_t margin,
		   struct topk_item *out)
{
	const struct hnsw_header *d = h->header;
	int32_t scores[BLOCK], least = INT32_MIN;
	size_t found = 0, best = 0, kept = 0;

	MEM_ROOM(w->best, query->k + 1, w->best_room);
	if (query->cold) {
		read_ahead(h->rows, (size_t)d->nodes * sizeof(*h->rows));
		read_ahead(h->vectors, (size_t)d->nodes * d->stride);
	}
	for (uint32_t from = 0; from < d->nodes; from += BLOCK) {
		uint32_t n = d->nodes - from < BLOCK ? d->nodes - from : BLOCK;

		hnswwalk_dots(q, h->vectors + (size_t)from * d->stride,
			      d->stride, NULL, n, scores);
		for (uint32_t i = n; i < BLOCK; i++)
			scores[i] = INT32_MIN;
		if (!any_above(scores, least))
			continue;
		for (uint32_t i = 0; i < n; i++) {
			uint64_t key = hnswwalk_key(scores[i], from + i);

			if (scores[i] < least ||
			    !node_allowed(h, query, from + i))
				continue;
			MEM_ROOM(w->found, found + 1, w->found_room);
			w->found[found++] = key;
			if (best == query->k && key < w->best[best - 1])
				continue;
			hnswwalk_insert(w->best, best, key);
			best += best < query->k;
			if (best == query->k)
				least =
				    hnswwalk_score(w->best[best - 1]) - margin;
		}
	}
	for (size_t i = 0; i < found; i++)
		if (hnswwalk_score(w->found[i]) >= least)
			w->found[kept++] = w->found[i];
	return score_again(h, query, w->found, kept, out);
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
		if (node_allowed(h, query, hnswwalk_node(pool[i])))
			pool[n++] = pool[i];
	return n;
}

/* Is walking so far cheaper than passing over everything? */
static bool walk_is_cheaper(const struct hnsw *h, double hops)
{
	return hops * HNSW_HOP_COST < (double)h->header->nodes;
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
			    const struct hnswwalk_query *q, size_t ef,
			    double share, struct topk_item *out)
{
	double hops = (double)ef / share;

	/* Asked for, and no filter: however wide. */
	for (; walk_is_cheaper(h, hops) || !query->allowed; hops *= 4) {
		size_t n;

		if (hops >= (double)h->header->nodes)
			break;
		walk(h, w, q, (size_t)hops);
		n = query->allowed ? pool_allowed(h, w, query) : w->walk.count;
		if (n >= query->k && n >= ef / 2)
			return score_again(h, query, w->walk.pool, n, out);
		if (w->walk.count < (size_t)hops)
			break;
	}
	return SIZE_MAX;
}

static enum hnsw_way choose(const struct hnsw *h,
			    const struct hnsw_query *query, size_t ef,
			    double share)
{
	const struct hnsw_header *d = h->header;
	uint32_t least = query->cold ? HNSW_COLD_NODES : HNSW_SCAN_NODES;

	if (query->way == HNSW_AUTO)
		return d->m && d->nodes > least &&
			       walk_is_cheaper(h, (double)ef / share)
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
		n = walk_widening(h, w, query, &q, ef, share, out);
		way = n == SIZE_MAX ? pass_over(share) : way;
	}
	if (way == HNSW_SCAN)
		n = scan(h, w, query, &q, scan_margin(h, w, query->unit, step),
			 out);
	if (n == SIZE_MAX || (n < query->k && n < h->header->signal)) {
		way = HNSW_EXACT;
		n = hnsw_exact(&h->source, query, out);
	}
	if (found)
		*found = way;
	return n;
}

/* --- viewing --- */

static bool header_is_sound(const struct hnsw_header *d)
{
	bool sound = d->nodes <= HNSW_NODES_MAX && d->signal <= d->count &&
		     d->dead <= d->nodes && d->added <= d->nodes && d->dim &&
		     d->dim <= HNSW_DIM_MAX &&
		     d->stride == hnsw_align(d->dim, HNSW_LINE) &&
		     d->m <= HNSW_M_MAX && d->m0 == 2 * d->m &&
		     d->layers >= 1 && d->layers <= HNSW_LAYERS &&
		     d->layer[0] == d->nodes && d->step > 0 &&
		     isfinite(d->step) && d->error >= 0 && isfinite(d->error) &&
		     !d->reserved[0] && !d->reserved[1];

	for (uint32_t i = 1; sound && i < HNSW_LAYERS; i++)
		sound = i < d->layers ? d->m && d->layer[i] &&
					    d->layer[i] <= d->layer[i - 1]
				      : !d->layer[i];
	return sound;
}

int hnsw_view(struct hnsw *h, struct span bytes,
	      const struct hnsw_source *source, struct err *err)
{
	const struct hnsw_header *d = (const void *)bytes.p;
	struct hnsw_layout l;

	if (bytes.n < sizeof(*d))
		return err_set(err, ERR_DATA, "graph",
			       "a graph of %zu bytes has no header", bytes.n);
	if (!header_is_sound(d))
		return err_set(err, ERR_DATA, "graph",
			       "the header of the graph is damaged");
	l = hnsw_layout(d);
	if (l.end != bytes.n)
		return err_set(err, ERR_DATA, "graph",
			       "a graph of %u nodes takes %llu bytes, not %zu",
			       d->nodes, (unsigned long long)l.end, bytes.n);
	if (d->count != source->count || d->dim != source->dim)
		return err_set(err, ERR_DATA, "graph",
			       "the graph is of %u vectors of %u numbers, not "
			       "of %zu of %zu",
			       d->count, d->dim, source->count, source->dim);
	*h = (struct hnsw){ .header = d, .source = *source };
	h->vectors = (const int8_t *)bytes.p + l.vectors;
	h->links = (const void *)(bytes.p + l.links);
	h->rows = (const void *)(bytes.p + l.rows);
	h->groups = (const void *)(bytes.p + l.groups);
	for (uint32_t i = 1; i < d->layers; i++)
		h->upper[i] = (const void *)(bytes.p + l.upper[i]);
	return 0;
}
