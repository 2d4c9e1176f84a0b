/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/encodeserve.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/encodeframe.h"
#include "corpus/encoderprecision.h"
#include "encoder/sentence.h"

struct server {
	struct sentence_model *model;
	struct sentence_work *work;
	float *out;
	size_t cap;
};

static bool same(const uint8_t *bytes, struct span hex)
{
	char text[2 * HASH_SIZE + 1];

	hash_hex(bytes, HASH_SIZE, text);
	return span_is(hex, text);
}

/* The files as they were, or at least what is in them. */
static int check(const struct sentence_model *m, struct span stamp,
		 struct span digest, struct err *err)
{
	const struct encoderfolder *f = sentence_folder(m);
	uint8_t sum[HASH_SIZE];

	if (!digest.n)
		return 0;
	if (encoderfolder_stamp(f, sum, err))
		return -1;
	if (same(sum, stamp))
		return 0;
	if (encoderfolder_digest(f, sum, err))
		return -1;
	return same(sum, digest)
		   ? 0
		   : err_set(err, ERR_DATA, "encoder",
			     "%s holds another model than the one that made "
			     "the vectors (%.12s...)",
			     f->path, digest.p);
}

static int open_model(struct server *s, const struct encodeframe *f,
		      struct err *err)
{
	enum linear_precision precision;
	char *path;

	if (f->count != 4 || s->model)
		return err_set(err, ERR_DATA, "encoder", "asked the wrong way");
	if (encoderprecision_parse(f->texts[1], &precision, err))
		return -1;
	path = mem_zalloc(f->texts[0].n + 1, 1);
	memcpy(path, f->texts[0].p, f->texts[0].n);
	s->model = sentence_open(path, precision, err);
	free(path);
	if (!s->model || check(s->model, f->texts[2], f->texts[3], err))
		return -1;
	s->work = sentence_work_new(s->model);
	return 0;
}

static size_t labels_of(const struct server *s)
{
	return sentence_folder(s->model)->config.labels;
}

/* Fills s->out, and says with how many numbers. */
static int compute(struct server *s, const struct encodeframe *f, size_t *n,
		   struct err *err)
{
	size_t dim;

	if (!s->work || !f->count)
		return err_set(err, ERR_DATA, "encoder", "asked the wrong way");
	if (f->what == ENCODEFRAME_QUERIES) {
		dim = sentence_dim(s->model);
		*n = f->count * dim;
	} else {
		dim = labels_of(s);
		*n = (f->count - 1) * dim;
		if (!dim)
			return err_set(err, ERR_DATA, "encoder",
				       "%s has no head for classes: a "
				       "cross-encoder has one",
				       sentence_folder(s->model)->path);
	}
	MEM_ROOM(s->out, *n + 1, s->cap);
	if (f->what == ENCODEFRAME_QUERIES)
		return sentence_vectors(s->model, s->work, SENTENCE_QUERY,
					f->texts, f->count, s->out, NULL, err);
	return sentence_pairs(s->model, s->work, f->texts[0], f->texts + 1,
			      f->count - 1, s->out, err);
}

static int reply(struct server *s, int sock, const struct encodeframe *f)
{
	struct err err = { .status = ERR_NONE };
	struct span text = { NULL, 0 };
	size_t n = 0;
	int rc;

	if (f->what == ENCODEFRAME_OPEN)
		rc = open_model(s, f, &err);
	else
		rc = compute(s, f, &n, &err);
	if (rc) {
		text = span_of(err.message);
		return encodeframe_send(sock, f->what, (int32_t)err.status,
					&text, 1, NULL, 0);
	}
	if (f->what == ENCODEFRAME_OPEN) {
		const float told[] = { (float)sentence_dim(s->model),
				       (float)labels_of(s) };

		text = span_of(sentence_folder(s->model)->name);
		return encodeframe_send(sock, f->what, 0, &text, 1, told, 2);
	}
	return encodeframe_send(sock, f->what, 0, NULL, 0, s->out, n);
}

int encodeserve(int sock)
{
	struct encodeframe frame = { .what = 0 };
	struct server s = { .model = NULL };
	int rc = 0;

	while (!rc &&
	       encodeframe_take(sock, INFINITY, &frame) == ENCODEFRAME_GOT)
		rc = reply(&s, sock, &frame);
	sentence_work_free(s.work);
	sentence_close(s.model);
	free(s.out);
	encodeframe_release(&frame);
	return rc;
}
