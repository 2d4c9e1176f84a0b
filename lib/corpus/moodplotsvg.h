/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The mood space as SVG: bands around where most tracks are, each track
 * counting by its confidence; of few tracks their dots; on top a request and
 * its answers. data/mood-plot.svg is what it is drawn on.
 */
#ifndef MOODPIPE_MOODPLOTSVG_H
#define MOODPIPE_MOODPLOTSVG_H

#include "corpus/moodplot.h"

#define MOODPLOTSVG_DOTS 3000  /* tracks at most that are drawn as dots */
#define MOODPLOTSVG_ANSWERS 25 /* results at most that are drawn */

/* Appends the picture. title: plain text. -1: ERR_ENV, ERR_DATA (template). */
int moodplotsvg(const struct moodplot *p, struct span title, struct str *out,
		struct err *err);

#endif
