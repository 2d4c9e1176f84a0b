/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The conversation between encodecall.h and the program worker-encode, over one
 * stream socket, in the machine's own byte order: both are of one build. A
 * frame is a head, the texts' lengths, the texts, numbers.
 */
#ifndef MOODPIPE_ENCODEFRAME_H
#define MOODPIPE_ENCODEFRAME_H

#include "base/str.h"

#define ENCODEFRAME_TEXTS 4096
#define ENCODEFRAME_BYTES ((size_t)256 << 20)
#define ENCODEFRAME_NUMBERS ((size_t)1 << 24)

enum encodeframe_what {
	ENCODEFRAME_OPEN, /* path, precision, stamp, digest (these may be "");
			     back: name; dim, labels */
	ENCODEFRAME_QUERIES, /* texts; back: vectors */
	ENCODEFRAME_PAIRS,   /* a query, texts; back: labels of each */
	ENCODEFRAME_WHATS
};

struct encodeframe { /* zeroed: valid, empty */
	uint32_t what;
	int32_t status; /* of an answer: enum err_status; with a message */
	struct span *texts;
	size_t count, texts_cap;
	float *numbers;
	size_t numbers_count, numbers_cap;
	struct str bytes;
	uint32_t *lengths;
	size_t lengths_cap;
};
void encodeframe_release(struct encodeframe *f);

/* -1: nobody listens there. */
int encodeframe_send(int sock, uint32_t what, int32_t status,
		     const struct span *texts, size_t count,
		     const float *numbers, size_t numbers_count);
/* Replaces *f; deadline: in seconds of CLOCK_MONOTONIC, or INFINITY. */
enum encodeframe_got {
	ENCODEFRAME_GOT,
	ENCODEFRAME_LATE,
	ENCODEFRAME_END /* or nonsense */
};
enum encodeframe_got encodeframe_take(int sock, double deadline,
				      struct encodeframe *f);

#endif
