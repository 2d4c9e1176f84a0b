/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What people call the texture of a sound, as places among the tracks of an
 * index: each axis has a word for its low and one for its high end, and a track
 * its percentile between them.
 */
#ifndef MOODPIPE_TIMBRE_H
#define MOODPIPE_TIMBRE_H

enum timbre_axis {
	TIMBRE_BRIGHT,     /* dark - bright */
	TIMBRE_DENSE,      /* sparse - dense */
	TIMBRE_AGGRESSIVE, /* smooth - aggressive */
	TIMBRE_WARM,       /* cold - warm */
	TIMBRE_BUSY,       /* calm - busy */
	TIMBRE_AXES
};

#define TIMBRE_NONE 255 /* in place of a percentile: not known */
/* What percentiles are of: weighted sums of standardised features times this,
 * rounded; TIMBRE_NO: not known. */
#define TIMBRE_UNIT 1000
#define TIMBRE_NO INT16_MIN

/* "dark" and "bright", ... */
const char *timbre_low(enum timbre_axis axis);
const char *timbre_high(enum timbre_axis axis);

#endif
