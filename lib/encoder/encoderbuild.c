/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "encoder/encoderadapted.h"
#include "encoder/encoderparts.h"
#include "encoder/relativeplace.h"
#include "math/largepages.h"
#include "math/rowwise.h"

#define PIECE ((size_t)1 << 18) /* numbers converted at a time */

struct build {
	struct encoder *e;
	struct err *err;
	struct encoderadapted adapted; /* the folder's adapter */
	float *piece; /* [PIECE] or a row, where one is longer */
	size_t piece_cap;
};

static const struct tensormap_tensor *find(const struct build *b,
					   enum encoder_tensor t, size_t layer)
{
	return encoderfolder_tensor(b->e->folder, t, layer, b->err);
}

/* All of a tensor, of the heap; *out stays NULL where the model has none. */
static int take(struct build *b, enum encoder_tensor t, size_t layer,
		float **out)
{
	const struct tensormap_tensor *x;

	if (!encoder_has(b->e->config, t))
		return 0;
	x = find(b, t, layer);
	if (!x)
		return -1;
	*out = mem_alloc(x->count * sizeof(**out));
	tensormap_floats(x, 0, x->count, *out);
	tensormap_done(x);
	return 0;
}

static int take_norm(struct build *b, enum encoder_tensor gain, size_t layer,
		     struct norm_weights *n)
{
	return take(b, gain, layer, &n->gain) ||
		       take(b, gain + 1, layer, &n->bias)
		   ? -1
		   : 0;
}

/* The same of a bias, unless the adapter keeps another. */
static int take_bias(struct build *b, enum encoder_tensor t, size_t layer,
		     float **out)
{
	const float *own;

	if (take(b, t, layer, out))
		return -1;
	own = t < ENCODER_HEAD_FIRST
		  ? NULL
		  : encoderadapted_head(&b->adapted, b->e->config, t);
	if (own)
		memcpy(*out, own, find(b, t, layer)->count * sizeof(**out));
	return 0;
}

/* Outputs first and following of a linear layer, from a tensor [outputs][in];
 * its bias, where it has one, is the next. */
static int set(struct build *b, struct linear *l, size_t first,
	       enum encoder_tensor t, size_t layer, bool has_bias)
{
	const struct encoder_config *c = b->e->config;
	const struct tensormap_tensor *w = find(b, t, layer);
	bool adapted = encoderadapted_has(&b->adapted, c, t, layer);
	size_t in = linear_in(l), out, step;
	const float *all = NULL;
	float *bias = NULL;

	if (!w || (has_bias && take_bias(b, t + 1, layer, &bias)))
		return -1;
	out = w->count / in;
	step = in < PIECE ? PIECE / in : 1;
	if (t >= ENCODER_HEAD_FIRST)
		all = encoderadapted_head(&b->adapted, c, t);
	if (!all && !adapted)
		all = tensormap_view(w);
	if (all)
		linear_set(l, first, out, all, bias);
	for (size_t i = 0; !all && i < out; i += step) {
		size_t n = out - i < step ? out - i : step;

		MEM_ROOM(b->piece, n * in, b->piece_cap);
		tensormap_floats(w, i * in, n * in, b->piece);
		if (adapted)
			encoderadapted_add(&b->adapted, c, t, layer, i, n,
					   b->piece);
		linear_set(l, first + i, n, b->piece, bias ? bias + i : NULL);
	}
	tensormap_done(w);
	free(bias);
	return 0;
}

static int build_linear(struct build *b, struct linear **l, size_t in,
			size_t out, enum linear_precision p,
			enum encoder_tensor t, size_t layer)
{
	*l = linear_new_in(b->e->memory, in, out, p);
	return set(b, *l, 0, t, layer, encoder_has(b->e->config, t + 1));
}

static int build_embeddings(struct build *b)
{
	struct encoder *e = b->e;
	const struct encoder_config *c = e->config;
	const struct tensormap_tensor *words;

	words = find(b, ENCODER_WORDS, 0);
	if (!words)
		return -1;
	wordrows_open(&e->words, e->folder->tensors, words);
	encoderadapted_words(&b->adapted, c, &e->words_rank, &e->words_low,
			     &e->words_up);
	if (encoder_has(c, ENCODER_POSITIONS)) {
		e->positions = find(b, ENCODER_POSITIONS, 0);
		if (!e->positions)
			return -1;
	}
	if (encoder_has(c, ENCODER_TYPES)) {
		e->types = find(b, ENCODER_TYPES, 0);
		if (!e->types)
			return -1;
	}
	if (encoder_has(c, ENCODER_PROJECTION)) {
		e->projection = linear_new_in(e->memory, c->embedding,
					      c->hidden, e->precision);
		if (set(b, e->projection, 0, ENCODER_PROJECTION, 0, false))
			return -1;
	}
	return take_norm(b, ENCODER_EMBEDDING_NORM, 0, &e->embedding_norm);
}

