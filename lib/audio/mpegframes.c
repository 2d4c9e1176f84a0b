/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/mpegframes.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/mpegframe.h"

#define FREE_FORMAT 4 /* as a length: that of the header */
#define LEAST 24      /* bytes of a frame that says its length */
#define CHAIN 3
#define REACH 8192 /* bytes of a chain, at most: 2881 a frame */

/* Bytes of the frame a header begins, 0: not one. */
static size_t frame_length(const uint8_t h[4])
{
	char other[4] = { (char)h[0], (char)h[1], (char)(h[2] | 0x10), 0 };
	struct mpegframe f;

	if (h[0] != 0xff)
		return 0;
	if (mpegframe_read(&f, (struct span){ (const char *)h, 4 }, 0))
		return f.size;
	/* A header of free format is one but for its bit rate, 0. */
	return !(h[2] >> 4) && mpegframe_read(&f, (struct span){ other, 4 }, 0)
		   ? FREE_FORMAT
		   : 0;
}

struct mpegframes *mpegframes_new(struct bytes *b)
{
	struct mpegframes *m = mem_alloc(sizeof(*m));

	memset(m, 0, offsetof(struct mpegframes, buffer));
	m->b = b;
	return m;
}

/* The n bytes at `at`, n far under the buffer's size; NULL: there are fewer. */
static const uint8_t *look(struct mpegframes *m, uint64_t at, size_t n)
{
	if (at < m->from || at + n > m->from + m->count) {
		if (at + n > m->b->size)
			return NULL;
		m->from = at;
		m->count = bytes_peek(m->b, at, m->buffer, MPEGFRAMES_BUFFER);
		if (m->count < n)
			return NULL;
	}
	return m->buffer + (at - m->from);
}

/* Of one stream: version, layer and sampling rate are the same. */
static bool alike(const uint8_t lock[2], const uint8_t *h)
{
	return !((lock[0] ^ h[1]) & 0xfe) && !((lock[1] ^ h[2]) & 0x0c);
}

/* Whether frames begin at `at`: CHAIN headers, or, right at the start, as many
 * as the file has room for. */
static bool begins(struct mpegframes *m, uint64_t at)
{
	const uint8_t *h = look(m, at, 4);
	uint64_t next = at, left = m->b->size - at;
	uint8_t lock[2];

	if (!h || !frame_length(h))
		return false;
	lock[0] = h[1];
	lock[1] = h[2];
	/* So that the buffer does not go to and fro. */
	look(m, at, left < REACH ? (size_t)left : REACH);
	for (int i = 0; i < CHAIN; i++) {
		size_t n;

		h = look(m, next, 4);
		if (!h)
			return i > 0 && at == 0;
		n = frame_length(h);
		if (n < LEAST || !alike(lock, h))
			return false;
		next += n;
	}
	memcpy(m->lock, lock, 2);
	return true;
}

/* Bytes of an ID3v2 tag here, 0: none. */
static uint64_t tag_length(const uint8_t *h)
{
	if (!h || memcmp(h, "ID3", 3) || (h[6] | h[7] | h[8] | h[9]) & 128)
		return 0;
	return 10 + ((uint64_t)h[6] << 21 | (uint64_t)h[7] << 14 |
		     (uint64_t)h[8] << 7 | h[9]);
}

/* To the next frame; false: there is none in the next `limit` bytes. */
static bool seek_frame(struct mpegframes *m, uint64_t limit)
{
	uint64_t end = m->at + limit;

	while (m->at < end) {
		const uint8_t *h = look(m, m->at, 4);
		uint64_t tag;

		if (!h)
			return false;
		if (h[0] == 0xff && begins(m, m->at)) {
			h = look(m, m->at, 4);
			if (!h)
				return false;
			m->lock[0] = h[1];
			m->lock[1] = h[2];
			return m->locked = true;
		}
		tag = h[0] == 'I' ? tag_length(look(m, m->at, 10)) : 0;
		if (tag && tag < m->b->size - m->at) {
			m->at += tag;
		} else {
			m->pending++;
			m->at++;
		}
	}
	return false;
}

size_t mpegframes_next(struct mpegframes *m, const uint8_t **frame)
{
	const uint8_t *h = look(m, m->at, 4);
	size_t n;

	if (!m->locked || !h || frame_length(h) < LEAST || !alike(m->lock, h)) {
		if (!seek_frame(m, m->frames ? UINT64_MAX - m->at
					     : MPEGFRAMES_JUNK))
			return 0;
		if (m->frames)
			m->lost += m->pending;
		h = look(m, m->at, 4);
	}
	n = h ? frame_length(h) : 0;
	h = n ? look(m, m->at, n) : NULL;
	if (!h)
		return 0;
	m->pending = 0;
	m->at += n;
	m->frames++;
	m->length += n;
	*frame = h;
	return n;
}

bool mpegframes_find(struct bytes *b, bool *free_format)
{
	struct mpegframes *m = mpegframes_new(b);
	const uint8_t *h = look(m, 0, 4);
	bool found;

	*free_format = h && frame_length(h) == FREE_FORMAT;
	found = *free_format || seek_frame(m, MPEGFRAMES_JUNK);
	free(m);
	return found;
}
