/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two dictionaries of a word index (wordsformat.h): stems, and the words
 * behind them. A search among the keys touches a few of their pages and then
 * one page of words.
 */
#ifndef MOODPIPE_WORDSDICT_H
#define MOODPIPE_WORDSDICT_H

#include "index/wordsformat.h"

/* Reading. */
struct words_dict {
	const uint64_t *keys;
	const uint8_t *pages;
	size_t npages;
	bool forms; /* entries have term and form */
};

struct words_entry {
	char word[WORDS_WORD_MAX];
	size_t n;      /* bytes of word */
	uint64_t term; /* its number */
	uint64_t form; /* 0 in the dictionary of terms */
	/* Where it stands: for words_dict_next. */
	size_t page;
	unsigned left;
	uint64_t number;
	const uint8_t *p, *end;
};

/* What keys have for a page that begins with `word`. */
uint64_t words_dict_key(struct span word);
/* The first word that is not below `word`; false: there is none. */
bool words_dict_seek(const struct words_dict *d, struct span word,
		     struct words_entry *e);
/* The one after e; false at the end, or where the page is damaged. */
bool words_dict_next(const struct words_dict *d, struct words_entry *e);
/* The word itself; false: not there. */
bool words_dict_find(const struct words_dict *d, struct span word,
		     struct words_entry *e);

/* Writing, words ascending; zeroed: empty. keys and pages are what to write
 * after words_dict_end. */
struct words_dict_writer {
	struct str keys, pages, page;
	char word[WORDS_WORD_MAX];
	size_t n;
	uint64_t count;
	unsigned on_page;
	bool forms;
};

void words_dict_put(struct words_dict_writer *w, struct span word,
		    uint64_t term, uint64_t form);
void words_dict_end(struct words_dict_writer *w);
void words_dict_release(struct words_dict_writer *w);

#endif
