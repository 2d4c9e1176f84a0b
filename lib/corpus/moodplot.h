/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The mood space of a corpus, to be drawn: where its tracks lie, what they are
 * called, and a request with its answers. Tracks are from feature files of
 * mood-map(1), with records that name them, or from an index; those without a
 * mood are passed over. The order is that of the keys.
 */
#ifndef MOODPIPE_MOODPLOT_H
#define MOODPIPE_MOODPLOT_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct moodplot_track {
	uint64_t key;
	float valence, arousal;     /* [-1, 1] */
	float dominance;            /* likewise; NaN: missing */
	float confidence;           /* [0, 1] */
	size_t title, artist;       /* where they begin in names, less one; */
	uint32_t title_n, artist_n; /* 0 bytes: not known */
};

#define MOODPLOT_SOUND 24 /* of a vector's numbers */

#define MOODPLOT_ANSWERS 50
struct moodplot_answer {
	double rank;
	struct str title, artist;
	bool placed; /* has a mood */
	double valence, arousal;
};

struct moodplot { /* zeroed: valid, empty */
	struct moodplot_track *tracks;
	size_t count, cap;
	uint64_t passed; /* tracks without a mood */
	int8_t *sound;   /* [count][MOODPLOT_SOUND], all 0: none; or NULL */
	struct str names;
	/* Of one answer; none: asked is false. */
	bool asked, placed; /* placed: the request's mood is known */
	struct str query;
	double valence, arousal;
	struct moodplot_answer answers[MOODPLOT_ANSWERS];
	size_t answer_count;
};
void moodplot_release(struct moodplot *p);

/* Adds the rows of a feature file. -1: ERR_ENV, ERR_DATA (no columns valence
 * and arousal). */
int moodplot_add_features(struct moodplot *p, const char *path,
			  struct err *err);
/* Adds the tracks of an index, with their names. path: of generation_open. */
int moodplot_add_index(struct moodplot *p, const char *path, struct err *err);
/* To be called when all are added: sorts them. Of tracks that were added twice
 * the last counts. */
void moodplot_sort(struct moodplot *p);
/* Takes titles and artists from a file of records (sorted before). */
int moodplot_name(struct moodplot *p, const char *path, struct err *err);
/* Takes the directions of vectors of sound, their strongest components, from a
 * feature file of embed audio (sorted before). */
int moodplot_hear(struct moodplot *p, const char *path, struct err *err);
/* Reads what rerank(1) wrote: the first answer in the file, at most
 * MOODPLOT_ANSWERS results. -1: ERR_ENV, ERR_DATA. */
int moodplot_ask(struct moodplot *p, const char *path, struct err *err);

/* Of two parts of the range [-1, 1]: Q1 to Q4 as 0 to 3; 0 counts as above. */
int moodplot_quadrant(double valence, double arousal);

#endif
