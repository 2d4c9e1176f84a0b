/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of words.h: what a thread's search holds. words.c looks the clauses
 * up, wordsmatch.c makes the rows of phrases and prefixes, wordsfind.c finds
 * the best rows, wordsexplain.c says why.
 */
#ifndef MOODPIPE_WORDSWORK_H
#define MOODPIPE_WORDSWORK_H

#include "index/wordsbest.h"
#include "index/wordsdict.h"
#include "index/wordslist.h"
#include "index/wordssums.h"
#include "text/stem.h"

/* A word as the index knows it. */
struct words_known {
	uint64_t term;
	uint64_t form;
};

/* One clause, looked up. */
struct words_sought {
	struct words_list *list; /* its rows */
	size_t clause;           /* of the query */
	enum words_need need;
	uint32_t weight; /* 256 weight idf; a row's score is that times code */
	/* Words behind it: known[first] on; of a term none. */
	size_t first, count;
	/* Rows in memory, of phrases and prefixes. */
	uint32_t *rows;
	uint8_t *codes;
	struct words_block *table;
	size_t rows_cap, codes_cap, table_cap;
};

struct words_work {
	struct stem *stem;
	const uint8_t *advised; /* base of the view whose pages are */
	struct words_sought sought[WORDS_CLAUSES_MAX];
	size_t count;
	bool nothing; /* a required clause has no rows */
	struct words_known *known;
	size_t nknown, known_cap;
	struct words_list *lists;  /* [WORDS_CLAUSES_MAX]: of the clauses */
	struct words_list *phrase; /* [WORDS_PHRASE_MAX]: of one's words */
	uint32_t *places;          /* of a phrase's words in a row */
	size_t places_cap;
	uint8_t *best; /* [best_rows]: of a prefix; zeros between uses */
	size_t best_rows;
	struct words_best found;
	/* Of a window. */
	struct words_sums sums;
	struct words_candidates candidates;
};

static inline struct words_dict words_dict_of(const struct words_view *v,
					      bool forms)
{
	enum words_part keys = forms ? WORDS_FORM_KEYS : WORDS_TERM_KEYS;

	return (struct words_dict){
		.keys = (const void *)(v->base + v->header->parts[keys].offset),
		.pages = v->base + v->header->parts[keys + 1].offset,
		.npages = (size_t)v->header->parts[keys].size / 8,
		.forms = forms,
	};
}

static inline const uint16_t *words_lengths(const struct words_view *v,
					    uint32_t row)
{
	return (const uint16_t *)(const void *)(v->base +
						v->header->parts[WORDS_LENGTHS]
						    .offset) +
	       (size_t)row * WORDS_FIELDS;
}

/* Fill s->rows, codes and table; return the number of rows, or SIZE_MAX where
 * the index is damaged. known[first] on is what the clause's words are. */
size_t words_match_phrase(const struct words_view *v, struct words_work *w,
			  struct words_sought *s);
size_t words_match_prefix(const struct words_view *v, struct words_work *w,
			  struct words_sought *s);
/* How often the words of a phrase, whose lists stand at one row, are met in
 * each of its fields; false: not at all. *same: the list of a word whose term
 * is met as often in each, NULL: of none. */
bool words_phrase_here(struct words_work *w, const struct words_sought *s,
		       uint32_t tf[WORDS_FIELDS],
		       const struct words_list **same);
/* The end of those of known[first] on, `from` and up, that are of its term. */
size_t words_same_term(const struct words_work *w, const struct words_sought *s,
		       size_t from);
/* Whether the list stands at a row where one of known[from..end) is met. */
bool words_form_here(const struct words_work *w, struct words_list *l,
		     size_t from, size_t end);

#endif
