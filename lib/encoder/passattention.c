/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Attention of one head over one sequence, a block of queries at a time, so
 * that the scores never lie in memory whole; the way back computes them again.
 * Forward, threads share sequences and heads; back, heads alone: what several
 * sequences add to is one thread's, in their order.
 */
#include "encoder/passlayers.h"

#include <math.h>

#include "base/parallel.h"
#include "math/lanes.h"
#include "math/rowwise.h"
#include "math/vector.h"

#define BLOCK ((size_t)128)

struct attending {
	struct encoderpass *e;
	const struct pass_kept *kept;
	struct dropmask mask;
	size_t hidden, dim, heads, offsets; /* offsets: 2 longest - 1 */
	float scale;
	bool c2p, p2c;
	size_t relative, relative_first; /* rows of the table */
	/* back */
	const float *dcontext;
	float *dquery, *dkey, *dvalue, *dpos_key, *dpos_query, *doffsets;
};

/* One head over one sequence: views of its tokens' parts. */
struct head {
	size_t head, first, tokens; /* first: its first token in the batch */
	const float *query, *key, *value, *pos_key, *pos_query, *by_offset;
	const size_t *rows; /* of the table, by j - i + tokens - 1 */
};

static struct attending attending(struct encoderpass *e, size_t layer,
				  const struct pass_kept *kept)
{
	const struct encoder_config *c = e->config;
	struct attending a = {
		.e = e,
		.kept = kept,
		.hidden = c->hidden,
		.heads = c->heads,
		.dim = c->hidden / c->heads,
		.offsets = 2 * e->longest - 1,
	};
	float factor = 1 + (float)c->c2p + (float)c->p2c;

	a.mask = pass_mask(e, c->attention_dropout,
			   pass_place(layer, PLACE_ATTENTION));
	a.relative = pass_relative_rows(e, &a.relative_first);
	a.c2p = a.relative && c->c2p;
	a.p2c = a.relative && c->p2c;
	if (c->family != ENCODER_DEBERTA_V2)
		factor = 1;
	a.scale = 1 / sqrtf((float)a.dim * factor);
	return a;
}

static struct head head_of(const struct attending *a, size_t sequence,
			   size_t head)
{
	const struct encoderpass *e = a->e;
	size_t first = e->batch->start[sequence], column = head * a->dim;
	size_t at = first * a->hidden + column;
	size_t n = e->batch->start[sequence + 1] - first;
	struct head h = { .head = head,
			  .first = first,
			  .tokens = n,
			  .query = a->kept->query + at,
			  .key = a->kept->key + at,
			  .value = a->kept->value + at };

	if (a->c2p)
		h.pos_key = a->kept->pos_key + column;
	if (a->p2c)
		h.pos_query = a->kept->pos_query + column;
	if (a->relative)
		h.rows = e->offset_rows + (e->longest - n);
	else if (e->relative)
		h.by_offset =
		    e->by_offset.p + head * a->offsets + (e->longest - n);
	return h;
}

static struct matrix part(const float *p, size_t stride)
{
	return (struct matrix){ p, stride, false };
}

static struct matrix part_t(const float *p, size_t stride)
{
	return (struct matrix){ p, stride, true };
}

/* --- scores --- */

/* Scaled queries of a block, [n][dim]. */
static void scaled_queries(const struct attending *a, const struct head *h,
			   size_t from, size_t n, float *out)
{
	for (size_t i = 0; i < n; i++) {
		const float *q = h->query + (from + i) * a->hidden;

		for (size_t k = 0; k < a->dim; k++)
			out[i * a->dim + k] = q[k] * a->scale;
	}
}

/* by_key[tokens][relative]: keys times the queries of positions, scaled. */
static void keys_by_position(const struct attending *a, const struct head *h,
			     struct pass_attention_work *w)
{
	float *out = pass_room(&w->by_key, h->tokens * a->relative);

	if (!a->p2c)
		return;
	matmul(&w->product, out, a->relative, false, part(h->key, a->hidden),
	       part_t(h->pos_query, a->hidden), h->tokens, a->relative, a->dim);
	for (size_t i = 0; i < h->tokens * a->relative; i++)
		out[i] *= a->scale;
}

static void add_positions(const struct attending *a, const struct head *h,
			  struct pass_attention_work *w, size_t i,
			  const float *by_query, float *s)
{
	const size_t *rows = h->rows + (h->tokens - 1 - i);
	const float *by_key = w->by_key.p;

	if (a->c2p)
		for (size_t j = 0; j < h->tokens; j++)
			s[j] += by_query[rows[j] - a->relative_first];
	if (a->p2c)
		for (size_t j = 0; j < h->tokens; j++)
			s[j] += by_key[j * a->relative + rows[j] -
				       a->relative_first];
}

