/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which tags of the vocabulary uploaders give to tracks of an artist, of a
 * genre, to any: the share of such tracks that have the tag, drawn to its share
 * in all tracks by TAGLIKELY_PRIOR tracks' worth. Sections tag.clues and
 * tag.likely.
 */
#ifndef MOODPIPE_TAGLIKELY_H
#define MOODPIPE_TAGLIKELY_H

#include "io/pack.h"

#define TAGLIKELY_PRIOR 3.0
#define TAGLIKELY_LEAST 0.02f /* share that is worth keeping */
#define TAGLIKELY_MOST 10     /* tags of one clue */

#define TAGLIKELY_ANY 0 /* the clue that every track has */
uint64_t taglikely_artist(uint64_t artist);
uint64_t taglikely_genre(struct span key); /* genremodel_key */

struct taglikely_fit;
struct taglikely_fit *taglikely_fit_new(size_t memory);
void taglikely_fit_free(struct taglikely_fit *f);
/* A track with tags: its clues, TAGLIKELY_ANY among them, and its tags, each
 * once. */
int taglikely_fit_add(struct taglikely_fit *f, const uint64_t *clues,
		      size_t clue_count, const uint32_t *tags, size_t tag_count,
		      struct err *err);
/* Tags below `tags`; ends the fit but for freeing. */
int taglikely_fit_write(struct taglikely_fit *f, size_t tags,
			struct pack_writer *w, struct err *err);

struct taglikely_tag {
	uint32_t tag;
	float share;
};
struct taglikely { /* a view of a pack */
	const struct taglikely_clue {
		uint64_t key;
		uint32_t first, count;
	} * clues; /* by key */
	size_t count;
	const struct taglikely_tag *tags;
};
int taglikely_open(struct taglikely *m, const struct pack *p, size_t tags,
		   struct err *err);
/* The tags of a clue, likeliest first; returns their number. */
size_t taglikely_find(const struct taglikely *m, uint64_t clue,
		      const struct taglikely_tag **out);

#endif
