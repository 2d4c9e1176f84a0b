/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sound features for tracks without sound: from the ten measured tracks whose
 * texts are nearest, and the prototype (mean) of the track's genre. A pack of
 * kind "moodsound" holds prototypes and the measured tracks' rows and text
 * vectors, at most SOUNDMODEL_TRACKS of them: the first by a hash of their
 * keys, so the choice does not depend on order or files.
 *
 * Prediction: base = the genre's mean, drawn to the global mean by
 * SOUNDMODEL_PRIOR tracks' worth; near = mean of the neighbours weighted by
 * cosine; value = a near + (1 - a) base with a = min(1, trust s), s the mean
 * cosine of the neighbours. trust is the one of a few that is best on a tenth
 * of the tracks held out in fitting, once with and once without their genre.
 * The columns key and mode are categories: the neighbours' majority or
 * nothing. duration and decoded_fraction describe files, not sound, and stay
 * missing.
 */
#ifndef MOODPIPE_SOUNDMODEL_H
#define MOODPIPE_SOUNDMODEL_H

#include "corpus/terms.h"
#include "io/feat.h"
#include "text/tokens.h"

#define SOUNDMODEL_KIND "moodsound"
#define SOUNDMODEL_VERSION 1
#define SOUNDMODEL_TRACKS 32768
#define SOUNDMODEL_NEIGHBOURS 10
#define SOUNDMODEL_PRIOR 5.0
#define SOUNDMODEL_GENRE_LEAST 3  /* measured tracks for a prototype */
#define SOUNDMODEL_GENRE_SURE 0.3 /* confidence of a genre to be used */

enum soundmodel_column { SOUND_NUMBER, SOUND_CATEGORY, SOUND_SKIP };
enum soundmodel_column soundmodel_column(const char *name);

struct soundmodel_params { /* section "sound.params" */
	uint32_t columns, dims, tracks, protos;
	uint8_t text_recipe[HASH_SIZE];
	/* For tracks without and with a genre's prototype. skill: 1 - squared
	 * error / that of the global mean, held out, in [0, 1]: the confidence
	 * of a row imputed so. */
	double trust[2], skill[2][FEAT_METHOD_COUNT];
};

struct soundmodel { /* a view of a pack, or of a fit */
	struct soundmodel_params params;
	const struct feat_column *columns; /* [columns] */
	const float *mean, *deviation;     /* [columns], NaN: no value */
	const float *protos;               /* [protos][columns] means */
	const float *rows;                 /* [tracks][columns] */
	const int8_t *texts;               /* [tracks][dims] */
	const float *scales;               /* [tracks], 0: no text vector */
	struct terms genres; /* id: prototype, value: its tracks */
};
int soundmodel_view(struct soundmodel *m, const struct pack *p,
		    struct err *err);

/* What is known of a track without sound. */
struct sound_clues {
	const int8_t *text; /* [dims], NULL: none */
	float scale;        /* of text, vector_quantise */
	int proto;          /* of its genre, -1: none */
	float genre_tracks;
};

struct sound_guess {
	enum feat_method method; /* NEIGHBOURS, GENRE or GLOBAL */
	double similarity;       /* mean cosine of the neighbours */
	double confidence;       /* the skill of such guesses */
};
/* Fills values[columns]; NaN where nothing can be said. false: the model
 * holds no measured track. */
bool soundmodel_predict(const struct soundmodel *m,
			const struct sound_clues *clues, float *values,
			struct sound_guess *out);

#endif
