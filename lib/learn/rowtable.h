/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vectors of hashed features, four bits a number: open addressing over slots that
 * hold 16 bits of the hash, so that a feature nobody was taught is told from a
 * known one but for about one in a thousand. Read in place from a model.
 */
#ifndef MOODPIPE_ROWTABLE_H
#define MOODPIPE_ROWTABLE_H

#include "base/err.h"
#include "base/str.h"

struct rowtable_row {
	uint16_t scale; /* the upper half of a float */
	uint8_t rarity; /* in sixteenths */
	uint8_t zero;
	/* [dim / 2]: of byte i the lower half is 8 + number i, the upper one
	 * 8 + number dim / 2 + i, both in units of scale */
	uint8_t q[];
};

struct rowtable {
	uint32_t dim, slots, count;
	const uint16_t *tags; /* [slots], 0: free */
	const char *rows;     /* [slots] of 4 + dim / 2 bytes */
};

/* -1, ERR_DATA: not such a table. bytes must be aligned to 4. */
int rowtable_view(struct rowtable *t, struct span bytes, struct err *err);
/* NULL: not known. */
const struct rowtable_row *rowtable_find(const struct rowtable *t,
					 uint64_t hash);
static inline float rowtable_rarity(const struct rowtable_row *r)
{
	return (float)r->rarity / 16;
}
float rowtable_scale(const struct rowtable_row *r);
/* y[dim] += weight * row. */
void rowtable_add(const struct rowtable_row *r, size_t dim, float weight,
		  float *y);
float rowtable_dot(const struct rowtable_row *r, size_t dim, const float *y);

/* Replaces *out with the bytes of a table of rows[count][dim], each with its
 * hash and rarity [0, 15], rounded
 * to sixteenths, never to 0; dim a multiple of 16. Of two rows that cannot be
 * told apart the first stays. */
void rowtable_write(struct str *out, const uint64_t *hash, const float *rarity,
		    const float *rows, size_t count, size_t dim);

#endif
