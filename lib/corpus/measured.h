/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Features that others measured: the member
 *
 *   "measured_elsewhere":{"spotify-like":{"danceability":0.7,"key":2,...}}
 *
 * under the name of who measured, with our names (those of Spotify's API where
 * it has one). What counts as what, and in which range it can be true, is in
 * data/maps/measured.json. Numbers are kept as they are spelt.
 */
#ifndef MOODPIPE_MEASURED_H
#define MOODPIPE_MEASURED_H

#include "base/err.h"
#include "base/str.h"

struct measured;
/* Reads data/maps/measured.json. NULL: ERR_ENV or ERR_DATA. */
struct measured *measured_new(struct err *err);
void measured_free(struct measured *m);

/* Which of n columns are such features: feature[i] is a number for
 * measured_put, or -1. Returns who measured them, empty where the table is none
 * of those (all feature[i] are -1 then). Names are compared whatever their case,
 * with spaces and hyphens for underscores; of two that are the same the first
 * counts. */
struct span measured_columns(const struct measured *m, const struct span *names,
			     size_t n, int *feature);

/* A row's or document's features: begin with who measured, put, end. put takes
 * a number's text or a word ("C#", "Minor"); what is no such thing or out of
 * range is left out and counted. end appends {"spotify-like":{...}} to out and
 * returns true, or false where nothing was put. */
void measured_begin(struct measured *m, struct span source);
void measured_put(struct measured *m, int feature, struct span text);
bool measured_end(struct measured *m, struct str *out);
uint64_t measured_outside(const struct measured *m); /* left out so far */

/* All that an AcousticBrainz document (an object's JSON text) has: begin, put
 * and end in one. */
bool measured_document(struct measured *m, struct span json, struct str *out);

/* Replaces *out with the union of two values of the member; where both have a
 * feature of one source, a's counts. False: one is not an object of objects. */
bool measured_unite(struct span a, struct span b, struct str *out);

#endif
