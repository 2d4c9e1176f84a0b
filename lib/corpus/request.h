/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests, man answer(5): one JSON object a line, or plain words. */
#ifndef MOODPIPE_REQUEST_H
#define MOODPIPE_REQUEST_H

#include "base/err.h"
#include "base/str.h"

#define REQUEST_TOP_K_MAX 1000
#define REQUEST_QUERY_MAX 65536 /* bytes */

struct request {
	struct str query; /* trimmed, not empty */
	struct str qid;   /* the asker's name for it, or empty */
	int top_k;        /* 0: not given */
	bool has_min_year, has_max_year;
	int min_year, max_year;
	struct str genres, exclude; /* one name per line */
	bool sets;                  /* DJ sets and mixes are wanted, too */
	struct str warnings;        /* one per line */
};

void request_reset(struct request *r); /* a zeroed request is valid */
void request_release(struct request *r);

/* Replaces *r with the plain words. -1, ERR_RECORD: none there, or too many. */
int request_words(struct request *r, struct span words, struct err *err);
/* Replaces *r with what the line says. -1, ERR_RECORD: malformed, or with a
 * member of the wrong type, or a filter that is not known; r->query is then
 * what was understood of it. An unknown member outside the filters warns. */
int request_read(struct request *r, struct span line, struct err *err);

#endif
