/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Candidates to scores. Each signal is mapped to [0, 1]:
 *
 *	text    4 met w + 5 n + c, min-max normalised over the candidates, where
 *	        w is the score by words over the best one's, n what it is worth
 *	        that the request names the track, c the cosine of the vectors
 *	        over the best one's, and met the share of the request's words
 *	        that the best row by words has (chosen by tests/words.sh)
 *	audio   (cosine + 1) / 2, of the mean cosine where a track has vectors
 *	        of both kinds
 *	mood    1 / (1 + distance)
 *	collab  log(1 + plays) / log(1 + most plays among the candidates)
 *
 * The score is their weighted mean over the signals that are present, so that
 * a missing one weighs nothing and never scores 0; times the popularity
 * penalty. Confidence says how much of it stands on facts: the weights'
 * share that is present, each signal as sure as its source (imputed sound and
 * formula moods say how sure they are), times what the link's state is worth.
 */
#ifndef MOODPIPE_SCORING_H
#define MOODPIPE_SCORING_H

#include "corpus/candidates.h"

#define SCORING_WORDS 4 /* times what vectors count, where all words are met */
#define SCORING_NAMED 5

struct scored {
	uint32_t row, artist;     /* CATALOGUE_NONE: no artist */
	unsigned link;            /* enum catalogue_link */
	float part[SIGNAL_COUNT]; /* [0, 1], NaN missing */
	float score, confidence;  /* [0, 1] */
	float valence, arousal;   /* NaN missing */
	struct {
		const float *x; /* unit [dim], or NULL */
		size_t dim;
	} audio[AUDIO_KINDS];
	float audio_confidence, mood_confidence;
};

/* The mean cosine of the kinds of sound that both have; NaN: none. */
float scored_audio_cosine(const struct scored *a, const struct scored *b);

/*
 * Scores the candidates of c that are not dead, best first (equal scores by
 * row), into out[c->count]; returns how many. *dead: how many were left out.
 * -1 (SIZE_MAX returned), ERR_DATA: a row that g has not.
 */
size_t scoring_run(const struct candidates *c, const struct generation *g,
		   const struct weights *w, struct scored *out, size_t *dead,
		   struct err *err);

#endif
