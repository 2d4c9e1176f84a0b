/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/indexcheckbeside.h"

#include <stdlib.h>

#include "base/mem.h"
#include "index/indexwriter.h"
#include "index/timbrenet.h"
#include "index/timbrewriter.h"

static int check_voices(const struct generation *g, struct err *err)
{
	for (size_t i = 0; i < g->count; i++) {
		unsigned flags = g->flags[i];
		bool heard = g->display_measured && g->display_measured[i];

		if (g->voice[i] & ~(VOICE_SAID_NONE | VOICE_SAID_SUNG |
				    VOICE_HEARD_NONE | VOICE_HEARD_SUNG))
			return indexcheck_bad("track.voice", i, "no such bit",
					      err);
		if ((flags & (CATALOGUE_INSTRUMENTAL | CATALOGUE_SUNG)) !=
			catalogue_voice_flags(g->voice[i]) ||
		    heard != ((flags & CATALOGUE_HEARD) != 0))
			return indexcheck_bad("track.flags", i,
					      "not what follows from voice "
					      "and sound",
					      err);
	}
	return 0;
}

/* An album's name begins with that of the track's artist. */
static bool is_of(const struct generation *g, size_t row, struct span album)
{
	struct span artist;

	return !names_get(&g->artists, g->artist[row], &artist) &&
	       album.n > artist.n + 1 && !memcmp(album.p, artist.p, artist.n) &&
	       album.p[artist.n] == INDEX_ALBUM_BETWEEN;
}

static int check_albums(const struct generation *g, struct err *err)
{
	uint8_t *met = mem_zalloc(g->albums.count + 1, 1);
	size_t used = 0;
	int rc = indexcheck_names(&g->albums, "album.names", err);

	for (size_t i = 0; g->album && i < g->count && !rc; i++) {
		struct span name;

		if (g->album[i] == CATALOGUE_NONE)
			continue;
		if (names_get(&g->albums, g->album[i], &name) ||
		    !is_of(g, i, name)) {
			rc = indexcheck_bad("track.album", i,
					    "no album of the artist", err);
			break;
		}
		used += !met[g->album[i]];
		met[g->album[i]] = 1;
	}
	if (!rc && used != g->albums.count)
		rc = indexcheck_bad("album.names", used,
				    "albums without tracks", err);
	free(met);
	return rc;
}

/* Are the scores those that the network's vectors give: but for the last place,
 * as sums differ between processors. */
static bool is_refined(const struct generation *g, const uint8_t *measured)
{
	const struct audio_vectors *v = &g->audio[AUDIO_NETWORK];
	size_t n = g->count * TIMBRE_AXES;
	struct timbrenet net = { .rows = g->count,
				 .measured = measured,
				 .count = v->count,
				 .dim = v->dim,
				 .row = v->rows,
				 .vectors = v->vectors };
	const int16_t *heard =
	    g->timbre_heard ? g->timbre_heard : g->timbre_score;
	int16_t *again = mem_dup(heard, n * sizeof(*heard));
	bool same = true;

	if (g->timbre_heard)
		same = timbrenet_refine(&net, again);
	for (size_t i = 0; i < n && same; i++)
		same = (again[i] == TIMBRE_NO) ==
			   (g->timbre_score[i] == TIMBRE_NO) &&
		       abs(again[i] - g->timbre_score[i]) <= 2;
	free(again);
	return same;
}

static int check_timbre(const struct generation *g, struct err *err)
{
	size_t n = g->count * TIMBRE_AXES;
	uint8_t *measured, *again;
	bool same, refined;

	if (!g->timbre)
		return 0;
	measured = mem_zalloc(g->count + 1, 1);
	again = mem_alloc(n + 1);
	for (size_t i = 0; i < g->count; i++)
		measured[i] = (g->flags[i] & CATALOGUE_HEARD) != 0;
	timbre_percentiles(g->timbre_score, measured, g->count, again);
	same = !memcmp(again, g->timbre, n);
	refined = is_refined(g, measured);
	free(measured);
	free(again);
	if (!refined)
		return indexcheck_bad("timbre.score", 0,
				      "not what vectors and timbre.heard give",
				      err);
	return same ? 0
		    : indexcheck_bad("timbre.percent", 0,
				     "not the places of timbre.score", err);
}

static int check_print(const struct lyricprint *p, size_t texts,
		       const struct lyricprint_sections *name, struct err *err)
{
	if (!p->count)
		return 0;
	if (p->first[0] || p->first[p->count] != p->total)
		return indexcheck_bad(name->first, 0, "words are not filled",
				      err);
	for (size_t i = 0; i < p->count; i++) {
		const uint16_t *words;

		if (p->text[i] >= texts || (i && p->text[i - 1] >= p->text[i]))
			return indexcheck_bad(name->text, i, "out of order",
					      err);
		if (lyricprint_words(p, i, &words) < LYRICPRINT_LEAST)
			return indexcheck_bad(name->first, i, "no words", err);
	}
	return 0;
}

static int check_playlists(const struct generation *g, struct err *err)
{
	const struct playlists *p = &g->playlists;
	uint8_t *lists;
	int rc = indexcheck_names(&p->names, "playlist.names", err);

	if (rc || !p->rows)
		return rc;
	if (p->first[0] || p->first[p->names.count] != p->total)
		return indexcheck_bad("playlist.first", 0,
				      "lists do not fill it", err);
	lists = mem_zalloc(g->count + 1, 1);
	for (size_t i = 0; i < p->names.count && !rc; i++) {
		uint32_t from = p->first[i], to = p->first[i + 1];

		if (from >= to || to > p->total)
			rc = indexcheck_bad("playlist.first", i,
					    "an empty list", err);
		for (uint32_t k = from; k < to && !rc; k++)
			if (p->rows[k] >= g->count ||
			    (k > from && p->rows[k - 1] >= p->rows[k]) ||
			    ++lists[p->rows[k]] > INDEX_PLAYLISTS_MAX)
				rc = indexcheck_bad("playlist.rows", k,
						    "rows of a list", err);
	}
	free(lists);
	return rc;
}

int indexcheck_beside(const struct generation *g, struct err *err)
{
	return check_voices(g, err) || check_albums(g, err) ||
		       check_timbre(g, err) ||
		       check_print(&g->lyrics, g->count, &lyricprint_lyrics,
				   err) ||
		       check_print(&g->titled, g->by_title.count,
				   &lyricprint_titles, err) ||
		       check_playlists(g, err)
		   ? -1
		   : 0;
}