/* Softmax of the scores of queries from to from + n, [n][tokens]; queries
 * become the scaled ones. */
static float *shares(const struct attending *a, const struct head *h,
		     struct pass_attention_work *w, size_t from, size_t n,
		     const float **queries)
{
	size_t tokens = h->tokens;
	float *s = pass_room(&w->scores, BLOCK * tokens);
	float *q = pass_room(&w->rows, BLOCK * a->dim);
	float *by_query = pass_room(&w->by_query, BLOCK * a->relative);

	scaled_queries(a, h, from, n, q);
	matmul(&w->product, s, tokens, false, part(q, a->dim),
	       part_t(h->key, a->hidden), n, tokens, a->dim);
	if (a->c2p)
		matmul(&w->product, by_query, a->relative, false,
		       part(q, a->dim), part_t(h->pos_key, a->hidden), n,
		       a->relative, a->dim);
	for (size_t i = 0; i < n; i++) {
		if (h->by_offset)
			rowwise_add(s + i * tokens,
				    h->by_offset + (tokens - 1 - from - i),
				    tokens);
		if (h->rows)
			add_positions(a, h, w, from + i,
				      by_query + i * a->relative,
				      s + i * tokens);
		rowwise_softmax(s + i * tokens, tokens);
	}
	*queries = q;
	return s;
}

static uint64_t mask_row(const struct attending *a, const struct head *h,
			 size_t i)
{
	return (uint64_t)(h->first + i) * a->heads + h->head;
}

static void attend(void *ctx, size_t task, int thread)
{
	const struct attending *a = ctx;
	struct pass_attention_work *w = &a->e->threads[thread];
	struct head h = head_of(a, task / a->heads, task % a->heads);
	float *out = a->kept->context + h.first * a->hidden + h.head * a->dim;
	const float *queries;

	if (a->relative)
		keys_by_position(a, &h, w);
	for (size_t from = 0; from < h.tokens; from += BLOCK) {
		size_t n = h.tokens - from < BLOCK ? h.tokens - from : BLOCK;
		float *s = shares(a, &h, w, from, n, &queries);

		for (size_t i = 0; i < n; i++)
			dropmask_row(&a->mask, mask_row(a, &h, from + i),
				     s + i * h.tokens, s + i * h.tokens,
				     h.tokens);
		matmul(&w->product, out + from * a->hidden, a->hidden, false,
		       part(s, h.tokens), part(h.value, a->hidden), n, a->dim,
		       h.tokens);
	}
}

static int useful_threads(const struct encoderpass *e)
{
	return e->tokens * e->longest * e->config->hidden < (size_t)1 << 18
		   ? 1
		   : e->options.threads;
}

void pass_attention(struct encoderpass *e, size_t layer, struct pass_kept *kept)
{
	struct attending a = attending(e, layer, kept);

	parallel_for(useful_threads(e), e->batch->sequences * a.heads, attend,
		     &a);
}

/* --- back --- */

/* ds = p (dp - sum of dp p), of shares p; ds in place of dp. */
LANES_CLONES static void softmax_back(const float *p, float *dp, size_t n)
{
	float dot = vector_dot(p, dp, n);
	size_t i;

	for (i = 0; i + LANES <= n; i += LANES)
		LANES_AT(dp + i) = LANES_OF(p + i) * (LANES_OF(dp + i) - dot);
	for (; i < n; i++)
		dp[i] = p[i] * (dp[i] - dot);
}

/* What a row of score gradients gives to products with positions, and to
 * biases of offsets. */
static void positions_back(const struct attending *a, const struct head *h,
			   struct pass_attention_work *w, size_t i,
			   float *by_query, const float *ds)
{
	size_t tokens = h->tokens, back = tokens - 1 - i;

	if (h->by_offset && a->doffsets)
		rowwise_add(a->doffsets + h->head * a->offsets +
				(a->e->longest - tokens) + back,
			    ds, tokens);
	if (a->c2p)
		for (size_t j = 0; j < tokens; j++)
			by_query[h->rows[back + j] - a->relative_first] +=
			    ds[j];
	if (a->p2c)
		for (size_t j = 0; j < tokens; j++)
			w->by_key_back.p[j * a->relative + h->rows[back + j] -
					 a->relative_first] += ds[j];
}

static void clear(float *x, size_t n)
{
	if (n)
		memset(x, 0, n * sizeof(*x));
}

