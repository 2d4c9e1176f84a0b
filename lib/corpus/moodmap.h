/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where tracks lie in the mood space, by all that tells it: what mood-map(1)
 * does for a track, and what it finds out about a corpus beforehand.
 */
#ifndef MOODPIPE_MOODMAP_H
#define MOODPIPE_MOODMAP_H

#include "corpus/moodcentre.h"
#include "corpus/moodheard.h"
#include "corpus/moodwords.h"

enum moodmap_column {
	MOODMAP_VALENCE,
	MOODMAP_AROUSAL,
	MOODMAP_DOMINANCE,
	MOODMAP_CONFIDENCE,
	MOODMAP_VALENCE_SPREAD,
	MOODMAP_AROUSAL_SPREAD,
	MOODMAP_COLUMNS
};
extern const char *const moodmap_columns[MOODMAP_COLUMNS];

struct moodmap_files {               /* NULL: what ships, but centre: none */
	const char *model, *formula; /* at most one of them */
	const char *sources, *lexicon, *genres, *centre;
	struct span centre_text; /* in place of the last; p NULL: none */
};

struct moodmap { /* read-only: any thread */
	struct moodheard heard;
	struct moodsources sources;
	struct moodcentre centre;
	struct lexicon *words, *genres;
	bool instead; /* the formula stands in for the model */
};

/* features: a feature file, of which the columns count; NULL: nothing is heard.
 * Appends all that decides about results to recipe, but the features' own. -1:
 * nothing is open; ERR_ENV, ERR_DATA. */
int moodmap_open(struct moodmap *m, const struct moodmap_files *files,
		 const char *features, struct str *recipe, struct err *err);
/* The same for rows of a schema; source is for messages. */
int moodmap_open_schema(struct moodmap *m, const struct moodmap_files *files,
			const struct feat_schema *schema, const char *source,
			struct str *recipe, struct err *err);
/* Of feature files of moods: told is what opening appended, features the recipe
 * of the features, or NULL. */
void moodmap_recipe(struct span told, const uint8_t *features,
		    uint8_t out[HASH_SIZE]);
void moodmap_close(struct moodmap *m); /* a zeroed one is valid */

struct moodmap_place {
	float values[MOODMAP_COLUMNS];
	enum feat_method method; /* of the surest source */
	bool measured;           /* measured sound is among them */
};
/* heard: the track's row of the features, or NULL. False: nothing speaks. */
bool moodmap_place(const struct moodmap *m, const struct moodwords *words,
		   const struct feat_row *heard, struct moodmap_place *out);

/* Appends the table of the middle (moodcentre.h) of the measured rows of
 * feature files, in their order. *instead as above. */
int moodmap_fit(const struct moodmap_files *files, const char *const *features,
		size_t count, struct str *table, bool *instead,
		struct err *err);

#endif
