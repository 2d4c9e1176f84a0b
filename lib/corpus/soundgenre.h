/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Genres by sound: the measured tracks in SOUNDGENRE_CLUSTERS clusters of
 * their standardised features (spherical k-means, math/kmeans.h), each named by
 * what most of its tracks with a genre are. At most SOUNDGENRE_TRACKS tracks
 * shape them, the first by a hash of their keys.
 */
#ifndef MOODPIPE_SOUNDGENRE_H
#define MOODPIPE_SOUNDGENRE_H

#include "io/feat.h"
#include "io/pack.h"

#define SOUNDGENRE_CLUSTERS 20
#define SOUNDGENRE_TRACKS 32768
#define SOUNDGENRE_LEAST 100 /* measured tracks; fewer: no clusters */

struct soundgenre_fit;
struct soundgenre_fit *soundgenre_fit_new(const struct feat_schema *s);
void soundgenre_fit_free(struct soundgenre_fit *f);
/* A measured track; genre: its key (n == 0: none). held: its genre is not to
 * speak in the first of two models. */
void soundgenre_fit_add(struct soundgenre_fit *f, uint64_t key,
			const float *values, struct span genre, bool held);
/* Writes the sections cluster.*. find: the number and share of all tracks of a
 * genre, false where the model has it not. held: with the genres of those held
 * out, too. May be called twice. */
int soundgenre_fit_write(struct soundgenre_fit *f, bool held,
			 bool (*find)(void *ctx, struct span genre,
				      uint32_t *number, double *share),
			 void *ctx, struct pack_writer *w, struct err *err);
/* The sections of no clusters. */
int soundgenre_write_none(struct pack_writer *w, struct err *err);

struct soundgenre { /* a view of a pack */
	size_t columns, clusters;
	const char *names; /* [columns][FEAT_NAME] */
	const struct soundgenre_stat {
		float mean, scale;
	} * stats;              /* [columns] */
	const int8_t *centroid; /* [clusters][columns] */
	const float *length;    /* [clusters] */
	const struct soundgenre_label {
		uint32_t genre; /* UINT32_MAX: nobody knows */
		float share;    /* of its labelled tracks, drawn to that of all
				 * tracks by three tracks' worth */
	} * labels;
};
int soundgenre_open(struct soundgenre *m, const struct pack *p,
		    struct err *err);
/* Where the model's columns are in a schema: column[m->columns], to be freed.
 * NULL, ERR_DATA: one lacks. */
int *soundgenre_bind(const struct soundgenre *m, const struct feat_schema *s,
		     const char *name, struct err *err);
/* The cluster of a measured row, -1: none. */
int soundgenre_cluster(const struct soundgenre *m, const int *column,
		       const float *values);

#endif
