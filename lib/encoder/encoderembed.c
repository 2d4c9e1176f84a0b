/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/encoderparts.h"
#include "math/rowwise.h"
#include "math/vector.h"

/* x += row `at` of a table. */
static void add_row(const struct tensormap_tensor *t, size_t at, size_t n,
		    float *scratch, float *x)
{
	const float *p = tensormap_view(t);

	if (!p)
		tensormap_floats(t, at * n, n, scratch);
	rowwise_add(x, p ? p + at * n : scratch, n);
}

/* The place of a token. RoBERTa and MPNet count places behind that of padding,
 * where a padding token inside a text stays. */
static size_t place(const struct encoder_config *c, int32_t id, size_t *next)
{
	if (c->position_first && id == c->pad)
		return c->position_first - 1;
	return c->position_first + (*next)++;
}

static void word_row(const struct encoder *e, size_t word, size_t width,
		     float *out)
{
	size_t rank = e->words_rank;

	wordrows_get(&e->words, word, out);
	for (size_t k = 0; k < rank; k++)
		vector_axpy(out, e->words_low[word * rank + k],
			    e->words_up + k * width, width);
}

static void embed_sequence(const struct encoder *e, float *scratch,
			   const struct subword *t, size_t n, float *out)
{
	const struct encoder_config *c = e->config;
	size_t width = c->embedding, next = 0;

	for (size_t i = 0; i < n; i++, out += width) {
		word_row(e, (size_t)t[i].id, width, out);
		if (e->types)
			add_row(e->types,
				c->family == ENCODER_ROBERTA ? 0 : t[i].type,
				width, scratch, out);
		if (e->positions)
			add_row(e->positions, place(c, t[i].id, &next), width,
				scratch, out);
	}
}

void encoder_embed(const struct encoder *e, struct encoder_work *w,
		   const struct encoder_batch *b, size_t first, size_t last,
		   float *out)
{
	const struct encoder_config *c = e->config;
	size_t from = b->start[first], rows = b->start[last] - from;
	float *to = e->projection ? w->inner : out;

	for (size_t s = first; s < last; s++)
		embed_sequence(e, w->row, b->token + b->start[s],
			       b->start[s + 1] - b->start[s],
			       to + (b->start[s] - from) * c->embedding);
	if (e->projection)
		linear_apply(e->projection, &w->linear, to, c->embedding, rows,
			     LINEAR_IDENTITY, out, c->hidden);
	if (!e->embedding_norm.gain)
		return;
	for (size_t i = 0; i < rows; i++, out += c->hidden)
		rowwise_norm(out, c->hidden, e->embedding_norm.gain,
			     e->embedding_norm.bias, c->eps, out, NULL);
}
