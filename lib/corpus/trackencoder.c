/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/trackencoder.h"

#include <stdlib.h>

#include "base/mem.h"
#include "corpus/encoderprecision.h"
#include "corpus/trackprose.h"
#include "encoder/sentence.h"
#include "learn/recipe.h"

struct trackencoder {
	struct sentence_model *model;
	enum linear_precision precision;
	bool query;
	uint8_t digest[HASH_SIZE];
	uint64_t texts, windowed; /* so far, by any thread */
};

struct trackencoder_work {
	struct sentence_work *sentence;
	struct trackprose_work fields;
	struct str text;
};

struct trackencoder *trackencoder_open(const char *path,
				       enum linear_precision precision,
				       bool query, struct err *err)
{
	struct trackencoder *e = mem_zalloc(1, sizeof(*e));

	e->precision = precision;
	e->query = query;
	e->model = sentence_open(path, precision, err);
	if (e->model && sentence_dim(e->model) > FEAT_COLUMNS_MAX)
		err_set(err, ERR_DATA, "model",
			"%s: vectors of %zu numbers; a feature file holds %d "
			"at most",
			path, sentence_dim(e->model), FEAT_COLUMNS_MAX);
	else if (e->model && !encoderfolder_digest(sentence_folder(e->model),
						   e->digest, err))
		return e;
	trackencoder_close(e);
	return NULL;
}

void trackencoder_close(struct trackencoder *e)
{
	if (!e)
		return;
	sentence_close(e->model);
	free(e);
}

uint64_t trackencoder_windowed(const struct trackencoder *e, uint64_t *texts)
{
	*texts = e->texts;
	return e->windowed;
}

void trackencoder_recipe(const struct encoderfolder *f,
			 const uint8_t digest[HASH_SIZE],
			 enum linear_precision precision, bool query,
			 uint8_t out[HASH_SIZE])
{
	const char *prefix = query ? f->query_prefix : f->passage_prefix;
	char hex[2 * HASH_SIZE + 1];
	uint8_t sum[HASH_SIZE];
	struct str p = { 0 };

	hash_sha256(prefix, strlen(prefix), sum);
	hash_hex(sum, HASH_SIZE, hex);
	str_printf(&p,
		   "dimensions=%zu precision=%s prose=" TRACKPROSE_VERSION
		   " tokens=%zu prefix=%.16s",
		   f->dim, encoderprecision_name(precision), f->tokens_max,
		   hex);
	recipe_make("embed-encoder/1", p.p, digest, out);
	str_release(&p);
}

void trackencoder_schema(const struct trackencoder *e, struct feat_schema *s)
{
	const struct encoderfolder *f = sentence_folder(e->model);

	recipe_vector_schema(s, "embed-text", "t", f->dim);
	trackencoder_recipe(f, e->digest, e->precision, e->query, s->recipe);
}

struct trackencoder_work *trackencoder_work_new(const struct trackencoder *e)
{
	struct trackencoder_work *w = mem_zalloc(1, sizeof(*w));

	w->sentence = sentence_work_new(e->model);
	return w;
}

void trackencoder_work_free(struct trackencoder_work *w)
{
	if (!w)
		return;
	sentence_work_free(w->sentence);
	trackprose_release(&w->fields);
	str_release(&w->text);
	free(w);
}

uint64_t trackencoder_digest(struct trackencoder_work *w,
			     const struct record *r)
{
	trackprose_read(&w->fields, r, &w->text);
	return hash_u64(w->text.p, w->text.n);
}

int trackencoder_measure(struct trackencoder *e, struct trackencoder_work *w,
			 const struct record *r, struct feat_row *row,
			 struct err *err)
{
	size_t dim = sentence_dim(e->model);
	unsigned windows = 1;
	struct span text;

	row->status = FEAT_NO_INPUT;
	if (!trackprose_read(&w->fields, r, &w->text))
		return 0;
	text = span_str(&w->text);
	if (sentence_vectors(e->model, w->sentence,
			     e->query ? SENTENCE_QUERY : SENTENCE_PASSAGE,
			     &text, 1, row->values, &windows, err)) {
		row->status = FEAT_UNDECODABLE;
		return -1;
	}
	__atomic_fetch_add(&e->texts, 1, __ATOMIC_RELAXED);
	if (windows > 1)
		__atomic_fetch_add(&e->windowed, 1, __ATOMIC_RELAXED);
	row->status = FEAT_OK;
	row->method = FEAT_METHOD_MODEL;
	row->confidence = 1;
	for (size_t i = 0; i < dim; i++)
		feat_set_bit(row->measured, i);
	return 0;
}
