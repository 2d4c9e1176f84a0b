/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A queue of bytes that may outgrow memory: all is put, then all is read, once
 * and in order. What the buffer does not hold goes to an unnamed file
 * (scratch.h), past the page cache where the file system can do that: the bytes
 * are read once, and to fill the cache with them costs more than to wait for
 * the disk and takes other people's pages.
 */
#ifndef MOODPIPE_SPOOL_H
#define MOODPIPE_SPOOL_H

#include "base/err.h"
#include "base/str.h"

struct spool;
/* buffer: bytes of memory; less than 64 KiB counts as that. */
struct spool *spool_new(size_t buffer);
void spool_free(struct spool *s); /* NULL: nothing */

/* 0, or -1, ERR_ENV: no room in $TMPDIR. */
int spool_put(struct spool *s, const void *p, size_t n, struct err *err);
static inline int spool_span(struct spool *s, struct span x, struct err *err)
{
	return spool_put(s, x.p, x.n, err);
}

/* After the last put: writes out all of it and holds no memory until
 * spool_rewind. */
int spool_park(struct spool *s, struct err *err);

/* After the last put: reading begins, with that buffer. */
int spool_rewind(struct spool *s, size_t buffer, struct err *err);

/* The next n bytes in one piece (the buffer grows to hold them), valid until
 * the next call: 1; 0 where none is left; -1, ERR_ENV: reading failed or fewer
 * than n are left. */
int spool_read(struct spool *s, size_t n, struct span *out, struct err *err);

#endif
