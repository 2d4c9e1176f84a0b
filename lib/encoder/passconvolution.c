/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DeBERTa's convolution beside its first layer: over the embeddings, along the
 * text, added to what the layer gives, normed. As a product over unrolled
 * neighbourhoods [tokens][hidden][kernel], zeros beyond a sequence's ends.
 */
#include "encoder/passlayers.h"

#include "math/rowwise.h"

struct unrolling {
	const struct encoderpass *e;
	float *x, *patches; /* folding back adds to x */
	size_t hidden, kernel;
};

static void unroll(void *ctx, size_t first, size_t n)
{
	const struct unrolling *u = ctx;
	const struct encoder_batch *b = u->e->batch;
	size_t before = (u->kernel - 1) / 2;

	for (size_t s = first; s < first + n; s++)
		for (size_t i = b->start[s]; i < b->start[s + 1]; i++) {
			float *to = u->patches + i * u->hidden * u->kernel;

			for (size_t c = 0; c < u->hidden; c++)
				for (size_t k = 0; k < u->kernel; k++) {
					size_t at = i + k - before;
					bool in =
					    i + k >= b->start[s] + before &&
					    at < b->start[s + 1];

					*to++ =
					    in ? u->x[at * u->hidden + c] : 0;
				}
		}
}

static void fold(void *ctx, size_t first, size_t n)
{
	const struct unrolling *u = ctx;
	const struct encoder_batch *b = u->e->batch;
	size_t before = (u->kernel - 1) / 2;

	for (size_t s = first; s < first + n; s++)
		for (size_t i = b->start[s]; i < b->start[s + 1]; i++) {
			const float *p = u->patches + i * u->hidden * u->kernel;

			for (size_t k = 0; k < u->kernel; k++) {
				size_t at = i + k - before;

				if (i + k < b->start[s] + before ||
				    at >= b->start[s + 1])
					continue;
				for (size_t c = 0; c < u->hidden; c++)
					u->x[at * u->hidden + c] +=
					    p[c * u->kernel + k];
			}
		}
}

static struct unrolling unrolling(struct encoderpass *e, float *x)
{
	size_t hidden = e->config->hidden, kernel = e->config->convolution;

	return (struct unrolling){
		.e = e,
		.x = x,
		.patches = pass_scratch(e, SCRATCH_PATCHES,
					e->tokens * hidden * kernel),
		.hidden = hidden,
		.kernel = kernel,
	};
}

static struct pass_linear as_linear(const struct encoderpass *e)
{
	size_t hidden = e->config->hidden;

	return (struct pass_linear){
		.weight = e->convolution,
		.bias = e->convolution_bias,
		.in = hidden * e->config->convolution,
		.out = hidden,
	};
}

static size_t numbers(const struct encoderpass *e)
{
	return e->longest * e->config->hidden * e->config->convolution;
}

void pass_convolution(struct encoderpass *e, float *out)
{
	const struct encoder_config *c = e->config;
	struct dropmask mask = pass_mask(e, c->dropout, PLACE_CONVOLUTION);
	struct unrolling u = unrolling(e, pass_states(e, 0));
	struct pass_linear l = as_linear(e);
	size_t n = e->tokens * c->hidden;
	float *y = pass_room(&e->convolved, n);
	float *sum = pass_room(&e->convolved_summed, n);

	pass_rows(e, e->batch->sequences, numbers(e), unroll, &u);
	pass_linear(e, &l, u.patches, e->tokens, NULL, y);
	pass_drop(e, &mask, y, e->tokens, c->hidden, y);
	pass_function(e, c->convolution_function, y, e->tokens, c->hidden, sum);
	pass_norm(e, &e->convolution_norm, NULL, sum, out, e->tokens, c->hidden,
		  sum, out, pass_room(&e->convolved_stats, 2 * e->tokens));
}

void pass_convolution_backward(struct encoderpass *e, float *dy, float *dx)
{
	const struct encoder_config *c = e->config;
	struct dropmask mask = pass_mask(e, c->dropout, PLACE_CONVOLUTION);
	struct unrolling u = unrolling(e, pass_states(e, 0));
	struct pass_linear l = as_linear(e);
	size_t n = e->tokens * c->hidden;
	float *side = pass_scratch(e, SCRATCH_SIDE, n);

	pass_norm_backward(e, &e->convolution_norm, e->convolved_summed.p,
			   e->convolved_stats.p, dy, e->tokens, c->hidden, dy);
	pass_function_backward(e, c->convolution_function, e->convolved.p, dy,
			       e->tokens, c->hidden, side);
	pass_drop(e, &mask, side, e->tokens, c->hidden, side);
	if (pass_linear_trained(&l)) {
		pass_rows(e, e->batch->sequences, numbers(e), unroll, &u);
		pass_linear_backward(e, &l, u.patches, NULL, side, e->tokens,
				     NULL, false);
	}
	if (!dx)
		return;
	/* The patches' room becomes that of their gradient. */
	u.x = dx;
	memset(dx, 0, n * sizeof(*dx));
	l.weight = &(struct parameter){ .value = l.weight->value };
	l.bias = NULL;
	pass_linear_backward(e, &l, NULL, NULL, side, e->tokens, u.patches,
			     false);
	pass_rows(e, e->batch->sequences, numbers(e), fold, &u);
}
