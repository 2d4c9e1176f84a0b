/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/tokentext.h"

#include <stdlib.h>

#include "base/mem.h"
#include "text/utf8.h"

/* How much larger than the given text rewriting may make it: NFKD has 11 times
 * the bytes at worst, and letters for bytes twice as many. */
#define GROWTH 32
#define GROWTH_MORE 65536

static void bytes_release(struct tokenbytes *b)
{
	free(b->p);
	free(b->from);
	free(b->to);
	*b = (struct tokenbytes){ 0 };
}

void tokentext_release(struct tokentext *t)
{
	bytes_release(&t->now);
	bytes_release(&t->next);
	free(t->pieces);
	free(t->more);
	free(t->cuts);
	*t = (struct tokentext){ 0 };
}

void tokenbytes_reserve(struct tokenbytes *b, size_t more)
{
	size_t cap = b->cap + b->cap / 2 + 256;

	if (more <= b->cap - b->n)
		return;
	if (cap < b->n + more)
		cap = b->n + more;
	b->p = mem_resize(b->p, cap, 1);
	b->from = mem_resize(b->from, cap, sizeof(*b->from));
	b->to = mem_resize(b->to, cap, sizeof(*b->to));
	b->cap = cap;
}

void tokenbytes_put_span(struct tokenbytes *b, struct span s, uint32_t from,
			 uint32_t to)
{
	if (b->n >= b->limit || s.n > b->limit - b->n)
		return;
	tokenbytes_reserve(b, s.n);
	for (size_t i = 0; i < s.n; i++) {
		b->p[b->n] = s.p[i];
		b->from[b->n] = from;
		b->to[b->n++] = to;
	}
}

void tokenbytes_put_code(struct tokenbytes *b, uint32_t code, uint32_t from,
			 uint32_t to)
{
	char bytes[4];
	size_t n = 0;

	if (code < 0x80) {
		bytes[n++] = (char)code;
	} else if (code < 0x800) {
		bytes[n++] = (char)(0xc0 | code >> 6);
		bytes[n++] = (char)(0x80 | (code & 0x3f));
	} else if (code < 0x10000) {
		bytes[n++] = (char)(0xe0 | code >> 12);
		bytes[n++] = (char)(0x80 | (code >> 6 & 0x3f));
		bytes[n++] = (char)(0x80 | (code & 0x3f));
	} else {
		bytes[n++] = (char)(0xf0 | code >> 18);
		bytes[n++] = (char)(0x80 | (code >> 12 & 0x3f));
		bytes[n++] = (char)(0x80 | (code >> 6 & 0x3f));
		bytes[n++] = (char)(0x80 | (code & 0x3f));
	}
	tokenbytes_put_span(b, (struct span){ bytes, n }, from, to);
}

void tokenbytes_copy(struct tokenbytes *b, const struct tokenbytes *source,
		     size_t begin, size_t end)
{
	size_t n = end - begin;

	if (!n || b->n >= b->limit || n > b->limit - b->n)
		return;
	tokenbytes_reserve(b, n);
	memcpy(b->p + b->n, source->p + begin, n);
	memcpy(b->from + b->n, source->from + begin, n * sizeof(*b->from));
	memcpy(b->to + b->n, source->to + begin, n * sizeof(*b->to));
	b->n += n;
}

static void piece_put(struct tokentext *t, size_t begin, size_t end, int32_t id)
{
	if (begin >= end)
		return;
	MEM_ROOM(t->more, t->more_count + 1, t->more_cap);
	t->more[t->more_count++] =
	    (struct tokenpiece){ (uint32_t)begin, (uint32_t)end, id };
}

static void pieces_swap(struct tokentext *t)
{
	struct tokenpiece *pieces = t->pieces;
	size_t cap = t->cap;

	t->pieces = t->more;
	t->cap = t->more_cap;
	t->count = t->more_count;
	t->more = pieces;
	t->more_cap = cap;
	t->more_count = 0;
}

void tokentext_set(struct tokentext *t, struct span text)
{
	const char *p = text.p, *end = text.p + text.n, *after;
	uint32_t code;

	t->now.n = t->next.n = 0;
	t->now.limit = t->next.limit = text.n * GROWTH + GROWTH_MORE;
	t->more_count = 0;
	if (text.n)
		tokenbytes_reserve(&t->now, text.n);
	for (; p < end; p = after) {
		if (!(*p & 0x80)) {
			after = p + 1;
			code = (unsigned char)*p;
		} else {
			after = utf8_next(p, end, &code);
		}
		tokenbytes_put(&t->now, code, (uint32_t)(p - text.p),
			       (uint32_t)(after - text.p));
	}
	piece_put(t, 0, t->now.n, -1);
	pieces_swap(t);
}

