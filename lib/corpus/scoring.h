/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Candidates to scores. Each signal of a candidate is mapped to [0, 1], its
 * part:
 *
 *	text    4 met w + 5 n + c, min-max normalised over the candidates, times
 *	        the greatest of met, of the n and of the cosines / 5, to the
 *	        power `met`, where w is the score by words over the best one's,
 *	        n what it is worth that the request names the track, c the
 *	        cosine of the vectors over the best one's, and met the share of
 *	        the request's words that the best row by words has (chosen by
 *	        tests/words.sh)
 *	audio   (cosine + 1) / 2, of the mean cosine where a track has vectors
 *	        of both kinds; where a texture is asked for, mixed with how near
 *	        the track's percentiles are to it; stretched
 *	mood    1 / (1 + distance), stretched
 *	collab  log(1 + plays) / log(1 + most plays among the candidates); where
 *	        the request is for tracks like some that are in playlists,
 *	        mixed with how often the two are in one (playlistmates.h)
 *
 * To stretch is to keep the best value, hi, and to move the least, lo, to 0:
 * hi (1 - (hi - x) / max(hi - lo, span)). With FUSION_RANKS a part is the
 * reciprocal rank by it, (k + 1) / (k + rank), equals having the same rank
 * (Cormack, Clarke & Buettcher 2009).
 *
 * The score is the sum of contributions. Signals give w t p / D, with w the
 * signal's weight, p its part and t how far it is trusted: 1 for facts, less
 * the less confident a guess is, 0 where the value is missing. What is not
 * known gives the sum of u w (1 - t) m / D, m being the signal's mean part over
 * the candidates; D, the sum of w (t + u (1 - t)), makes it a mean. Penalties
 * are negative shares of what is left: of singing where none is asked for (or
 * the reverse), of popularity (unless the request names the track), of a
 * doubtful link. Numbers: ranktuning.h.
 *
 * A track known to have no singing is weighed less by its words and more by its
 * sound; a request that names nothing to go by mostly by plays. A track that
 * sings the quoted words is pinned: its score is 1. So is one that is to be
 * kept (wish.h), before these and in the order asked for; one that answers are
 * to be unlike is no candidate.
 *
 * Confidence says how much of a score stands on facts: the weights' share that
 * is present, each signal as sure as its source (imputed sound and formula
 * moods say how sure they are), times what the link's state is worth.
 */
#ifndef MOODPIPE_SCORING_H
#define MOODPIPE_SCORING_H

#include "corpus/candidates.h"
#include "corpus/ranktuning.h"

#define SCORING_WORDS 4 /* times what vectors count, where all words are met */
#define SCORING_NAMED 5

enum contribution { /* the first are signals, in the order of enum signal */
		    CONTRIBUTION_UNKNOWN = SIGNAL_COUNT,
		    CONTRIBUTION_VOCALS,     /* 0 or less */
		    CONTRIBUTION_POPULARITY, /* likewise */
		    CONTRIBUTION_LINK,       /* likewise */
		    CONTRIBUTION_LYRIC,
		    SCORING_CONTRIBUTIONS,
		    /* crossrank.h; of any sign */
		    CONTRIBUTION_CROSS = SCORING_CONTRIBUTIONS,
		    CONTRIBUTION_KEPT,
		    CONTRIBUTIONS
};
/* "text" ... "collab", "unknown", "vocals", "popularity", "link", "lyric",
 * "cross", "kept". */
const char *contribution_name(enum contribution c);

enum fusion { FUSION_WEIGHTED, FUSION_RANKS, FUSIONS };
const char *fusion_name(enum fusion f); /* "weighted", "rrf" */

#define SCORED_ALONE UINT32_MAX

struct scored {
	uint32_t row, item; /* in the generation, in the candidates, */
	uint32_t leg;       /* which are of that leg of a journey, or 0 */
	uint32_t artist;    /* CATALOGUE_NONE: none, as are the next */
	uint32_t album, genre;
	unsigned link;                       /* enum catalogue_link */
	unsigned flags;                      /* enum catalogue_flag */
	float part[SIGNAL_COUNT];            /* [0, 1], NaN missing */
	int32_t contribution[CONTRIBUTIONS]; /* millionths; sum: the score */
	float score, confidence;             /* [0, 1] */
	float relevance; /* to rank by: the score, unless varied */
	float match;     /* 0 to 100; NaN: not told */
	bool pinned;     /* by a lyric, or kept */
	bool asked;      /* its artist is asked for */
	unsigned kept;   /* its place among those to keep, from 1; or 0 */
	float valence, arousal; /* NaN missing */
	struct {
		const float *x; /* unit [dim], or NULL */
		size_t dim;
	} audio[AUDIO_KINDS];
	float audio_confidence, mood_confidence;
	float together; /* [0, 1]: in playlists with those to be like */
	uint32_t also;  /* next position of its family; SCORED_ALONE: none */
};

/* The mean cosine of the kinds of sound that both have; NaN: none. */
float scored_audio_cosine(const struct scored *a, const struct scored *b);

struct scoring {
	const struct candidates *c;
	const struct generation *g;
	const struct weights *weights;
	const struct ranktuning *tuning;
	const float *weight; /* [SIGNAL_COUNT]; NULL: the request's */
	enum fusion fusion;
	unsigned off; /* bits 1 << enum contribution that are left out */
};

/*
 * Scores the candidates that are not dead, best first (the pinned, by their
 * share of the quote, before the others; equal scores by row), into
 * out[c->count]; returns how many. *dead: how many were left out. -1 (SIZE_MAX
 * returned), ERR_DATA: a row that g has not.
 */
size_t scoring_run(const struct scoring *how, struct scored *out, size_t *dead,
		   struct err *err);

/* Compares two scored by relevance as scoring_run orders them, for qsort. */
int scoring_best_first(const void *a, const void *b);

/* The weights of a track by these, with these flags: as said above. */
void scoring_weights(const struct scoring *how, const struct scored *s,
		     float weight[SIGNAL_COUNT]);

#endif
