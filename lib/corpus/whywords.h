/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words for numbers in reasons (why.h), data/why.tsv. */
#ifndef MOODPIPE_WHYWORDS_H
#define MOODPIPE_WHYWORDS_H

#include "base/err.h"
#include "base/str.h"
#include "index/timbre.h"

enum why_measure { WHY_TEMPO, WHY_ENERGY, WHY_MOOD, WHY_MEASURES };
enum why_whose {              /* the mood is that */
		 WHY_ASKED,   /* asked for, by words or as a place, */
		 WHY_LIKE,    /* of the tracks to be like, */
		 WHY_KEPT,    /* of those that were kept, */
		 WHY_JOURNEY, /* of the place on a journey */
		 WHY_WHOSES
};
enum why_least {
	WHY_MEANING,
	WHY_ALIKE,
	WHY_PLAYS,
	WHY_TEXTURE,
	WHY_SURE,
	WHY_HIDDEN,
	WHY_LEASTS
};

struct why_band {
	enum why_measure measure;
	float end;
	struct span words; /* empty: nothing to say */
};

struct whywords {
	struct str text; /* the table; spans are of it */
	struct why_band *bands;
	size_t count, cap;
	struct span whose[WHY_WHOSES];
	struct span than[TIMBRE_AXES][2]; /* low, high */
	float least[WHY_LEASTS];
};

/* name is for messages. -1, ERR_DATA: not such a table. */
int whywords_parse(struct whywords *w, struct span tsv, const char *name,
		   struct err *err);
/* The shipped table. */
int whywords_load(struct whywords *w, struct err *err);
void whywords_release(struct whywords *w);

/* The words for a number; n == 0: there are none. */
struct span whywords_band(const struct whywords *w, enum why_measure measure,
			  float v);

/* -1 in the first band of a measure, 1 in its last, 0 between. */
int whywords_place(const struct whywords *w, enum why_measure measure, float v);

#endif
