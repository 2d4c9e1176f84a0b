/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "corpus/musicfilter.h"
#include "io/atomic.h"

void musicfilter_fit_init(struct musicfilter_fit *f,
			  const struct musicfilter *m, size_t memory)
{
	*f = (struct musicfilter_fit){ .filter = m };
	artists_fit_init(&f->artists, memory);
}

void musicfilter_fit_release(struct musicfilter_fit *f)
{
	musicfilter_scratch_release(&f->scratch);
	artists_fit_release(&f->artists);
}

int musicfilter_fit_each(void *ctx, struct record *r, struct err *err)
{
	struct musicfilter_fit *f = ctx;
	struct str *name = &f->scratch.text, folded = { 0 };
	double lean;
	uint64_t key;

	musicfilter_judge(f->filter, &f->scratch, r, NULL);
	lean = musicfilter_lean(f->filter, &f->scratch);
	if (!record_text(r, "artist", name))
		return 0;
	key = artists_key(span_str(name), &folded);
	str_release(&folded);
	return artists_fit_add(&f->artists, key, lean, err);
}

/* An artist's "plays" are its sum of musicfilter_lean here. */
static int write_artists(struct musicfilter_fit *f, struct pack_writer *w,
			 struct err *err)
{
	struct artist a;
	int rc;

	if (pack_begin(w, "music.artists", err))
		return -1;
	while ((rc = artists_fit_next(&f->artists, &a, err)) > 0)
		if (pack_put(w, &a, sizeof(a), err))
			return -1;
	return rc;
}

int musicfilter_fit_write(struct musicfilter_fit *f, const char *path,
			  struct err *err)
{
	struct atomic *a = atomic_open(path, err);
	struct pack_writer *w;
	int rc;

	if (!a)
		return -1;
	w = pack_writer_new(atomic_file(a), MUSICFILTER_KIND,
			    MUSICFILTER_VERSION, err);
	rc = w ? write_artists(f, w, err) : -1;
	if (w && pack_writer_end(w, NULL, rc ? NULL : err))
		rc = -1;
	if (rc) {
		atomic_abort(a);
		return -1;
	}
	return atomic_commit(a, err);
}

int musicfilter_open(struct musicfilter *m, const char *path, struct err *err)
{
	const struct artist *table;
	size_t count = 0;

	m->model = pack_open(path, MUSICFILTER_KIND, MUSICFILTER_VERSION, err);
	if (!m->model)
		return -1;
	table = pack_array(m->model, "music.artists", sizeof(*table), SIZE_MAX,
			   &count, err);
	if (!table)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (!isfinite(table[i].plays))
			return err_set(err, ERR_DATA, "model",
				       "%s: sums that are not numbers; fit "
				       "the model anew",
				       path);
	if (artists_index_init(&m->index, table, count))
		return err_set(err, ERR_DATA, "model",
			       "%s: artists out of order; fit the model anew",
			       path);
	return 0;
}
