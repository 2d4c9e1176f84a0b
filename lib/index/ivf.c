/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/ivf.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "index/ivfformat.h"
#include "math/lanes.h"
#include "math/vector.h"

enum {
	CHUNK = 16,       /* blocks scanned at a time */
	AHEAD = 6,        /* rows fetched ahead of their comparison */
	FEW = 16384,      /* allowed rows that are compared one by one */
	MORE = 8,         /* times nprobe, at most, under a filter */
	BATCH = 256,      /* rows gathered before they are compared */
	FIRST = 32,       /* rows compared, beside k, whatever comes */
	SURPLUS_LISTS = 3 /* lists compared exactly, per list probed */
};

/* A row or a list under consideration. */
struct hit {
	float score, factor; /* estimated, or exact; of the estimate's error */
	uint32_t index;
};

struct ivf_work {
	struct codes *codes;
	struct codes_query query;
	float *rotated;          /* [bits] */
	uint8_t *table;          /* [bits * 8] */
	float *score;            /* [CHUNK][32] */
	struct hit *lists;       /* [nlist], nearest first as far as known */
	size_t ranked;           /* so many */
	uint8_t *ranked_already; /* [nlist] */
	struct hit *found;       /* [2 * depth] */
	size_t count, depth, cap;
	float bar; /* what is not above it makes no shortlist */
	struct topk best;
	uint64_t state; /* of the choice of pivots */
};

struct ivf_work *ivf_work_new(const struct ivf *v)
{
	struct ivf_work *w = mem_zalloc(1, sizeof(*w));
	size_t bits = codes_bits(v->rows.dim);

	topk_init(&w->best, 0);
	w->state = 1;
	if (!v->nlist)
		return w;
	w->codes = codes_new(v->rows.dim);
	w->rotated = mem_zalloc(bits, sizeof(*w->rotated));
	w->table = mem_zalloc(bits, 8);
	w->score = mem_zalloc(CHUNK * CODES_BLOCK, sizeof(*w->score));
	w->lists = mem_zalloc(v->nlist, sizeof(*w->lists));
	w->ranked_already = mem_zalloc(v->nlist, 1);
	return w;
}

void ivf_work_free(struct ivf_work *w)
{
	if (!w)
		return;
	codes_free(w->codes);
	free(w->rotated);
	free(w->table);
	free(w->score);
	free(w->lists);
	free(w->ranked_already);
	free(w->found);
	topk_release(&w->best);
	free(w);
}

static bool better(const struct hit *a, const struct hit *b)
{
	return (a->score > b->score) |
	       ((a->score == b->score) & (a->index < b->index));
}

/* Damaged scales may give what has no order. */
static float ordered(float score)
{
	return score == score ? score : -FLT_MAX;
}

static void swap(struct hit *a, struct hit *b)
{
	struct hit t = *a;

	*a = *b;
	*b = t;
}

/* The k best of n come to the front, the k-th at its place (Hoare's select);
 * k from 1 to n. */
static void select_best(struct ivf_work *w, struct hit *x, size_t n, size_t k)
{
	size_t lo = 0, hi = n;

	while (hi - lo > 1) {
		struct hit pivot;
		size_t at = lo;

		w->state = w->state * UINT64_C(6364136223846793005) + 1;
		swap(&x[lo + (w->state >> 33) % (hi - lo)], &x[hi - 1]);
		pivot = x[hi - 1];
		for (size_t i = lo; i < hi - 1; i++) { /* without a branch */
			struct hit t = x[i];

			x[i] = x[at];
			x[at] = t;
			at += better(&t, &pivot);
		}
		swap(&x[at], &x[hi - 1]);
		if (at == k - 1)
			return;
		if (at < k - 1)
			lo = at + 1;
		else
			hi = at;
	}
}

static int by_score(const void *a, const void *b)
{
	return better(a, b) ? -1 : better(b, a);
}

