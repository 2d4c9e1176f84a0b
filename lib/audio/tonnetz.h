/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tonal centroid: a chroma vector on the circles of fifths, minor thirds and
 * major thirds (Harte, Sandler & Gasser, AMCMM 2006). Pitch class l from C is
 * at the angle 7 pi/6 l, 3 pi/2 l and 2 pi/3 l of them, whose radii are 1, 1
 * and 0.5; the centroid is the mean of the points, weighted by chroma. Order
 * and signs are those of librosa 0.10's feature.tonnetz (whose chroma is
 * another one by default).
 */
#ifndef MOODPIPE_TONNETZ_H
#define MOODPIPE_TONNETZ_H

#include "audio/chroma.h"

#define TONNETZ_AXES 6

/* Sine and cosine on each circle, the fifths', minor thirds', major thirds';
 * within [-1, 1] ([-0.5, 0.5] for the last). 0 of a chroma of zeros. */
void tonnetz_frame(const float chroma[CHROMA_BINS], float out[TONNETZ_AXES]);

#endif
