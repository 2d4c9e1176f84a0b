/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The vocabulary of tags, data/tags.tsv: one canonical name for each of the
 * ways people write a tag, its kind, and what it implies ("deep house" is also
 * "house"). Names are compared by key: folded words without blanks, "and" left
 * out, so that "Hip-Hop", "hip hop" and "HipHop" are one.
 */
#ifndef MOODPIPE_VOCABULARY_H
#define MOODPIPE_VOCABULARY_H

#include "base/err.h"
#include "base/table.h"
#include "text/tokens.h"

#define VOCABULARY_TAGS 4096
#define VOCABULARY_IMPLIED 4 /* of one tag, without what those imply */

enum vocabulary_kind {
	VOCABULARY_GENRE,
	VOCABULARY_MOOD,
	VOCABULARY_INSTRUMENT,
	VOCABULARY_VOCAL,
	VOCABULARY_PRODUCTION,
	VOCABULARY_THEME,
	VOCABULARY_ERA,
	VOCABULARY_PLACE,
	VOCABULARY_KINDS
};
const char *vocabulary_kind_name(enum vocabulary_kind k);

struct vocabulary_tag {
	struct span name;
	enum vocabulary_kind kind;
	uint32_t implied[VOCABULARY_IMPLIED];
	size_t implied_count;
};

struct vocabulary { /* zeroed: valid, empty */
	struct str text;
	struct vocabulary_tag *tags;
	size_t count, cap;
	struct table keys; /* key -> tag */
	struct vocabulary_name {
		struct span words; /* folded, one blank between */
		uint32_t tag;
	} * names;
	size_t names_count, names_cap;
	struct tokens tokens;
	struct str words, key;
};

/* ERR_DATA, with the line: not four columns, a kind that is none, an implied
 * tag that is not in the list, a name twice. */
int vocabulary_parse(struct vocabulary *v, struct span tsv, const char *file,
		     struct err *err);
/* Reads and parses data/tags.tsv. */
int vocabulary_read(struct vocabulary *v, struct err *err);
void vocabulary_release(struct vocabulary *v);

/* Replaces *words (one blank between) and *key of a name; either may be NULL. */
void vocabulary_key(struct span name, struct tokens *tokens, struct str *words,
		    struct str *key);
/* The tag of a key, -1: none. near: also with an "s" too much or too little,
 * or one typing error in eight letters and more, two from thirteen on; the first
 * letter counts. */
int vocabulary_find(const struct vocabulary *v, struct span key, bool near);

#endif
