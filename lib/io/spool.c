/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/scratch.h"

#define BLOCK 4096u /* what direct transfers are made of */
#define BUFFER_MIN (64u << 10)

struct spool {
	FILE *f;    /* NULL: all is in the buffer */
	char *room; /* what to free; buf is its first block */
	char *buf;
	size_t cap, chunk; /* of buf; bytes to read at a time */
	size_t pos, end;   /* unread bytes, or those not yet written */
	uint64_t size;     /* put so far */
	uint64_t at;       /* in the file */
	bool direct;
};

static size_t blocks(size_t n)
{
	return (n + BLOCK - 1) / BLOCK * BLOCK;
}

static void make_room(struct spool *s, size_t cap)
{
	s->cap = blocks(cap);
	s->room = mem_alloc(s->cap + BLOCK);
	s->buf = s->room + (BLOCK - (uintptr_t)s->room % BLOCK) % BLOCK;
}

static size_t usual(size_t buffer)
{
	return blocks(buffer < BUFFER_MIN ? BUFFER_MIN : buffer);
}

struct spool *spool_new(size_t buffer)
{
	struct spool *s = mem_zalloc(1, sizeof(*s));

	s->chunk = usual(buffer);
	return s;
}

void spool_free(struct spool *s)
{
	if (!s)
		return;
	if (s->f)
		fclose(s->f);
	free(s->room);
	free(s);
}

static void set_direct(struct spool *s, bool on)
{
#ifdef O_DIRECT
	int fd = fileno(s->f), flags = fcntl(fd, F_GETFL);

	if (flags >= 0 &&
	    !fcntl(fd, F_SETFL, on ? flags | O_DIRECT : flags & ~O_DIRECT))
		s->direct = on;
#else
	(void)s;
	(void)on;
#endif
}

/* A transfer that ended early or was refused: may it be tried again? Some file
 * systems take the flag and refuse the transfer. */
static bool try_again(struct spool *s, ssize_t got)
{
	if (got < 0 && errno == EINTR)
		return true;
	if (!s->direct || (got < 0 && errno != EINVAL))
		return false;
	set_direct(s, false);
	return !s->direct;
}

static int write_out(struct spool *s, size_t n, struct err *err)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = pwrite(fileno(s->f), s->buf + done, n - done,
				     (off_t)(s->at + done));

		if (got > 0 && (!s->direct || got % BLOCK == 0)) {
			done += (size_t)got;
			continue;
		}
		if (!try_again(s, got))
			return err_errno(err,
					 "cannot write temporary data (set "
					 "TMPDIR to a directory with room)");
	}
	s->at += n;
	s->end = 0;
	return 0;
}

/* Writes a full buffer. */
static int flush(struct spool *s, struct err *err)
{
	if (!s->f) {
		s->f = scratch_open(err);
		if (!s->f)
			return -1;
		set_direct(s, true);
	}
	return write_out(s, s->cap, err);
}

int spool_put(struct spool *s, const void *p, size_t n, struct err *err)
{
	const char *from = p;

	if (!s->room)
		make_room(s, s->chunk);
	s->size += n;
	while (n > s->cap - s->end) {
		size_t part = s->cap - s->end;

		memcpy(s->buf + s->end, from, part);
		from += part;
		n -= part;
		if (flush(s, err))
			return -1;
	}
	if (n)
		memcpy(s->buf + s->end, from, n);
	s->end += n;
	return 0;
}

/* The last, partly filled block is written whole; size says where it ends. */
static int write_rest(struct spool *s, struct err *err)
{
	size_t n = blocks(s->end);

	memset(s->buf + s->end, 0, n - s->end);
	return write_out(s, n, err);
}

int spool_park(struct spool *s, struct err *err)
{
	if (s->end) {
		if (!s->f && !(s->f = scratch_open(err)))
			return -1;
		if (write_rest(s, err))
			return -1;
	}
	free(s->room);
	s->room = s->buf = NULL;
	s->cap = 0;
	return 0;
}

int spool_rewind(struct spool *s, size_t buffer, struct err *err)
{
	if (!s->f)
		return 0; /* it lies ready */
	if (s->end && write_rest(s, err))
		return -1;
	s->at = 0;
	s->pos = s->end = 0;
	s->chunk = usual(buffer);
	return 0;
}

/* Moves what is unread so that it ends at a block's start, where the next n or
 * more bytes are to be read; returns that place. */
static size_t settle(struct spool *s, size_t n)
{
	size_t rest = s->end - s->pos, base = blocks(rest);
	char *room = s->room, *from = rest ? s->buf + s->pos : NULL;

	if (!room || s->cap < base + n) {
		make_room(s, base + n);
		if (rest)
			memcpy(s->buf + base - rest, from, rest);
		free(room);
	} else if (rest) {
		memmove(s->buf + base - rest, from, rest);
	}
	s->pos = base - rest;
	s->end = base;
	return base;
}

static int read_more(struct spool *s, size_t need, struct err *err)
{
	uint64_t left = blocks(s->size) - s->at;
	size_t n = need > s->chunk ? blocks(need) : s->chunk, done = 0;
	size_t base;

	if (n > left)
		n = (size_t)left;
	base = settle(s, n);
	while (done < n) {
		ssize_t got = pread(fileno(s->f), s->buf + base + done,
				    n - done, (off_t)(s->at + done));

		if (got > 0 && (!s->direct || got % BLOCK == 0))
			done += (size_t)got;
		else if (!try_again(s, got))
			return got < 0 ? err_errno(err, "cannot read back "
							"temporary data")
				       : err_set(err, ERR_ENV, "io",
						 "temporary data ends early");
	}
	s->at += n;
	s->end = base + n;
	if (s->at > s->size)
		s->end -= (size_t)(s->at - s->size);
	return 0;
}

int spool_read(struct spool *s, size_t n, struct span *out, struct err *err)
{
	size_t have = s->end - s->pos;

	if (have < n) {
		if (!have && (!s->f || s->at >= s->size))
			return 0;
		if (s->f && s->at < s->size && read_more(s, n - have, err))
			return -1;
		if (s->end - s->pos < n)
			return err_set(err, ERR_ENV, "io",
				       "temporary data ends early");
	}
	*out = (struct span){ s->buf ? s->buf + s->pos : "", n };
	s->pos += n;
	return 1;
}
