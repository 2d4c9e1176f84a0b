/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the modules of the encoder share; nobody else includes this. */
#ifndef MOODPIPE_ENCODERPARTS_H
#define MOODPIPE_ENCODERPARTS_H

#include "encoder/encoder.h"
#include "encoder/relativebias.h"
#include "encoder/wordrows.h"
#include "math/attention.h"

struct norm_weights {
	float *gain, *bias; /* NULL: there is none */
};

struct encoder_layer {
	struct linear *qkv; /* [3 hidden]: queries, keys, values */
	struct linear *out, *feed, *feed_out;
	struct norm_weights attention_norm, feed_norm;
	struct relativeplaces places;
};

struct encoder {
	const struct encoderfolder *folder;
	const struct encoder_config *config; /* the folder's */
	enum linear_precision precision;
	struct largepages *memory; /* where linear layers lie */

	struct wordrows words;
	size_t words_rank; /* of the adapter of words; 0: none */
	float *words_low;  /* [vocabulary][rank] */
	float *words_up;   /* [rank][embedding] */
	const struct tensormap_tensor *positions, *types; /* or NULL */
	struct norm_weights embedding_norm;
	struct linear *projection; /* or NULL */

	struct encoder_layer *layers;
	float scale;                /* of attention */
	struct linear *convolution; /* [kernel * hidden] to [hidden]; or NULL */
	struct norm_weights convolution_norm;

	struct linear *pooler, *classifier; /* NULL: there is no such head */
};

struct encoder_work {
	const struct encoder *encoder;
	struct linear_work linear;
	struct attention_work attention;
	struct relativebias bias;
	float *states; /* [tokens][hidden] of the whole batch, or of a chunk */
	float *firsts; /* [sequences][hidden] */
	size_t states_cap, firsts_cap;
	float *inner,
	    *side;        /* of the sequences at hand; one behind the other */
	size_t inner_cap; /* of both */
	float *row;       /* of a table */
	encoder_watch *watch;
	void *watch_ctx;
};

/* encoderembed.c. The embeddings of sequences first to last of b into out
 * [tokens][hidden]; w->inner has room for as many rows of the word table. */
void encoder_embed(const struct encoder *e, struct encoder_work *w,
		   const struct encoder_batch *b, size_t first, size_t last,
		   float *out);

/* encoderlayer.c. Takes the states x[tokens][hidden] of sequences first to last
 * of b through all layers. firsts_only: x becomes [sequences][hidden], of their
 * first tokens, and the last layer is computed no further than for these. */
void encoder_layers(const struct encoder *e, struct encoder_work *w,
		    const struct encoder_batch *b, size_t first, size_t last,
		    bool firsts_only, float *x);
/* Floats that w->inner and w->side need for so many tokens. */
size_t encoder_inner(const struct encoder *e, size_t sequences, size_t tokens);
size_t encoder_side(const struct encoder *e, size_t tokens);

#endif
