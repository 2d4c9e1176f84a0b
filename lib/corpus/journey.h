/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One order of tracks along a way: each relevant to the place where it stands,
 * neighbours alike, the whole as long as asked for.
 *
 * A track that begins e seconds from the start and lasts d of T stands at
 * e / (T - d): the first at 0, the last of a list that ends in time at 1. Its
 * relevance there lies between those of the legs before and behind it, by the
 * distance to each; where it is no candidate of a leg, `floor` of the least of
 * that leg's stands for it. To this comes how near it is to the mood of the
 * place, which lies between theirs, too: max(0, 1 - distance / near), times the
 * weight of mood there and how sure the track's is. (Between two legs' own
 * nearness the best are always those at one of them, never those between.)
 * What is looked for is the list with the greatest
 *
 *	(sum of relevance - sum of steps - late |T' - T| / t) / tracks
 *
 * T' being how long it lasts and t a track's mean length. A step between
 * neighbours costs, of each kind, the weight times how far they are apart,
 * [0, 1]; where a number is missing, that of the kind's mean among the tracks.
 * An artist too soon again costs 1 for each track too soon.
 *
 * Found is a good list, not always the best: a beam search, which keeps some
 * lists of each number of tracks (Lowerre 1976), and goes on from each by the
 * most relevant of those that may follow.
 */
#ifndef MOODPIPE_JOURNEY_H
#define MOODPIPE_JOURNEY_H

#include "base/err.h"
#include "index/generation.h"

enum journey_step {                   /* kinds of distance, each in [0, 1] */
		    JOURNEY_SOUND,    /* (1 - cosine) / 2, the kinds' mean */
		    JOURNEY_MOOD,     /* Euclidean / 2 */
		    JOURNEY_TEMPO,    /* octaves */
		    JOURNEY_KEY,      /* on the circle of fifths, / 6 */
		    JOURNEY_LOUDNESS, /* LU / 20 */
		    JOURNEY_STEPS
};

struct journey_track {
	uint32_t artist; /* CATALOGUE_NONE: neither limited nor spaced out */
	float seconds;   /* above 0 */
	float valence, arousal; /* NaN: missing, as are the next */
	float sure;             /* of these, [0, 1] */
	float tempo, loudness;  /* BPM, LUFS */
	float key, mode;        /* 0 to 11 from C; 1 major, 0 minor */
	struct {
		const float *x; /* unit [dim], or NULL */
		size_t dim;
	} sound[AUDIO_KINDS];
};

struct journey_leg {
	float place;            /* [0, 1] */
	float valence, arousal; /* NaN: no mood is asked for */
	float mood;             /* its weight */
};

struct journey_via { /* a track that is on the way, and where */
	uint32_t track;
	float place;
};

struct journey_tuning {
	float weight[JOURNEY_STEPS];
	float floor, near, late;
};

struct journey {
	const struct journey_track *tracks;
	size_t count;
	const struct journey_leg *leg; /* [legs], by ascending place */
	size_t legs;
	/* [legs][count], but for the mood; NaN: no candidate there. */
	const float *relevance;
	/* Stand in front, at the end, and where their places are, by ascending
	 * place, whatever speaks against them; none twice. */
	const uint32_t *first, *last;
	const struct journey_via *via;
	size_t nfirst, nlast, nvia;
	double seconds;             /* T, above 0 */
	size_t most;                /* tracks */
	size_t per_artist, spacing; /* 0: any, none */
	struct journey_tuning tuning;
	/* Are two of an artist versions of one song? 1 or 0; -1: an error.
	 * NULL: all may stay. */
	int (*same)(void *ctx, uint32_t a, uint32_t b, struct err *err);
	void *ctx;
};

/* Writes the list to order[most] and returns its length; SIZE_MAX: what `same`
 * says. */
size_t journey_find(const struct journey *j, uint32_t *order, struct err *err);

/* How far two are apart; NaN: not known. */
float journey_distance(const struct journey_track *a,
		       const struct journey_track *b, enum journey_step kind);
/* 1 - the mean step of a list by that of the same tracks in any order: 1: no
 * steps, 0: as by chance. NaN: fewer than three tracks. */
float journey_smoothness(const struct journey *j, const uint32_t *order,
			 size_t n);

#endif
