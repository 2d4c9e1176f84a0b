/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sound of a track regressed on its text, genre and metadata: boosted trees
 * (learn/trees.h), one forest for each of the strongest principal components of
 * the standardised sound. Inputs are the strongest components of the text
 * vectors, the mean components of the genre's other tracks, and soundmeta.h. A
 * share of the tracks is shown without text, genre or both, so that the trees
 * know what to say where those are absent.
 */
#ifndef MOODPIPE_SOUNDREGRESS_H
#define MOODPIPE_SOUNDREGRESS_H

#include "corpus/soundmeta.h"
#include "io/pack.h"

#define SOUNDREGRESS_SOUNDS 24    /* components of the sound at most */
#define SOUNDREGRESS_WORDS 32     /* of the text */
#define SOUNDREGRESS_TRACKS 16384 /* that are looked at: the first */
#define SOUNDREGRESS_LEAST 50     /* fewer: no regression */

struct soundregress_rows { /* to fit on */
	size_t count, columns, dims, protos;
	const float *sound;  /* [count][columns] in deviations; 0: no value */
	const int8_t *texts; /* [count][dims] */
	const float *scales; /* [count], 0: no text */
	const int *proto;    /* [count], -1: none */
	const float *meta;   /* [count][SOUNDMETA_COUNT] */
	int threads;
};

struct soundregress;
/* NULL, with *err untouched: fewer than SOUNDREGRESS_LEAST tracks, or no two of
 * them differ; with *err: ERR_DATA. */
struct soundregress *soundregress_fit(const struct soundregress_rows *rows,
				      struct err *err);
void soundregress_free(struct soundregress *r);

/* The sections regress.*; r may be NULL: an empty one. */
int soundregress_write(const struct soundregress *r, struct pack_writer *w,
		       struct err *err);
/* A view of p, which must outlive it; *out NULL where the fit was. */
int soundregress_view(const struct pack *p, size_t columns, size_t dims,
		      size_t protos, struct soundregress **out,
		      struct err *err);

/* Fills sound[columns], in deviations. text NULL: none; proto -1: none. */
void soundregress_apply(const struct soundregress *r, const int8_t *text,
			float scale, int proto,
			const float meta[SOUNDMETA_COUNT], float *sound);

#endif
