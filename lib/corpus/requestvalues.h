/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The members of a request but its words: what they are called, which values
 * they take. request.h is for users; this is what JSON and options share.
 */
#ifndef MOODPIPE_REQUESTVALUES_H
#define MOODPIPE_REQUESTVALUES_H

#include "corpus/request.h"

enum request_kind { /* of value */
		    REQUEST_YEAR,
		    REQUEST_SECONDS,
		    REQUEST_PERCENT,
		    REQUEST_NAMES, /* these and what follows are lists */
		    REQUEST_CODES,
		    REQUEST_STATUSES,
		    REQUEST_MOOD,    /* this and what follows is no filter */
		    REQUEST_TRACKS,  /* lists: of references, */
		    REQUEST_ASPECTS, /* of words for aspects */
		    REQUEST_TEXT,
		    REQUEST_MINUTES,
		    REQUEST_KINDS
};
struct request_member {
	const char *name, *option; /* in JSON, on a command line */
	enum request_kind kind;
	size_t at; /* in struct request */
	bool max;  /* the end of a range, not its beginning */
};
extern const struct request_member request_members[REQUEST_OPTIONS];
extern const char *const request_wanted[REQUEST_KINDS][2]; /* JSON, option */

/* Each -1: no such value. */
int request_set_number(struct request *r, const struct request_member *m,
		       double v);
int request_add_name(struct request *r, const struct request_member *m,
		     struct span name);
int request_set_text(struct request *r, const struct request_member *m,
		     struct span text);
int request_set_minutes(struct request *r, double v);
int request_set_axis(float *out, double v);

/* Empties a list. */
void request_clear(struct request *r, const struct request_member *m);
/* Appends s as one line. */
void request_put_line(struct str *out, struct span s);

#endif
