/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/sentence.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "encoder/pooling.h"
#include "encoder/sentencepieces.h"
#include "math/vector.h"

struct sentence_model {
	struct encoderfolder *folder;
	struct encoder *encoder;
	struct linear *dense[ENCODER_DENSE_MAX];
	size_t dense_most; /* the most numbers between modules */
};

struct sentence_work {
	const struct sentence_model *model;
	struct sentencepieces pieces;
	struct encoder_work *encoder;
	struct linear_work linear;
	float *out;       /* of the call */
	float *pooled[2]; /* [dense_most] */
	float *logits;    /* [pieces][labels] */
	size_t logits_cap;
};

/* --- the model --- */

static int open_dense(struct sentence_model *m, size_t i, struct err *err)
{
	const struct encoder_dense *d = &m->folder->dense[i];
	const struct tensormap_tensor *w, *b;
	float *weights, *bias = NULL;

	w = tensormap_find(d->tensors, "linear.weight");
	b = tensormap_find(d->tensors, "linear.bias");
	if (!w || w->ndim != 2 || w->dims[0] != d->out || w->dims[1] != d->in ||
	    !tensormap_readable(w) ||
	    (b && (b->count != d->out || !tensormap_readable(b))))
		return err_set(err, ERR_DATA, "model",
			       "%s: dense module %zu should hold linear.weight "
			       "of numbers [%zu, %zu], and a bias like it",
			       m->folder->path, i + 1, d->out, d->in);
	m->dense[i] = linear_new(d->in, d->out, LINEAR_F32);
	weights = mem_alloc(w->count * sizeof(*weights));
	tensormap_floats(w, 0, w->count, weights);
	if (b) {
		bias = mem_alloc(b->count * sizeof(*bias));
		tensormap_floats(b, 0, b->count, bias);
	}
	linear_set(m->dense[i], 0, d->out, weights, bias);
	free(weights);
	free(bias);
	return 0;
}

static int open_modules(struct sentence_model *m, struct err *err)
{
	const struct encoderfolder *f = m->folder;
	size_t dim = pooling_dim(f->pooling, f->config.hidden);

	m->dense_most = dim;
	for (size_t i = 0; i < f->dense_count; i++) {
		const struct encoder_dense *d = &f->dense[i];

		if (d->in != dim)
			return err_set(err, ERR_DATA, "model",
				       "%s: dense module %zu takes %zu numbers "
				       "where there are %zu",
				       f->path, i + 1, d->in, dim);
		if (open_dense(m, i, err))
			return -1;
		dim = d->out;
		if (dim > m->dense_most)
			m->dense_most = dim;
	}
	if (dim != f->dim)
		return err_set(err, ERR_DATA, "model",
			       "%s: its modules give %zu numbers where %zu are "
			       "told",
			       f->path, dim, f->dim);
	return 0;
}

struct sentence_model *sentence_open(const char *path,
				     enum linear_precision precision,
				     struct err *err)
{
	struct sentence_model *m = mem_zalloc(1, sizeof(*m));

	m->folder = encoderfolder_open(path, err);
	if (!m->folder || open_modules(m, err) ||
	    !(m->encoder = encoder_new(m->folder, precision, err))) {
		sentence_close(m);
		return NULL;
	}
	return m;
}

void sentence_close(struct sentence_model *m)
{
	if (!m)
		return;
	encoder_free(m->encoder);
	for (size_t i = 0; i < ENCODER_DENSE_MAX; i++)
		linear_free(m->dense[i]);
	encoderfolder_close(m->folder);
	free(m);
}

const struct encoderfolder *sentence_folder(const struct sentence_model *m)
{
	return m->folder;
}

size_t sentence_dim(const struct sentence_model *m)
{
	return m->folder->dim;
}

struct sentence_work *sentence_work_new(const struct sentence_model *m)
{
	struct sentence_work *w = mem_zalloc(1, sizeof(*w));

	w->model = m;
	sentencepieces_init(&w->pieces, m->folder);
	w->encoder = encoder_work_new(m->encoder);
	for (int i = 0; i < 2; i++)
		w->pooled[i] = mem_zalloc(m->dense_most, sizeof(float));
	return w;
}

void sentence_work_free(struct sentence_work *w)
{
	if (!w)
		return;
	sentencepieces_release(&w->pieces);
	encoder_work_free(w->encoder);
	linear_work_release(&w->linear);
	free(w->pooled[0]);
	free(w->pooled[1]);
	free(w->logits);
	free(w);
}

static struct encoder_batch batch_of(const struct sentencepieces *p)
{
	return (struct encoder_batch){ p->count, p->start, p->batch.items };
}

/* --- vectors --- */

/* out = or += share x, for n numbers. */
static void gather(const struct sentencepiece *p, const float *x, size_t n,
		   float *out)
{
	if (p->first && p->last) {
		memcpy(out, x, n * sizeof(*out));
		return;
	}
	if (p->first)
		memset(out, 0, n * sizeof(*out));
	vector_axpy(out, (float)p->share, x, n);
}

