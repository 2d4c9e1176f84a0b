/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which track a row is: "mp" and the first 20 hex digits of the SHA-256 of
 * the first of these that the row has
 *
 *   "url:" canonical URL (text/url.h)
 *   "audio:" payload SHA-256 in hex (audio/payload.h)
 *   "text:" artist LF title LF year LF duration, and LF album where it has one
 *
 * artist, title and album folded (text/utf8.h), white space trimmed and runs of it
 * one space; year and duration as plain decimal numbers ("2007" for 2007.0),
 * empty where absent or not numbers. A title must hold more than white space,
 * control characters and U+FFFD. A URL that is not http(s), or whose bytes are
 * not UTF-8, identifies nothing. So ids depend neither on the order of columns
 * nor on spelling that does not matter, and survive edits of other members.
 */
#ifndef MOODPIPE_IDENTITY_H
#define MOODPIPE_IDENTITY_H

#include "base/hash.h"

#define IDENTITY_SIZE 23 /* bytes of an id, NUL included */

struct identity_facts { /* plain text; absent: {NULL,0} */
	struct span url, payload, artist, title, year, duration, album;
};

struct identity { /* scratch; zeroed is valid */
	struct str text, part;
};
void identity_release(struct identity *s);

/* Of a link alone, without libcrypto. -1: it identifies nothing. */
int identity_of_url(struct span url, char id[IDENTITY_SIZE]);
/* What both hash of it, appended; -1: nothing is. And the id of a hash. */
int identity_put_url(struct span url, struct str *out);
void identity_write(const uint8_t digest[HASH_SIZE], char id[IDENTITY_SIZE]);

/* Writes the id. -1: the row has no identity. */
int identity_make(struct identity *s, const struct identity_facts *facts,
		  char id[IDENTITY_SIZE]);

#endif