/* Is any of these eight above the bar? */
LANES_CLONES static unsigned above(const float *score, float bar)
{
	unsigned mask = 0;

	for (unsigned i = 0; i < CODES_BLOCK; i += LANES) {
		lanes_int more = LANES_OF(score + i) > bar;
		lanes_int weight = { 1, 2, 4, 8, 16, 32, 64, 128 };
		int any = 0;

		more &= weight;
		for (unsigned j = 0; j < LANES; j++)
			any |= more[j];
		mask |= (unsigned)any << i;
	}
	return mask;
}

/* --- the shortlist --- */

static void start_shortlist(struct ivf_work *w, size_t depth)
{
	w->count = 0;
	w->depth = depth;
	w->bar = -FLT_MAX;
	MEM_ROOM(w->found, 2 * depth, w->cap);
}

static void cut_shortlist(struct ivf_work *w)
{
	if (w->count < w->depth)
		return;
	select_best(w, w->found, w->count, w->depth);
	w->count = w->depth;
	w->bar = w->found[w->depth - 1].score;
}

/* Above the bar it is. */
static void add(struct ivf_work *w, struct hit hit)
{
	w->found[w->count++] = hit;
	if (w->count == 2 * w->depth)
		cut_shortlist(w);
}

/* --- which lists --- */

static void coarse_scores(const struct ivf *v, struct ivf_work *w, size_t from,
			  size_t n)
{
	codes_scores(&w->query,
		     v->coarse + from * codes_block_size(v->rows.dim), n, 0,
		     w->score);
}

static void add_list(const struct ivf *v, struct ivf_work *w, float score,
		     size_t list)
{
	if (list < v->nlist)
		add(w, (struct hit){ score, 0, (uint32_t)list });
}

/* The first `want` of w->lists become the nearest ones, in order: estimated
 * all, the best of them compared exactly. */
static void rank_lists(const struct ivf *v, struct ivf_work *w,
		       const struct ivf_query *q, size_t want)
{
	size_t blocks = (v->nlist + CODES_BLOCK - 1) / CODES_BLOCK;
	size_t dim = v->rows.dim;

	want = want < v->nlist ? want : v->nlist;
	start_shortlist(w, want * SURPLUS_LISTS + CODES_BLOCK);
	for (size_t b = 0; b < blocks; b++) {
		unsigned mask;

		if (b % CHUNK == 0)
			coarse_scores(v, w, b,
				      blocks - b < CHUNK ? blocks - b : CHUNK);
		mask = above(w->score + b % CHUNK * CODES_BLOCK, w->bar);
		for (; mask; mask &= mask - 1) {
			size_t i = (size_t)__builtin_ctz(mask);

			add_list(v, w, w->score[b % CHUNK * CODES_BLOCK + i],
				 b * CODES_BLOCK + i);
		}
	}
	cut_shortlist(w);
	for (size_t i = 0; i < w->count; i++) {
		uint32_t l = w->found[i].index;
		float score =
		    (float)vector_dot_i8(q->q, v->centroids + l * dim, dim) *
		    (q->scale * v->scale[l]);

		w->found[i].score = ordered(score);
	}
	w->ranked = want < w->count ? want : w->count;
	if (w->ranked)
		select_best(w, w->found, w->count, w->ranked);
	memcpy(w->lists, w->found, w->ranked * sizeof(*w->lists));
	qsort(w->lists, w->ranked, sizeof(*w->lists), by_score);
}

/* All the others behind them, in the order of their estimates. */
static void rank_rest(const struct ivf *v, struct ivf_work *w)
{
	size_t n = w->ranked;

	memset(w->ranked_already, 0, v->nlist);
	for (size_t i = 0; i < n; i++)
		w->ranked_already[w->lists[i].index] = 1;
	for (size_t l = 0; l < v->nlist; l++) {
		float score;

		if (l % (CHUNK * CODES_BLOCK) == 0) {
			size_t left =
			    (v->nlist - l + CODES_BLOCK - 1) / CODES_BLOCK;

			coarse_scores(v, w, l / CODES_BLOCK,
				      left < CHUNK ? left : CHUNK);
		}
		score = w->score[l % (CHUNK * CODES_BLOCK)];
		if (!w->ranked_already[l])
			w->lists[n++] =
			    (struct hit){ ordered(score), 0, (uint32_t)l };
	}
	qsort(w->lists + w->ranked, n - w->ranked, sizeof(*w->lists), by_score);
	w->ranked = n;
}

