/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a trained network's vectors tell of the texture of a sound: scores of
 * tracks without sound features, and better ones of those that have both. A
 * ridge regression of the scores on the vectors, over the tracks that were
 * measured.
 */
#ifndef MOODPIPE_TIMBRENET_H
#define MOODPIPE_TIMBRENET_H

#include "index/timbre.h"
#include "io/pack.h"

enum {
	TIMBRENET_LEAST = 200,  /* tracks to fit on, else nothing is changed */
	TIMBRENET_MOST = 10000, /* others are passed over, evenly */
	TIMBRENET_DIM = 512     /* longer vectors are not used */
};
/* Of the mean square of a column, how much is added to it. */
#define TIMBRENET_RIDGE 0.1

struct timbrenet {
	size_t rows;             /* of the index */
	const uint8_t *measured; /* [rows] */
	size_t count, dim;       /* of vectors, of unit length */
	const uint32_t *row;     /* [count], below rows */
	const float *vectors;    /* [count][dim] */
};

/*
 * scores[rows][TIMBRE_AXES]: those of a row with a vector become what the
 * vector tells, of a measured one the mean of that and what was there, rounded.
 * Fitted on the measured rows that have all scores and a vector. False: nothing
 * was changed, there is too little to fit on, or it cannot be fitted.
 */
bool timbrenet_refine(const struct timbrenet *n, int16_t *scores);

#endif
