/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The numbers of scoring and of variety, data/ranking.tsv. What depends on the
 * type of a request is in weights.h.
 */
#ifndef MOODPIPE_RANKTUNING_H
#define MOODPIPE_RANKTUNING_H

#include "base/err.h"
#include "base/str.h"

struct ranktuning {
	/* scores: scoring.h */
	float trust_least; /* [0, 1] */
	float unknown;     /* [0, 1] */
	float span;        /* [0, 1] */
	float met;         /* a power */
	float ranks;       /* above 0 */
	float instrumental, texture, vocals_against,
	    vocals_unknown;           /* [0, 1] */
	float link, vague, playlists; /* [0, 1] */
	float lyric_share, lyric_words;

	/* variety: reranker.h */
	float lambda; /* [0, 1] */
	float per_artist, spacing, album_spacing;
	float genre_share, genre_worth; /* [0, 1]; a share of 1: any */
	float spacing_worth;            /* [0, 1] */
	float few_artists, seed_band;

	/* journeys: journey.h, journeyrank.h */
	float journey_sound, journey_mood, journey_tempo, journey_key,
	    journey_loudness, journey_floor, journey_near,
	    journey_late;      /* from 0 */
	float journey_seconds; /* above 0 */
};

/* Lines of name, tab, number; "#" begins a comment line; every name once. -1,
 * ERR_DATA: not such a table. */
int ranktuning_parse(struct ranktuning *t, struct span tsv, const char *name,
		     struct err *err);
/* The shipped table. */
int ranktuning_load(struct ranktuning *t, struct err *err);

#endif
