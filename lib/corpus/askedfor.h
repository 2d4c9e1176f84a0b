/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a request asks for by name, of which there cannot be too much in its
 * answer: an artist whose name it is, a genre that stands in it.
 */
#ifndef MOODPIPE_ASKEDFOR_H
#define MOODPIPE_ASKEDFOR_H

#include "corpus/scoring.h"

struct askedfor { /* scratch; zeroed is valid */
	uint32_t *artists;
	size_t cap;
};
void askedfor_release(struct askedfor *a);

/*
 * Sets `asked` of s[n]: of every track of an artist of whom the request names
 * ASKEDFOR_TRACKS tracks or more (then it is the artist that it names, not a
 * title), or one where it is a request of the type artist that is not for
 * tracks like others; and of every artist there is where they are `few` or
 * less, or where the request is for those artists alone.
 */
#define ASKEDFOR_TRACKS 3
void askedfor_artists(struct askedfor *a, const struct candidates *c,
		      size_t few, struct scored *s, size_t n);

/* Is that genre asked for: by a word of its name of three letters or more, or
 * because the request is mostly for a genre? */
bool askedfor_genre(const struct candidates *c, const struct generation *g,
		    uint32_t genre);

#endif
