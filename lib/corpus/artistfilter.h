/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The artists that a request names. Case, accents, blanks and "the" do not
 * matter: all artists that are the same but for these are meant. Where there is
 * none, those most like the name are, if they are like it (namefind.h); that is
 * told, as it is that there is none at all.
 */
#ifndef MOODPIPE_ARTISTFILTER_H
#define MOODPIPE_ARTISTFILTER_H

#include "index/generation.h"

/* The least similarity of a name that another was meant to be. Of the 4,122
 * artists of two data sets, one letter made wrong, 91 % are then understood and
 * none mistaken; 1 % of those that are not there are taken for another (at 0.7:
 * 97 % and 4 %). */
#define ARTISTFILTER_SIMILAR 0.8F

struct artists_meant {     /* zeroed: valid, none */
	uint32_t *numbers; /* into g->artists, ascending, each once */
	size_t count, cap;
};
void artists_meant_release(struct artists_meant *m);

/* Adds who is meant by the names, one a line. told: lines for people are
 * appended; what: is done with them, "took", in words. */
void artistfilter_read(const struct generation *g, struct span names,
		       const char *what, struct artists_meant *out,
		       struct str *told);
/* Appends "the name in quotes", as the catalogue writes it. */
void artistfilter_put(const struct generation *g, uint32_t number,
		      struct str *out);
/* Sets the bytes of their rows in marks[g->count]. */
void artistfilter_mark(const struct generation *g,
		       const struct artists_meant *m, uint8_t value,
		       uint8_t *marks);

#endif
