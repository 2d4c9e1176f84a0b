/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The head that tells masked words, its decoder the word table itself. */
#include "encoder/passlayers.h"

#include "encoder/passwords.h"

#define BERT_WORDS                                                             \
	{                                                                      \
		"cls.predictions.transform.dense.weight",                      \
		    "cls.predictions.transform.dense.bias",                    \
		    "cls.predictions.transform.LayerNorm.weight",              \
		    "cls.predictions.transform.LayerNorm.bias",                \
		    "cls.predictions.bias",                                    \
	}
#define ROBERTA_WORDS                                                          \
	{                                                                      \
		"lm_head.dense.weight", "lm_head.dense.bias",                  \
		    "lm_head.layer_norm.weight", "lm_head.layer_norm.bias",    \
		    "lm_head.bias",                                            \
	}

static const char *const names[ENCODER_FAMILIES][WORDS_TENSORS] = {
	[ENCODER_BERT] = BERT_WORDS,
	[ENCODER_ROBERTA] = ROBERTA_WORDS,
	[ENCODER_MPNET] = ROBERTA_WORDS,
	[ENCODER_DEBERTA_V2] = BERT_WORDS,
	[ENCODER_DISTILBERT] = {
		"vocab_transform.weight",
		"vocab_transform.bias",
		"vocab_layer_norm.weight",
		"vocab_layer_norm.bias",
		"vocab_projector.bias",
	},
};

const char *pass_words_name(const struct encoder_config *c, enum words_tensor t)
{
	return names[c->family][t];
}

int pass_words_dims(const struct encoder_config *c, enum words_tensor t,
		    size_t dims[3])
{
	dims[0] = t == WORDS_OUT_BIAS ? c->vocabulary : c->embedding;
	dims[1] = c->hidden;
	dims[2] = 0;
	return t == WORDS_DENSE ? 2 : 1;
}

void pass_find_words(struct encoderpass *e, const struct parameters *p)
{
	struct parameter *all[WORDS_TENSORS];

	for (int i = 0; i < WORDS_TENSORS; i++) {
		all[i] = parameters_find(p, names[e->config->family][i]);
		if (!all[i])
			return;
	}
	e->told_dense = (struct pass_linear){
		.weight = all[WORDS_DENSE],
		.bias = all[WORDS_DENSE_BIAS],
		.in = e->config->hidden,
		.out = e->config->embedding,
	};
	e->told_norm.gain = all[WORDS_NORM];
	e->told_norm.bias = all[WORDS_NORM_BIAS];
	e->told_bias = all[WORDS_OUT_BIAS];
}

/* RoBERTa's and MPNet's heads have their own. */
static enum linear_function function(const struct encoder_config *c)
{
	return c->family == ENCODER_ROBERTA || c->family == ENCODER_MPNET
		   ? LINEAR_GELU
		   : c->activation;
}

static struct pass_linear decoder(const struct encoderpass *e)
{
	return (struct pass_linear){ .weight = e->words,
				     .bias = e->told_bias,
				     .in = e->config->embedding,
				     .out = e->config->vocabulary };
}

int encoderpass_words(struct encoderpass *e, const size_t *places, size_t n,
		      float *logits, struct err *err)
{
	const struct encoder_config *c = e->config;
	const float *states = pass_states(e, c->layers);
	struct pass_told *t = &e->told;
	struct pass_linear out = decoder(e);
	size_t width = c->embedding;
	float *in, *feed, *active, *normed;

	if (!e->told_bias)
		return err_set(err, ERR_DATA, "model",
			       "the encoder has no head for masked words");
	t->places = places;
	t->n = n;
	in = pass_room(&t->in, n * c->hidden);
	feed = pass_room(&t->feed, n * width);
	active = pass_room(&t->active, n * width);
	normed = pass_room(&t->states, n * width);
	for (size_t i = 0; i < n; i++)
		memcpy(in + i * c->hidden, states + places[i] * c->hidden,
		       c->hidden * sizeof(*in));
	if (!n)
		return 0;
	pass_linear(e, &e->told_dense, in, n, NULL, feed);
	pass_function(e, function(c), feed, n, width, active);
	pass_norm(e, &e->told_norm, NULL, active, NULL, n, width, active,
		  normed, pass_room(&t->stats, 2 * n));
	pass_linear(e, &out, normed, n, NULL, logits);
	if (!pass_finite(logits, n * c->vocabulary))
		return err_set(err, ERR_RECORD, "finite",
			       "the head gives values that are not finite");
	return 0;
}

void encoderpass_words_backward(struct encoderpass *e,
				const float *gradient_logits,
				float *gradient_states)
{
	const struct encoder_config *c = e->config;
	const struct pass_told *t = &e->told;
	struct pass_linear out = decoder(e);
	size_t width = c->embedding;
	float *dy = pass_scratch(e, SCRATCH_WIDE, t->n * width);
	float *dx = pass_scratch(e, SCRATCH_CONTEXT, t->n * c->hidden);

	memset(gradient_states, 0, e->tokens * c->hidden * sizeof(*dy));
	if (!t->n)
		return;
	pass_linear_backward(e, &out, t->states.p, NULL, gradient_logits, t->n,
			     dy, false);
	pass_norm_backward(e, &e->told_norm, t->active.p, t->stats.p, dy, t->n,
			   width, dy);
	pass_function_backward(e, function(c), t->feed.p, dy, t->n, width, dy);
	pass_linear_backward(e, &e->told_dense, t->in.p, NULL, dy, t->n, dx,
			     false);
	for (size_t i = 0; i < t->n; i++) {
		float *to = gradient_states + t->places[i] * c->hidden;

		for (size_t k = 0; k < c->hidden; k++)
			to[k] += dx[i * c->hidden + k];
	}
}
