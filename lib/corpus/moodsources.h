/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What tells a track's mood and how surely, data/mood-sources.tsv, which says
 * what its columns mean; and the mood that comes of what the sources say
 * (moodblend.h).
 */
#ifndef MOODPIPE_MOODSOURCES_H
#define MOODPIPE_MOODSOURCES_H

#include "base/err.h"
#include "base/str.h"
#include "corpus/moodcentre.h"

enum moodaxis { MOODAXIS_VALENCE, MOODAXIS_AROUSAL, MOODAXIS_DOMINANCE };
enum { MOODAXES = 3 };

enum moodsource {
	MOODSOURCE_SOUND,      /* by a fitted model */
	MOODSOURCE_CALIBRATED, /* by the table of weights in its place */
	MOODSOURCE_FORMULA,    /* by one that was asked for */
	MOODSOURCE_TAGS,
	MOODSOURCE_TITLE, /* and other texts */
	MOODSOURCE_GENRE,
	MOODSOURCE_EMOTION,
	MOODSOURCE_LYRICS, /* emotion of texts that lyrics are among */
	MOODSOURCES
};

struct moodsources {
	struct moodsource_row {
		double offset, scale;
		double spread; /* 0: does not speak; NaN: its own */
		double most;
		int group; /* 0: none */
		double shared;
	} rows[MOODSOURCES][MOODAXES], of_valence,
	    of_arousal;         /* what they say of dominance */
	double prior[MOODAXES]; /* spreads; of dominance: given both */
};

/* name is for messages. -1, ERR_DATA: a line that is not so, a row twice, one
 * of prior or of dominance's two missing. */
int moodsources_parse(struct moodsources *m, struct span tsv, const char *name,
		      struct err *err);

struct moodsaid {      /* by one source; zeroed: nothing */
	double weight; /* matches, confidence; 0: it says nothing */
	double value[MOODAXES];
	double spread[MOODAXES]; /* where the source has its own */
};
struct moodfound {
	double mean[MOODAXES], spread[MOODAXES];
	double confidence; /* share of the variance gone, of two axes' mean */
	int surest;        /* enum moodsource; -1: nothing spoke */
};
/* centre: of the corpus, for what sound says; words speak for themselves. A
 * mood of 0 is that middle, and where a track is of which little is known. */
void moodsources_blend(const struct moodsources *m,
		       const struct moodsaid said[MOODSOURCES],
		       const struct moodcentre *centre, struct moodfound *out);

#endif
