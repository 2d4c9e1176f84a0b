/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Harmonic and percussive sound told apart by medians along time and along
 * frequency (Fitzgerald, DAFx 2010): what sounds on is a ridge along time and
 * survives the median along it, a hit is one along frequency. Here on mel
 * bands, soft masks of Wiener's kind: of each band's power the part
 *
 *	H / (H + P)
 *
 * is harmonic, where H is the median of the power in this band over
 * HPSS_WINDOW frames, P that in this frame over HPSS_WINDOW bands (centred;
 * mirrored at the ends). A band's energy is its power times its width: mel_bands
 * gives densities.
 *
 * The windows are Fitzgerald's own, 17 and 17. 17 frames of 512 at 22,050 Hz
 * are his 0.39 s (1,024 at 44,100). 17 bands are 440 Hz below 1 kHz and 0.6
 * octave above (his: 183 Hz; librosa's default: 334 Hz): a partial fills two
 * bands there, so that less would leave deep voices percussive.
 *
 * Both medians are alike in steady noise and where partials are closer than
 * bands: there the share is about 0.5.
 */
#ifndef MOODPIPE_HPSS_H
#define MOODPIPE_HPSS_H

#include "audio/mfcc.h"

#define HPSS_WINDOW 17

struct hpss; /* scratch of one thread; reusable */
struct hpss *hpss_new(void);
void hpss_free(struct hpss *h);

/* harmonic: [frames], the share of a frame's energy that is harmonic, 0
 * (percussive) to 1; db: [frames][MEL_BANDS], mel_to_db's; frames is not 0.
 * Returns the recording's harmonic over its percussive energy, within 1e-8 and
 * 1e8. */
double hpss_harmonic(struct hpss *h, const float *db, size_t frames,
		     float *harmonic);

#endif
