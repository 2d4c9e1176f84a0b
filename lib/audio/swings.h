/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How fast a sound swings: spectra of modulation of eight bands of its level, as
 * rhythm patterns have them (Pampalk, Rauber & Merkl, ACM Multimedia 2002), and
 * how its onsets repeat. Columns: man feat-audio(5).
 */
#ifndef MOODPIPE_SWINGS_H
#define MOODPIPE_SWINGS_H

#include "audio/modulation.h"

#define SWINGS_BANDS 8  /* two of MODULATION_BANDS each */
#define SWINGS_RATES 10 /* from .25, .5, 1, 2, 3, 4, 6, 8, 12, 16 Hz */
#define SWINGS_LAGS 9

enum swings_kind {
	SWINGS_LEVEL,
	SWINGS_AMPLITUDE = SWINGS_LEVEL + SWINGS_BANDS * SWINGS_RATES,
	SWINGS_REPEAT_MAX = SWINGS_AMPLITUDE + SWINGS_BANDS * SWINGS_RATES,
	SWINGS_REPEAT_MEAN = SWINGS_REPEAT_MAX + SWINGS_LAGS,
	SWINGS_COUNT = SWINGS_REPEAT_MEAN + SWINGS_LAGS
};
/* "swing1_1", "swing_amp1_1", "repeat1_max" ... into name[size]; the unit. */
const char *swings_name(int kind, char *name, size_t size);

struct swings; /* scratch of one thread; reusable */
struct swings *swings_new(void);
void swings_free(struct swings *s);

/* levels: [frames][MODULATION_BANDS], modulation_levels'; onset: [frames]
 * strengths. NaN of less than 5.9 s, and repeats where nothing begins. */
void swings_measure(struct swings *s, const float *levels, const float *onset,
		    size_t frames, float out[SWINGS_COUNT]);

#endif
