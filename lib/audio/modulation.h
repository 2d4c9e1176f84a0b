/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a sound comes and goes: the rate of syllables, pauses, and the pulse.
 */
#ifndef MOODPIPE_MODULATION_H
#define MOODPIPE_MODULATION_H

#include "audio/mfcc.h"

/* A recording in sixteen bands: per frame the mean dB of each eight of the mel
 * bands. */
#define MODULATION_BANDS 16

struct modulation; /* scratch of one thread; reusable */
struct modulation *modulation_new(void);
void modulation_free(struct modulation *m);

/* [frames][MODULATION_BANDS] of db, [frames][MEL_BANDS], mel_to_db's. Valid
 * until the next call. */
const float *modulation_levels(struct modulation *m, const float *db,
			       size_t frames);

/* Of the levels last measured, and as many frames: share of the fluctuation of
 * the amplitude that is at 2 to 8 Hz, where syllables are, of all above 0.25
 * Hz: mean over the bands, spectra of 5.9 s (Scheirer & Slaney, ICASSP 1997: 4
 * Hz modulation energy). [0, 1]; NaN of less than 5.9 s, or where nothing
 * fluctuates. */
double modulation_4hz(struct modulation *m, size_t frames);
/* Of them, too: share of the amplitude of the bands that is in the lowest, 0 to
 * 210 Hz; [0, 1]. */
double modulation_bass(const struct modulation *m, size_t frames);
/* Share of the frames whose rms is below half of the mean (ibid.: percentage
 * of low-energy frames). */
double modulation_low_energy(const float *rms, size_t frames);
/* How strongly the rises of dB in the clearest of four bands (to 420 Hz, 1 and
 * 3 kHz, and above) repeat after 0.25 to 1 s: the highest autocorrelation,
 * about their mean (Lartillot, Eerola, Toiviainen & Fornari, ISMIR 2008: pulse
 * clarity by the maximum of autocorrelation). [-1, 1]; NaN of less than 4 s, or
 * where nothing rises. */
double modulation_pulse(struct modulation *m, const float *db, size_t frames);

#endif