bool tokentext_is_ascii(const struct tokentext *t)
{
	size_t i = 0;
	uint64_t w, all = 0;

	for (; i + 8 <= t->now.n; i += 8) {
		memcpy(&w, t->now.p + i, 8);
		all |= w;
	}
	for (; i < t->now.n; i++)
		all |= (unsigned char)t->now.p[i];
	return !(all & UINT64_C(0x8080808080808080));
}

void tokentext_map(struct tokentext *t, tokentext_map_fn *fn, const void *ctx)
{
	struct tokenbytes now;

	t->next.n = 0;
	for (size_t i = 0; i < t->count; i++) {
		struct tokenpiece *piece = &t->pieces[i];
		size_t begin = t->next.n;

		if (piece->id >= 0)
			tokenbytes_copy(&t->next, &t->now, piece->begin,
					piece->end);
		else
			fn(ctx, &t->now, piece->begin, piece->end, &t->next);
		piece_put(t, begin, t->next.n, piece->id);
	}
	pieces_swap(t);
	now = t->now;
	t->now = t->next;
	t->next = now;
}

void tokentext_keep(struct tokentext *t, size_t begin, size_t end, int32_t id)
{
	piece_put(t, begin, end, id);
}

void tokentext_cut(struct tokentext *t, tokentext_cut_fn *fn, const void *ctx)
{
	for (size_t i = 0; i < t->count; i++) {
		struct tokenpiece piece = t->pieces[i];

		if (piece.id >= 0)
			piece_put(t, piece.begin, piece.end, piece.id);
		else
			fn(ctx, t, piece.begin, piece.end);
	}
	pieces_swap(t);
}

static void cut_put(struct tokentext *t, size_t begin, size_t end, bool match)
{
	MEM_ROOM(t->cuts, t->cut_count + 1, t->cut_cap);
	t->cuts[t->cut_count++] =
	    (struct tokencut){ (uint32_t)begin, (uint32_t)end, match };
}

void tokentext_find(struct tokentext *t)
{
	t->cut_count = 0;
}

void tokentext_found(struct tokentext *t, size_t piece_begin, size_t begin,
		     size_t end)
{
	size_t last =
	    t->cut_count ? t->cuts[t->cut_count - 1].end : piece_begin;

	if (last < begin)
		cut_put(t, last, begin, false);
	cut_put(t, begin, end, true);
}

/* Finds join what is before them: a find behind a find does not. In place, the
 * first n cuts are what is kept. */
static void merge_with_previous(struct tokentext *t)
{
	size_t n = 0;
	bool before = false;

	for (size_t i = 0; i < t->cut_count; i++) {
		struct tokencut c = t->cuts[i];

		if (c.match && !before && n)
			t->cuts[n - 1].end = c.end;
		else
			t->cuts[n++] = c;
		before = c.match;
	}
	for (size_t i = 0; i < n; i++)
		piece_put(t, t->cuts[i].begin, t->cuts[i].end, -1);
}

static void merge_with_next(struct tokentext *t)
{
	size_t n = 0;
	bool before = false;

	/* From the end on, in place: cuts[cut_count - n ..] is what is kept. */
	for (size_t i = t->cut_count; i-- > 0;) {
		struct tokencut c = t->cuts[i];

		if (c.match && !before && n)
			t->cuts[t->cut_count - n].begin = c.begin;
		else
			t->cuts[t->cut_count - ++n] = c;
		before = c.match;
	}
	for (size_t i = t->cut_count - n; i < t->cut_count; i++)
		piece_put(t, t->cuts[i].begin, t->cuts[i].end, -1);
}

static void merge_alike(struct tokentext *t)
{
	size_t begin = 0;

	for (size_t i = 1; i <= t->cut_count; i++) {
		if (i < t->cut_count &&
		    t->cuts[i].match == t->cuts[begin].match)
			continue;
		piece_put(t, t->cuts[begin].begin, t->cuts[i - 1].end, -1);
		begin = i;
	}
}

void tokentext_behave(struct tokentext *t, size_t begin, size_t end,
		      enum tokencut_behaviour behaviour, bool invert)
{
	size_t last = t->cut_count ? t->cuts[t->cut_count - 1].end : begin;

	if (last < end)
		cut_put(t, last, end, false);
	for (size_t i = 0; invert && i < t->cut_count; i++)
		t->cuts[i].match = !t->cuts[i].match;
	switch (behaviour) {
	case TOKENCUT_MERGED_WITH_PREVIOUS:
		merge_with_previous(t);
		return;
	case TOKENCUT_MERGED_WITH_NEXT:
		merge_with_next(t);
		return;
	case TOKENCUT_CONTIGUOUS:
		merge_alike(t);
		return;
	case TOKENCUT_REMOVED:
	case TOKENCUT_ISOLATED:
		break;
	}
	for (size_t i = 0; i < t->cut_count; i++)
		if (behaviour == TOKENCUT_ISOLATED || !t->cuts[i].match)
			piece_put(t, t->cuts[i].begin, t->cuts[i].end, -1);
}
