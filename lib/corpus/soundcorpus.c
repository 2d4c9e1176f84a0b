/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/genremodel.h"
#include "corpus/soundfit.h"
#include "corpus/soundimpute.h"
#include "corpus/track.h"
#include "index/featset.h"
#include "io/atomic.h"
#include "io/stream.h"

struct gather {
	struct featset *sound, *words;
	struct soundfit *fit;
	struct str id, genre, key, tags;
	struct tokens tokens;
};

static int add_track(void *ctx, struct record *r, struct err *err)
{
	struct gather *g = ctx;
	const struct feat_row *sound, *words = NULL;
	float meta[SOUNDMETA_COUNT];
	double confidence;
	uint64_t key;

	if (record_id(r, &g->id, err)) {
		err->status = ERR_DATA;
		return -1;
	}
	key = track_key(span_str(&g->id));
	if (featset_find(g->sound, key, &sound, err) < 0)
		return -1;
	if (!sound || !feat_status_measured(sound->status))
		return 0;
	if (g->words && featset_find(g->words, key, &words, err) < 0)
		return -1;
	if (words && words->status != FEAT_OK)
		words = NULL;
	str_reset(&g->key);
	if (!track_genre(r, &g->genre, &confidence) ||
	    confidence < SOUNDMODEL_GENRE_SURE ||
	    !genremodel_key(span_str(&g->genre), NULL, &g->tokens, &g->key))
		str_reset(&g->key);
	soundmeta_read(r, &g->tags, meta);
	soundfit_add(g->fit, key, sound->values, words ? words->values : NULL,
		     span_str(&g->key), meta);
	return 0;
}

static int write_model(struct soundfit *fit, const char *path,
		       struct str *report, struct err *err)
{
	struct atomic *a = atomic_open(path, err);
	struct pack_writer *w;
	int rc;

	if (!a)
		return -1;
	w = pack_writer_new(atomic_file(a), SOUNDMODEL_KIND, SOUNDMODEL_VERSION,
			    err);
	rc = w ? soundfit_write(fit, w, report, err) : -1;
	if (w && pack_writer_end(w, NULL, rc ? NULL : err))
		rc = -1;
	if (!rc)
		return atomic_commit(a, err);
	atomic_abort(a);
	return -1;
}

int soundimpute_fit(const struct soundimpute_files *in, char **files,
		    int nfiles, const char *path, struct str *report,
		    struct err *err)
{
	struct gather g = { 0 };
	int rc = -1;

	g.sound = featset_open(in->features, in->feature_count, err);
	if (!g.sound)
		return -1;
	if (in->text_count)
		g.words = featset_open(in->texts, in->text_count, err);
	if (!in->text_count || g.words) {
		g.fit = soundfit_new(featset_schema(g.sound),
				     g.words ? featset_schema(g.words) : NULL,
				     in->threads);
		rc = stream_each(files, nfiles, &g, add_track, err);
		if (!rc)
			rc = write_model(g.fit, path, report, err);
	}
	soundfit_free(g.fit);
	featset_close(g.sound);
	featset_close(g.words);
	str_release(&g.id);
	str_release(&g.genre);
	str_release(&g.key);
	str_release(&g.tags);
	tokens_release(&g.tokens);
	return rc;
}