/* [out][in][kernel] becomes [out][kernel][in]. */
static int build_convolution(struct build *b)
{
	struct encoder *e = b->e;
	const struct encoder_config *c = e->config;
	size_t in = c->hidden, k = c->convolution;
	float *all = NULL, *bias = NULL, *row;
	int rc = -1;

	if (!encoder_has(c, ENCODER_CONVOLUTION))
		return 0;
	row = mem_zalloc(k * in, sizeof(*row));
	e->convolution =
	    linear_new_in(e->memory, k * in, c->hidden, e->precision);
	if (!take(b, ENCODER_CONVOLUTION, 0, &all) &&
	    !take(b, ENCODER_CONVOLUTION_BIAS, 0, &bias) &&
	    !take_norm(b, ENCODER_CONVOLUTION_NORM, 0, &e->convolution_norm)) {
		for (size_t o = 0; o < c->hidden; o++) {
			for (size_t i = 0; i < k * in; i++)
				row[i % k * in + i / k] = all[o * k * in + i];
			linear_set(e->convolution, o, 1, row,
				   bias ? bias + o : NULL);
		}
		rc = 0;
	}
	free(all);
	free(bias);
	free(row);
	return rc;
}

static int build_layer(struct build *b, size_t i)
{
	struct encoder *e = b->e;
	const struct encoder_config *c = e->config;
	struct encoder_layer *l = &e->layers[i];
	size_t hidden = c->hidden;

	l->qkv = linear_new_in(e->memory, hidden, 3 * hidden, e->precision);
	return set(b, l->qkv, 0, ENCODER_QUERY, i,
		   encoder_has(c, ENCODER_QUERY_BIAS)) ||
		       set(b, l->qkv, hidden, ENCODER_KEY, i,
			   encoder_has(c, ENCODER_KEY_BIAS)) ||
		       set(b, l->qkv, 2 * hidden, ENCODER_VALUE, i,
			   encoder_has(c, ENCODER_VALUE_BIAS)) ||
		       build_linear(b, &l->out, hidden, hidden, e->precision,
				    ENCODER_ATTENTION_OUT, i) ||
		       take_norm(b, ENCODER_ATTENTION_NORM, i,
				 &l->attention_norm) ||
		       build_linear(b, &l->feed, hidden, c->intermediate,
				    e->precision, ENCODER_FEED, i) ||
		       build_linear(b, &l->feed_out, c->intermediate, hidden,
				    e->precision, ENCODER_FEED_OUT, i) ||
		       take_norm(b, ENCODER_FEED_NORM, i, &l->feed_norm)
		   ? -1
		   : 0;
}

/* What is applied behind what. */
static void chain(struct encoder *e)
{
	struct linear *last = NULL;

	for (size_t i = 0; i < e->config->layers; i++) {
		struct encoder_layer *l = &e->layers[i];

		if (last)
			linear_before(last, l->qkv);
		linear_before(l->qkv, l->out);
		linear_before(l->out, l->feed);
		linear_before(l->feed, l->feed_out);
		last = l->feed_out;
	}
}

/* MPNet's table, [buckets][heads], becomes [heads][buckets], the first
 * layer's; all layers share it. */
static int build_table(struct build *b)
{
	struct encoder *e = b->e;
	const struct encoder_config *c = e->config;
	float *all = NULL, *table;

	if (take(b, ENCODER_RELATIVE, 0, &all))
		return -1;
	table = mem_alloc(c->heads * c->buckets * sizeof(*table));
	for (size_t i = 0; i < c->heads * c->buckets; i++)
		table[i % c->heads * c->buckets + i / c->heads] = all[i];
	free(all);
	for (size_t i = 0; i < c->layers; i++)
		e->layers[i].places.table = table;
	return 0;
}

/* The rows of DeBERTa's table as a layer's keys or queries, scaled as scores
 * are. */
static float *project(struct linear_work *w, const struct linear *l,
		      const float *table, size_t rows, size_t skip,
		      size_t hidden, float scale)
{
	size_t width = linear_out(l);
	float *out = mem_alloc(rows * hidden * sizeof(*out));
	float *all = mem_alloc(rows * width * sizeof(*all));

	linear_apply(l, w, table, hidden, rows, LINEAR_IDENTITY, all, width);
	for (size_t i = 0; i < rows; i++)
		for (size_t j = 0; j < hidden; j++)
			out[i * hidden + j] = all[i * width + skip + j] * scale;
	free(all);
	return out;
}

/* A layer's own projection of places: used once, so in memory of its own. */
static int build_own(struct build *b, struct linear **l, enum encoder_tensor t,
		     size_t layer)
{
	size_t hidden = b->e->config->hidden;

	*l = linear_new(hidden, hidden, b->e->precision);
	return set(b, *l, 0, t, layer, encoder_has(b->e->config, t + 1));
}

