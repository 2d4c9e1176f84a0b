/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes of a feature file, man feat(5), shared by reader and writer. */
#ifndef MOODPIPE_FEATFORMAT_H
#define MOODPIPE_FEATFORMAT_H

#include <stddef.h>

#include "io/feat.h"

#define FEAT_MAGIC "\x89MPFEAT\n"
#define FEAT_FORMAT 2
#define FEAT_BLOCK 0x4b4c4246u /* "FBLK" */
#define FEAT_END 0x444e4546u   /* "FEND" */
#define FEAT_SORTED 1u         /* keys strictly increase */
#define FEAT_BLOCK_BYTES 65536 /* aimed at */

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "feature files are little-endian and read in place");

struct feat_header {
	char magic[8];
	uint32_t format, size; /* size: of header and columns */
	uint32_t columns, stride, rows_per_block, zero;
	char stage[FEAT_NAME];
	uint8_t recipe[HASH_SIZE];
	/* columns x struct feat_column, zeros, crc32 in the last 4 bytes */
};

struct feat_trailer {
	uint32_t magic, flags;
	uint64_t rows;
	uint32_t crc, zero; /* crc: of the 16 bytes before */
};

/* A row: struct feat_fixed, measured bits, imputed bits, zeros to a multiple
 * of 4, float32 values, zeros to a multiple of 8. */
struct feat_fixed {
	uint64_t key, digest;
	uint8_t status, method;
	uint16_t zero;
	float confidence;
};

_Static_assert(sizeof(struct feat_header) == 96, "no padding");
_Static_assert(sizeof(struct feat_column) == 48, "no padding");
_Static_assert(sizeof(struct feat_trailer) == 24, "no padding");
_Static_assert(sizeof(struct feat_fixed) == 24, "no padding");

/* What the trailer says: keys strictly increase. Of a pipe only at its end. */
bool feat_sorted(const struct feat *f);

/* Whether a text ends within `size` bytes, without control characters. */
static inline bool feat_is_text(const char *p, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (!p[i])
			return true;
		if ((uint8_t)p[i] < ' ' || p[i] == 0x7f)
			return false;
	}
	return false;
}

static inline size_t feat_bits(size_t columns)
{
	return (columns + 7) / 8;
}
static inline size_t feat_values_at(size_t columns)
{
	return (sizeof(struct feat_fixed) + 2 * feat_bits(columns) + 3) & ~3ul;
}
static inline size_t feat_stride(size_t columns)
{
	return (feat_values_at(columns) + 4 * columns + 7) & ~7ul;
}
static inline size_t feat_header_size(size_t columns)
{
	return (sizeof(struct feat_header) +
		columns * sizeof(struct feat_column) + 4 + 63) &
	       ~63ul;
}
static inline uint32_t feat_rows_per_block(size_t stride)
{
	size_t n = FEAT_BLOCK_BYTES / stride;

	return n < 1 ? 1 : n > 1024 ? 1024 : (uint32_t)n;
}

#endif
