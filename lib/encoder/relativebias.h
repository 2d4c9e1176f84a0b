/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What relative places add to attention's scores, block by block as attention.h
 * asks for it: MPNet's one number for a head and a distance (Song et al. 2020),
 * or DeBERTa's products of contents with places (He et al. 2021).
 */
#ifndef MOODPIPE_RELATIVEBIAS_H
#define MOODPIPE_RELATIVEBIAS_H

#include "encoder/encoderconfig.h"
#include "math/matmul.h"

struct relativeplaces { /* of a layer; zeroed: none */
	float *table;   /* mpnet: [heads][buckets] */
	float *key;     /* deberta: [2 span][hidden], what queries meet */
	float *query;   /* the same, what keys meet */
};

struct relativebias { /* of one thread; zeroed is empty */
	const struct encoder_config *config;
	const struct relativeplaces *places;
	const float *q, *k;
	size_t tokens, stride;
	bool bf16;

	struct matmul_work product;
	uint32_t *row; /* of distances 1 - tokens to tokens - 1 */
	size_t row_cap, row_tokens;
	float *by_distance, *to_key, *to_query;
	size_t by_distance_cap, to_key_cap, to_query_cap;
};
void relativebias_release(struct relativebias *b);

/* Before attention over a sequence: its q and k, one token's stride floats
 * behind the other's; places, which the scale of scores is a part of, and
 * config stay the caller's. bf16: products as by matmul_bf16. */
void relativebias_begin(struct relativebias *b, const struct encoder_config *c,
			const struct relativeplaces *places, const float *q,
			const float *k, size_t tokens, size_t stride,
			bool bf16);
/* An attention_bias; ctx: the struct relativebias. */
void relativebias_block(void *ctx, size_t head, size_t first, size_t n,
			float *out);

#endif
