/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chromaprint fingerprints without the library that makes them: reading the
 * compressed form, and comparing two. A print is a row of 32-bit items, one
 * every PRINTCODEC_STEP seconds, each of which sums up about 2.4 s of chroma.
 *
 * The compressed form, version 1.5.1: URL-safe base64 without padding of
 * {algorithm, number of items as 24 bits big-endian, three-bit numbers,
 * five-bit numbers}. Each item is xor-ed with the one before; of the result the
 * distances between set bits are written, least significant first, ended by a
 * 0; a distance of 7 or more is 7 and, among the five-bit numbers, the rest.
 * Both packed from the least significant bit on, each from a new byte.
 */
#ifndef MOODPIPE_PRINTCODEC_H
#define MOODPIPE_PRINTCODEC_H

#include "base/str.h"

#define PRINTCODEC_STEP (1365 / 11025.0) /* seconds between items */
#define PRINTCODEC_REACH 2.6             /* seconds heard before the first */

struct printcodec { /* zeroed is valid and empty; reusable */
	uint32_t *items;
	size_t count, cap;
	int algorithm;
	struct str packed; /* scratch */
};
void printcodec_release(struct printcodec *p);

/* Replaces *out. -1: text is no such print; *out is then empty. Nothing is
 * believed: memory used is bounded by the length of the text. */
int printcodec_decode(struct span text, struct printcodec *out);

/*
 * How alike two rows of items are where b is set off by `shift` items (a[i]
 * meets b[i - shift]): 1 - 2 * (share of bits that differ), so that the same
 * sound is near 1 and unrelated ones near 0. *overlap: the items compared; 0
 * where there are none.
 */
double printcodec_similarity(const uint32_t *a, size_t na, const uint32_t *b,
			     size_t nb, long shift, size_t *overlap);
/* The best over all shifts of at most `reach` items either way that leave at
 * least `least` items in common; -1 where none does. */
double printcodec_align(const uint32_t *a, size_t na, const uint32_t *b,
			size_t nb, long reach, size_t least, long *shift,
			size_t *overlap);
/* Distinct items: a print of silence or of one held note has few, and says
 * little. */
size_t printcodec_distinct(const uint32_t *items, size_t count);

#endif
