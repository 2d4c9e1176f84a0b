/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/genremodel.h"

#include <math.h>

#include "learn/calibration.h"

static const double sure = 0.5; /* an artist's mode that needs no second */
/* The best of a track's many words looks better than it is: held-out tracks
 * were right this often, as a share of what the words alone claim. */
static const double luck = 0.4;
static const double cluster_luck = 0.5;
static const double certain = 0.95; /* no guess is surer */

const char *genre_method_name(enum genre_method m)
{
	static const char *const names[GENRE_METHODS] = {
		"artist-mode", "sound-cluster", "keyword", "most-common"
	};

	return names[m];
}

static bool curves_sound(const struct genre_curve *c)
{
	for (size_t i = 0; i < GENRE_METHODS; i++) {
		if (c[i].count > GENREMODEL_KNOTS)
			return false;
		for (size_t k = 0; k < c[i].count; k++)
			if (!(c[i].y[k] >= 0 && c[i].y[k] <= 1) ||
			    !isfinite(c[i].x[k]) ||
			    (k && !(c[i].x[k] > c[i].x[k - 1])))
				return false;
	}
	return true;
}

int genremodel_open(struct genremodel *m, const struct pack *p, struct err *err)
{
	size_t n;

	*m = (struct genremodel){ 0 };
	m->genres = pack_array(p, "genre.list", sizeof(*m->genres), SIZE_MAX,
			       &m->count, err);
	if (!m->genres)
		return -1;
	m->text.p = pack_array(p, "genre.text", 1, SIZE_MAX, &n, err);
	if (!m->text.p)
		return -1;
	m->text.n = n;
	m->artists = pack_array(p, "genre.artists", sizeof(*m->artists),
				SIZE_MAX, &m->artist_count, err);
	if (!m->artists || terms_open(&m->words, p, "genre.word", err) ||
	    soundgenre_open(&m->sound, p, err))
		return -1;
	m->curves = pack_array(p, "genre.curves", sizeof(*m->curves),
			       GENRE_METHODS, NULL, err);
	if (!m->curves)
		return -1;
	if (!curves_sound(m->curves))
		return err_set(err, ERR_DATA, "model",
			       "a curve of confidences that does not rise; "
			       "fit the model anew");
	for (size_t i = 0; i < m->count; i++) {
		const struct genre *g = &m->genres[i];

		if (g->n > m->text.n || g->at > m->text.n - g->n)
			return err_set(err, ERR_DATA, "model",
				       "genre %zu lies "
				       "outside its text; fit the model anew",
				       i);
		m->tracks += g->tracks;
	}
	return 0;
}

static const struct genre_artist *find_artist(const struct genremodel *m,
					      uint64_t key)
{
	size_t lo = 0, hi = m->artist_count;

	while (lo < hi) {
		size_t at = lo + (hi - lo) / 2;

		if (m->artists[at].key < key)
			lo = at + 1;
		else
			hi = at;
	}
	return lo < m->artist_count && m->artists[lo].key == key
		   ? &m->artists[lo]
		   : NULL;
}

/* Takes the guess if it is a valid and better one. */
static void offer(const struct genremodel *m, uint32_t genre, double confidence,
		  struct genre_guess *out)
{
	const struct genre *g;

	if (genre >= m->count || !(confidence > out->confidence) ||
	    !(confidence <= 1))
		return;
	g = &m->genres[genre];
	out->value = (struct span){ m->text.p + g->at, g->n };
	out->confidence = confidence;
}

void genremodel_guesses(const struct genremodel *m,
			const struct genre_clues *clues,
			struct genre_guess out[GENRE_METHODS])
{
	const struct genre_artist *a = NULL;

	for (int i = 0; i < GENRE_METHODS; i++)
		out[i] = (struct genre_guess){ { NULL, 0 },
					       (enum genre_method)i,
					       0 };
	if (clues->has_artist)
		a = find_artist(m, clues->artist);
	if (a)
		offer(m, a->genre, (double)a->confidence, &out[GENRE_ARTIST]);
	if (clues->sound > 0 && (size_t)clues->sound <= m->sound.clusters) {
		const struct soundgenre_label *l =
		    &m->sound.labels[clues->sound - 1];

		offer(m, l->genre, (double)l->share, &out[GENRE_SOUND]);
	}
	for (size_t i = 0; clues->terms && i < clues->terms->count; i++) {
		const struct term *t =
		    terms_find(&m->words, clues->terms->at[i].text);

		if (t)
			offer(m, t->id, (double)t->value, &out[GENRE_WORD]);
	}
	if (m->tracks)
		offer(m, 0, (double)m->genres[0].tracks / (double)m->tracks,
		      &out[GENRE_COMMON]);
}

/* How often guesses of that method are right. */
static double come_true(const struct genremodel *m, const struct genre_guess *g)
{
	const struct genre_curve *c = &m->curves[g->method];

	if (c->count)
		return fmin(certain,
			    calibration_isotonic_apply(
				c->x, c->y, (size_t)c->count, g->confidence));
	return g->confidence * (g->method == GENRE_WORD    ? luck
				: g->method == GENRE_SOUND ? cluster_luck
							   : 1);
}

bool genremodel_guess(const struct genremodel *m,
		      const struct genre_clues *clues, struct genre_guess *out)
{
	struct genre_guess all[GENRE_METHODS];
	bool known = m->curves[GENRE_COMMON].count > 0;

	genremodel_guesses(m, clues, all);
	*out = (struct genre_guess){ { NULL, 0 }, GENRE_COMMON, -1 };
	for (int i = 0; i < GENRE_METHODS; i++) {
		double c;

		if (!all[i].value.p)
			continue;
		c = come_true(m, &all[i]);
		/* by thumb: an artist sure enough needs no second, and what
		 * is known of the track comes before what is of all */
		if (!known && out->value.p &&
		    (out->confidence >= sure || i == GENRE_COMMON))
			break;
		if (c > out->confidence) {
			*out = all[i];
			out->confidence = c;
		}
	}
	return out->value.p != NULL;
}