/* Gradients of the scores of a block, [n][tokens], and of the values. */
static const float *scores_back(const struct attending *a, const struct head *h,
				struct pass_attention_work *w, size_t from,
				size_t n, float *p, float *dvalue)
{
	size_t tokens = h->tokens, at = h->first * a->hidden + h->head * a->dim;
	const float *dcontext = a->dcontext + at + from * a->hidden;
	float *ds = pass_room(&w->gradients, 2 * BLOCK * tokens);
	float *dropped = a->mask.below ? ds + BLOCK * tokens : p;

	for (size_t i = 0; a->mask.below && i < n; i++)
		dropmask_row(&a->mask, mask_row(a, h, from + i), p + i * tokens,
			     dropped + i * tokens, tokens);
	matmul(&w->product, dvalue, a->hidden, from > 0,
	       part_t(dropped, tokens), part(dcontext, a->hidden), tokens,
	       a->dim, n);
	matmul(&w->product, ds, tokens, false, part(dcontext, a->hidden),
	       part_t(h->value, a->hidden), n, tokens, a->dim);
	for (size_t i = 0; i < n; i++) {
		dropmask_row(&a->mask, mask_row(a, h, from + i),
			     ds + i * tokens, ds + i * tokens, tokens);
		softmax_back(p + i * tokens, ds + i * tokens, tokens);
	}
	return ds;
}

/* Of a block: queries, keys, and the keys of positions. */
static void block_back(const struct attending *a, const struct head *h,
		       struct pass_attention_work *w, size_t from, size_t n)
{
	size_t tokens = h->tokens, at = h->first * a->hidden + h->head * a->dim;
	float *dquery = a->dquery + at + from * a->hidden;
	float *by_query = pass_room(&w->by_query_back, BLOCK * a->relative);
	const float *q, *ds;
	float *p = shares(a, h, w, from, n, &q);

	ds = scores_back(a, h, w, from, n, p, a->dvalue + at);
	clear(by_query, n * a->relative);
	for (size_t i = 0; i < n; i++)
		positions_back(a, h, w, from + i, by_query + i * a->relative,
			       ds + i * tokens);
	matmul(&w->product, a->dkey + at, a->hidden, from > 0,
	       part_t(ds, tokens), part(q, a->dim), tokens, a->dim, n);
	if (a->c2p)
		matmul(&w->product, a->dpos_key + h->head * a->dim, a->hidden,
		       true, part_t(by_query, a->relative), part(q, a->dim),
		       a->relative, a->dim, n);
	matmul(&w->product, dquery, a->hidden, false, part(ds, tokens),
	       part(h->key, a->hidden), n, a->dim, tokens);
	if (a->c2p)
		matmul(&w->product, dquery, a->hidden, true,
		       part(by_query, a->relative), part(h->pos_key, a->hidden),
		       n, a->dim, a->relative);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < a->dim; k++)
			dquery[i * a->hidden + k] *= a->scale;
}

static void keys_by_position_back(const struct attending *a,
				  const struct head *h,
				  struct pass_attention_work *w)
{
	float *d = w->by_key_back.p;

	for (size_t i = 0; i < h->tokens * a->relative; i++)
		d[i] *= a->scale;
	matmul(&w->product, a->dkey + h->first * a->hidden + h->head * a->dim,
	       a->hidden, true, part(d, a->relative),
	       part(h->pos_query, a->hidden), h->tokens, a->dim, a->relative);
	matmul(&w->product, a->dpos_query + h->head * a->dim, a->hidden, true,
	       part_t(d, a->relative), part(h->key, a->hidden), a->relative,
	       a->dim, h->tokens);
}

static void attend_back(void *ctx, size_t head, int thread)
{
	const struct attending *a = ctx;
	struct pass_attention_work *w = &a->e->threads[thread];

	for (size_t s = 0; s < a->e->batch->sequences; s++) {
		struct head h = head_of(a, s, head);
		size_t n = h.tokens;

		if (a->relative)
			keys_by_position(a, &h, w);
		if (a->p2c)
			clear(pass_room(&w->by_key_back, n * a->relative),
			      n * a->relative);
		for (size_t from = 0; from < n; from += BLOCK)
			block_back(a, &h, w, from,
				   n - from < BLOCK ? n - from : BLOCK);
		if (a->p2c)
			keys_by_position_back(a, &h, w);
	}
}

void pass_attention_backward(struct encoderpass *e, size_t layer,
			     const struct pass_kept *kept,
			     const float *dcontext, float *dquery, float *dkey,
			     float *dvalue)
{
	struct attending a = attending(e, layer, kept);
	size_t n = a.relative * a.hidden;

	a.dcontext = dcontext;
	a.dquery = dquery;
	a.dkey = dkey;
	a.dvalue = dvalue;
	a.dpos_key = pass_scratch(e, SCRATCH_POS_KEY, n);
	a.dpos_query = pass_scratch(e, SCRATCH_POS_QUERY, n);
	clear(a.dpos_key, n);
	clear(a.dpos_query, n);
	if (e->positions_trained)
		a.doffsets = e->scratch[SCRATCH_OFFSETS].p;
	parallel_for(useful_threads(e), a.heads, attend_back, &a);
}
