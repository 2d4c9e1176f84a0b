/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/oggpages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define HEAD 27 /* bytes of a page's header, without the table of segments */
#define PAGE_MAX 65307
#define FIRST 2 /* flags: of a stream's first, last page */
#define LAST 4
/* In front of the FLAC file in its first packet: the Ogg mapping of FLAC. */
#define FLAC_PREFIX 9

struct page {
	uint64_t at; /* of the body */
	size_t body;
	int flags;
};

/* The page whose header is at `at`. */
static bool page_at(struct bytes *b, uint64_t at, struct page *p)
{
	uint8_t h[HEAD + 255];
	size_t n = bytes_peek(b, at, h, sizeof(h));

	if (n < HEAD || memcmp(h, "OggS", 4) || n < HEAD + (size_t)h[26])
		return false;
	p->flags = h[5];
	p->at = at + HEAD + h[26];
	p->body = 0;
	for (int i = 0; i < h[26]; i++)
		p->body += h[HEAD + i];
	return true;
}

uint64_t oggpages_next_stream(struct bytes *b)
{
	bool begun = false;
	uint64_t at = 0;
	struct page p;

	while (page_at(b, at, &p)) {
		if (begun && p.flags & FIRST)
			return at;
		begun |= !(p.flags & FIRST);
		at = p.at + p.body;
	}
	return 0;
}

bool oggpages_cut(struct bytes *b)
{
	size_t n = b->size < PAGE_MAX ? (size_t)b->size : PAGE_MAX;
	uint8_t *tail = mem_alloc(n + 1);
	uint64_t from = b->size - n;
	bool cut = true;
	struct page p;

	n = bytes_peek(b, from, tail, n);
	for (size_t i = n; i-- > 0;) {
		if (n - i < HEAD || memcmp(tail + i, "OggS", 4) ||
		    !page_at(b, from + i, &p))
			continue;
		cut = p.at + p.body > b->size || !(p.flags & LAST);
		break;
	}
	free(tail);
	return cut;
}

bool oggpages_flac(struct bytes *b)
{
	uint8_t h[5];
	struct page p;

	return page_at(b, 0, &p) && p.body > FLAC_PREFIX &&
	       bytes_peek(b, p.at, h, 5) == 5 && !memcmp(h, "\177FLAC", 5);
}

struct piece {
	uint64_t start, at; /* in the FLAC file, in the Ogg file */
	size_t length;
};

struct oggflac {
	struct bytes *b;
	uint64_t where, size; /* size: of the pieces so far */
	uint64_t next;        /* page to be looked at */
	struct piece *pieces;
	size_t count, cap;
	size_t last; /* piece read last */
};

struct oggflac *oggflac_new(struct bytes *b)
{
	struct oggflac *o = mem_zalloc(1, sizeof(*o));

	o->b = b;
	return o;
}

void oggflac_free(struct oggflac *o)
{
	if (!o)
		return;
	free(o->pieces);
	free(o);
}

static bool more(struct oggflac *o)
{
	size_t skip = o->next ? 0 : FLAC_PREFIX;
	struct page p;

	do {
		if (!page_at(o->b, o->next, &p) ||
		    (o->next && p.flags & FIRST) || p.body < skip)
			return false;
		o->next = p.at + p.body;
	} while (p.body == skip);
	MEM_ROOM(o->pieces, o->count + 1, o->cap);
	o->pieces[o->count++] =
	    (struct piece){ o->size, p.at + skip, p.body - skip };
	o->size += p.body - skip;
	return true;
}

ssize_t oggflac_read(struct oggflac *o, void *p, size_t n)
{
	size_t got = 0;

	while (got < n) {
		const struct piece *k;
		size_t in, want;

		while (o->where >= o->size)
			if (!more(o))
				return (ssize_t)got;
		if (o->pieces[o->last].start > o->where)
			o->last = 0;
		while (o->pieces[o->last].start + o->pieces[o->last].length <=
		       o->where)
			o->last++;
		k = &o->pieces[o->last];
		in = (size_t)(o->where - k->start);
		want = k->length - in < n - got ? k->length - in : n - got;
		want = bytes_peek(o->b, k->at + in, (char *)p + got, want);
		if (!want)
			break;
		got += want;
		o->where += want;
	}
	return (ssize_t)got;
}

int64_t oggflac_seek(struct oggflac *o, int64_t offset, int whence)
{
	int64_t to = whence == SEEK_CUR ? (int64_t)o->where : 0;

	if (whence == SEEK_END) {
		while (more(o))
			;
		to = (int64_t)o->size;
	}
	if (__builtin_add_overflow(to, offset, &to) || to < 0)
		return -1;
	o->where = (uint64_t)to;
	return to;
}

uint64_t oggflac_where(const struct oggflac *o)
{
	return o->where;
}
