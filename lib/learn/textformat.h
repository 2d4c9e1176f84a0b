/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sections of a text model, little-endian:
 *   text.info	one struct textinfo
 *   text.slots	open-addressing table, linear probing from (hash >> 2) & mask;
 *		at most half full; a free slot has row TEXTSLOT_FREE
 *   text.rows	a vector per term: value i is scale * q[i]
 * and, for fitting on top of a model and for people, not for encoding:
 *   text.spectrum	one struct textspectrum
 *   text.stats	a struct textstat per word and pair (rows that are no grams)
 *   text.spelling	a line per word and pair, its most frequent spelling;
 *		empty where it has none (function words, numbers)
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

/* A row is sigma^power * idf * (its term's entries of the right singular
 * vectors), with idf = ln(1 + texts / the term's texts); its first value may
 * be 0 instead. */
struct textspectrum {
	double texts; /* each as often as it counts, those of a base included */
	double power;
	double sigma[TEXTMODEL_DIM]; /* 0: left out */
};

struct textstat {
	float texts;  /* that hold the term, counted likewise */
	float common; /* its entry of the first singular vector */
};

#endif
