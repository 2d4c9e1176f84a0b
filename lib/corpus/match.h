/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Are two descriptions of a track about the same recording? A description is
 * read into names and words: accents, case and punctuation folded (utf8.h,
 * tokens.h), guests ("feat. X"), noise ("2011 Remaster") and track numbers set
 * apart, version words (versions.h) counted. Crawled titles hold more than the
 * title, so that a description has several readings ("Artist - Title" under
 * the name of a label, artist and title exchanged ...), the less likely ones
 * at a price; two descriptions are as alike as their best pair of readings.
 *
 * Similarity of titles and artists is a Dice coefficient over words, weighted
 * by length, where a word may have a typing error (optimal string alignment
 * distance 1 from 4 letters on, 2 from 8). The confidence is the weighted
 * geometric mean of title, artist and duration, so that one that does not fit
 * cannot be outvoted; it is cut where version words, the words beside them, or
 * numbers in the title differ.
 */
#ifndef MOODPIPE_MATCH_H
#define MOODPIPE_MATCH_H

#include "corpus/versions.h"

struct match_facts { /* absent: {NULL,0}; duration in seconds, 0 unknown */
	struct span title, artist, album;
	struct span version; /* said apart from the title: "live" */
	double duration;
};

struct match_rule {
	double title, artist, duration; /* weights, their sum > 0 */
	double threshold;               /* accept from here on */
};
#define MATCH_RULE                                                             \
	{                                                                      \
		.title = 0.4, .artist = 0.35, .duration = 0.25,                \
		.threshold = 0.8                                               \
	}

struct match_name; /* a description that was read; about 64 KB */
struct match_name *match_name_new(void);
void match_name_free(struct match_name *m);
/* Texts may be of any length and bytes; what is beyond 1,000 bytes of one is
 * not looked at. */
void match_read(struct match_name *m, const struct versions *v,
		const struct match_facts *facts);

/* 0 to 1. Symmetric. */
double match_confidence(const struct match_name *a, const struct match_name *b,
			const struct match_rule *rule);

/* Appends what two descriptions of one recording share to the letter: artists,
 * title, version, as folded words; nothing where artist or title is missing.
 * Of descriptions with equal keys the durations are still to be compared. */
void match_key(const struct match_name *m, struct str *out);
/* Appends title and main artist as a catalogue is asked for them: the spelling
 * of the source without guests, noise, versions, track numbers and label.
 * which 0: as the members say; 1: where the title may be "Artist - Title".
 * false: there is no such reading, or no artist in it. */
bool match_question(const struct match_name *m, int which, struct str *title,
		    struct str *artist);

/* How alike durations are, 0 to 1; unknown ones (0) are 0.8. */
double match_durations(double a, double b);

#endif
