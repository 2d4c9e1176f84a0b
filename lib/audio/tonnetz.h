/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tonal centroid: a chroma vector on the circles of fifths, minor thirds and
 * major thirds (Harte, Sandler & Gasser, AMCMM 2006).
 */
#ifndef MOODPIPE_TONNETZ_H
#define MOODPIPE_TONNETZ_H

#include "audio/chroma.h"

#define TONNETZ_AXES 6

/* x and y on each circle, the fifths', minor thirds', major thirds'; within
 * [-1, 1] ([-0.5, 0.5] for the last). 0 of a chroma of zeros. */
void tonnetz_frame(const float chroma[CHROMA_BINS], float out[TONNETZ_AXES]);

#endif
