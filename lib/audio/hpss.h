/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Harmonic and percussive sound told apart by medians along time and along
 * frequency (Fitzgerald, DAFx 2010), here on mel bands.
 */
#ifndef MOODPIPE_HPSS_H
#define MOODPIPE_HPSS_H

#include "audio/mfcc.h"

struct hpss; /* scratch of one thread; reusable */
struct hpss *hpss_new(void);
void hpss_free(struct hpss *h);

/* harmonic: [frames], the share of a frame's energy that is harmonic, 0
 * (percussive) to 1; db: [frames][MEL_BANDS], mel_to_db's. */
void hpss_harmonic(struct hpss *h, const float *db, size_t frames,
		   float *harmonic);

#endif
