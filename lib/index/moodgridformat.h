/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bytes of a mood grid, for moodgrid.c and moodgridbuild.c. The header,
 * boxes from the uppermost level down, points; all at multiples of 64.
 */
#ifndef MOODPIPE_MOODGRIDFORMAT_H
#define MOODPIPE_MOODGRIDFORMAT_H

#include <stddef.h>
#include <stdint.h>

enum { MOODGRID_BLOCK = 64, MOODGRID_FAN = 16, MOODGRID_HEADER = 64 };

struct moodgrid_header {
	uint32_t version; /* 1 */
	uint32_t dims;
	uint64_t rows, points;
	uint8_t zero[40];
};

/* A block: float [dims][64] coordinates, uint32 [64] rows. */
static inline size_t moodgrid_block_size(size_t dims)
{
	return MOODGRID_BLOCK * (dims + 1) * 4;
}

/* 16 boxes: float [dims][16] lower and float [dims][16] upper corners, uint32
 * [16] lowest rows. */
static inline size_t moodgrid_group_size(size_t dims)
{
	return MOODGRID_FAN * (2 * dims + 1) * 4;
}

/* boxes[l] of each level; returns the number of levels, 0 for no points. The
 * uppermost has at most 16 boxes. */
static inline size_t moodgrid_levels(size_t points, size_t boxes[8])
{
	size_t n = (points + MOODGRID_BLOCK - 1) / MOODGRID_BLOCK, l = 0;

	if (!n)
		return 0;
	for (;; n = (n + MOODGRID_FAN - 1) / MOODGRID_FAN) {
		boxes[l++] = n;
		if (n <= MOODGRID_FAN || l == 8)
			return l;
	}
}

static inline size_t moodgrid_groups(size_t boxes)
{
	return (boxes + MOODGRID_FAN - 1) / MOODGRID_FAN;
}

#endif