static int build_places(struct build *b, const float *table, size_t rows,
			struct linear_work *w, size_t i)
{
	struct encoder *e = b->e;
	const struct encoder_config *c = e->config;
	struct encoder_layer *l = &e->layers[i];
	size_t hidden = c->hidden;
	int rc = 0;

	for (int query = 0; query < 2 && !rc; query++) {
		float **to = query ? &l->places.query : &l->places.key;
		struct linear *own = NULL;

		if (query ? !c->p2c : !c->c2p)
			continue;
		if (!c->share_key)
			rc = build_own(
			    b, &own,
			    query ? ENCODER_POS_QUERY : ENCODER_POS_KEY, i);
		if (!rc)
			*to = project(w, own ? own : l->qkv, table, rows,
				      own || query ? 0 : hidden, hidden,
				      e->scale);
		linear_free(own);
	}
	return rc;
}

static int build_relative(struct build *b)
{
	struct encoder *e = b->e;
	const struct encoder_config *c = e->config;
	size_t rows = 2 * relativeplace_span(c), hidden = c->hidden;
	struct linear_work w = { 0 };
	struct norm_weights norm = { 0 };
	float *table = NULL;
	int rc;

	if (c->family == ENCODER_MPNET)
		return build_table(b);
	if (c->family != ENCODER_DEBERTA_V2 || !c->relative)
		return 0;
	rc = take(b, ENCODER_RELATIVE, 0, &table);
	if (!rc && c->relative_norm)
		rc = take_norm(b, ENCODER_RELATIVE_NORM, 0, &norm);
	for (size_t i = 0; !rc && norm.gain && i < rows; i++)
		rowwise_norm(table + i * hidden, hidden, norm.gain, norm.bias,
			     c->eps, table + i * hidden, NULL);
	for (size_t i = 0; !rc && i < c->layers; i++)
		rc = build_places(b, table, rows, &w, i);
	linear_work_release(&w);
	free(norm.gain);
	free(norm.bias);
	free(table);
	return rc;
}

/* A configuration may name labels where the file has no head for them. */
static int build_head(struct build *b)
{
	struct encoder *e = b->e;
	const struct encoder_config *c = e->config;
	struct str name = { 0 };
	bool there;

	if (!c->labels)
		return 0;
	encoder_name(c, ENCODER_CLASSIFIER, 0, &name);
	there = tensormap_find(e->folder->tensors, str_z(&name));
	str_release(&name);
	if (!there)
		return 0;
	return build_linear(b, &e->pooler, c->hidden, c->hidden, LINEAR_F32,
			    ENCODER_POOLER, 0) ||
		       build_linear(b, &e->classifier, c->hidden, c->labels,
				    LINEAR_F32, ENCODER_CLASSIFIER, 0)
		   ? -1
		   : 0;
}

static float scale_of(const struct encoder_config *c)
{
	double parts = 1;

	if (c->family == ENCODER_DEBERTA_V2)
		parts += (c->c2p ? 1 : 0) + (c->p2c ? 1 : 0);
	return (float)(1 / sqrt((double)(c->hidden / c->heads) * parts));
}

struct encoder *encoder_new(const struct encoderfolder *f,
			    enum linear_precision precision, struct err *err)
{
	struct encoder *e = mem_zalloc(1, sizeof(*e));
	struct build b = { .e = e, .err = err };
	int rc;

	e->folder = f;
	e->config = &f->config;
	e->precision = precision;
	e->memory = largepages_new();
	e->scale = scale_of(e->config);
	e->layers = mem_zalloc(e->config->layers, sizeof(*e->layers));
	rc = f->adapted ? encoderadapted_read(&b.adapted, f, err) : 0;
	if (!rc)
		rc = build_embeddings(&b);
	for (size_t i = 0; !rc && i < e->config->layers; i++)
		rc = build_layer(&b, i);
	if (rc || build_relative(&b) || build_convolution(&b) ||
	    build_head(&b)) {
		encoder_free(e);
		e = NULL;
	} else {
		chain(e);
	}
	encoderadapted_release(&b.adapted);
	free(b.piece);
	return e;
}

static void free_norm(struct norm_weights *n)
{
	free(n->gain);
	free(n->bias);
}

void encoder_free(struct encoder *e)
{
	if (!e)
		return;
	wordrows_close(&e->words);
	free(e->words_low);
	free(e->words_up);
	free_norm(&e->embedding_norm);
	free_norm(&e->convolution_norm);
	linear_free(e->projection);
	linear_free(e->convolution);
	linear_free(e->pooler);
	linear_free(e->classifier);
	for (size_t i = 0; i < e->config->layers; i++) {
		struct encoder_layer *l = &e->layers[i];

		linear_free(l->qkv);
		linear_free(l->out);
		linear_free(l->feed);
		linear_free(l->feed_out);
		free_norm(&l->attention_norm);
		free_norm(&l->feed_norm);
		free(l->places.key);
		free(l->places.query);
		if (!i)
			free(l->places.table);
	}
	largepages_free(e->memory);
	free(e->layers);
	free(e);
}
