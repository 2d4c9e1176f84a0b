/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One list of a word index, walked through upwards: the rows that have a term,
 * with their codes, by blocks (wordsformat.h). What is in memory (a phrase's
 * rows) is walked through in the same way. A block is unpacked only when its
 * rows are asked for. Every block is checked when it is met: its rows ascend
 * and are below `rows`; a list that is damaged ends there.
 */
#ifndef MOODPIPE_WORDSLIST_H
#define MOODPIPE_WORDSLIST_H

#include "index/wordsformat.h"

struct words_list {             /* zeroed: an empty one */
	uint32_t count, blocks; /* rows that have the term */
	uint32_t forms;         /* words of the term */
	uint32_t rows_end;      /* all rows are below */
	const uint8_t *table;   /* struct words_block[blocks], unaligned */
	const uint8_t *data;
	size_t size;
	const uint8_t *positions; /* NULL: none */
	size_t positions_size;
	const uint32_t *plain; /* [count]: rows in memory; NULL: packed */
	/* Where it stands. */
	uint32_t block;        /* == blocks: at the end */
	uint32_t next;         /* no row of this block is below */
	struct words_block at; /* this block */
	bool loaded;           /* rows, codes, n, i are this block's */
	uint32_t n, i;         /* rows of this block; the one met */
	const uint32_t *row;
	const uint8_t *code;
	size_t places_from; /* no later block's positions are below */
	bool placed;        /* place is row[place_i]'s, NULL: damaged */
	uint32_t place_i;
	const uint8_t *place, *places_end;
	uint32_t unpacked[WORDS_BLOCK];
	struct words_block only; /* the table of a list of one block */
};

/* The list of a term, at its start. -1: there is no such list (damage). */
int words_list_open(struct words_list *l, const struct words_view *v,
		    uint64_t term);
/* A list in memory, which must outlive it. */
void words_list_plain(struct words_list *l, const uint32_t *rows,
		      const uint8_t *codes, const struct words_block *table,
		      size_t count, size_t rows_end);
/* Fills the table of such a list, one block for each WORDS_BLOCK rows. */
void words_list_table(const uint32_t *rows, const uint8_t *codes, size_t count,
		      struct words_block *table);
void words_list_rewind(struct words_list *l);

static inline bool words_list_ended(const struct words_list *l)
{
	return l->block >= l->blocks;
}

bool words_list_advance(struct words_list *l); /* false: at the end now */
bool words_list_load(struct words_list *l);    /* false: damaged, at the end */

/* To the first block that may have rows from `row` on; false: at the end. */
static inline bool words_list_to(struct words_list *l, uint32_t row)
{
	while (!words_list_ended(l) && l->at.last < row)
		words_list_advance(l);
	return !words_list_ended(l);
}

/* Appends a block's gaps, packed; bits is WORDS_BITS_MAX at most. */
void words_list_pack(struct str *out, const uint32_t gap[WORDS_BLOCK],
		     unsigned bits);

/* To a row, upwards; true: it has the term, code[i] is its code. */
bool words_list_find(struct words_list *l, uint32_t row);

/* The largest code of rows from where it stands up to `end`; 0: none. */
uint8_t words_list_best(const struct words_list *l, uint32_t end);

/* The occurrences in row[i], for words_place_get; NULL: damaged. */
const uint8_t *words_list_places(struct words_list *l, const uint8_t **end);

#endif
