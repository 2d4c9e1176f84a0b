/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Scores of attention become the rows of a product, one set per variant; for
 * kernels.c alone, which knows what the processor can. All give the same bits.
 */
#ifndef MOODPIPE_SCOREROWS_H
#define MOODPIPE_SCOREROWS_H

#include "math/kernels.h"

#define SCOREROWS_DECLARE(variant)                                             \
	void scorerows_##variant(enum linear_precision p, float *scores,       \
				 size_t stride, size_t count, size_t n,        \
				 void *out, float *sums);

SCOREROWS_DECLARE(c)
#if defined(__x86_64__)
SCOREROWS_DECLARE(avx2)
SCOREROWS_DECLARE(avx512)
SCOREROWS_DECLARE(bf16)
#endif

#endif
