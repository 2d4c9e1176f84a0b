/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Playlists as lists of tracks:
 *
 *   M3U, M3U8  a location per line; #EXTINF:seconds,Artist - Title and
 *              #EXTART #EXTALB #EXTGENRE above it. Text that is not UTF-8 is
 *              taken for Windows-1252, which is what .m3u was made for.
 *   XSPF       version 1 (xspf.org), by libxml2's reader: no network, no DTD,
 *              no entities of its own
 *   JSPF       the same in JSON
 *
 * Nothing is looked up: what a location is, and whether it exists, is the
 * caller's business.
 */
#ifndef MOODPIPE_TRACKLIST_H
#define MOODPIPE_TRACKLIST_H

#include "base/err.h"
#include "base/str.h"

enum tracklist_kind { TRACKLIST_M3U, TRACKLIST_XSPF, TRACKLIST_JSPF };

struct tracklist_entry { /* empty: absent; UTF-8 */
	uint64_t line;   /* of an M3U its line, else a number from 1 */
	struct str location, title, artist, album, genre, note;
	struct str page; /* a web page about it (info) */
	double seconds;  /* NaN: unknown */
};

struct tracklist;
/* Reads text, which must outlive it. NULL, ERR_DATA: an HLS stream, not XML,
 * not JSON, no playlist. */
struct tracklist *tracklist_new(enum tracklist_kind kind, struct span text,
				struct err *err);
void tracklist_free(struct tracklist *t);
/* The next entry, valid until the next call: 1, 0 at the end, -1 (ERR_DATA: the
 * document breaks off here). */
int tracklist_next(struct tracklist *t, const struct tracklist_entry **e,
		   struct err *err);

/* "Artist - Title" taken apart at its first dash between blanks; false: there
 * is none. */
bool tracklist_split(struct span both, struct span *artist, struct span *title);

#endif