static uint32_t row_at(const struct ivf *v, uint32_t position)
{
	return v->rows.rows ? v->rows.rows[position] : position;
}

static bool may(const struct ivf *v, const uint8_t *allowed, uint32_t position)
{
	uint32_t row = row_at(v, position);

	return row < v->rows.total && (!allowed || allowed[row]);
}

static void offer(const struct ivf *v, struct ivf_work *w,
		  const uint8_t *allowed, const uint8_t *block,
		  const float *score)
{
	const uint32_t *at = codes_rows(block, v->rows.dim);
	const float *factor = codes_factors(block, v->rows.dim);
	unsigned mask = above(score, w->bar);

	for (; mask; mask &= mask - 1) {
		unsigned i = (unsigned)__builtin_ctz(mask);

		if (at[i] < v->rows.count && may(v, allowed, at[i]))
			add(w, (struct hit){ score[i], factor[i], at[i] });
	}
}

/* Returns the number of rows it went through. */
static size_t scan_list(const struct ivf *v, struct ivf_work *w,
			const uint8_t *allowed, struct hit list)
{
	size_t from = v->first[list.index], to = v->first[list.index + 1];
	size_t size = codes_block_size(v->rows.dim), rows;

	if (from > to || to > v->blocks)
		return 0;
	rows = (to - from) * CODES_BLOCK;
	for (; from < to; from += CHUNK) {
		size_t some = to - from < CHUNK ? to - from : CHUNK;
		const uint8_t *blocks = v->lists + from * size;

		codes_scores(&w->query, blocks, some, list.score, w->score);
		for (size_t b = 0; b < some; b++)
			offer(v, w, allowed, blocks + b * size,
			      w->score + b * CODES_BLOCK);
	}
	return rows;
}

/* --- exact --- */

static float cosine(const struct ivf *v, const struct ivf_query *q, size_t i)
{
	return (float)vector_dot_i8(q->q, v->rows.q + i * v->rows.dim,
				    v->rows.dim) *
	       (q->scale * v->rows.scale[i]);
}

static void start_best(struct ivf_work *w, size_t k)
{
	if (w->best.k != k) {
		topk_release(&w->best);
		topk_init(&w->best, k);
	}
	topk_reset(&w->best);
}

static size_t take_best(struct ivf_work *w, struct topk_item *out)
{
	size_t n = topk_sort(&w->best);

	memcpy(out, w->best.items, n * sizeof(*out));
	return n;
}

static void fetch(const struct ivf *v, size_t position)
{
	const int8_t *p = v->rows.q + position * v->rows.dim;

	for (size_t i = 0; i < v->rows.dim; i += 64)
		MEM_FETCH(p + i);
	MEM_FETCH(v->rows.scale + position);
}

static void compare(const struct ivf *v, struct ivf_work *w,
		    const struct ivf_query *q, size_t from, size_t to)
{
	for (size_t i = from; i < to && i < from + AHEAD; i++)
		fetch(v, w->found[i].index);
	for (size_t i = from; i < to; i++) {
		uint32_t at = w->found[i].index;

		if (i + AHEAD < to)
			fetch(v, w->found[i + AHEAD].index);
		topk_offer(&w->best, cosine(v, q, at), row_at(v, at));
	}
}

/* The most promising first; then those that may still beat what they gave. */
static size_t rescore(const struct ivf *v, struct ivf_work *w,
		      const struct ivf_query *q, size_t k,
		      struct topk_item *out)
{
	const float surely = 2.5f * CODES_DEVIATION;
	size_t first = k + FIRST, n;

