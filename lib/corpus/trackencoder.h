/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vectors of tracks by a transformer (encoder/sentence.h), from their fields as
 * one text (trackprose.h). The callbacks are those of a feature stage
 * (io/stream.h).
 */
#ifndef MOODPIPE_TRACKENCODER_H
#define MOODPIPE_TRACKENCODER_H

#include "base/hash.h"
#include "io/feat.h"
#include "io/record.h"
#include "math/linear.h"

struct trackencoder;
/* path: a model's folder. query: texts are requests, with the prefix for these.
 * NULL: ERR_ENV, ERR_DATA. */
struct trackencoder *trackencoder_open(const char *path,
				       enum linear_precision precision,
				       bool query, struct err *err);
void trackencoder_close(struct trackencoder *e);
/* Of the vectors, to release; stage "embed-text". */
void trackencoder_schema(const struct trackencoder *e, struct feat_schema *s);
/* How many texts were longer than the model takes, so far, and of how many. */
uint64_t trackencoder_windowed(const struct trackencoder *e, uint64_t *texts);

/* The recipe of such vectors in a feature file, for others to compare with. */
struct encoderfolder;
void trackencoder_recipe(const struct encoderfolder *f,
			 const uint8_t digest[HASH_SIZE],
			 enum linear_precision precision, bool query,
			 uint8_t out[HASH_SIZE]);

struct trackencoder_work; /* of one thread */
struct trackencoder_work *trackencoder_work_new(const struct trackencoder *e);
void trackencoder_work_free(struct trackencoder_work *w);
uint64_t trackencoder_digest(struct trackencoder_work *w,
			     const struct record *r);
/* Fills row; NO_INPUT where the record has no words. -1, ERR_RECORD: the model
 * gives what is no number. Counts in e. */
int trackencoder_measure(struct trackencoder *e, struct trackencoder_work *w,
			 const struct record *r, struct feat_row *row,
			 struct err *err);

#endif