static int check_vector(const struct sentence_work *w, const float *x, size_t n,
			struct err *err)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return err_set(err, ERR_RECORD, "finite",
				       "%s: a vector that is not finite: are "
				       "the model's weights damaged?",
				       w->model->folder->path);
	return 0;
}

/* One sequence's vector, before normalisation. */
static const float *pool(struct sentence_work *w, const float *states,
			 size_t tokens, size_t skip)
{
	const struct sentence_model *m = w->model;
	const struct encoderfolder *f = m->folder;
	float *x = w->pooled[0];

	pooling_apply(f->pooling, states, tokens, f->config.hidden, skip, x);
	for (size_t d = 0; d < f->dense_count; d++) {
		float *y = w->pooled[(d + 1) % 2];

		linear_apply(m->dense[d], &w->linear, x, f->dense[d].in, 1,
			     f->dense[d].function, y, f->dense[d].out);
		x = y;
	}
	return x;
}

static int encode_vectors(void *ctx, const struct sentencepieces *p,
			  struct err *err)
{
	struct sentence_work *w = ctx;
	const struct sentence_model *m = w->model;
	const struct encoderfolder *f = m->folder;
	struct encoder_batch b = batch_of(p);
	bool firsts = f->pooling == POOLING_CLS;
	size_t hidden = f->config.hidden, dim = f->dim;
	const float *states =
	    firsts ? encoder_firsts(m->encoder, w->encoder, &b, err)
		   : encoder_apply(m->encoder, w->encoder, &b, err);

	if (!states)
		return -1;
	for (size_t i = 0; i < p->count; i++) {
		const struct sentencepiece *piece = &p->items[i];
		size_t at = firsts ? i : p->start[i];
		size_t tokens = firsts ? 1 : p->start[i + 1] - at;
		float *to = w->out + piece->text * dim;

		gather(piece,
		       pool(w, states + at * hidden, tokens, piece->skip), dim,
		       to);
		if (!piece->last)
			continue;
		if (check_vector(w, to, dim, err))
			return -1;
		if (f->normalise)
			vector_normalise(to, dim);
	}
	return 0;
}

static const char *prefix_of(const struct encoderfolder *f,
			     enum sentence_role role)
{
	return role == SENTENCE_QUERY     ? f->query_prefix
	       : role == SENTENCE_PASSAGE ? f->passage_prefix
					  : "";
}

static int each_text(struct sentence_work *w, const char *prefix,
		     const struct span *texts, size_t count,
		     sentencepieces_encode *encode, float *out,
		     unsigned *windows, struct err *err)
{
	w->out = out;
	sentencepieces_begin(&w->pieces, encode, w);
	for (size_t i = 0; i < count; i++)
		if (sentencepieces_text(&w->pieces, i, prefix, texts[i],
					windows ? &windows[i] : NULL, err))
			return -1;
	return sentencepieces_end(&w->pieces, err);
}

int sentence_vectors(const struct sentence_model *m, struct sentence_work *w,
		     enum sentence_role role, const struct span *texts,
		     size_t count, float *out, unsigned *windows,
		     struct err *err)
{
	memset(out, 0, count * m->folder->dim * sizeof(*out));
	return each_text(w, prefix_of(m->folder, role), texts, count,
			 encode_vectors, out, windows, err);
}

/* --- classes --- */

static int encode_logits(void *ctx, const struct sentencepieces *p,
			 struct err *err)
{
	struct sentence_work *w = ctx;
	const struct sentence_model *m = w->model;
	size_t labels = m->folder->config.labels;
	struct encoder_batch b = batch_of(p);

	MEM_ROOM(w->logits, p->count * labels, w->logits_cap);
	if (encoder_classify(m->encoder, w->encoder, &b, w->logits, err))
		return -1;
	for (size_t i = 0; i < p->count; i++)
		gather(&p->items[i], w->logits + i * labels, labels,
		       w->out + p->items[i].text * labels);
	return 0;
}

int sentence_logits(const struct sentence_model *m, struct sentence_work *w,
		    const struct span *texts, size_t count, float *logits,
		    unsigned *windows, struct err *err)
{
	memset(logits, 0, count * m->folder->config.labels * sizeof(*logits));
	return each_text(w, "", texts, count, encode_logits, logits, windows,
			 err);
}

int sentence_pairs(const struct sentence_model *m, struct sentence_work *w,
		   struct span query, const struct span *texts, size_t count,
		   float *logits, struct err *err)
{
	memset(logits, 0, count * m->folder->config.labels * sizeof(*logits));
	w->out = logits;
	sentencepieces_begin(&w->pieces, encode_logits, w);
	sentencepieces_query(&w->pieces, query);
	for (size_t i = 0; i < count; i++)
		if (sentencepieces_pair(&w->pieces, i, texts[i], err))
			return -1;
	return sentencepieces_end(&w->pieces, err);
}
