/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random features of the Gaussian kernel (Rahimi & Recht, NIPS 2007): cosines
 * and sines of random projections, whose dot product is close to
 * exp(-|a - b|^2 / 2), so that a kernel method is a linear model of them and
 * keeps no training rows. The projections are structured: signs and
 * Walsh-Hadamard transforms by turns, three times (Yu, Suresh, Choromanski,
 * Holtmann-Rice & Kumar, NIPS 2016: SORF), which makes them orthogonal, fast,
 * and known from their seed.
 */
#ifndef MOODPIPE_KERNELMAP_H
#define MOODPIPE_KERNELMAP_H

#include <stddef.h>
#include <stdint.h>

#define KERNELMAP_DIMS 8192 /* at most */

struct kernelmap {
	size_t dims, width, blocks; /* width: the power of two for dims */
	float *signs;               /* [blocks][3][width] */
};

/* At least `projections` of them, in whole blocks of width. */
void kernelmap_init(struct kernelmap *m, size_t dims, size_t projections,
		    uint64_t seed);
void kernelmap_release(struct kernelmap *m); /* a zeroed one is valid */

/* Two for each projection. */
size_t kernelmap_features(const struct kernelmap *m);
/* x[dims] to out[features], of length 1. */
void kernelmap_apply(const struct kernelmap *m, const float *x, float *out);

#endif
