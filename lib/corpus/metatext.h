/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What "impute meta" reads of a record, and the memory for it: its terms, its
 * artist, the cluster of its sound. One per thread.
 */
#ifndef MOODPIPE_METATEXT_H
#define MOODPIPE_METATEXT_H

#include "corpus/fields.h"
#include "corpus/genremodel.h"
#include "corpus/tagmodel.h"

#define METATEXT_GENRES 4 /* tags that one genre is a name of, at most */

struct metatext { /* zeroed: valid */
	struct fields fields;
	struct ngrams texts; /* title, description, vibe text */
	struct ngrams all;   /* and the source's tags */
	struct ngrams name;  /* the artist's */
	struct str text, folded, out, genre, id;
	struct tokens tokens;
	struct tagmodel_choice tags[TAGMODEL_MOST];
	uint32_t named[METATEXT_GENRES];
	uint64_t likely[3];
	/* Features of the sound; none where features is NULL. */
	struct feat *features;
	struct feat_row *row;
	int *column;    /* soundgenre_bind */
	struct err err; /* of opening them */
};
/* Opens a feature file (NULL: none) for a model; t->err says what failed. */
void metatext_open(struct metatext *t, const struct soundgenre *sound,
		   const char *features);
void metatext_release(struct metatext *t);

/* As track.h sees it: only tags may be more than a text. After fields_find. */
bool metatext_has(struct metatext *t, enum field field);
/* Reads terms: those of texts, those of all. */
void metatext_read(struct metatext *t, bool texts, bool all);
/* Clues at a genre, after metatext_read: artist, terms and (features being
 * open) sound. -1: the features cannot be read. */
int metatext_clues(struct metatext *t, const struct soundgenre *sound,
		   const struct record *r, struct genre_clues *clues,
		   struct err *err);

/* Clues at tags: terms, the artist's name and what tracks of the artist, of the
 * genre (empty: none) and all are mostly given. Points into t, whose `all` and
 * `texts` metatext_read has filled. */
void metatext_tag_clues(struct metatext *t, const struct tagmodel *tags,
			struct span genre, struct tagmodel_clues *clues);
/* The clues of taglikely.h alone, in t->likely; returns their number. */
size_t metatext_likely(struct metatext *t, struct span genre);

#endif
