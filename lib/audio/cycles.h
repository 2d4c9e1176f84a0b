/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How what begins in low, middle and high bands comes back: autocorrelations of
 * the rises of each band over the whole recording and over windows of six
 * seconds, and around the beat. Columns: man feat-audio(5).
 */
#ifndef MOODPIPE_CYCLES_H
#define MOODPIPE_CYCLES_H

#include "audio/mfcc.h"

#define CYCLES_BANDS 7  /* six of rising frequency, then all */
#define CYCLES_BEATS 14 /* parts and multiples of a beat: cycles.c */

enum cycles_kind {              /* of a band */
		   CYCLES_SAME, /* correlation of windows' mean with the whole */
		   CYCLES_NEXT,   /* mean correlation of neighbouring windows */
		   CYCLES_MOST,   /* of the windows' mean */
		   CYCLES_SPREAD, /* of it over lags */
		   CYCLES_VARIES, /* deviation over windows, mean over lags */
		   CYCLES_SHORT,  /* most from .25 to 1 s, of the whole */
		   CYCLES_MIDDLE, /* 1 to 4 s */
		   CYCLES_LONG,   /* 4 to 10 s */
		   CYCLES_ALL,    /* deviation from .25 to 10 s */
		   CYCLES_BEAT,   /* most within 4 % of a multiple of a beat */
		   CYCLES_BAND = CYCLES_BEAT + CYCLES_BEATS
};
#define CYCLES_COUNT (CYCLES_BANDS * CYCLES_BAND)
/* "cycle1_same" ... into name[size]; the unit. */
const char *cycles_name(int kind, char *name, size_t size);

struct cycles; /* scratch of one thread; reusable */
struct cycles *cycles_new(void);
void cycles_free(struct cycles *c);

/* db: [frames][MEL_BANDS]; bpm: the tempo, 30 at least, 100 where that is NaN.
 * NaN of less than CYCLES_LEAST frames. */
#define CYCLES_LEAST 260 /* 6 s */
void cycles_measure(struct cycles *c, const float *db, size_t frames,
		    double bpm, float out[CYCLES_COUNT]);

#endif
