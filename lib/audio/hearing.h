/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The conversation between listener.h and its workers, over one stream socket.
 * All numbers are little-endian; man worker(1) has the bytes. A worker says
 * hello when it is confined, then answers requests in order. What it says is
 * taken as hostile. Inside lib/audio, and for the programs that are workers.
 */
#ifndef MOODPIPE_HEARING_H
#define MOODPIPE_HEARING_H

#include "audio/listener.h"

#define HEARING_HELLO "hearing2"   /* 8 bytes */
#define HEARING_REQUEST_SIZE 16    /* with the file as SCM_RIGHTS */
#define HEARING_REPLY_SIZE 64      /* then values, then texts */
#define HEARING_TEXT_MAX 4096      /* bytes of a tag or message */
#define HEARING_LONG_MAX (1 << 18) /* of lyrics and of a print */
#define HEARING_SECONDS_MAX 36000

struct hearing_reply {
	int outcome;     /* HEARING_HEARD ... */
	size_t body;     /* bytes that follow the head */
	size_t texts[8]; /* title, artist, album, genre, date, lyrics, print,
			  * message */
	size_t values;
	size_t patches; /* of those, 0: they are features */
};
enum {
	HEARING_HEARD,
	HEARING_FAILED,
	HEARING_MISSING,
	HEARING_UNSUPPORTED,
	HEARING_OUTCOMES
};

/* Asks; 0, or -1 when nobody listens there. */
int hearing_ask(int sock, int fd, unsigned wishes, double seconds);

/* Checks the head of a reply to those wishes (false: no worker of ours says
 * that), fills r and h's numbers; then its body, h's values or patches and
 * texts. The message of another outcome than HEARING_HEARD goes to message. */
bool hearing_head(const uint8_t head[HEARING_REPLY_SIZE], unsigned wishes,
		  struct hearing_reply *r, struct heard *h);
bool hearing_body(const struct hearing_reply *r, const uint8_t *body,
		  struct heard *h, struct str *message);

/* The worker's side: says hello, then calls hear() for each request until
 * nobody asks any more; -1: the socket failed. h has room for the values (NaN
 * on entry), patches are hear's to allocate; hear returns like listener_hear. */
int hearing_serve(int sock, void *ctx,
		  int (*hear)(void *ctx, int fd, unsigned wishes,
			      double seconds, struct heard *h,
			      struct err *err));

#endif
