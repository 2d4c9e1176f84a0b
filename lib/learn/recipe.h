/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Recipes of the feature stages that apply a model: SHA-256 of "TOOL/VERSION
 * parameters model-digest-hex". A feature file belongs to a model when its
 * schema's recipe is the one computed here from the model's digest
 * (pack_digest).
 */
#ifndef MOODPIPE_RECIPE_H
#define MOODPIPE_RECIPE_H

#include "base/hash.h"
#include "io/feat.h"

/* name: the algorithm and its version constant, "embed-text/1". model may be
 * NULL (a stage without one). parameters: "" or words, "a=1 b=2". */
void recipe_make(const char *name, const char *parameters,
		 const uint8_t model[HASH_SIZE], uint8_t out[HASH_SIZE]);

void recipe_embed_text(const uint8_t model[HASH_SIZE], uint8_t out[HASH_SIZE]);
void recipe_embed_audio(const uint8_t model[HASH_SIZE], uint8_t out[HASH_SIZE]);

/* The schema of a network's vectors (learn/cnnmodel.h), to release: stage
 * "embed-cnn", columns v000 ... of dim; parameters as in recipe_make. */
void recipe_cnn_schema(struct feat_schema *s, const char *parameters,
		       const uint8_t model[HASH_SIZE], size_t dim);

/* A schema of a vector, to release, without its recipe: columns prefix000 ... of
 * dim. */
void recipe_vector_schema(struct feat_schema *s, const char *stage,
			  const char *prefix, size_t dim);

/* The whole schema, to release: stage "embed-text", columns t000..t383; stage
 * "embed-audio", columns a00..a63. */
void recipe_text_schema(struct feat_schema *s, const uint8_t model[HASH_SIZE]);
void recipe_audio_schema(struct feat_schema *s, const uint8_t model[HASH_SIZE]);

#endif
