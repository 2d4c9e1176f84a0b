/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside encoderwide.h. Inputs: buckets of grams and tags; numbers of word
 * lists; two of each field.
 */
#ifndef MOODPIPE_ENCODERWIDEPARTS_H
#define MOODPIPE_ENCODERWIDEPARTS_H

#include "encoder/encoderwide.h"

#define ENCODERWIDE_DENSE (TEXTCUES + 2 * ENCODERWIDE_FIELDS)

struct encoderwide {
	struct encoderwide_options options;
	struct textcues cues;
	struct str rows; /* of cues, where they are ours */
	size_t columns;
	float *rarity; /* [buckets], 0: not known */
	float cue_mean[TEXTCUES], cue_rate[TEXTCUES];
	float mean[ENCODERWIDE_FIELDS], rate[ENCODERWIDE_FIELDS];
	float *weights; /* [inputs][columns], of what was opened */
};

#endif
