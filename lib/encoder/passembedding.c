/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From tokens to the first states, and gradients back into the tables. */
#include "encoder/passlayers.h"

#include "base/mem.h"
#include "math/rowwise.h"

static int check_sequence(const struct encoder_config *c,
			  const struct subword *t, size_t n, struct err *err)
{
	if (!n || n > c->tokens_max ||
	    (c->positions && n + c->position_first > c->positions))
		return err_set(err, ERR_RECORD, "length",
			       "a sequence of %zu tokens, the model takes 1 "
			       "to %zu",
			       n, c->tokens_max);
	for (size_t i = 0; i < n; i++) {
		if (t[i].id < 0 || (size_t)t[i].id >= c->vocabulary)
			return err_set(err, ERR_RECORD, "token",
				       "token %d is beyond the vocabulary of "
				       "%zu",
				       t[i].id, c->vocabulary);
		if (c->types && c->family != ENCODER_ROBERTA &&
		    t[i].type >= c->types)
			return err_set(err, ERR_RECORD, "token",
				       "a token of segment %d, the model "
				       "knows %zu",
				       t[i].type, c->types);
	}
	return 0;
}

/* RoBERTa and MPNet count places behind that of padding, where a padding token
 * inside a text stays. */
static void find_places(const struct encoder_config *c, const struct subword *t,
			size_t n, size_t *place)
{
	size_t next = c->position_first;

	for (size_t i = 0; i < n; i++)
		place[i] = c->position_first && t[i].id == c->pad
			       ? c->position_first - 1
			       : next++;
}

static size_t type_of(const struct encoder_config *c, const struct subword *t)
{
	return c->family == ENCODER_ROBERTA ? 0 : t->type;
}

static void embed_rows(void *ctx, size_t first, size_t n)
{
	struct encoderpass *e = ctx;
	const struct encoder_config *c = e->config;
	size_t width = c->embedding;

	for (size_t i = first; i < first + n; i++) {
		const struct subword *t = &e->batch->token[i];
		float *out = e->embedded.p + i * width;

		memcpy(out, e->words->value + (size_t)t->id * width,
		       width * sizeof(*out));
		if (e->types)
			rowwise_add(out,
				    e->types->value + type_of(c, t) * width,
				    width);
		if (e->positions)
			rowwise_add(out,
				    e->positions->value + e->places[i] * width,
				    width);
	}
}

int pass_check(const struct encoderpass *e, struct err *err)
{
	const struct encoder_batch *b = e->batch;

	for (size_t s = 0; s < b->sequences; s++)
		if (check_sequence(e->config, b->token + b->start[s],
				   b->start[s + 1] - b->start[s], err))
			return -1;
	return 0;
}

/* e->embedded += scale A[.][words] B^T */
static void adapt_words(struct encoderpass *e)
{
	const struct adapter *a = &e->words_adapter;
	size_t rank = a->a->dims[0], words = a->a->dims[1];
	size_t width = e->config->embedding;
	float *low = pass_room(&e->embedded_low, rank * e->tokens);

	for (size_t k = 0; k < rank; k++)
		for (size_t i = 0; i < e->tokens; i++)
			low[k * e->tokens + i] =
			    a->scale *
			    a->a->value[k * words +
					(size_t)e->batch->token[i].id];
	pass_product(
	    e, e->embedded.p, true, (struct matrix){ low, e->tokens, true },
	    (struct matrix){ a->b->value, rank, true }, e->tokens, width, rank);
}

/* dy: of e->embedded */
static void adapt_words_backward(struct encoderpass *e, const float *dy)
{
	const struct adapter *a = &e->words_adapter;
	size_t rank = a->a->dims[0], words = a->a->dims[1];
	size_t width = e->config->embedding, n = e->tokens;
	float *db = pass_scratch(e, SCRATCH_LOW, rank * (width + n));
	float *dlow = db + rank * width;

	if (!pass_adapter_trained(a))
		return;
	pass_product(e, db, false,
		     (struct matrix){ e->embedded_low.p, n, false },
		     (struct matrix){ dy, width, false }, rank, width, n);
	pass_add_turned(db, rank, width, a->b->gradient);
	pass_product(e, dlow, false, (struct matrix){ a->b->value, rank, true },
		     (struct matrix){ dy, width, true }, rank, n, width);
	for (size_t k = 0; k < rank; k++)
		for (size_t i = 0; i < n; i++)
			a->a->gradient[k * words +
				       (size_t)e->batch->token[i].id] +=
			    a->scale * dlow[k * n + i];
}

