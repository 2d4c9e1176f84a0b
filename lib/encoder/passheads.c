/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heads over the last states: classes, and vectors of sequences. */
#include "encoder/passlayers.h"

#include <math.h>

#include "math/rowwise.h"
#include "math/vector.h"

static const float *last_states(const struct encoderpass *e)
{
	return pass_states(e, e->config->layers);
}

/* --- classes --- */

static enum linear_function pooler_function(const struct encoder_config *c)
{
	switch (c->family) {
	case ENCODER_DISTILBERT:
		return LINEAR_RELU;
	case ENCODER_DEBERTA_V2:
		return c->pooler_function;
	default:
		return LINEAR_TANH;
	}
}

/* RoBERTa's head and MPNet's drop before their dense layer, too. */
static bool drops_twice(const struct encoder_config *c)
{
	return c->family == ENCODER_ROBERTA || c->family == ENCODER_MPNET;
}

int encoderpass_classify(struct encoderpass *e, bool train, uint64_t seed,
			 float *logits, struct err *err)
{
	const struct encoder_config *c = e->config;
	const struct encoder_batch *b = e->batch;
	struct pass_head *h = &e->head;
	size_t n = b->sequences, hidden = c->hidden;
	float p = train ? c->head_dropout : 0;
	float *in, *feed, *active;

	if (!e->classifier.weight)
		return err_set(err, ERR_DATA, "model",
			       "the encoder has no classification head");
	h->mask = dropmask_of(drops_twice(c) ? p : 0, seed, PLACE_HEAD);
	h->inner_mask = dropmask_of(p, seed, PLACE_HEAD_INNER);
	in = pass_room(&h->in, n * hidden);
	feed = pass_room(&h->feed, n * hidden);
	active = pass_room(&h->active, n * hidden);
	for (size_t s = 0; s < n; s++)
		memcpy(in + s * hidden, last_states(e) + b->start[s] * hidden,
		       hidden * sizeof(*in));
	pass_drop(e, &h->mask, in, n, hidden, in);
	pass_linear(e, &e->pooler, in, n, NULL, feed);
	pass_function(e, pooler_function(c), feed, n, hidden, active);
	pass_drop(e, &h->inner_mask, active, n, hidden, active);
	pass_linear(e, &e->classifier, active, n, NULL, logits);
	if (!pass_finite(logits, n * c->labels))
		return err_set(err, ERR_RECORD, "finite",
			       "the head gives values that are not finite");
	return 0;
}

void encoderpass_classify_backward(struct encoderpass *e,
				   const float *gradient_logits,
				   float *gradient_states)
{
	const struct encoder_config *c = e->config;
	const struct encoder_batch *b = e->batch;
	const struct pass_head *h = &e->head;
	size_t n = b->sequences, hidden = c->hidden;
	float *dx = pass_scratch(e, SCRATCH_SIDE, n * hidden);
	float *din = pass_scratch(e, SCRATCH_CONTEXT, n * hidden);

	pass_linear_backward(e, &e->classifier, h->active.p, NULL,
			     gradient_logits, n, dx, false);
	pass_drop(e, &h->inner_mask, dx, n, hidden, dx);
	pass_function_backward(e, pooler_function(c), h->feed.p, dx, n, hidden,
			       dx);
	pass_linear_backward(e, &e->pooler, h->in.p, NULL, dx, n, din, false);
	pass_drop(e, &h->mask, din, n, hidden, din);
	memset(gradient_states, 0, e->tokens * hidden * sizeof(*din));
	for (size_t s = 0; s < n; s++)
		memcpy(gradient_states + b->start[s] * hidden, din + s * hidden,
		       hidden * sizeof(*din));
}

/* --- vectors --- */

/* What token i of n counts. */
static float weight(enum encoder_pooling pooling, size_t i, size_t n)
{
	switch (pooling) {
	case POOLING_MEAN:
		return 1 / (float)n;
	case POOLING_MEAN_SQRT:
		return 1 / sqrtf((float)n);
	case POOLING_LAST:
		return i + 1 == n;
	case POOLING_WEIGHTED:
		return (float)(i + 1) / ((float)n * (float)(n + 1) / 2);
	default:
		return !i;
	}
}

void encoderpass_pool(struct encoderpass *e, enum encoder_pooling pooling,
		      bool normalise, float *vectors)
{
	const struct encoder_batch *b = e->batch;
	size_t hidden = e->config->hidden;
	struct pass_pooled *p = &e->pooled;
	float *lengths = pass_room(&p->lengths, b->sequences);

	p->pooling = pooling;
	p->normalise = normalise;
	memset(vectors, 0, b->sequences * hidden * sizeof(*vectors));
	for (size_t s = 0; s < b->sequences; s++) {
		size_t n = b->start[s + 1] - b->start[s];
		float *out = vectors + s * hidden;

		for (size_t i = 0; i < n; i++)
			vector_axpy(out, weight(pooling, i, n),
				    last_states(e) + (b->start[s] + i) * hidden,
				    hidden);
		lengths[s] = normalise ? vector_normalise(out, hidden) : 1;
	}
	memcpy(pass_room(&p->vectors, b->sequences * hidden), vectors,
	       b->sequences * hidden * sizeof(*vectors));
}

void encoderpass_pool_backward(struct encoderpass *e,
			       const float *gradient_vectors,
			       float *gradient_states)
{
	const struct encoder_batch *b = e->batch;
	size_t hidden = e->config->hidden;
	const struct pass_pooled *p = &e->pooled;
	float *d = pass_scratch(e, SCRATCH_SIDE, hidden);

	memset(gradient_states, 0, e->tokens * hidden * sizeof(*d));
	for (size_t s = 0; s < b->sequences; s++) {
		size_t n = b->start[s + 1] - b->start[s];
		const float *v = p->vectors.p + s * hidden;

		memcpy(d, gradient_vectors + s * hidden, hidden * sizeof(*d));
		if (p->normalise && p->lengths.p[s] > 0) {
			vector_axpy(d, -vector_dot(d, v, hidden), v, hidden);
			vector_scale(d, 1 / p->lengths.p[s], hidden);
		}
		for (size_t i = 0; i < n; i++)
			vector_axpy(gradient_states +
					(b->start[s] + i) * hidden,
				    weight(p->pooling, i, n), d, hidden);
	}
}
