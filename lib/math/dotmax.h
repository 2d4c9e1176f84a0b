/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which of many fixed int8 vectors has the largest inner product with a row?
 * All pairs are computed, in tiles of 4 rows and 64 vectors (AVX-512 VNNI,
 * AVX2 or plain C, chosen at run time). Products are exact integers, so the
 * answer is the same on every machine and never depends on the batch.
 */
#ifndef MOODPIPE_DOTMAX_H
#define MOODPIPE_DOTMAX_H

#include <stddef.h>
#include <stdint.h>

#define DOTMAX_DIM 4096 /* at most */

struct dotmax;
/* vectors[n][dim], each meaning scale[i] * vectors[i], scale[i] >= 0. Packs a
 * copy. n and dim at least 1, dim at most DOTMAX_DIM. */
struct dotmax *dotmax_new(const int8_t *vectors, const float *scale, size_t n,
			  size_t dim);
void dotmax_free(struct dotmax *m);
/* Of each of rows[count][dim]: best[i] is the vector with the largest scale *
 * inner product, the first of equals; score[i] (may be NULL) that number. Any
 * number of threads may share m. */
void dotmax_rows(const struct dotmax *m, const int8_t *rows, size_t count,
		 uint32_t *best, float *score);

#endif
