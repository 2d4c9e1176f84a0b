/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a record's sound is to be had, as fetch-audio sees it: on this machine
 * already, behind a link that may be asked, or behind one that need not be.
 */
#ifndef MOODPIPE_AUDIOLINK_H
#define MOODPIPE_AUDIOLINK_H

#include "io/record.h"

struct audiolink {          /* zeroed is valid; reusable */
	struct str key;     /* canonical URL of recovered_url, else of
				   permalink_url. Not of redirect_url: that
				   may be another one every time */
	struct str request; /* the URL that works (track_url), cleaned */
	bool files;         /* file: URLs will do */
	struct str why;     /* "link is DEAD", "no url" ... */
	struct str text;    /* scratch */
};
void audiolink_release(struct audiolink *a);

/* True where the record came with its sound: an audio member that is not of
 * an earlier fetch. */
bool audiolink_is_local(struct audiolink *a, const struct record *r);

/* Fills key and request; false, with why, where there is no good URL. */
bool audiolink_find(struct audiolink *a, const struct record *r);

/* False, with why, where the track is known not to be music, or linkcheck found
 * the link not to work (and nothing was recovered). A record without url_status
 * may be asked. */
bool audiolink_may_ask(struct audiolink *a, const struct record *r);

#endif
