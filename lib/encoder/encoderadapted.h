/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The LoRA adapter that lies in a model's folder (lora.h), for a model that is
 * applied: added to the weights of its layers as they are read.
 */
#ifndef MOODPIPE_ENCODERADAPTED_H
#define MOODPIPE_ENCODERADAPTED_H

#include "encoder/encoderfolder.h"
#include "encoder/lora.h"
#include "math/matmul.h"

struct encoderadapted { /* zeroed: none */
	struct parameters parameters;
	struct lora_options options;
	struct matmul_work work;
};
/* Of a folder that says adapted. -1: ERR_ENV, ERR_DATA. Release in any case. */
int encoderadapted_read(struct encoderadapted *a, const struct encoderfolder *f,
			struct err *err);
void encoderadapted_release(struct encoderadapted *a);

/* Whether a layer's weight is changed by it. */
bool encoderadapted_has(const struct encoderadapted *a,
			const struct encoder_config *c, enum encoder_tensor t,
			size_t layer);
/* Adds what it changes to rows from to from + n of the weight. */
void encoderadapted_add(struct encoderadapted *a,
			const struct encoder_config *c, enum encoder_tensor t,
			size_t layer, size_t from, size_t n, float *weights);

/* What it adds to the table of words, as floats of the heap: row i gets the sum
 * over k of low[i][k] up[k][width]. False: nothing. */
bool encoderadapted_words(const struct encoderadapted *a,
			  const struct encoder_config *c, size_t *rank,
			  float **low, float **up);

/* A tensor of the head as the adapter keeps it; NULL: it keeps none. */
const float *encoderadapted_head(const struct encoderadapted *a,
				 const struct encoder_config *c,
				 enum encoder_tensor t);

#endif
