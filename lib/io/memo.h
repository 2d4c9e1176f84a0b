/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a record stage answered last time: for each input line its digest and
 * where in the previous output its answer stands. A memo that does not fit the
 * recipe or the file is no memo: the stage computes anew. Man feat(5) has the
 * bytes.
 */
#ifndef MOODPIPE_MEMO_H
#define MOODPIPE_MEMO_H

#include "base/err.h"
#include "base/hash.h"

struct memo_row {
	uint64_t input, output; /* digests of the lines */
	uint64_t at;            /* byte offset of the answer */
	uint64_t size;          /* 0: the record was dropped */
};

struct memo;
/* Never fails: a memo that cannot be used holds nothing. */
struct memo *memo_open(const char *path, const char *previous,
		       const uint8_t recipe[HASH_SIZE]);
void memo_close(struct memo *m);
/* The answer to the line of that digest (its newline included; n == 0:
 * dropped), verified by digest; {NULL,0} where there is none. Any thread. */
struct span memo_find(const struct memo *m, uint64_t input, uint64_t *output);

int memo_save(const char *path, const uint8_t recipe[HASH_SIZE],
	      const struct memo_row *rows, size_t count, struct err *err);

#endif
