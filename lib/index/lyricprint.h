/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fingerprints of texts by their order of words, index(5), "Prints": which of
 * many texts a quote of a few words is from, in spite of wrong spellings and a
 * word that is wrong, missing or too many. An index has one of the lyrics of
 * its rows and one of its titles.
 *
 * Of each text there are the codes of its words (lyricprint_code, 16 bits), and
 * which texts have a gram: a word, the next one, and the next or the one behind
 * it, as a hash of their codes. Grams follow from the codes, so an update makes
 * them anew.
 */
#ifndef MOODPIPE_LYRICPRINT_H
#define MOODPIPE_LYRICPRINT_H

#include <stdio.h>

#include "io/pack.h"

#define LYRICPRINT_WORDS 16384 /* of one text; what is behind is not read */
#define LYRICPRINT_LEAST 3     /* a text of fewer words has no print */

struct lyricprint_sections { /* what they are called */
	const char *text, *first, *words, *buckets, *grams;
};
extern const struct lyricprint_sections lyricprint_lyrics, lyricprint_titles;

struct lyricprint {
	size_t count; /* texts; 0: none, and the rest is not there */
	const uint32_t
	    *text; /* [count]: row, or number of a title; ascending */
	const uint64_t
	    *first; /* [count + 1]: words[first[i]] on are text i's */
	const uint16_t *words;   /* codes, in order; not checked */
	size_t total;            /* of them */
	const uint32_t *buckets; /* [(1 << bits) + 1] */
	unsigned bits, width;    /* of a bucket's number, of a text's */
	struct span grams;       /* of all texts, by hash */
};

/* No sections: an empty print. -1, ERR_DATA: sections that do not fit. */
int lyricprint_view(struct lyricprint *p, const struct pack *pack,
		    const struct lyricprint_sections *name, struct err *err);
/* The words of text i; 0: none, or damaged. */
size_t lyricprint_words(const struct lyricprint *p, size_t i,
			const uint16_t **words);

/* What stands for a folded word (tokens.h): its first sound and, in any order,
 * its other consonants; of a short word its letters. */
uint16_t lyricprint_code(struct span word);
/* Replaces codes by those of the words of a text, no more than most. */
size_t lyricprint_read(struct span text, uint16_t *codes, size_t most);

/* The hash of a gram; its upper bits are a bucket, the next ones a mark. */
uint64_t lyricprint_gram(uint16_t a, uint16_t b, uint16_t c);
struct lyricprint_run { /* of places in grams */
	uint64_t from, to;
};
/* The places of a gram: to - from texts have it, but for rare chance. */
struct lyricprint_run lyricprint_find(const struct lyricprint *p,
				      uint64_t gram);
/* The text at a place of grams; SIZE_MAX: damaged. */
size_t lyricprint_at(const struct lyricprint *p, uint64_t place);

#endif
