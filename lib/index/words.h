/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words: full-text search of tracks by BM25F (Robertson & Zaragoza, The
 * Probabilistic Relevance Framework: BM25 and Beyond, 2009, section 3.6). A
 * term's frequencies in the fields of a row are each divided by the field's
 * length norm, weighted, added, and only then saturated:
 *
 *   x     = sum over fields of weight tf / (1 - b + b length / average)
 *   score = sum over terms of idf x / (k1 + x)
 *   idf   = ln(1 + (documents - df + 0.5) / (df + 0.5))
 *
 * x / (k1 + x) is kept as one byte (wordsformat.h) and idf as a whole number of
 * 1/256, so that a score is a sum of whole numbers: the same in any order, on
 * any machine. The search is exact: MaxScore (Turtle & Flood 1995) in windows
 * of rows, with the best code of every block of 128 (Ding & Suel 2011), gives
 * what scoring every row would give.
 *
 * Words are folded (tokens.h) and stemmed (stem.h). Positions and the words
 * behind a stem are kept as well: a phrase is met word for word, and a prefix
 * is one of words, not of stems.
 *
 * The index is read in place (man index(5)) and trusted nowhere: what is
 * damaged gives other answers, or none, or an error.
 */
#ifndef MOODPIPE_WORDS_H
#define MOODPIPE_WORDS_H

#include "base/err.h"
#include "base/str.h"
#include "math/topk.h"

enum words_field {
	WORDS_TITLE,
	WORDS_ARTIST,
	WORDS_TAGS,
	WORDS_GENRE,
	WORDS_DESCRIPTION,
	WORDS_LYRICS,
	WORDS_FIELDS
};

/* Between the values of a field that is a list (tags): no phrase reaches from
 * one into the next. */
#define WORDS_BETWEEN '\x1f'

struct words_model {
	float k1;                   /* > 0 */
	float weight[WORDS_FIELDS]; /* >= 0 */
	float b[WORDS_FIELDS];      /* 0 to 1 */
};
/* See words.c for where the numbers come from. */
void words_model_default(struct words_model *m);

/* --- what is asked (wordsquery.c) --- */

enum words_kind {
	WORDS_TERM,   /* one word, by its stem */
	WORDS_PHRASE, /* words in a row, as they are written; or just one */
	WORDS_PREFIX  /* all words that begin so */
};

enum words_need { WORDS_OPTIONAL, WORDS_REQUIRED, WORDS_EXCLUDED };

enum {
	WORDS_CLAUSES_MAX = 64, /* of a query; more are not taken */
	WORDS_PHRASE_MAX = 32   /* words of a phrase; likewise */
};

struct words_clause {
	enum words_kind kind;
	enum words_need need;
	float weight;        /* its score times that; above 0, 16 at most */
	size_t first, count; /* words[first] on; of a phrase several */
};

struct words_query { /* zeroed: valid, empty; asks for nothing */
	struct words_clause *clauses;
	size_t count, cap;
	struct str text;
	struct words_spot { /* of text: a folded word, not stemmed */
		size_t at, n;
	} * words;
	size_t nwords, words_cap;
};

void words_query_reset(struct words_query *q);
void words_query_release(struct words_query *q);
/* Appends a clause for the words of a text: each its own if they are terms, one
 * for all if a phrase; a prefix is the text's last word, and those before it
 * are terms. False: no word in it, or no room. */
bool words_query_add(struct words_query *q, enum words_kind kind,
		     enum words_need need, float weight, struct span text);
/*
 * What a person types, appended: words, each optional; "words in quotes",
 * required; word* for a prefix; before any of these + (required) or -
 * (excluded). A word that is really several ("hip-hop") is a phrase behind + or
 * -, else so many words; -word- has dashes around it, and that is all. Nothing
 * is an error: what makes no sense is a word, or nothing.
 */
void words_query_parse(struct words_query *q, struct span text);

/* --- the index --- */

struct words_view {
	const uint8_t *base;
	size_t size;
	const struct words_header *header; /* wordsformat.h */
	size_t rows;
};

/* Checks header, sizes and bounds, touching the first page only. The bytes
 * (8-aligned, as a pack's sections are) must outlive the view. -1, ERR_DATA. */
int words_view(struct words_view *v, struct span bytes, struct err *err);

/* What the words of one thread need; it grows to its use and is kept from query
 * to query. One byte per row is taken at the first prefix. */
struct words_work;
struct words_work *words_work_new(void);
void words_work_free(struct words_work *w);

/*
 * Looks up what is asked. A row matches if it has every required clause, none
 * of the excluded, and at least one that is not excluded; its score is the sum
 * of those that it has. A phrase's frequency is how often it is met; a prefix's
 * code is the best of the stems it finds. -1, ERR_DATA: the index is damaged.
 */
int words_prepare(const struct words_view *v, struct words_work *w,
		  const struct words_query *q, struct err *err);
struct words_cap {             /* at most `each` rows of a group */
	const uint32_t *group; /* [rows]; UINT32_MAX: of none */
	size_t each;           /* 0: any number */
};

/* The k best of the rows that match and allowed[rows] (NULL: all) lets through,
 * best first, equal scores by row, as many as cap (NULL: all) leaves where they
 * are taken in turn; fills out[k], returns their number. After words_prepare,
 * any number of times; v and q as there. */
size_t words_find(const struct words_view *v, struct words_work *w,
		  const uint8_t *allowed, const struct words_cap *cap, size_t k,
		  struct topk_item *out);
/* Both; SIZE_MAX for -1. */
size_t words_search(const struct words_view *v, struct words_work *w,
		    const struct words_query *q, const uint8_t *allowed,
		    size_t k, struct topk_item *out, struct err *err);

struct words_reason {
	size_t clause;             /* of the query */
	float score;               /* what it adds to the row's */
	float field[WORDS_FIELDS]; /* the fields' shares; their sum is score */
	uint32_t count[WORDS_FIELDS]; /* how often it is met there */
};
/* Why a row has its score: the clauses that it meets (excluded ones not), in
 * their order; returns their number. Of a prefix, the best stem. After
 * words_prepare, with the same query. */
size_t words_explain(const struct words_view *v, struct words_work *w,
		     const struct words_query *q, uint32_t row,
		     struct words_reason out[WORDS_CLAUSES_MAX]);

#endif
