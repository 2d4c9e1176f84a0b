/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words that requests are understood by (data/asking.tsv and
 * data/contexts.tsv; an index holds its own copy): rows of a kind with a value
 * and phrases. A phrase may stand in rows of several kinds.
 */
#ifndef MOODPIPE_ASKWORDS_H
#define MOODPIPE_ASKWORDS_H

#include "corpus/weights.h"
#include "index/timbre.h"

#define ASK_PHRASE 6 /* words of a phrase, at most */

enum ask_kind {
	ASK_NOUN,
	ASK_FILLER,
	ASK_OPEN,
	ASK_SOUND,
	ASK_GENRE,
	ASK_LIKE,
	ASK_SUFFIX,
	ASK_BY,
	ASK_END,
	ASK_SIMILE,
	ASK_BEFORE, /* years */
	ASK_AFTER,
	ASK_UNTIL,
	ASK_SINCE,
	ASK_IN,
	ASK_BETWEEN,
	ASK_ONWARDS,
	ASK_BACKWARDS,
	ASK_ABOUT,
	ASK_YEARS,
	ASK_PART,
	ASK_UNDER, /* lengths */
	ASK_OVER,
	ASK_ORLESS,
	ASK_ORMORE,
	ASK_UNIT,
	ASK_NUMBER,
	ASK_RANGE,
	ASK_LANGUAGE,
	ASK_SPOKEN,
	ASK_VOCALS,
	ASK_VOICE,
	ASK_WITH,
	ASK_STRONG, /* negations */
	ASK_WEAK,
	ASK_MOODNEG,
	ASK_COMMON,
	ASK_TEXTURE,
	ASK_JOIN,
	ASK_DEGREE,
	ASK_PERSON,
	ASK_CONTEXT,
	ASK_STEP, /* numbers */
	ASK_EVIDENCE,
	ASK_VAGUE,
	ASK_KINDS
};

struct ask_row {
	enum ask_kind kind;
	struct span value; /* as it stands there; a context's: its kind */
	float number[4];   /* those in the value; a context's nudge in 0, 1 */
	size_t numbers;
	enum timbre_axis axis; /* of a texture */
	bool high, sure;       /* likewise: which end; whatever follows */
	struct span wishes;    /* of a context, textures between blanks */
};

struct askwords;
/* Parses the tables, one after another, which must outlive the result; name is
 * for messages, and may be followed by a line. NULL: ERR_DATA. */
struct askwords *askwords_parse(struct span tsv, const char *name,
				struct err *err);
void askwords_free(struct askwords *t);

/* Of a folded phrase, one blank between its words, the number of its first
 * entry, and the next one of the same phrase; -1: there is none. */
int askwords_find(const struct askwords *t, struct span phrase);
int askwords_next(const struct askwords *t, int entry);
const struct ask_row *askwords_row(const struct askwords *t, int entry);

/* A number of kind STEP by its name; 0 where the table has none. */
float askwords_step(const struct askwords *t, const char *name);
/* What a sign of that type speaks for it; 1 where the table does not say. */
float askwords_evidence(const struct askwords *t, enum query_type type);
/* Likewise, a mood that is heard without such a sign. */
float askwords_heard(const struct askwords *t);
/* The weights of a vague request; false: the table has none. */
bool askwords_vague(const struct askwords *t, float weight[SIGNAL_COUNT]);
/* The axis that a word of timbre.h names, and its end. False: none. */
bool askwords_axis(struct span word, enum timbre_axis *axis, bool *high);

#endif
