/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tenth of the tracks that a fit holds out, at most METAHELD_MOST of them,
 * chosen by a hash of their ids; and what they say about the guesses that a
 * model makes which has not seen their genres: how often each method at genres
 * is right, how many imputed tags their uploaders had given, too, and how sure
 * tags must be for the best F1.
 */
#ifndef MOODPIPE_METAHELD_H
#define MOODPIPE_METAHELD_H

#include "corpus/metamodel.h"
#include "index/featset.h"

#define METAHELD_MOST 4096
#define METAHELD_LEAST 30 /* tracks that a figure needs */

struct metaheld; /* the tracks */
struct metaheld *metaheld_new(void);
void metaheld_free(struct metaheld *h);
/* Whether a track of that id is one of the tenth. */
bool metaheld_is(struct span id);
void metaheld_add(struct metaheld *h, struct span id, struct span line);

struct metaheld_result {
	struct genre_curve curves[GENRE_METHODS];
	float sure[TAGMODEL_NUMBERS];
};
/* What holds where nothing was held out. */
void metaheld_usual(struct metaheld_result *out);
/* m: fitted without them. sound: their features, or NULL. report: lines are
 * added. */
int metaheld_check(struct metaheld *h, const struct metamodel *m,
		   struct featset *sound, struct metaheld_result *out,
		   struct str *report, struct err *err);

#endif
