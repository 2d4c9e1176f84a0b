/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words that tell one version of a song from another (live, cover, remix ...),
 * words that introduce guests (feat.) and words that mean nothing (remastered,
 * official video), in several languages: data/version-words.tsv.
 */
#ifndef MOODPIPE_VERSIONS_H
#define MOODPIPE_VERSIONS_H

#include "base/err.h"
#include "base/table.h"

#define VERSIONS_CLASSES 32 /* at most; 0 means "no such word" */
#define VERSIONS_NAME 16

/* Where a phrase counts. */
enum versions_place {
	VERSIONS_ASIDE = 1,  /* b: in brackets, or behind a dash */
	VERSIONS_TITLE = 2,  /* t: in the title itself */
	VERSIONS_ARTIST = 4, /* a: in the name of the artist */
	VERSIONS_ALBUM = 8,  /* l: in the name of the album */
};

enum { VERSIONS_NOISE = 1, VERSIONS_GUESTS = 2, VERSIONS_FIRST = 3 };

struct versions {
	struct table phrases; /* folded tokens joined by blanks */
	char names[VERSIONS_CLASSES][VERSIONS_NAME];
	int classes;
	size_t longest; /* tokens */
};

/* Lines of phrase, tab, class, tab, places; "#" begins a comment line. The
 * classes noise and guests have the numbers above, the others follow in the
 * order in which they appear. name is for messages. -1: ERR_DATA. */
int versions_parse(struct versions *v, struct span tsv, const char *name,
		   struct err *err);
/* The shipped table. */
int versions_load(struct versions *v, struct err *err);
void versions_release(struct versions *v);

/* The class of the longest phrase that begins at words[0] and counts there,
 * or 0; *used is how many words it has. */
int versions_find(const struct versions *v, const struct span *words, size_t n,
		  enum versions_place place, size_t *used);

#endif
