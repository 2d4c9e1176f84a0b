/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The encoder in training: forward with what backward needs kept, and reverse
 * mode (Rumelhart et al. 1986) through all of its layers, for all families of
 * encoderconfig.h. The forward pass without dropout gives what encoder.h gives,
 * within rounding. Linear layers may carry an adapter of low rank (Hu et al.
 * 2022): y = x W^T + b + (alpha / rank) drop(x) A^T B^T; so may the table of
 * words, of which row i is W[i] + (alpha / rank) A[.][i] B^T, without dropout,
 * where it is looked up (the head that tells words takes W alone).
 *
 * With checkpointing only the states between layers are kept, and each layer
 * is computed again on the way back: memory falls by about the number of its
 * inner states, time rises by a third. With bf16 linear layers multiply values
 * rounded to bfloat16, sums and all else in f32. Nothing is computed, nor kept,
 * for gradients that no parameter takes: below the lowest layer that has a
 * trained parameter or an adapter there is no way back.
 *
 * Deterministic: the same parameters, batch and seed give the same bits, with
 * any number of threads, with and without checkpointing. Whether an element is
 * dropped is a hash of seed, place and layer (Salmon et al. 2011).
 */
#ifndef MOODPIPE_ENCODERPASS_H
#define MOODPIPE_ENCODERPASS_H

#include "encoder/encoder.h"
#include "encoder/parameters.h"

struct adapter {                 /* of one layer; zeroed: none */
	struct parameter *a, *b; /* [rank][in], [out][rank]; of words
				    [rank][vocabulary], [embedding][rank] */
	float scale;             /* alpha / rank */
	float dropout;
};

struct encoderpass; /* one thread's, with its scratch */

struct encoderpass_options {
	bool bf16;
	bool checkpointing;
	int threads;
};

enum encoderpass_heads {                             /* bits */
			 ENCODERPASS_CLASSIFIER = 1, /* pooler, classifier */
			 ENCODERPASS_WORDS = 2,      /* masked words */
};

/* The encoder's tensors become parameters of p, frozen, under their usual names
 * (encoder_name without a prefix); values from the folder, or (folder NULL)
 * random: normal, 0.02, norms 1, biases 0, from the seed. heads: also the
 * pooler and classifier, as the configuration has labels, and the layers that
 * tell masked words under the names their family has for them. Values of heads
 * that the folder does not have, or has for other labels, are random. -1: as
 * encoderfolder_tensor, where another tensor is not there. */
int encoderpass_parameters(const struct encoder_config *c,
			   const struct encoderfolder *f, uint64_t seed,
			   unsigned heads, struct parameters *p,
			   struct err *err);

/* Writes a model.safetensors: the tensors of p that the configuration has, F32,
 * under the names the hub gives them (with the family's prefix where there is a
 * head), adapters left out. The file is replaced by rename. -1, ERR_ENV. */
int encoderpass_write(const struct encoder_config *c,
		      const struct parameters *p, const char *path,
		      struct err *err);

/* A pass over the parameters of p, which it looks up by name; both outlive it.
 * Parameters may be frozen and trained between passes. NULL, ERR_DATA: one is
 * not there. */
struct encoderpass *encoderpass_new(const struct encoder_config *c,
				    struct parameters *p,
				    const struct encoderpass_options *o,
				    struct err *err);
void encoderpass_free(struct encoderpass *e);
/* Puts an adapter on a linear layer (ENCODER_QUERY ... ENCODER_FEED_OUT), or on
 * ENCODER_WORDS. Of the adapter's parameters either both are trained or none. */
void encoderpass_adapt(struct encoderpass *e, enum encoder_tensor t,
		       size_t layer, const struct adapter *a);

/* Last hidden states [tokens][hidden], the pass's until the next forward; b
 * must live as long. With train, dropout as configured (and the adapters'), its
 * random numbers from the seed alone. NULL: as encoder_apply. */
const float *encoderpass_forward(struct encoderpass *e,
				 const struct encoder_batch *b, bool train,
				 uint64_t seed, struct err *err);
/* Adds to the gradients of parameters and adapters what the last forward pass
 * owes to gradient[tokens][hidden] of its result. Once per forward pass. */
void encoderpass_backward(struct encoderpass *e, const float *gradient);

/*
 * Heads over the last forward's states. The way back of each adds to the
 * gradients of its parameters, and writes (does not add) the gradient of the
 * states, [tokens][hidden]; with several heads the caller adds these up before
 * encoderpass_backward.
 */

/* logits[sequences][labels] of the family's classification head. train and
 * seed: dropout, as in encoderpass_forward. -1, ERR_DATA: the parameters were
 * made without it. */
int encoderpass_classify(struct encoderpass *e, bool train, uint64_t seed,
			 float *logits, struct err *err);
void encoderpass_classify_backward(struct encoderpass *e,
				   const float *gradient_logits,
				   float *gradient_states);

/* Vectors [sequences][hidden]: POOLING_CLS, _MEAN, _MEAN_SQRT, _LAST or
 * _WEIGHTED, one of them, over all tokens; normalise: to length 1. */
void encoderpass_pool(struct encoderpass *e, enum encoder_pooling pooling,
		      bool normalise, float *vectors);
/* Of the last encoderpass_pool. */
void encoderpass_pool_backward(struct encoderpass *e,
			       const float *gradient_vectors,
			       float *gradient_states);

/* Logits [n][vocabulary] of the words at n tokens of the batch (places,
 * ascending; the pass's caller keeps them until the way back): dense, GELU,
 * norm, the word table transposed, bias. -1, ERR_DATA: the parameters were made
 * without ENCODERPASS_WORDS. */
int encoderpass_words(struct encoderpass *e, const size_t *places, size_t n,
		      float *logits, struct err *err);
void encoderpass_words_backward(struct encoderpass *e,
				const float *gradient_logits,
				float *gradient_states);

#endif
