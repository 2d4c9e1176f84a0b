/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The products of kernels.h and what lays out their factors, one set per
 * variant; for kernels.c alone, which knows what the processor can.
 */
#ifndef MOODPIPE_PRODUCTKERNELS_H
#define MOODPIPE_PRODUCTKERNELS_H

#include <float.h>
#include <math.h>

#include "math/kernels.h"

#define PRODUCT_DECLARE(variant)                                               \
	void product_f32_##variant(const struct kernels_product *p);           \
	void product_bf16_##variant(const struct kernels_product *p);          \
	void product_int8_##variant(const struct kernels_product *p);

#define LAYOUT_DECLARE(variant)                                                \
	void layout_rows_##variant(enum linear_precision p,                    \
				   const struct matrix *m, size_t first,       \
				   size_t count, size_t k, float factor,       \
				   void *out, struct kernels_step *steps);     \
	void layout_panel_##variant(                                           \
	    enum linear_precision p, const struct matrix *m, size_t first,     \
	    size_t count, size_t k, void *out, float *scale, int32_t *sums);

PRODUCT_DECLARE(c)
LAYOUT_DECLARE(c)
#if defined(__x86_64__)
PRODUCT_DECLARE(avx2)
void product_f32_avx512(const struct kernels_product *p);
void product_bf16_avx512(const struct kernels_product *p); /* without bf16 */
void product_bf16_bf16(const struct kernels_product *p);
void product_int8_vnni(const struct kernels_product *p);
LAYOUT_DECLARE(avx512)
LAYOUT_DECLARE(bf16)
#endif

/* The scale of eight bits that hold low <= 0 to high >= 0: its step, 0 for
 * zeros (and what is as good as zero), NaN unless finite. */
static inline float product_step(float low, float high)
{
	float range = high - low;

	if (range < 1e-30f)
		return 0;
	return range <= FLT_MAX ? range / 255 : NAN;
}

/* Row blocks: block i of `count` rows begins at *first and has this many. */
static inline size_t product_block(size_t count, size_t i, size_t *first)
{
	size_t blocks = (count + KERNELS_ROWS - 1) / KERNELS_ROWS;
	size_t size = count / blocks, more = count % blocks;

	*first = i * size + (i < more ? i : more);
	return size + (i < more);
}

static inline size_t product_blocks(size_t count)
{
	return (count + KERNELS_ROWS - 1) / KERNELS_ROWS;
}

/* Bytes of a row laid out. */
static inline size_t product_pitch(size_t units)
{
	return (units + KERNELS_PIECE - 1) / KERNELS_PIECE * 64;
}

#endif
