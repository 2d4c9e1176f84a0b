/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Dropout (Srivastava et al. 2014) without a state: whether an element is
 * dropped is a hash of the seed, of where in the network it is, and of its row
 * and column (counter-based random numbers: Salmon et al. 2011). So the way
 * back, a second computation and any thread find the same mask.
 */
#ifndef MOODPIPE_DROPMASK_H
#define MOODPIPE_DROPMASK_H

#include <stddef.h>
#include <stdint.h>

struct dropmask { /* zeroed: nothing is dropped */
	uint64_t key;
	uint32_t below; /* hashes below it drop: probability times 2^32 */
	float scale;    /* of what stays: 1 / (1 - probability) */
};
/* probability in [0, 1); place: of this use, among those of the seed. */
struct dropmask dropmask_of(float probability, uint64_t seed, uint64_t place);

/* y = the masked and scaled x, of n columns of that row; y may be x. */
void dropmask_row(const struct dropmask *d, uint64_t row, const float *x,
		  float *y, size_t n);
/* y += the masked and scaled x. */
void dropmask_add(const struct dropmask *d, uint64_t row, const float *x,
		  float *y, size_t n);

#endif
