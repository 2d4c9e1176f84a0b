/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the files of lora.h: which layers carry adapters, and their names. */
#ifndef MOODPIPE_LORANAMES_H
#define MOODPIPE_LORANAMES_H

#include "encoder/lora.h"
#include "encoder/passwords.h"

#define LORA_CONFIG "adapter_config.json"
#define LORA_MODEL "adapter_model.safetensors"
#define LORA_BEFORE "base_model.model." /* before names of tensors */
#define LORA_DIGEST "base_sha256"       /* in __metadata__ */

/* Whether a tensor is the weight of a layer that can carry an adapter: linear,
 * or the table of words. */
bool lora_adaptable(const struct encoder_config *c, enum encoder_tensor t);
/* All of them, one by one; false: there is no more. */
struct lora_place { /* zeroed: begins */
	size_t next, layer;
	enum encoder_tensor tensor;
};
bool lora_each(const struct encoder_config *c, struct lora_place *at);
/* Replaces *out with the name of a tensor's module: without ".weight". */
void lora_module(const struct encoder_config *c, enum encoder_tensor t,
		 size_t layer, struct str *out);

struct lora_pair {
	struct parameter *a, *b; /* NULL: none */
};
/* PEFT keeps the factors of a table turned: A [rank][words], B [width][rank]. */
void lora_dims(const struct encoder_config *c, enum encoder_tensor t,
	       size_t rank, size_t a[2], size_t b[2]);
/* Appends .lora_A.weight and the like. */
void lora_put_factor(enum encoder_tensor t, char which, struct str *name);
/* The adapter that parameters hold for a layer. */
struct lora_pair lora_find(const struct encoder_config *c,
			   const struct parameters *p, enum encoder_tensor t,
			   size_t layer);
/* Adds one of zeros, trained, to p and e (may be NULL). */
struct lora_pair lora_put(const struct encoder_config *c,
			  const struct lora_options *o, enum encoder_tensor t,
			  size_t layer, struct parameters *p,
			  struct encoderpass *e);

/* Appends the target_modules of PEFT's configuration, a JSON array: of the
 * adapters that p holds, names that it finds these and no others by. */
void lora_targets(const struct encoder_config *c, const struct parameters *p,
		  struct str *out);

/* Heads are kept beside adapters. Replaces the name of head tensor i < HEADS as
 * it is among parameters, and as the hub writes it; false: there is none. */
#define LORA_HEADS (ENCODER_TENSORS - ENCODER_HEAD_FIRST + WORDS_TENSORS)
bool lora_head(const struct encoder_config *c, int i, struct str *name,
	       struct str *full);

#endif
