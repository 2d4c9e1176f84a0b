/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The beginning of one URL's content, in few bytes and requests: a first range,
 * of which extent.h reads how much is needed, then the rest of that. Servers
 * that ignore ranges are cut off there. A part that an earlier process left in
 * the store is gone on with where its validator still holds (If-Range, RFC 9110
 * 13.1.5); whatever does not fit (another start than asked for, another size,
 * a new validator) begins anew, once.
 */
#ifndef MOODPIPE_TRANSFER_H
#define MOODPIPE_TRANSFER_H

#include "net/http.h"
#include "net/store.h"

#define TRANSFER_FIRST 65536 /* bytes of the first range */

struct transfer_options {
	const char *store;
	double seconds;   /* of sound */
	size_t max_bytes; /* of a file */
};

struct transfer {
	const struct transfer_options *o;
	struct http_job *job;
	struct store_part part;
	const char *ext; /* what it is, or NULL and */
	const char *why; /* what it is not (sniff.h) */
	size_t target;   /* bytes that are wanted */
	bool settled;    /* and no more */
	int legs;        /* requests so far */
	bool anew;       /* began anew already */
	bool misfit;     /* the answer under way does not fit */

	long code; /* of the answer under way */
	size_t from;
	uint64_t total;
	struct str validator;
	struct str charset; /* of Content-Type, or empty */
	struct err err;     /* of the sink */
};

enum transfer_outcome {
	TRANSFER_AGAIN,  /* add the job again */
	TRANSFER_DONE,   /* ext, or why; part has the bytes */
	TRANSFER_FAILED, /* the job says how */
};

/* Prepares job, whose url is set, for its first request. */
void transfer_begin(struct transfer *t, const struct transfer_options *o,
		    struct http_job *job);
/* The job has ended: an outcome, or -1. */
int transfer_end(struct transfer *t, struct err *err);
/* Ends t; a part that can be gone on with stays. */
void transfer_release(struct transfer *t);

#endif
