/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/generationbeside.h"

static bool has(const struct generation *g, const char *section)
{
	return pack_get(g->pack, section).p != NULL;
}

static int open_albums(struct generation *g, struct err *err)
{
	if (!has(g, "track.album"))
		return 0;
	g->album = pack_array(g->pack, "track.album", sizeof(*g->album),
			      g->count, NULL, err);
	return !g->album ||
		       generation_open_names(g, &g->albums, "album.offsets",
					     "album.names", err)
		   ? -1
		   : 0;
}

static int open_timbre(struct generation *g, struct err *err)
{
	size_t n = g->count * TIMBRE_AXES;

	if (!has(g, "timbre.percent"))
		return 0;
	g->timbre = pack_array(g->pack, "timbre.percent", sizeof(*g->timbre), n,
			       NULL, err);
	if (!g->timbre)
		return -1;
	g->timbre_score = pack_array(g->pack, "timbre.score",
				     sizeof(*g->timbre_score), n, NULL, err);
	if (!g->timbre_score)
		return -1;
	if (!has(g, "timbre.heard"))
		return 0;
	g->timbre_heard = pack_array(g->pack, "timbre.heard",
				     sizeof(*g->timbre_heard), n, NULL, err);
	return g->timbre_heard ? 0 : -1;
}

static int open_playlists(struct generation *g, struct err *err)
{
	struct playlists *p = &g->playlists;
	struct together *t = &g->together;

	if (!has(g, "playlist.rows"))
		return 0;
	if (generation_open_names(g, &p->names, "playlist.offsets",
				  "playlist.names", err))
		return -1;
	p->first = pack_array(g->pack, "playlist.first", sizeof(*p->first),
			      p->names.count + 1, NULL, err);
	if (!p->first)
		return -1;
	p->rows = pack_array(g->pack, "playlist.rows", sizeof(*p->rows),
			     SIZE_MAX, &p->total, err);
	if (!p->rows)
		return -1;
	t->first = pack_array(g->pack, "together.first", sizeof(*t->first),
			      g->count + 1, NULL, err);
	if (!t->first)
		return -1;
	t->rows = pack_array(g->pack, "together.rows", sizeof(*t->rows),
			     SIZE_MAX, &t->total, err);
	if (!t->rows)
		return -1;
	t->weight = pack_array(g->pack, "together.weight", sizeof(*t->weight),
			       t->total, NULL, err);
	return t->weight ? 0 : -1;
}

int generation_open_beside(struct generation *g, struct err *err)
{
	g->voice = pack_array(g->pack, "track.voice", sizeof(*g->voice),
			      g->count, NULL, err);
	return !g->voice || open_albums(g, err) || open_timbre(g, err) ||
		       lyricprint_view(&g->lyrics, g->pack, &lyricprint_lyrics,
				       err) ||
		       lyricprint_view(&g->titled, g->pack, &lyricprint_titles,
				       err) ||
		       open_playlists(g, err)
		   ? -1
		   : 0;
}

uint8_t catalogue_voice_flags(uint8_t voice)
{
	unsigned say = voice & (VOICE_SAID_NONE | VOICE_SAID_SUNG);

	if (!say)
		say = (unsigned)voice >> 2;
	return say == VOICE_SAID_NONE   ? CATALOGUE_INSTRUMENTAL
	       : say == VOICE_SAID_SUNG ? CATALOGUE_SUNG
					: 0;
}
