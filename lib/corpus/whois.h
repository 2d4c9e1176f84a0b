/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who and what the words of a request may name in a catalogue: its artists, its
 * titles, its languages.
 */
#ifndef MOODPIPE_WHOIS_H
#define MOODPIPE_WHOIS_H

#include "corpus/named.h"

/* The least similarity (namefind.h) of a title that another was meant to be. */
#define WHOIS_TITLE 0.85F

struct whois; /* one thread's scratch, with that of n, which outlives it */
struct whois *whois_new(const struct generation *g, struct named *n);
void whois_free(struct whois *w);

/* Is the request as a whole the name of an artist or a title, or of both? */
bool whois_is_name(struct whois *w, struct span request);
/* The artist most like the name, of equal ones the one of most tracks; typos:
 * artistfilter.h's are forgiven. *as is replaced by what the catalogue calls
 * him. False: there is none. */
bool whois_artist(struct whois *w, struct span name, bool typos,
		  struct str *as);
/*
 * Tracks of who or what is named, at most room, 0: nothing is. An artist and a
 * title of his name that track; an artist or a title what has more plays (an
 * artist's are those of all tracks); of an artist as many tracks as there is
 * room for, evenly from all; of a title the track of most plays. *as likewise;
 * "artist - title" of a track.
 */
size_t whois_tracks(struct whois *w, struct span name, bool typos, size_t room,
		    uint32_t *rows, struct str *as);
/* Is any track known to be in that language? */
bool whois_language(const struct whois *w, struct span code);

#endif
