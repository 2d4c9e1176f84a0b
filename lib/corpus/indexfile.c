/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/indexfile.h"

#include "corpus/understood.h"
#include "corpus/weights.h"
#include "index/indexcheck.h"
#include "index/indexexport.h"
#include "io/atomic.h"
#include "learn/bridge.h"
#include "learn/textmodel.h"

int indexfile_write(const char *path, struct indexwriter *w,
		    const struct indexinputs *in, struct index_counts *counts,
		    char name[GENERATION_NAME], struct err *err)
{
	char hex[2 * HASH_SIZE + 1];
	uint8_t digest[HASH_SIZE];
	struct atomic *a = atomic_open(path, err);
	struct pack_writer *pw =
	    !a ? NULL
	       : pack_writer_new(atomic_file(a), GENERATION_KIND,
				 GENERATION_VERSION, err);
	int rc = pw ? indexwriter_write(w, &in->sources, pw, counts, err) ||
			  indexinputs_write(in, counts, pw, err)
		    : -1;

	if (pw && pack_writer_end(pw, digest, rc ? NULL : err))
		rc = -1;
	if (rc) {
		atomic_abort(a);
		return -1;
	}
	hash_hex(digest, HASH_SIZE, hex);
	memcpy(name, hex, GENERATION_NAME - 1);
	name[GENERATION_NAME - 1] = '\0';
	return atomic_commit(a, err);
}

/* Whether it says which, where vectors are of an encoder. */
static int check_encoder(const struct generation *g, struct err *err)
{
	struct encodermark m = { .dim = 0 };
	int rc = g->encoder.p ? encodermark_read(&m, g->encoder, err) : 0;

	if (!rc && g->encoder.p && m.dim != g->text_dim)
		rc =
		    err_set(err, ERR_DATA, "artifact",
			    "section \"encoder\" is of vectors of %zu numbers, "
			    "there are some of %zu; build the index again",
			    m.dim, g->text_dim);
	encodermark_release(&m);
	return rc;
}

/* What a query reads beside rows. */
static int check_tables(const struct generation *g, struct err *err)
{
	struct understood_models models = { .lexicon = NULL };
	struct weights weights = { 0 };
	struct textmodel *text = NULL;
	struct bridge bridge;
	int rc = weights_parse(&weights, g->weights, "weights", err);

	rc = rc || check_encoder(g, err) || indexear_check(g->pack, err) ||
	     bridge_open(&bridge, g->pack, err) ||
	     (bridge.info &&
	      bridge_check(&bridge, g->text_dim, GENERATION_AUDIO_DIM, err));
	if (!rc && pack_get(g->pack, "text.info").p) {
		text = textmodel_open(g->pack, err);
		rc = text ? 0 : -1;
	}
	rc = rc || understood_open(&models, g, text, err);
	understood_close(&models);
	textmodel_free(text);
	weights_release(&weights);
	return rc ? -1 : 0;
}

int indexfile_verify(const char *path, int threads, char name[GENERATION_NAME],
		     struct err *err)
{
	struct generation *g = generation_open(path, err);
	int rc = g ? indexcheck(g, threads, err) || check_tables(g, err) : -1;

	if (g && rc && err && strncmp(err->message, g->path, strlen(g->path)))
		err_prefix(err, "%s", g->path);
	if (!rc)
		memcpy(name, g->name, GENERATION_NAME);
	generation_close(g);
	return rc ? -1 : 0;
}

int indexfile_export(const char *path, const char *what, const char *format,
		     int threads, const char *output, struct err *err)
{
	enum indexexport_what w = indexexport_what(span_of(what));
	enum indexexport_format f =
	    indexexport_format(format ? span_of(format) : SPAN("npy"));
	struct generation *g;
	struct atomic *a;
	int rc = -1;

	if (w == INDEXEXPORT_WHATS || f == INDEXEXPORT_FORMATS)
		return err_set(err, ERR_USAGE, "usage",
			       "--export takes text, audio or cnn, --format "
			       "npy, flat, ivfflat or ids");
	g = generation_open(path, err);
	a = g ? atomic_open(output, err) : NULL;
	if (a) {
		rc = indexexport(g, w, f, threads, atomic_file(a),
				 atomic_name(a), err);
		if (rc)
			atomic_abort(a);
		else
			rc = atomic_commit(a, err);
	}
	generation_close(g);
	return rc;
}
