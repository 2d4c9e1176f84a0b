/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a record says about a track: the one place that decides between source
 * members, imputed ones and absence. Readers never look into "imputed"
 * themselves. Members: man tracks(5).
 */
#ifndef MOODPIPE_TRACK_H
#define MOODPIPE_TRACK_H

#include "io/record.h"

enum track_origin { TRACK_ABSENT = 0, TRACK_SOURCE, TRACK_IMPUTED };

/* The join key of an id: hash_u64 of its bytes. */
uint64_t track_key(struct span id);

/* Each replaces *out with the effective value and says where it is from;
 * *confidence (may be NULL) is 1 for source values, 0 where absent. */
enum track_origin track_genre(const struct record *r, struct str *out,
			      double *confidence);
enum track_origin track_description(const struct record *r, struct str *out,
				    double *confidence);
/* Tags, one per line. A source array of strings is taken as it is; a source
 * string is split at commas, semicolons, bars and line ends. */
enum track_origin track_tags(const struct record *r, struct str *out,
			     double *confidence);
/* release_year, else year, else the imputed one, else that of created_at; false
 * where none. */
bool track_year(const struct record *r, int *year);
/* The URL that works: recovered_url, redirect_url of a MOVED link, else
 * permalink_url; false where none. */
bool track_url(const struct record *r, struct str *out);
/* Path of the audio file, "audio":{"path"}; sha256 (may be NULL) likewise. */
bool track_audio(const struct record *r, struct str *path, struct str *sha256);

#endif
