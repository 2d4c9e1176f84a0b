/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/richmodel.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/fields.h"
#include "io/atomic.h"

struct richmodel_fit {
	struct popularity_fit popularity;
	struct artists_fit artists;
	struct fields fields;
	struct str text, folded;
};

struct params { /* section "rich.params" */
	struct popularity popularity;
	struct artists_limits limits;
	int64_t as_of, has_as_of;
};

bool richmodel_plays(struct span raw, double *plays)
{
	return fields_number(raw, plays) && *plays >= 0;
}

struct richmodel_fit *richmodel_fit_new(size_t memory)
{
	struct richmodel_fit *f = mem_zalloc(1, sizeof(*f));

	artists_fit_init(&f->artists, memory);
	return f;
}

void richmodel_fit_free(struct richmodel_fit *f)
{
	if (!f)
		return;
	artists_fit_release(&f->artists);
	str_release(&f->text);
	str_release(&f->folded);
	free(f);
}

int richmodel_fit_each(void *ctx, struct record *r, struct err *err)
{
	struct richmodel_fit *f = ctx;
	struct span artist;
	double plays;

	fields_find(&f->fields, r);
	if (richmodel_plays(f->fields.at[FIELD_PLAYBACK_COUNT], &plays))
		popularity_add(&f->popularity, plays);
	else
		plays = -1;
	artist = fields_text(f->fields.at[FIELD_ARTIST], &f->text);
	if (!artist.p)
		return 0;
	return artists_fit_add(&f->artists, artists_key(artist, &f->folded),
			       plays, err);
}

static int write_sections(struct richmodel_fit *f, struct params *p,
			  struct pack_writer *w, struct err *err)
{
	struct artist a;
	double plays = 0;
	uint64_t tracks = 0;
	int rc;

	if (pack_begin(w, "rich.artists", err))
		return -1;
	while ((rc = artists_fit_next(&f->artists, &a, err)) > 0) {
		plays = a.plays > plays ? a.plays : plays;
		tracks = a.tracks > tracks ? a.tracks : tracks;
		if (pack_put(w, &a, sizeof(a), err))
			return -1;
	}
	if (rc < 0)
		return -1;
	artists_limits_set(&p->limits, plays, tracks);
	popularity_end(&f->popularity, &p->popularity);
	return pack_section(w, "rich.params", p, sizeof(*p), err);
}

int richmodel_fit_write(struct richmodel_fit *f, const int64_t *as_of,
			const char *path, struct err *err)
{
	struct params p = { 0 };
	struct pack_writer *w;
	struct atomic *a = atomic_open(path, err);
	int rc;

	if (!a)
		return -1;
	if (as_of) {
		p.as_of = *as_of;
		p.has_as_of = 1;
	}
	w = pack_writer_new(atomic_file(a), RICHMODEL_KIND, RICHMODEL_VERSION,
			    err);
	rc = w ? write_sections(f, &p, w, err) : -1;
	if (w && pack_writer_end(w, NULL, rc ? NULL : err))
		rc = -1;
	if (rc) {
		atomic_abort(a);
		return -1;
	}
	return atomic_commit(a, err);
}

static int unusable(struct richmodel *m, const char *path, const char *what,
		    struct err *err)
{
	richmodel_close(m);
	return err_set(err, ERR_DATA, "model", "%s: %s; fit the model anew",
		       path, what);
}

int richmodel_open(struct richmodel *m, const char *path, struct err *err)
{
	const struct params *p;
	const struct artist *table = NULL;
	size_t count;

	*m = (struct richmodel){ 0 };
	m->pack = pack_open(path, RICHMODEL_KIND, RICHMODEL_VERSION, err);
	if (!m->pack)
		return -1;
	p = pack_array(m->pack, "rich.params", sizeof(*p), 1, NULL, err);
	if (p)
		table = pack_array(m->pack, "rich.artists", sizeof(*table),
				   SIZE_MAX, &count, err);
	if (!table) {
		richmodel_close(m);
		return -1;
	}
	m->popularity = p->popularity;
	m->limits = p->limits;
	m->has_as_of = p->has_as_of != 0;
	m->as_of = p->as_of;
	if (!isfinite(m->popularity.scale) ||
	    !isfinite(m->limits.plays_scale) ||
	    !isfinite(m->limits.tracks_scale))
		return unusable(m, path, "scales that are not numbers", err);
	if (artists_index_init(&m->artists, table, count))
		return unusable(m, path, "artists out of order", err);
	return 0;
}

void richmodel_close(struct richmodel *m)
{
	artists_index_release(&m->artists);
	pack_close(m->pack);
	*m = (struct richmodel){ 0 };
}
