/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is known of each track when duplicates are looked for: its print, its
 * durations, its names, how good a keeper it would be. Kept on disk, in a file
 * without a name; 8 bytes of memory a track.
 */
#ifndef MOODPIPE_DUPLICATESTORE_H
#define MOODPIPE_DUPLICATESTORE_H

#include <stdio.h>

#include "audio/printcodec.h"
#include "io/record.h"

struct evidence {
	uint64_t key;      /* track_key of the id */
	uint64_t names;    /* hash of match_key, 0: it has none */
	uint64_t sound;    /* first 8 bytes of the file's SHA-256, 0: none */
	double duration;   /* s, of the source; 0 unknown */
	double length;     /* s, of the whole file, where that is proven to
			     * be more than what was listened to; else 0 */
	double plays;      /* -1 unknown */
	uint32_t items;    /* of the print */
	uint32_t distinct; /* among them */
	uint32_t id, title, artist, source; /* bytes; source: JSON object */
	uint8_t music;                      /* not said to be something else */
	uint8_t link;   /* 3 works, 2 unknown, 1 asks for a login, 0 dead */
	uint8_t audio;  /* has a file */
	uint8_t filled; /* members of a crawl that are */
	uint8_t zero[4];
};

struct duplicate { /* one track, loaded; zeroed is valid */
	struct evidence e;
	const uint32_t *items;
	struct span id, title, artist, source;
	struct str bytes; /* what they point into */
};
void duplicate_release(struct duplicate *d);

/* Fills *d from a record: 1, 0 where it has no print that can be read, -1: it
 * has no id. `names` is left 0. print is scratch. */
int duplicate_read(struct duplicate *d, const struct record *r,
		   struct printcodec *print, struct err *err);
/* The duration that is to agree, in seconds; 0 unknown. */
static inline double duplicate_seconds(const struct evidence *e)
{
	return e->duration > 0 ? e->duration : e->length;
}
/* < 0 where a is the better keeper: music, a link that works, a file, more
 * members, more plays, the smaller id. */
int duplicate_order(const struct duplicate *a, const struct duplicate *b);

struct duplicatestore {
	FILE *file;
	uint64_t *at; /* [count + 1] */
	size_t count, cap;
};
int duplicatestore_init(struct duplicatestore *s, struct err *err);
void duplicatestore_release(struct duplicatestore *s);
int duplicatestore_add(struct duplicatestore *s, const struct duplicate *d,
		       struct err *err);
/* After the last add. */
int duplicatestore_end(struct duplicatestore *s, struct err *err);
int duplicatestore_load(const struct duplicatestore *s, size_t i,
			struct duplicate *d, struct err *err);

#endif
