/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tracks as people name them: by id, by URL, by the path of a sound file, in the
 * corpus or not, or by what they are called, an artist and a title in either
 * order, or one of the two, typing errors forgiven.
 */
#ifndef MOODPIPE_REFERENCE_H
#define MOODPIPE_REFERENCE_H

#include "corpus/guest.h"
#include "corpus/whois.h"
#include "corpus/wish.h"

struct reference {                    /* zeroed is valid; reusable */
	uint32_t rows[WISH_LIKE_MAX]; /* of the index */
	size_t count;
	/* A file that is not in it, and was heard; where the index has a track
	 * of its artist and title, that is in rows. */
	bool heard;
	struct guest guest;
	struct str as; /* what it is called, for people */
};
void reference_release(struct reference *r);

/*
 * Replaces *r: at most room tracks, those of an artist evenly from all. An
 * existing file goes before a name; a URL that no track came with is looked for
 * among the URLs that work, which reads all of them. -1, ERR_RECORD: nothing is called
 * so, or as guest_hear; ERR_ENV as guest_hear; ERR_DATA: a damaged index.
 */
int reference_find(struct reference *r, const struct generation *g,
		   struct whois *who, struct span text, size_t room,
		   struct err *err);

/* Appends what a row is called, for people: "Artist - Title". */
void reference_name(const struct generation *g, size_t row, struct str *out);

#endif
