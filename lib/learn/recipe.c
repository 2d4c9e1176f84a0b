/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/recipe.h"

#include "learn/pca.h"
#include "learn/textmodel.h"

void recipe_make(const char *name, const char *parameters,
		 const uint8_t model[HASH_SIZE], uint8_t out[HASH_SIZE])
{
	char hex[2 * HASH_SIZE + 1] = "-";
	struct str s = { 0 };

	if (model)
		hash_hex(model, HASH_SIZE, hex);
	str_printf(&s, "%s %s %s", name, parameters, hex);
	hash_sha256(s.p, s.n, out);
	str_release(&s);
}

void recipe_embed_text(const uint8_t model[HASH_SIZE], uint8_t out[HASH_SIZE])
{
	recipe_make("embed-text/1", "dimensions=384", model, out);
}

void recipe_embed_audio(const uint8_t model[HASH_SIZE], uint8_t out[HASH_SIZE])
{
	recipe_make("embed-audio/1", "dimensions=64", model, out);
}

static void make_schema(struct feat_schema *s, const char *stage,
			const char *prefix, int width, int columns)
{
	char name[FEAT_NAME];
	int i;

	*s = (struct feat_schema){ 0 };
	snprintf(s->stage, sizeof(s->stage), "%s", stage);
	for (i = 0; i < columns; i++) {
		snprintf(name, sizeof(name), "%s%0*d", prefix, width, i);
		feat_schema_add(s, name, "");
	}
}

void recipe_vector_schema(struct feat_schema *s, const char *stage,
			  const char *prefix, size_t dim)
{
	make_schema(s, stage, prefix, 3, (int)dim);
}

void recipe_text_schema(struct feat_schema *s, const uint8_t model[HASH_SIZE])
{
	make_schema(s, "embed-text", "t", 3, TEXTMODEL_DIM);
	recipe_embed_text(model, s->recipe);
}

void recipe_audio_schema(struct feat_schema *s, const uint8_t model[HASH_SIZE])
{
	make_schema(s, "embed-audio", "a", 2, PCA_DIM);
	recipe_embed_audio(model, s->recipe);
}

void recipe_cnn_schema(struct feat_schema *s, const char *parameters,
		       const uint8_t model[HASH_SIZE], size_t dim)
{
	make_schema(s, "embed-cnn", "v", 3, (int)dim);
	recipe_make("embed-cnn/2", parameters, model, s->recipe);
}
