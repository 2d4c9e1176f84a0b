/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words of a track and how much each field says: what text embedding
 * reads. Effective values (track.h) count by their confidence.
 *
 *	tags 1.2, genre 1.0, title 1.0, description 0.8,
 *	extracted_vibe_text 0.8, artist 0.6
 */
#ifndef MOODPIPE_TRACKTEXT_H
#define MOODPIPE_TRACKTEXT_H

#include "io/record.h"
#include "learn/textcorpus.h"
#include "learn/textmodel.h"

enum { TRACKTEXT_FIELDS = 6 };

struct tracktext { /* zeroed: valid, empty */
	struct str text[TRACKTEXT_FIELDS];
	double weight[TRACKTEXT_FIELDS]; /* 0: absent */
};

/* Replaces *t; returns the number of fields that are there. */
int tracktext_read(struct tracktext *t, const struct record *r);
void tracktext_release(struct tracktext *t);
/* The track's fields as one text of a corpus to fit on. */
void tracktext_collect(const struct tracktext *t, struct textcorpus *c,
		       uint64_t key);
/* The track's vector, of unit length; -1 where no word of it is known. v is
 * scratch, and says how many terms were. */
int tracktext_encode(const struct tracktext *t, const struct textmodel *m,
		     struct textvector *v, float out[TEXTMODEL_DIM]);
/* Digest of all that tracktext_read found. */
uint64_t tracktext_digest(const struct tracktext *t);

#endif
