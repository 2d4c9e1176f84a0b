/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The numbers of ranking (data/weights.tsv; an index holds its own copy):
 * weights by query type, the popularity penalty, what a link's state is worth,
 * and the words that tell query types.
 */
#ifndef MOODPIPE_WEIGHTS_H
#define MOODPIPE_WEIGHTS_H

#include "index/generation.h"

enum signal {
	SIGNAL_TEXT,
	SIGNAL_AUDIO,
	SIGNAL_MOOD,
	SIGNAL_COLLAB,
	SIGNAL_COUNT
};
const char *signal_name(enum signal s); /* "text" ... "collab" */

enum query_type {
	QUERY_MOOD,
	QUERY_GENRE,
	QUERY_ARTIST,
	QUERY_TEXT,
	QUERY_DEFAULT,
	QUERY_TYPES
};
const char *query_type_name(enum query_type t); /* "mood-heavy" ... */
/* QUERY_TYPES where there is none of that name. */
enum query_type query_type_find(struct span name);

struct weights {
	float weight[QUERY_TYPES][SIGNAL_COUNT];
	float penalty[TIER_COUNT]; /* 1 unless the table says otherwise */
	float link[LINK_COUNT];
	struct str words[QUERY_TYPES]; /* one phrase per line, as written */
	enum query_type order[QUERY_TYPES]; /* of trying */
	size_t ordered;
};

/* name is for messages. -1, ERR_DATA: not such a table. */
int weights_parse(struct weights *w, struct span tsv, const char *name,
		  struct err *err);
void weights_release(struct weights *w);

#endif
