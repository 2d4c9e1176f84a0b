/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sections of a text model, little-endian:
 *   text.info	one struct textinfo
 *   text.slots	open-addressing table, linear probing from (hash >> 2) & mask;
 *		at most half full; a free slot has row TEXTSLOT_FREE
 *   text.rows	a vector per term: value i is scale * q[i]
 */
#ifndef MOODPIPE_TEXTFORMAT_H
#define MOODPIPE_TEXTFORMAT_H

#include <stdint.h>

#include "learn/textmodel.h"

#define TEXTSLOT_FREE UINT32_MAX

struct textinfo {
	uint32_t terms_version, dim;
	uint64_t slots, rows;         /* slots: a power of two */
	uint64_t words, pairs, grams; /* rows by kind */
	uint64_t texts;               /* the sample it was fitted on */
	float unknown_share;          /* of a word known by its grams only */
	uint32_t reserved;
};

struct textslot {
	uint64_t hash;
	uint32_t row;
	float weight; /* grams: how telling; else 1 */
};

struct textrow {
	float scale;
	int8_t q[TEXTMODEL_DIM];
};

#endif