void pass_embedding(struct encoderpass *e)
{
	const struct encoder_config *c = e->config;
	const struct encoder_batch *b = e->batch;
	struct dropmask mask = pass_mask(e, c->dropout, PLACE_EMBEDDING);
	float *out = pass_states(e, 0), *sum;

	MEM_ROOM(e->places, e->tokens, e->places_cap);
	for (size_t s = 0; s < b->sequences; s++)
		find_places(c, b->token + b->start[s],
			    b->start[s + 1] - b->start[s],
			    e->places + b->start[s]);
	sum = pass_room(&e->embedded, e->tokens * c->embedding);
	pass_rows(e, e->tokens, 3 * c->embedding, embed_rows, e);
	if (e->words_adapter.a)
		adapt_words(e);
	if (e->projection.weight) {
		sum = pass_room(&e->projected, e->tokens * c->hidden);
		pass_linear(e, &e->projection, e->embedded.p, e->tokens, NULL,
			    sum);
	}
	if (e->embedding_norm.gain)
		pass_norm(e, &e->embedding_norm, NULL, sum, NULL, e->tokens,
			  c->hidden, sum, out,
			  pass_room(&e->embedding_stats, 2 * e->tokens));
	else
		memcpy(out, sum, e->tokens * c->hidden * sizeof(*out));
	pass_drop(e, &mask, out, e->tokens, c->hidden, out);
}

struct scatter {
	struct encoderpass *e;
	const float *dy;
};

#define COLUMNS ((size_t)64)

static void to_row(struct parameter *p, size_t row, size_t width, size_t from,
		   size_t n, const float *dy)
{
	if (p && p->gradient)
		rowwise_add(p->gradient + row * width + from, dy, n);
}

/* Threads share columns, so that each sum is in the order of tokens. */
static void scatter_columns(void *ctx, size_t first, size_t n)
{
	const struct scatter *s = ctx;
	struct encoderpass *e = s->e;
	size_t width = e->config->embedding, from = first * COLUMNS;
	size_t end = (first + n) * COLUMNS;

	n = (end < width ? end : width) - from;
	for (size_t i = 0; i < e->tokens; i++) {
		const struct subword *t = &e->batch->token[i];
		const float *dy = s->dy + i * width + from;

		to_row(e->words, (size_t)t->id, width, from, n, dy);
		to_row(e->types, type_of(e->config, t), width, from, n, dy);
		to_row(e->positions, e->places[i], width, from, n, dy);
	}
}

void pass_embedding_backward(struct encoderpass *e, float *dy)
{
	const struct encoder_config *c = e->config;
	struct dropmask mask = pass_mask(e, c->dropout, PLACE_EMBEDDING);
	const float *sum =
	    e->projection.weight ? e->projected.p : e->embedded.p;
	struct scatter s = { e, dy };

	pass_drop(e, &mask, dy, e->tokens, c->hidden, dy);
	if (e->embedding_norm.gain)
		pass_norm_backward(e, &e->embedding_norm, sum,
				   e->embedding_stats.p, dy, e->tokens,
				   c->hidden, dy);
	if (e->projection.weight) {
		float *dx =
		    pass_scratch(e, SCRATCH_WIDE, e->tokens * c->embedding);

		pass_linear_backward(e, &e->projection, e->embedded.p, NULL, dy,
				     e->tokens, dx, false);
		s.dy = dx;
	}
	if (e->words_adapter.a)
		adapt_words_backward(e, s.dy);
	pass_rows(e, (c->embedding + COLUMNS - 1) / COLUMNS,
		  3 * e->tokens * COLUMNS, scatter_columns, &s);
}
