/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/encoderparts.h"
#include "math/rowwise.h"

#define FEED_ROWS 64 /* through the feed-forward layer at a time */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t most(size_t a, size_t b)
{
	return a > b ? a : b;
}

size_t encoder_inner(const struct encoder *e, size_t sequences, size_t tokens)
{
	const struct encoder_config *c = e->config;
	size_t need = most(3 * c->hidden * tokens,
			   c->intermediate * least(tokens, FEED_ROWS));

	need = most(need, c->embedding * tokens);
	if (c->convolution)
		need = most(need, (tokens + sequences * (c->convolution - 1)) *
				      c->hidden);
	return need;
}

size_t encoder_side(const struct encoder *e, size_t tokens)
{
	/* With a convolution, the first layer's input as well. */
	return tokens * e->config->hidden * (e->convolution ? 2 : 1);
}

/* x = norm(x + y) */
static void add_norm(const struct encoder *e, const struct norm_weights *n,
		     const float *y, size_t rows, float *x)
{
	rowwise_add_norm(x, y, rows, e->config->hidden, n->gain, n->bias,
			 e->config->eps);
}

static void attend(const struct encoder *e, const struct encoder_layer *l,
		   struct encoder_work *w, size_t tokens, const float *qkv,
		   float *out)
{
	const struct encoder_config *c = e->config;
	size_t hidden = c->hidden, stride = 3 * hidden;
	struct attention_shape s = { .tokens = tokens,
				     .heads = c->heads,
				     .head_dim = hidden / c->heads,
				     .stride = stride,
				     .scale = e->scale,
				     .bf16 = e->precision != LINEAR_F32 };
	bool biased = l->places.table || l->places.key || l->places.query;

	if (biased)
		relativebias_begin(&w->bias, c, &l->places, qkv, qkv + hidden,
				   tokens, stride, s.bf16);
	attention_apply(&w->attention, &s, qkv, qkv + hidden, qkv + 2 * hidden,
			biased ? relativebias_block : NULL, &w->bias, out,
			hidden);
}

/* The sequences' first rows, one behind the other. */
static void gather_firsts(const struct encoder_batch *b, size_t first,
			  size_t last, size_t hidden, float *x)
{
	for (size_t s = first + 1; s < last; s++)
		memmove(x + (s - first) * hidden,
			x + (b->start[s] - b->start[first]) * hidden,
			hidden * sizeof(*x));
}

/* Returns how many rows x has now: with firsts_only, the sequences' first
 * ones. */
static size_t attention_part(const struct encoder *e,
			     const struct encoder_layer *l,
			     struct encoder_work *w,
			     const struct encoder_batch *b, size_t first,
			     size_t last, bool firsts_only, float *x)
{
	size_t hidden = e->config->hidden, from = b->start[first];
	size_t rows = b->start[last] - from;

	linear_apply(l->qkv, &w->linear, x, hidden, rows, LINEAR_IDENTITY,
		     w->inner, 3 * hidden);
	for (size_t s = first; s < last; s++) {
		size_t at = b->start[s] - from;

		attend(e, l, w, b->start[s + 1] - b->start[s],
		       w->inner + at * 3 * hidden, w->side + at * hidden);
	}
	if (firsts_only) {
		gather_firsts(b, first, last, hidden, x);
		gather_firsts(b, first, last, hidden, w->side);
		rows = last - first;
	}
	linear_apply(l->out, &w->linear, w->side, hidden, rows, LINEAR_IDENTITY,
		     w->inner, hidden);
	add_norm(e, &l->attention_norm, w->inner, rows, x);
	return rows;
}

static void feed_part(const struct encoder *e, const struct encoder_layer *l,
		      struct encoder_work *w, size_t rows, float *x)
{
	const struct encoder_config *c = e->config;
	size_t hidden = c->hidden;

	for (size_t i = 0; i < rows; i += FEED_ROWS) {
		size_t n = least(rows - i, FEED_ROWS);
		float *at = x + i * hidden;

		linear_apply(l->feed, &w->linear, at, hidden, n, c->activation,
			     w->inner, c->intermediate);
		linear_apply(l->feed_out, &w->linear, w->inner, c->intermediate,
			     n, LINEAR_IDENTITY, w->side, hidden);
		add_norm(e, &l->feed_norm, w->side, n, at);
	}
}

/* x = norm(x + f(convolution of input)): each sequence in a frame of zeros, so
 * that the rows a token sees lie one behind the other. */
static void convolve(const struct encoder *e, struct encoder_work *w,
		     const struct encoder_batch *b, size_t first, size_t last,
		     const float *input, float *x)
{
	const struct encoder_config *c = e->config;
	size_t hidden = c->hidden, from = b->start[first];
	size_t frame = c->convolution / 2 * hidden;
	float *to = w->inner;

	for (size_t s = first; s < last; s++) {
		size_t n = (b->start[s + 1] - b->start[s]) * hidden;

		memset(to, 0, frame * sizeof(*to));
		memcpy(to + frame, input + (b->start[s] - from) * hidden,
		       n * sizeof(*to));
		memset(to + frame + n, 0, frame * sizeof(*to));
		to += n + 2 * frame;
	}
	to = w->inner;
	for (size_t s = first; s < last; s++) {
		size_t n = b->start[s + 1] - b->start[s];

		linear_apply(e->convolution, &w->linear, to, hidden, n,
			     c->convolution_function,
			     w->side + (b->start[s] - from) * hidden, hidden);
		to += n * hidden + 2 * frame;
	}
	add_norm(e, &e->convolution_norm, w->side, b->start[last] - from, x);
}

void encoder_layers(const struct encoder *e, struct encoder_work *w,
		    const struct encoder_batch *b, size_t first, size_t last,
		    bool firsts_only, float *x)
{
	const struct encoder_config *c = e->config;
	size_t rows = b->start[last] - b->start[first];
	float *input = w->side + rows * c->hidden;

	if (w->watch)
		w->watch(w->watch_ctx, 0, x);
	for (size_t i = 0; i < c->layers; i++) {
		const struct encoder_layer *l = &e->layers[i];
		bool convolved = !i && e->convolution;
		bool fewer = firsts_only && i + 1 == c->layers && !convolved;

		if (convolved)
			memcpy(input, x, rows * c->hidden * sizeof(*x));
		rows = attention_part(e, l, w, b, first, last, fewer, x);
		feed_part(e, l, w, rows, x);
		if (convolved)
			convolve(e, w, b, first, last, input, x);
		if (w->watch)
			w->watch(w->watch_ctx, i + 1, x);
	}
	if (firsts_only && rows > last - first)
		gather_firsts(b, first, last, c->hidden, x);
}
