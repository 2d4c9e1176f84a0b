/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sound features for tracks without sound: from the prototype (mean) of the
 * track's genre, the ten measured tracks whose texts are nearest, and a
 * regression on text, genre and metadata (soundregress.h), weighed for each
 * column as they did on held-out tracks (soundblend.h). A pack of kind
 * "moodsound" holds prototypes, trees and the measured tracks' rows and text
 * vectors, at most SOUNDMODEL_TRACKS of them: the first by a hash of their
 * keys, so the choice does not depend on order or files.
 *
 * What a track is known by makes four cases: text or none, a genre or none; a
 * tenth of the measured tracks, held out, says for each how well it does. The
 * prototype is drawn to the global mean by SOUNDMODEL_PRIOR tracks' worth, the
 * neighbours' mean by how unlike their texts are. The columns key and mode are
 * categories: the neighbours' majority or nothing. duration and
 * decoded_fraction describe files, not sound, and stay missing.
 */
#ifndef MOODPIPE_SOUNDMODEL_H
#define MOODPIPE_SOUNDMODEL_H

#include "corpus/soundblend.h"
#include "corpus/soundregress.h"
#include "corpus/terms.h"
#include "io/feat.h"
#include "math/topk.h"
#include "text/tokens.h"

#define SOUNDMODEL_KIND "moodsound"
#define SOUNDMODEL_VERSION 2
#define SOUNDMODEL_TRACKS 32768
#define SOUNDMODEL_NEIGHBOURS 10
#define SOUNDMODEL_PRIOR 5.0
#define SOUNDMODEL_GENRE_LEAST 3  /* measured tracks for a prototype */
#define SOUNDMODEL_GENRE_SURE 0.3 /* confidence of a genre to be used */

enum soundmodel_column { SOUND_NUMBER, SOUND_CATEGORY, SOUND_SKIP };
enum soundmodel_column soundmodel_column(const char *name);

enum { /* what a track is known by */
       SOUND_TEXT = 1,
       SOUND_GENRE = 2,
       SOUND_CASES = 4
};

struct soundmodel_params { /* section "sound.params" */
	uint32_t columns, dims, tracks, protos;
	uint8_t text_recipe[HASH_SIZE];
	/* By case: the method that has most weight; the confidence of a row
	 * imputed so (the score's skill, or less where too few tracks were held
	 * out to know); how the held-out tracks were met. */
	uint32_t method[SOUND_CASES];
	double confidence[SOUND_CASES];
	struct soundblend_score scores[SOUND_CASES];
};

struct soundmodel { /* a view of a pack, or of a fit */
	struct soundmodel_params params;
	const struct feat_column *columns; /* [columns] */
	const float *mean, *deviation;     /* [columns], NaN: no value */
	const float *protos;               /* [protos][columns] means */
	const float *rows;                 /* [tracks][columns] */
	const int8_t *texts;               /* [tracks][dims] */
	const float *scales;               /* [tracks], 0: no text vector */
	const struct soundblend *blend;    /* [SOUND_CASES][columns] */
	struct soundregress *regress;      /* or NULL */
	struct terms genres; /* id: prototype, value: its tracks */
};
int soundmodel_view(struct soundmodel *m, const struct pack *p,
		    struct err *err);
void soundmodel_release(struct soundmodel *m); /* of a view; zeroed: fine */

/* What is known of a track without sound. */
struct sound_clues {
	const int8_t *text; /* [dims], NULL: none */
	float scale;        /* of text, vector_quantise */
	int proto;          /* of its genre, -1: none */
	float genre_tracks;
	float meta[SOUNDMETA_COUNT];
};
unsigned soundmodel_case(const struct sound_clues *c); /* SOUND_* bits */

struct sound_guess {
	/* Of most weight: GENRE, NEIGHBOURS, MODEL (the regression); GLOBAL:
	 * nothing is known. */
	enum feat_method method;
	double similarity;              /* mean cosine of the neighbours */
	double confidence;              /* the skill of such guesses */
	const struct soundblend *blend; /* [columns]; NULL: the mean alone */
};
/* Fills values[columns]; NaN where nothing can be said. false: the model
 * holds no measured track. */
bool soundmodel_predict(const struct soundmodel *m,
			const struct sound_clues *clues, float *values,
			struct sound_guess *out);
/* Half the interval about values[column] that holds the truth in
 * SOUNDBLEND_INSIDE of all cases; NaN for categories and columns not guessed. */
float soundmodel_spread(const struct soundmodel *m, const struct sound_guess *g,
			size_t column);

/* The guesses of each method, in deviations from the mean, NaN where there are
 * none: guess[SOUNDBLEND_METHODS][columns]. Returns the neighbours' mean
 * cosine. best: initialised; the neighbours. */
double soundmodel_methods(const struct soundmodel *m,
			  const struct sound_clues *c, struct topk *best,
			  float *guess);

#endif
