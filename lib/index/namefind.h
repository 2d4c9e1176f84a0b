/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names in spite of typing errors: of many distinct names (artists, titles),
 * those nearest to what was typed. A name's key is its folded words without a
 * blank between; "the" before or behind and "and", "&" and "+" anywhere are
 * left out, so that "The Beatles", "beatles" and "Beatles, The", or "Simon &
 * Garfunkel" and "simon and garfunkel" are the same. Keys are compared by
 * optimal string alignment (Damerau 1964: a letter more, less or other, or two
 * neighbours swapped, count 1): up to NAMEFIND_FAR changes of a key of 6 or
 * more letters, 1 of 3 or more, none of fewer.
 *
 * The search is exact. Of a key cut in two, one half has at most one of two
 * changes; so keys of up to 16 letters are found by a half, or a half less one
 * letter (the neighbourhood of Mor & Fraenkel 1982, which SymSpell made known).
 * Two changes touch at most four of five pieces (a swap may touch two); longer
 * keys are found by a whole piece (Li, Deng & Feng, Pass-Join, 2011). What is
 * found so is compared.
 *
 * The index is read in place (man index(5)) and trusted nowhere.
 */
#ifndef MOODPIPE_NAMEFIND_H
#define MOODPIPE_NAMEFIND_H

#include "base/err.h"
#include "base/str.h"
#include "io/pack.h"

#define NAMEFIND_FAR 2 /* changes, at most */

struct namefind_name {
	uint32_t name;     /* its number */
	uint32_t distance; /* changes between the keys */
	/* 1 - distance / letters of the longer key; less 0.01 where not even
	 * the folded names (utf8_fold_name) are the same. */
	float similarity;
};

struct namefind {
	const struct namefind_header *header;
	const uint64_t *offsets;    /* [names + 1] of keys */
	const uint32_t *marks;      /* [names]: of the folded name */
	const uint32_t *signatures; /* [names]: which letters a key has */
	const uint32_t *buckets;    /* [(1 << bits) + 2] of entries */
	const uint32_t *entries;    /* names */
	const char *keys;
	uint32_t names;
	/* Of a view of this pack: what is looked at here and there is then read
	 * from its file (pack_copy). NULL: it is read in place. */
	const struct pack *file;
};

/* Appends the index of names[n] to out; on that many threads; the bytes do not
 * depend on them. Names may be UTF-8 of any kind. -1, ERR_DATA: more than 4
 * billion entries (some 200 million names). */
int namefind_build(const struct span *names, size_t n, int threads,
		   struct str *out, struct err *err);

/* Checks header and bounds. The bytes (8-aligned) must outlive the view. -1,
 * ERR_DATA. */
int namefind_view(struct namefind *v, struct span bytes, struct err *err);

/* One thread's, kept from query to query; best of one index. */
struct namefind_work;
struct namefind_work *namefind_work_new(void);
void namefind_work_free(struct namefind_work *w);

/* The k most similar names, best first, equal ones by number: fills out[k],
 * returns their number. `far`: the most changes, NAMEFIND_FAR or fewer. */
size_t namefind_search(const struct namefind *v, struct namefind_work *w,
		       struct span name, uint32_t far, size_t k,
		       struct namefind_name *out);

#endif
