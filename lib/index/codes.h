/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One bit per dimension of a rotated residual, as RaBitQ (Gao & Long, SIGMOD
 * 2024): with r a residual, P a random rotation and s the signs of P r,
 * <q, r> is estimated by f <P q, s>, f = |r|^2 / sum |P r|, without bias over
 * rotations. The sums over signs are looked up, four bits at a time, for 32
 * codes at once, in tables of bytes that fit registers (Andre, Kermarrec & Le
 * Scouarnec 2017): AVX-512, AVX2 or plain C, all the same bits.
 *
 * P: four rounds of random signs, a Walsh-Hadamard transform of the first (in
 * odd rounds the last) power of two of the dimensions, and butterflies between
 * both halves. It is not stored: its signs come from a seeded generator.
 *
 * A block holds 32 codes: [bits / 8][32] bytes, byte j of code i its bits 8 j
 * to 8 j + 7 (the least first); float factor[32], f; uint32 row[32], CODES_NONE
 * where there is no code. bits = dim rounded up to a multiple of 16.
 */
#ifndef MOODPIPE_CODES_H
#define MOODPIPE_CODES_H

#include <stddef.h>
#include <stdint.h>

#define CODES_BLOCK 32
#define CODES_NONE UINT32_MAX
#define CODES_DIM 4096 /* at most */

static inline size_t codes_bits(size_t dim)
{
	return (dim + 15) / 16 * 16;
}
static inline size_t codes_block_size(size_t dim)
{
	return codes_bits(dim) / 8 * CODES_BLOCK + CODES_BLOCK * 8;
}

struct codes; /* the rotation */
struct codes *codes_new(size_t dim);
void codes_free(struct codes *c);
/* x[bits], zeros behind dim: becomes P x. */
void codes_rotate(const struct codes *c, float *x);

/* An empty block: no rows. */
void codes_clear(uint8_t *block, size_t dim);
/* Writes code i of a block from a rotated residual r[bits]. */
void codes_put(uint8_t *block, size_t i, size_t dim, const float *r,
	       uint32_t row);
/* Copies code i of one block to j of another, as another row's. */
void codes_move(uint8_t *to, size_t j, const uint8_t *from, size_t i,
		size_t dim, uint32_t row);
static inline const float *codes_factors(const uint8_t *block, size_t dim)
{
	return (const float *)(const void *)(block + codes_block_size(dim) -
					     CODES_BLOCK * 8);
}
static inline const uint32_t *codes_rows(const uint8_t *block, size_t dim)
{
	return (const uint32_t *)(const void *)(block + codes_block_size(dim) -
						CODES_BLOCK * 4);
}

struct codes_query {
	size_t dim;
	uint8_t *table; /* [bits / 8][2][32]: low and high nibbles, twice 16 */
	float step, least; /* sum over signs = step * looked up + least */
};
/*
 * The error of a sum over signs, that is of <q, r> / f, for a query of unit
 * length: its standard deviation is about sqrt(1 - 2 / pi) = 0.6.
 */
#define CODES_DEVIATION 0.6f
/* Tables for a rotated query; table has room for 8 * bits bytes. Above 1024
 * dimensions they are coarser, so that sums fit 16 bits. */
void codes_query(struct codes_query *q, const float *rotated, size_t dim,
		 uint8_t *table);
/* score[n][32] = base + estimate of <q, r>, of n blocks. */
void codes_scores(const struct codes_query *q, const uint8_t *blocks, size_t n,
		  float base, float *score);

#endif
