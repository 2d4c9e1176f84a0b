/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The model of enrich(1): percentiles of the play counts and the table of
 * artists, fitted over a whole corpus in bounded memory. A pack of kind
 * "moodrich": "rich.artists" (struct artist, sorted by key) and "rich.params".
 */
#ifndef MOODPIPE_RICHMODEL_H
#define MOODPIPE_RICHMODEL_H

#include "corpus/artists.h"
#include "corpus/popularity.h"
#include "io/pack.h"
#include "io/record.h"

#define RICHMODEL_KIND "moodrich"
#define RICHMODEL_VERSION 1

/* Fitting. `each` has the shape of stream_each's callback; ctx is the fit. */
struct richmodel_fit;
struct richmodel_fit *richmodel_fit_new(size_t memory);
void richmodel_fit_free(struct richmodel_fit *f);
int richmodel_fit_each(void *ctx, struct record *r, struct err *err);
/* Writes the pack to path; as_of (may be NULL) is the day recency counts
 * from, in days since 1970-01-01. */
int richmodel_fit_write(struct richmodel_fit *f, const int64_t *as_of,
			const char *path, struct err *err);

struct richmodel {
	struct pack *pack;
	struct popularity popularity;
	struct artists_limits limits;
	struct artists_index artists; /* of the table in the mapping */
	bool has_as_of;
	int64_t as_of;
};
int richmodel_open(struct richmodel *m, const char *path, struct err *err);
void richmodel_close(struct richmodel *m); /* a zeroed model is fine */

/* Plays of a raw member value: a number >= 0. */
bool richmodel_plays(struct span raw, double *plays);

#endif
