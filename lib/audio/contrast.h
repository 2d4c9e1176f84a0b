/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Spectral contrast: how far the peaks of an octave stand above its valleys
 * (Jiang, Lu, Zhang, Tao & Cai, ICME 2002), here of mel bands in dB: the mean
 * of the strongest fifth of an octave's bands less that of the weakest fifth.
 *
 * Octaves are 0-200, 200-400 ... 3200-6400 Hz and what is above; a mel band is
 * in the one that holds its centre, which gives them 7, 8, 16, 25, 26, 26 and
 * 20 bands. A fifth is the upper end of the shares that Jiang et al. found to
 * do equally well (0.02 to 0.2): of so few bands a smaller one is their
 * maximum and minimum, which grow apart by chance with the number of bands.
 */
#ifndef MOODPIPE_CONTRAST_H
#define MOODPIPE_CONTRAST_H

#include "audio/mfcc.h"

#define CONTRAST_BANDS 7

/* dB, 0 or more: out is [CONTRAST_BANDS][frames], of db [frames][MEL_BANDS],
 * mel_to_db's. */
void contrast_series(const float *db, size_t frames,
		     float *const out[CONTRAST_BANDS]);

#endif
