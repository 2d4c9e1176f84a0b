/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who told the mood of a request (requestmood.h), by name in answers. */
#ifndef MOODPIPE_MOODBY_H
#define MOODPIPE_MOODBY_H

#include "base/str.h"

enum moodby {
	MOODBY_NONE, /* no mood asked for, or none known */
	MOODBY_LEXICON,
	MOODBY_MODEL,
	MOODBY_BOTH,
	MOODBY_NAMES,   /* of moods in another language */
	MOODBY_REQUEST, /* which names a place, not words */
	MOODBY_LIKE     /* the tracks that answers are to be like */
};
/* "none", "lexicon", "model", "both", "names", "request", "like"; out of
 * range: "none". */
const char *moodby_name(enum moodby by);
enum moodby moodby_find(struct span name); /* else NONE */

#endif
