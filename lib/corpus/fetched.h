/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What fetch-audio knows of a record's sound, from the journal and the store,
 * and how it says so.
 */
#ifndef MOODPIPE_FETCHED_H
#define MOODPIPE_FETCHED_H

#include "corpus/audiolink.h"
#include "net/history.h"

enum fetched_state {
	FETCHED_NOT,     /* asked, and there is none */
	FETCHED_NEVER,   /* not asked yet */
	FETCHED_GONE,    /* was fetched, and is not in the store */
	FETCHED_EVICTED, /* the same, on purpose (quota.h) */
	FETCHED,
};

struct fetched {                 /* zeroed is valid but for history; reusable */
	struct history *history; /* its own: fetched_release closes it */
	struct history_fetch row;
	struct audiolink link;
	struct str path, json; /* path: relative to the store */
};
void fetched_release(struct fetched *f);

/* The state of f->link's key (fills row, and path where there was a file), or
 * -1. */
int fetched_look_up(struct fetched *f, const char *store, struct err *err);

/* Sets audio and audio_status: 0, or -1. */
int fetched_annotate(struct fetched *f, const char *store, struct record *r,
		     struct err *err);

#endif
