/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/querytext.h"

#include <stdlib.h>

#include "base/mem.h"
#include "corpus/encodecall.h"
#include "corpus/encodermark.h"
#include "corpus/encoderprecision.h"
#include "math/vector.h"

struct querytext {
	const struct generation *g;
	const struct textmodel *words;
	struct textvector vector;
	struct encodermark mark;
	char *dir; /* where it moved; NULL: where the mark says */
	struct encodecall *call;
};

static int read_mark(struct querytext *q, struct err *err)
{
	if (encodermark_read(&q->mark, q->g->encoder, err))
		return err_prefix(err, "%s", q->g->path);
	if (q->mark.dim == q->g->text_dim)
		return 0;
	return err_set(err, ERR_DATA, "artifact",
		       "%s: the text vectors have %zu numbers, those of its "
		       "encoder %zu; build the index again",
		       q->g->path, q->g->text_dim, q->mark.dim);
}

int querytext_ahead(struct querytext *q, struct err *err)
{
	struct encodecall_model m = {
		.path = q->dir ? q->dir : str_z(&q->mark.path),
		.precision = encoderprecision_name(q->mark.precision),
		.stamp = q->mark.stamp,
		.digest = q->mark.digest
	};

	if (q->mark.dim && !q->call)
		q->call = encodecall_new(&m, err);
	return q->mark.dim && !q->call ? -1 : 0;
}

struct querytext *querytext_new(const struct generation *g,
				const struct textmodel *words, const char *dir,
				struct err *err)
{
	struct querytext *q = mem_zalloc(1, sizeof(*q));
	int rc = 0;

	q->g = g;
	q->words = g->text_dim == TEXTMODEL_DIM ? words : NULL;
	q->dir = dir ? mem_strdup(dir) : NULL;
	if (g->encoder.p && g->text_count)
		rc = read_mark(q, err);
	else if (dir)
		rc = err_set(err, ERR_USAGE, "usage",
			     "%s has no vectors of an encoder: --text-model "
			     "goes with an index that was built with one",
			     g->path);
	if (!rc)
		return q;
	querytext_free(q);
	return NULL;
}

void querytext_free(struct querytext *q)
{
	if (!q)
		return;
	encodecall_free(q->call);
	encodermark_release(&q->mark);
	textvector_release(&q->vector);
	free(q->dir);
	free(q);
}

bool querytext_by_words(const struct querytext *q)
{
	return !q->mark.dim;
}

/* What to do about an encoder that cannot be used. */
static int refuse(struct querytext *q, struct err *err)
{
	struct err why = *err;

	return err_set(
	    err, why.status == ERR_ENV ? ERR_ENV : ERR_DATA, "encoder",
	    "the text vectors of %s are of the encoder %s "
	    "(%.12s): %.*s; name its folder with --text-model DIR, "
	    "or make them again with the one that is there: embed "
	    "text, build-index",
	    q->g->path, str_z(&q->mark.name), q->mark.digest, 250, why.message);
}

static int encode(struct querytext *q, struct span text, float *unit,
		  struct err *err)
{
	size_t dim = q->g->text_dim;

	if (querytext_ahead(q, err) || encodecall_ready(q->call, err))
		return refuse(q, err);
	if (encodecall_dim(q->call) != dim) {
		err_set(err, ERR_DATA, "encoder",
			"its vectors have %zu numbers",
			encodecall_dim(q->call));
		return refuse(q, err);
	}
	if (encodecall_query(q->call, text, unit, err))
		return refuse(q, err);
	return vector_normalise(unit, dim) > 0 ? 0 : 1;
}

int querytext_vector(struct querytext *q, struct span text, float *unit,
		     struct err *err)
{
	if (!text.n)
		return 1;
	if (q->mark.dim)
		return encode(q, text, unit, err);
	if (!q->words)
		return 1;
	textvector_reset(&q->vector);
	textmodel_add(q->words, &q->vector, text, 1);
	return textvector_finish(&q->vector, unit) ? 1 : 0;
}
