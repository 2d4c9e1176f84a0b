/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who tells mood from features of the sound: the fitted model
 * (models/mood.pack), or a formula (moodformula.h): where one is asked for, and
 * where the model that ships is not there or knows too few of the features.
 */
#ifndef MOODPIPE_MOODHEARD_H
#define MOODPIPE_MOODHEARD_H

#include "corpus/moodformula.h"
#include "corpus/moodmodel.h"
#include "corpus/moodsources.h"

#define MOODHEARD_MODEL "models/mood.pack"
#define MOODHEARD_FORMULA "mood-calibrated.tsv"
#define MOODHEARD_BASELINE "baseline" /* names the design's formula: */
#define MOODHEARD_DESIGN "mood-formula.tsv"

struct moodheard {               /* zeroed: nothing is heard */
	struct moodmodel *model; /* NULL: the formula */
	struct moodformula formula;
	enum moodsource as; /* which of the three speaks */
	bool bound;
};

/* For features of schema, of the file source; NULL: whatever is asked for is
 * looked at, and nothing is heard. model and formula are paths or NULL, at
 * most one of them given. Appends what was taken to recipe. *instead (may be
 * NULL) is set where the formula had to stand in. -1: ERR_ENV, ERR_DATA. */
int moodheard_open(struct moodheard *h, const char *model, const char *formula,
		   const struct feat_schema *schema, const char *source,
		   struct str *recipe, bool *instead, struct err *err);
void moodheard_close(struct moodheard *h);

/* A row's guess into said[h->as], weight 0 where there is none; imputed features
 * weigh what their row's confidence is. row NULL: none. Returns whether
 * measured sound spoke. */
bool moodheard_say(const struct moodheard *h, const struct feat_row *row,
		   struct moodsaid said[MOODSOURCES]);

#endif