	start_best(w, k);
	if (first < w->count)
		select_best(w, w->found, w->count, first);
	else
		first = w->count;
	compare(v, w, q, 0, first);
	n = first;
	for (size_t i = first; i < w->count; i++)
		if (w->best.count < k ||
		    w->found[i].score + surely * w->found[i].factor >=
			w->best.items[0].score)
			w->found[n++] = w->found[i];
	compare(v, w, q, first, n);
	return take_best(w, out);
}

size_t ivf_search_exact(const struct ivf *v, struct ivf_work *w,
			const struct ivf_query *q, const uint8_t *allowed,
			size_t k, struct topk_item *out)
{
	if (k > v->rows.count)
		k = v->rows.count;
	if (!k)
		return 0;
	start_best(w, k);
	start_shortlist(w, BATCH);
	for (size_t i = 0; i < v->rows.count; i++) {
		w->found[w->count].index = (uint32_t)i;
		w->count += may(v, allowed, (uint32_t)i);
		if (w->count == BATCH || i + 1 == v->rows.count) {
			compare(v, w, q, 0, w->count);
			w->count = 0;
		}
	}
	return take_best(w, out);
}

/* --- both --- */

static size_t count_allowed(const struct ivf *v, const uint8_t *allowed)
{
	size_t n = 0, i = 0;

	for (; i + 8 <= v->rows.total; i += 8) {
		uint64_t eight;

		memcpy(&eight, allowed + i, 8);
		if (eight)
			for (size_t j = 0; j < 8; j++)
				n += allowed[i + j] != 0;
	}
	for (; i < v->rows.total; i++)
		n += allowed[i] != 0;
	return n;
}

static void prepare(const struct ivf *v, struct ivf_work *w,
		    const struct ivf_query *q)
{
	size_t bits = codes_bits(v->rows.dim);

	for (size_t i = 0; i < bits; i++)
		w->rotated[i] = i < v->rows.dim ? q->scale * (float)q->q[i] : 0;
	codes_rotate(w->codes, w->rotated);
	codes_query(&w->query, w->rotated, v->rows.dim, w->table);
}

/* How many lists to probe so that a filter, which lets n rows through, leaves
 * about as many; 0: compare what it lets through. */
static size_t filtered_probes(const struct ivf *v, size_t nprobe, size_t n,
			      size_t k)
{
	size_t times = n ? v->rows.total / n : 0;

	if (n <= FEW || n <= 2 * k)
		return 0;
	times = times < MORE ? times : MORE;
	return nprobe * (times ? times : 1);
}

size_t ivf_search_among(const struct ivf *v, struct ivf_work *w,
			const struct ivf_query *q, const uint8_t *allowed,
			size_t eligible, size_t k, struct topk_item *out)
{
	size_t nprobe = q->nprobe ? q->nprobe : v->nprobe;
	size_t depth = q->shortlist ? q->shortlist : v->shortlist;

	k = k < v->rows.count ? k : v->rows.count;
	nprobe = nprobe < v->nlist ? nprobe : v->nlist;
	if (allowed && nprobe)
		nprobe = filtered_probes(v, nprobe, eligible, k);
	if (!k || !nprobe || nprobe == v->nlist)
		return ivf_search_exact(v, w, q, allowed, k, out);
	depth = depth < 2 * k ? 2 * k : depth;
	depth = depth < v->rows.count ? depth : v->rows.count;
	prepare(v, w, q);
	rank_lists(v, w, q, nprobe);
	start_shortlist(w, depth);
	for (size_t i = 0; i < v->nlist; i++) {
		if (i >= nprobe && w->count >= k)
			break;
		if (i == w->ranked)
			rank_rest(v, w);
		scan_list(v, w, allowed, w->lists[i]);
	}
	cut_shortlist(w);
	return rescore(v, w, q, k, out);
}

size_t ivf_search(const struct ivf *v, struct ivf_work *w,
		  const struct ivf_query *q, const uint8_t *allowed, size_t k,
		  struct topk_item *out)
{
	return ivf_search_among(
	    v, w, q, allowed, allowed ? count_allowed(v, allowed) : 0, k, out);
}
