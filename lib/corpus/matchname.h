/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of match.h: what a description is read into (matchread.c), in
 * which ways it may be meant (matchreading.c), how alike two are (match.c).
 */
#ifndef MOODPIPE_MATCHNAME_H
#define MOODPIPE_MATCHNAME_H

#include "corpus/match.h"
#include "corpus/matchwords.h"

enum {
	MATCH_TEXT_MOST = 1000,
	MATCH_SEGMENTS = 6,
	MATCH_NAMES = 8,
	MATCH_READINGS = 16
};

struct match_artist {
	struct span raw;            /* the first name, as spelt */
	struct matchwords words;    /* of all names */
	int start[MATCH_NAMES + 1]; /* of each name in words */
	int names;
	uint8_t classes[VERSIONS_CLASSES];
};

struct match_segment { /* a piece of the title, between dashes or bars */
	struct span raw;
	struct matchwords words;
	uint8_t counts[VERSIONS_CLASSES]; /* version words in it */
	bool version;                     /* may be nothing but a version */
	struct matchwords beside;         /* then: its other words */
	struct match_artist artist;       /* read as a name */
};

struct match_reading {
	int artist;            /* segment, or -1: the given one */
	unsigned title, aside; /* masks of segments */
	bool reversed;         /* the given artist is the title */
	bool swapped;          /* "Title - Artist" */
	bool dropped;          /* a segment stands for nothing */
	double price;
	struct matchwords words;
	uint8_t counts[VERSIONS_CLASSES];
	struct matchwords beside; /* of versions: "paradiso", "dj x" */
};

struct match_name {
	const struct versions *v;
	struct matchwords_arena arena;
	char title[MATCH_TEXT_MOST + 8];
	char artist_text[MATCH_TEXT_MOST + 8];
	size_t title_n, artist_n;
	struct match_segment segments[MATCH_SEGMENTS];
	int nsegments;
	struct match_artist artist;      /* as given */
	uint8_t aside[VERSIONS_CLASSES]; /* in brackets */
	uint8_t album[VERSIONS_CLASSES]; /* seen in the album's name */
	struct matchwords optional;      /* in brackets, of no known kind */
	struct matchwords beside;
	double duration;
	struct match_reading readings[MATCH_READINGS];
	int nreadings;
};

/* Appends the readings in which the segments `aside` are versions; each at a
 * price times the given one. */
void match_add_readings(struct match_name *m, unsigned aside, double price);
/* Is there a version word? counts[VERSIONS_CLASSES] */
bool match_has_version(const uint8_t *counts);
/* How alike two artists are, 0 to 1; 0.25 where one is unknown. */
double match_artists(const struct match_artist *a,
		     const struct match_artist *b);

#endif
