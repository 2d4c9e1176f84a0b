/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/genremodel.h"

#include <math.h>

static const double sure = 0.5; /* an artist's mode that needs no second */
/* The best of a track's many words looks better than it is: held-out tracks
 * were right this often, as a share of what the words alone claim. */
static const double luck = 0.4;

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
	if (!m->artists || terms_open(&m->words, p, "genre.word", err))
		return -1;
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
		  const char *method, struct genre_guess *out)
{
	const struct genre *g;

	if (genre >= m->count || !(confidence > out->confidence) ||
	    !(confidence <= 1))
		return;
	g = &m->genres[genre];
	*out = (struct genre_guess){ { m->text.p + g->at, g->n },
				     method,
				     confidence };
}

bool genremodel_guess(const struct genremodel *m,
		      const struct genre_clues *clues, struct genre_guess *out)
{
	const struct genre_artist *a = NULL;

	*out = (struct genre_guess){ { 0 }, NULL, 0 };
	if (clues->has_artist)
		a = find_artist(m, clues->artist);
	if (a)
		offer(m, a->genre, (double)a->confidence, "artist-mode", out);
	if (out->confidence >= sure)
		return true;
	for (size_t i = 0; clues->terms && i < clues->terms->count; i++) {
		const struct term *t =
		    terms_find(&m->words, clues->terms->at[i].text);

		if (t)
			offer(m, t->id, luck * (double)t->value, "keyword",
			      out);
	}
	if (!out->value.p && m->tracks)
		offer(m, 0, (double)m->genres[0].tracks / (double)m->tracks,
		      "most-common", out);
	return out->value.p != NULL;
}
