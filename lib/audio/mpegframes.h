/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The frames of MPEG audio in a file, and nothing else of it: a decoder that
 * looks for frames in damage, pictures and other junk finds some there, and
 * makes loud noise of them. Here, after bytes that are no frame, only three
 * headers in a row, each where the one before ends, begin sound again.
 * ISO/IEC 11172-3, 2.4.1.3 and 13818-3. Inside lib/audio only.
 */
#ifndef MOODPIPE_MPEGFRAMES_H
#define MOODPIPE_MPEGFRAMES_H

#include "audio/bytes.h"

#define MPEGFRAMES_BUFFER 65536
#define MPEGFRAMES_JUNK (1 << 20) /* looked through for the first frame */

struct mpegframes {
	struct bytes *b;
	uint64_t at, from;       /* of the next byte; of buffer[0] */
	size_t count;            /* in buffer */
	uint64_t frames, length; /* given, and their bytes */
	uint64_t lost;           /* bytes between frames that are none */
	uint64_t pending;        /* the same, since the last frame */
	uint8_t lock[2];         /* what all headers have in common */
	bool locked;
	uint8_t buffer[MPEGFRAMES_BUFFER];
};

/* Whether the file has a frame in its first MPEGFRAMES_JUNK bytes. free: it is
 * one of free format, which says no length; mpegframes_next is no use then. */
bool mpegframes_find(struct bytes *b, bool *free);
/* From the heap, at the start of b, which stays open; free(3). */
struct mpegframes *mpegframes_new(struct bytes *b);
/* The next whole frame, valid until the next call; its bytes, 0 at the end. */
size_t mpegframes_next(struct mpegframes *m, const uint8_t **frame);

#endif
