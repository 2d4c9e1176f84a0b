/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The cases of soundmodel.h: which method a row is said to be made by, and how
 * sure it is.
 */
#ifndef MOODPIPE_SOUNDCASES_H
#define MOODPIPE_SOUNDCASES_H

#include "corpus/soundmodel.h"

/* What holds where too few tracks were held out to know better: each method
 * alone where the other's clue is absent, half of both where both are there.
 * blend[SOUND_CASES][p->columns]. */
void soundcases_usual(struct soundmodel_params *p, struct soundblend *blend);

/* Method and confidence of a case whose scores and blend are there. Metadata
 * alone must have shown some skill, or their weights are taken away. */
void soundcases_choose(struct soundmodel_params *p, struct soundblend *blend,
		       unsigned which);

#endif
