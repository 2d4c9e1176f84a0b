/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A track in one text, for models that read sentences:
 *
 *	Title by Artist. Genre. tag, tag, tag. Description. Vibe.
 */
#ifndef MOODPIPE_TRACKPROSE_H
#define MOODPIPE_TRACKPROSE_H

#include "io/record.h"

/* Changes with the text that is made; part of recipes. */
#define TRACKPROSE_VERSION "1"

/* What is less certain than that is guesswork, and left out. */
#define TRACKPROSE_CONFIDENCE 0.5

struct trackprose { /* n == 0: absent */
	struct span title, artist, genre;
	struct span tags; /* one a line, or with commas */
	struct span description, vibe;
};
/* Replaces *out; false: there is nothing to say. */
bool trackprose_write(const struct trackprose *p, struct str *out);
/* The same of a record. */
struct trackprose_work { /* zeroed: valid */
	struct str title, artist, genre, tags, description, vibe;
};
void trackprose_release(struct trackprose_work *w);
bool trackprose_read(struct trackprose_work *w, const struct record *r,
		     struct str *out);

#endif
