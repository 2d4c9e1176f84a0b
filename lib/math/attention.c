/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/attention.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/kernels.h"

enum {
	PANEL = KERNELS_COLUMNS,
	SCORES = 1 << 12, /* floats: rows of scores in memory at a time */
	ROWS = 8 * KERNELS_ROWS,
};

struct scratch { /* of a head; all aligned to 64 */
	enum linear_precision precision;
	size_t padded, block; /* tokens to whole panels; rows at a time */
	char *keys, *values;  /* panels */
	char *rows;           /* of queries, then of scores */
	float *scores;        /* [block][padded] */
	float *biases;        /* [block][tokens] */
};

void attention_work_release(struct attention_work *w)
{
	matmul_work_release(&w->product);
	free(w->scores);
	memset(w, 0, sizeof(*w));
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t aligned(size_t n)
{
	return (n + 63) / 64 * 64;
}

static void prepare(struct attention_work *w, const struct attention_shape *s,
		    bool biased, struct scratch *t)
{
	size_t keys, values, rows, scores, biases;
	char *at;

	t->precision = s->bf16 ? LINEAR_BF16 : LINEAR_F32;
	t->padded = (s->tokens + PANEL - 1) / PANEL * PANEL;
	t->block = SCORES / t->padded / KERNELS_ROWS * KERNELS_ROWS;
	t->block = t->block < KERNELS_ROWS ? KERNELS_ROWS : t->block;
	t->block = least(least(t->block, ROWS), s->tokens);
	keys = kernels_panels_size(t->precision, s->tokens, s->head_dim);
	values = kernels_panels_size(t->precision, s->head_dim, s->tokens);
	rows = kernels_rows_size(t->precision, t->block,
				 s->tokens > s->head_dim ? s->tokens
							 : s->head_dim);
	scores = t->block * t->padded * sizeof(float);
	biases = biased ? t->block * s->tokens * sizeof(float) : 0;
	MEM_ROOM(w->scores,
		 (keys + values + rows + scores + aligned(biases) + 64) /
		     sizeof(float),
		 w->cap);
	at = (char *)w->scores + (-(uintptr_t)w->scores & 63);
	t->keys = at;
	t->values = at + keys;
	t->rows = t->values + values;
	t->scores = (float *)(void *)(t->rows + rows);
	t->biases = (float *)(void *)(t->rows + rows + scores);
}

static void panels(const struct kernels *kernels, enum linear_precision p,
		   struct matrix m, size_t columns, size_t k, char *to)
{
	size_t size = kernels_panels_size(p, PANEL, k);

	for (size_t i = 0; i < columns; i += PANEL, to += size)
		kernels->panel(p, &m, i, least(PANEL, columns - i), k, to, NULL,
			       NULL);
}

/* Queries first to first + n of a head, whose keys and values are laid out. */
static void block(const struct kernels *kernels,
		  const struct attention_shape *s, const struct scratch *t,
		  struct matrix q, size_t first, size_t n, bool biased,
		  float *out, size_t out_stride)
{
	struct kernels_product p = {
		.rows = t->rows,
		.panels = t->keys,
		.count = n,
		.columns = s->tokens,
		.units = kernels_units(t->precision, s->head_dim),
		.y = t->scores,
		.stride = t->padded,
	};
	float sums[ROWS];

	kernels->rows(t->precision, &q, first, n, s->head_dim, s->scale,
		      t->rows, NULL);
	kernels->product[t->precision](&p);
	for (size_t i = 0; biased && i < n; i++)
		kernels->add(t->scores + i * t->padded,
			     t->biases + i * s->tokens, s->tokens);
	kernels->score_rows(t->precision, t->scores, t->padded, n, s->tokens,
			    t->rows, sums);
	p.panels = t->values;
	p.columns = s->head_dim;
	p.units = kernels_units(t->precision, s->tokens);
	p.y = out;
	p.stride = out_stride;
	kernels->product[t->precision](&p);
	for (size_t i = 0; i < n; i++)
		kernels->scale(out + i * out_stride, 1 / sums[i], s->head_dim);
}

void attention_apply(struct attention_work *w, const struct attention_shape *s,
		     const float *q, const float *k, const float *v,
		     attention_bias *bias, void *ctx, float *out,
		     size_t out_stride)
{
	const struct kernels *kernels =
	    w->product.kernels ? w->product.kernels : kernels_best();
	struct scratch t;

	prepare(w, s, bias, &t);
	for (size_t h = 0; h < s->heads; h++) {
		size_t at = h * s->head_dim;

		panels(kernels, t.precision,
		       (struct matrix){ k + at, s->stride, true }, s->tokens,
		       s->head_dim, t.keys);
		panels(kernels, t.precision,
		       (struct matrix){ v + at, s->stride, false }, s->head_dim,
		       s->tokens, t.values);
		for (size_t i = 0; i < s->tokens; i += t.block) {
			size_t n = least(t.block, s->tokens - i);

			if (bias)
				bias(ctx, h, i, n, t.biases);
			block(kernels, s, &t,
			      (struct matrix){ q + at, s->stride, false }, i, n,
			      bias, out + i * out_stride + at, out_stride);
		}
	}
}
