/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What published word lists say about an utterance: sums, extremes and means of
 * the valence of its words under negation, intensifiers, emphasis and "but"
 * (after VADER: Hutto & Gilbert 2014), of AFINN's, of the valence, arousal and
 * dominance of word norms, of emoji, of words that name feelings; and how it is
 * written: marks, capitals, stretched words, who is spoken of. A table is a
 * text, one word a line (pipelines/lexica.sh), packed into rows that are read in
 * place.
 */
#ifndef MOODPIPE_TEXTCUES_H
#define MOODPIPE_TEXTCUES_H

#include "base/err.h"
#include "text/utterance.h"

#define TEXTCUES_VERSION 1
#define TEXTCUES 84         /* numbers of an utterance */
#define TEXTCUES_LABELS 4   /* of one token at most */
#define TEXTCUES_FEELINGS 6 /* sadness joy love anger fear surprise */

/* Columns of a word, in thousandths of their unit but for `known`. */
enum textcue_column {
	TEXTCUE_VADER,   /* mean rating, -4 to 4 */
	TEXTCUE_AFINN,   /* -5 to 5 */
	TEXTCUE_VALENCE, /* norms, [-1, 1] */
	TEXTCUE_AROUSAL,
	TEXTCUE_DOMINANCE,
	TEXTCUE_EMOJI, /* 8: anger anticipation disgust fear joy sadness
			  surprise trust, [0, 1] */
	TEXTCUE_FEELING = TEXTCUE_EMOJI + 8, /* 1 + its number, 0: none */
	TEXTCUE_COLUMNS
};

enum textcue_known { /* bits */
		     TEXTCUE_HAS_VADER = 1,
		     TEXTCUE_HAS_AFINN = 2,
		     TEXTCUE_HAS_NORMS = 4,
		     TEXTCUE_HAS_EMOJI = 8
};

struct textcue { /* one row of a table, 32 bytes; hash 0: free */
	uint32_t hash;
	int16_t value[TEXTCUE_COLUMNS - 1];
	uint8_t feeling;
	uint8_t known; /* enum textcue_known */
};

/* Rows found by a word's hash, open addressing. */
struct textcues {
	const struct textcue *rows;
	size_t count;
};

/* Makes rows (to free) of a table; name is for messages. -1, ERR_DATA. */
int textcues_parse(struct textcues *t, struct span tsv, const char *name,
		   struct err *err);
/* rows of a model: -1, ERR_DATA where they are none. */
int textcues_view(struct textcues *t, const void *rows, size_t bytes,
		  struct err *err);

/* A folded word's row, NULL: none; _form tries the word without its ending, too
 * ("loving", "happier"). */
const struct textcue *textcues_find(const struct textcues *t, struct span word);
const struct textcue *textcues_find_form(const struct textcues *t,
					 struct span word);

/* A cue that is counted like a word: what a token is by a list, in steps. */
struct textcue_label {
	uint64_t hash;
	uint16_t token;
};

struct textcues_found {
	float value[TEXTCUES];
	struct textcue_label labels[UTTERANCE_TOKENS * TEXTCUES_LABELS];
	size_t count;
	unsigned words, listed; /* words, and those that a list has */
};
/* Replaces *found. */
void textcues_read(const struct textcues *t, const struct utterance *u,
		   struct textcues_found *found);
/* Names of the numbers, for reports: "vader.compound". */
const char *textcues_name(size_t i);

#endif
