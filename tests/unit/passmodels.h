/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small encoders of every family, and batches, for tests of encoderpass.h. */
#ifndef MOODPIPE_PASSMODELS_H
#define MOODPIPE_PASSMODELS_H

#include "testing.h"

#include "encoder/encoderpass.h"

enum { VOCABULARY = 11, TOKENS = 13, SEQUENCES = 3, LABELS = 3 };

#define PASSMODEL_COMMON                                                       \
	.vocabulary = VOCABULARY, .hidden = 8, .layers = 2, .heads = 2,        \
	.intermediate = 12, .embedding = 8, .tokens_max = 12, .eps = 1e-5f,    \
	.activation = LINEAR_GELU, .labels = LABELS

struct passmodel {
	const char *name;
	struct encoder_config config;
};

static const struct passmodel passmodels[] = {
	{ "bert",
	  { PASSMODEL_COMMON, .family = ENCODER_BERT, .positions = 12,
	    .types = 2 } },
	{ "roberta",
	  { PASSMODEL_COMMON, .family = ENCODER_ROBERTA, .positions = 14,
	    .position_first = 2, .types = 1, .pad = 1 } },
	{ "distilbert",
	  { PASSMODEL_COMMON, .family = ENCODER_DISTILBERT, .positions = 12 } },
	{ "mpnet",
	  { PASSMODEL_COMMON, .family = ENCODER_MPNET, .positions = 14,
	    .position_first = 2, .pad = 1, .buckets = 8 } },
	{ "deberta-v3",
	  { PASSMODEL_COMMON, .family = ENCODER_DEBERTA_V2, .buckets = 4,
	    .relative_max = 12, .relative = true, .c2p = true, .p2c = true,
	    .share_key = true, .relative_norm = true,
	    .pooler_function = LINEAR_GELU } },
	{ "deberta-v2",
	  { PASSMODEL_COMMON, .family = ENCODER_DEBERTA_V2, .buckets = 4,
	    .relative_max = 12, .relative = true, .c2p = true, .p2c = true,
	    .share_key = true, .relative_norm = true, .convolution = 3,
	    .convolution_function = LINEAR_GELU, .types = 2,
	    .pooler_function = LINEAR_GELU } },
	{ "deberta own keys",
	  { PASSMODEL_COMMON, .family = ENCODER_DEBERTA_V2, .relative_max = 4,
	    .relative = true, .c2p = true, .p2c = true, .positions = 12,
	    .pooler_function = LINEAR_TANH } },
	{ "deberta c2p",
	  { PASSMODEL_COMMON, .family = ENCODER_DEBERTA_V2, .relative_max = 4,
	    .relative = true, .c2p = true, .pooler_function = LINEAR_GELU } },
	{ "deberta p2c",
	  { PASSMODEL_COMMON, .family = ENCODER_DEBERTA_V2, .relative_max = 4,
	    .relative = true, .p2c = true, .share_key = true,
	    .pooler_function = LINEAR_GELU } },
};
enum { PASSMODELS = sizeof(passmodels) / sizeof(*passmodels) };

/* Some families may project from narrower embeddings. */
static inline struct encoder_config passmodel_config(int i)
{
	struct encoder_config c = passmodels[i].config;

	if (!strcmp(passmodels[i].name, "deberta own keys"))
		c.embedding = 6;
	return c;
}

struct passbatch {
	struct subword token[TOKENS];
	size_t start[SEQUENCES + 1];
	struct encoder_batch batch;
};

static inline void passbatch_make(struct passbatch *b,
				  const struct encoder_config *c)
{
	uint64_t rng = 5;

	memset(b, 0, sizeof(*b));
	b->start[1] = 7;
	b->start[2] = 8;
	b->start[3] = TOKENS;
	for (int i = 0; i < TOKENS; i++) {
		b->token[i].id = (int32_t)(2 + rng_below(&rng, VOCABULARY - 2));
		b->token[i].type = c->types > 1 && (i % 7 > 3);
	}
	b->batch = (struct encoder_batch){ SEQUENCES, b->start, b->token };
}

static inline float passmodel_random(uint64_t *rng)
{
	return (float)(rng_next(rng) >> 40) / (1 << 23) - 1; /* [-1, 1) */
}

/* Parameters that make every layer count. */
static inline void passmodel_parameters(const struct encoder_config *c,
					struct parameters *p)
{
	struct err err = { 0 };
	uint64_t rng = 9;

	if (encoderpass_parameters(c, NULL, 1,
				   ENCODERPASS_CLASSIFIER | ENCODERPASS_WORDS,
				   p, &err))
		fail_msg("%s", err.message);
	for (size_t i = 0; i < p->count; i++) {
		struct parameter *x = p->items[i];
		bool norm = x->ndim == 1 && x->value[0] > 0.5f;

		for (size_t k = 0; k < x->count; k++)
			x->value[k] = norm ? 1 + passmodel_random(&rng) / 2
					   : passmodel_random(&rng) *
						 (x->ndim > 1 ? 0.5f : 0.4f);
	}
}

#endif
