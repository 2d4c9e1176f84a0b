/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/wordfit.h"

#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "corpus/datadir.h"
#include "corpus/track.h"
#include "corpus/tracktext.h"
#include "io/stream.h"
#include "learn/textfit.h"

const struct wordfit wordfit_defaults = { .terms = 131072, .grams = 65536 };

struct fit {
	struct textcorpus corpus;
	struct tracktext words;
	struct str id;
	struct progress *progress;
	struct pack *pack;
	struct textprior *prior;
};

static int add_track(void *ctx, struct record *r, struct err *err)
{
	struct fit *f = ctx;

	if (record_id(r, &f->id, err))
		return err_set(err, ERR_DATA, "id",
			       "a record without an id: "
			       "give the output of ingest");
	f->progress->in++;
	f->progress->ok++;
	progress_show(f->progress);
	tracktext_read(&f->words, r);
	tracktext_collect(&f->words, &f->corpus, track_key(span_str(&f->id)));
	return 0;
}

/* Takes the next number off a list. */
static int next_weight(struct span *list, double *weight, struct err *err)
{
	const char *comma = list->n ? memchr(list->p, ',', list->n) : NULL;
	struct span word = { list->p,
			     comma ? (size_t)(comma - list->p) : list->n };

	if (!list->n)
		return 0;
	if (num_double(word, weight) || !(*weight > 0) || *weight > 1e6)
		return err_set(err, ERR_USAGE, "weights",
			       "--weights: '%.*s', expected a number above 0 "
			       "for each file, as in 1,20",
			       (int)word.n, word.p);
	list->p += word.n + !!comma;
	list->n -= word.n + !!comma;
	return 0;
}

static int read_files(struct fit *f, const struct wordfit *w, char **files,
		      int nfiles, struct err *err)
{
	struct span list = span_of(w->weights ? w->weights : "");
	int i;

	if (!list.n)
		return stream_each(files, nfiles, f, add_track, err);
	for (i = 0; i < nfiles || i == 0; i++)
		if (next_weight(&list, &f->corpus.emphasis, err) ||
		    stream_each(files + i, nfiles > 0, f, add_track, err))
			return -1;
	if (list.n)
		return err_set(err, ERR_USAGE, "weights",
			       "--weights names more weights than files");
	return 0;
}

static int open_base(struct fit *f, const char *base, struct err *err)
{
	struct str path = { 0 };
	int rc = 0;

	if (base && !strcmp(base, "none"))
		return 0;
	if (!base)
		base = datadir_path(WORDFIT_BASE, &path);
	if (access(base, F_OK)) {
		rc = err_set(err, ERR_DATA, "base",
			     "%s: no such table of words: "
			     "name a text model with --base, or none",
			     base);
	} else {
		f->pack =
		    pack_open(base, TEXTMODEL_KIND, TEXTMODEL_VERSION, err);
		if (!f->pack || pack_verify(f->pack, err) ||
		    !(f->prior = textprior_open(f->pack, err)))
			rc = err_prefix(err, "%s: ", base);
	}
	str_release(&path);
	return rc;
}

int wordfit_write(const struct wordfit *w, char **files, int nfiles,
		  struct progress *progress, FILE *out, struct err *err)
{
	struct fit f = { .progress = progress };
	struct textfit_options o = textfit_defaults;
	int rc;

	o.words = (size_t)w->terms;
	o.grams = (size_t)w->grams;
	textcorpus_init(&f.corpus, textfit_limit(w->memory));
	rc = open_base(&f, w->base, err);
	o.prior = f.prior;
	rc = rc || read_files(&f, w, files, nfiles, err) ||
		     textfit_write(&f.corpus, &o, w->memory, w->jobs, out, NULL,
				   err)
		 ? -1
		 : 0;
	textprior_free(f.prior);
	pack_close(f.pack);
	textcorpus_release(&f.corpus);
	tracktext_release(&f.words);
	str_release(&f.id);
	return rc;
}
