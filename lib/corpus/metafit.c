/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/metafit.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "corpus/metaheld.h"
#include "corpus/track.h"
#include "io/atomic.h"

enum { TAGS_MOST = 64 }; /* of one track */

struct metafit {
	struct metafit_options options;
	struct genremodel_fit *some, *all; /* without those held out; with */
	struct soundgenre_fit *sound;      /* or NULL */
	struct tagmodel_fit *tags;
	struct metaheld *held;
	struct metatext text;
	struct str key;
};

struct metafit *metafit_new(const struct metafit_options *o)
{
	struct metafit *f = mem_zalloc(1, sizeof(*f));

	f->options = *o;
	f->some = genremodel_fit_new(o->stop, o->memory / 3);
	f->all = genremodel_fit_new(o->stop, o->memory / 3);
	f->tags = tagmodel_fit_new(o->stop, o->words, o->memory / 3);
	f->held = metaheld_new();
	if (o->sound)
		f->sound = soundgenre_fit_new(featset_schema(o->sound));
	return f;
}

void metafit_free(struct metafit *f)
{
	if (!f)
		return;
	genremodel_fit_free(f->some);
	genremodel_fit_free(f->all);
	soundgenre_fit_free(f->sound);
	tagmodel_fit_free(f->tags);
	metaheld_free(f->held);
	metatext_release(&f->text);
	str_release(&f->key);
	free(f);
}

/* The sound of a track, with its genre where it has one. */
static int add_sound(struct metafit *f, struct span genre, bool held,
		     struct err *err)
{
	uint64_t key = track_key(span_str(&f->text.id));
	const struct feat_row *row;

	if (!f->sound)
		return 0;
	if (featset_find(f->options.sound, key, &row, err) < 0)
		return -1;
	if (!row || !feat_status_measured(row->status))
		return 0;
	if (!genremodel_key(genre, f->options.stop, &f->text.tokens, &f->key))
		str_reset(&f->key);
	soundgenre_fit_add(f->sound, key, row->values, span_str(&f->key), held);
	return 0;
}

/* Its own tags, with whose they are. */
static int add_tags(struct metafit *f, const struct record *r, bool held,
		    struct err *err)
{
	struct metatext *t = &f->text;
	uint32_t tags[TAGS_MOST];
	size_t n = 0, clues;

	if (track_tags(r, &t->out, NULL) == TRACK_SOURCE)
		n = tagmodel_fit_tags(f->tags, span_str(&t->out), tags,
				      TAGS_MOST);
	if (!n)
		return 0;
	str_reset(&t->genre);
	str_span(&t->genre, fields_text(t->fields.at[FIELD_GENRE], &t->text));
	clues = metatext_likely(t, span_str(&t->genre));
	return tagmodel_fit_likely(f->tags, t->likely, clues, tags, n, held,
				   err);
}

int metafit_each(void *ctx, struct record *r, struct err *err)
{
	struct metafit *f = ctx;
	struct metatext *t = &f->text;
	struct genre_clues clues;
	struct span genre;
	bool known, held;

	fields_find(&t->fields, r);
	metatext_read(t, true, metatext_has(t, FIELD_GENRE));
	known = !record_id(r, &t->id, NULL);
	held = known && metaheld_is(span_str(&t->id));
	if (held &&
	    (metatext_has(t, FIELD_GENRE) || metatext_has(t, FIELD_TAGS)))
		metaheld_add(f->held, span_str(&t->id), r->line);
	if (tagmodel_fit_add(f->tags, &t->texts, err) ||
	    add_tags(f, r, held, err) ||
	    metatext_clues(t, NULL, r, &clues, err))
		return -1;
	if (!clues.has_artist && known) /* each such track has its own vote */
		clues.artist = hash_u64(t->id.p, t->id.n);
	genre = fields_text(t->fields.at[FIELD_GENRE], &t->text);
	if (known &&
	    add_sound(f, genre.p ? genre : (struct span){ "", 0 }, held, err))
		return -1;
	if (!genre.p)
		return 0;
	return genremodel_fit_add(f->all, genre, &clues, err) ||
		       (!held &&
			genremodel_fit_add(f->some, genre, &clues, err))
		   ? -1
		   : 0;
}

static int write_pack(struct metafit *f, struct genremodel_fit *genres,
		      const struct metaheld_result *known, struct span report,
		      const char *path, struct err *err)
{
	struct atomic *a = atomic_open(path, err);
	bool all = genres == f->all;
	struct pack_writer *w;
	int rc;

	if (!a)
		return -1;
	w = pack_writer_new(atomic_file(a), METAMODEL_KIND, METAMODEL_VERSION,
			    err);
	rc = !w ||
	     genremodel_fit_write(genres, f->sound, all, known->curves, w,
				  err) ||
	     tagmodel_fit_write(f->tags, all, w, err) ||
	     pack_section(w, "tag.sure", known->sure, sizeof(known->sure),
			  err) ||
	     pack_section(w, "meta.report", report.p, report.n, err);
	if (w && pack_writer_end(w, NULL, rc ? NULL : err))
		rc = -1;
	if (!rc)
		return atomic_commit(a, err);
	atomic_abort(a);
	return -1;
}

/* What the model without the held-out tracks says of them: it lies beside the
 * one to come, and is gone when it has spoken. */
static int check(struct metafit *f, const char *path,
		 struct metaheld_result *known, struct str *report,
		 struct err *err)
{
	struct str beside = { 0 };
	struct metamodel m = { 0 };
	int rc;

	str_printf(&beside, "%s.held", path);
	rc = write_pack(f, f->some, known, span_str(report), str_z(&beside),
			err);
	if (!rc)
		rc = metamodel_open(&m, str_z(&beside), err);
	if (!rc)
		rc = metaheld_check(f->held, &m, f->options.sound, known,
				    report, err);
	metamodel_close(&m);
	unlink(str_z(&beside));
	str_release(&beside);
	return rc;
}

int metafit_write(struct metafit *f, const char *path, struct str *report,
		  struct err *err)
{
	struct metaheld_result known;

	str_reset(report);
	metaheld_usual(&known);
	if (check(f, path, &known, report, err))
		return -1;
	return write_pack(f, f->all, &known, span_str(report), path, err);
}
