/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Spectral novelty, for tempo: how much rises from frame to frame. The
 * magnitudes of a spectrum in bands a quarter tone wide (single bins below
 * 370 Hz), their square roots, and the sum of what each band holds beyond the
 * largest of itself and its two neighbours in the frame before, so that
 * vibrato and glides are no onsets: after Boeck & Widmer, "Maximum filter
 * vibrato suppression for onset detection" (DAFx 2013), with a root, which
 * keeps soft onsets from drowning in noise, in place of their logarithm.
 */
#ifndef MOODPIPE_NOVELTY_H
#define MOODPIPE_NOVELTY_H

#include "audio/stft.h"

struct novelty; /* one per thread */
struct novelty *novelty_new(void);
void novelty_free(struct novelty *n);

/* Before the first frame of a recording. */
void novelty_reset(struct novelty *n);
/* The next frame's; 0 for the first. Any scale: novelty_finish. */
float novelty_frame(struct novelty *n, const float magnitude[STFT_BINS]);
/* Takes what the frames gave to what comes out, in place: the mean rise of a
 * band over the mean level of bands in the recording, whatever its loudness,
 * smoothed over a tenth of a second. Zeros for digital silence. */
void novelty_finish(const struct novelty *n, float *novelty, size_t frames);

#endif
