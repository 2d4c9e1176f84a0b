/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the shape of a title says, whatever its words:
 *
 *	dash	  "Artist - Title"
 *	brackets  "(Remix)", "[Live]"
 *	colon	  "Programme: subject"
 *	question  ends with a question mark
 *	sentence  six words or more, most begin with a small letter
 *	digits	  six digits in a row: a date, a file of a recorder
 */
#ifndef MOODPIPE_FILTERSHAPE_H
#define MOODPIPE_FILTERSHAPE_H

#include <stdbool.h>

#include "base/str.h"

enum { FILTER_SHAPES = 6 };
/* The number of a shape, or -1. */
int filtershape_find(struct span name);
bool filtershape_is(int shape, struct span title);

#endif
