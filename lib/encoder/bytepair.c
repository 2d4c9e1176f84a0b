/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/bytepair.h"

#include <stdlib.h>

#define NONE UINT32_MAX

struct bytepair_symbol {
	int32_t id;          /* -1: it went into the one before */
	uint32_t prev, next; /* NONE at the ends */
	uint32_t begin, end;
};

struct bytepair_next { /* a merge that may be done */
	uint32_t rank, at;
	int32_t id;
};

void bytepair_work_release(struct bytepair_work *w)
{
	free(w->symbols);
	free(w->heap);
	*w = (struct bytepair_work){ 0 };
}

static const struct bytepair_merge *merge_of(const struct bytepair *b,
					     int32_t left, int32_t right)
{
	uint64_t key = (uint64_t)(uint32_t)left << 32 | (uint32_t)right;
	size_t k = bytepair_slot(b, key);

	for (;; k = (k + 1) & b->mask) {
		if (b->merges[k].pair == key)
			return &b->merges[k];
		if (b->merges[k].pair == UINT64_MAX)
			return NULL;
	}
}

static void symbol_put(struct bytepair_work *w, int32_t id, size_t begin,
		       size_t end)
{
	MEM_ROOM(w->symbols, w->count + 1, w->cap);
	w->symbols[w->count] = (struct bytepair_symbol){
		id, w->count ? (uint32_t)w->count - 1 : NONE,
		(uint32_t)w->count + 1, (uint32_t)begin, (uint32_t)end
	};
	w->count++;
}

/* The id of one code point, with what its place adds to its spelling. */
static int32_t letter(const struct bytepair *b, const struct tokenvocab *v,
		      struct span c, bool first, bool last)
{
	const struct span none = { NULL, 0 };
	struct span head = first ? none : span_str(&b->prefix);
	struct span tail = last ? span_str(&b->suffix) : none;
	char spelling[64];
	size_t n = head.n + c.n + tail.n;
	struct span s = { spelling, n };
	uint64_t hash;

	if (!head.n && !tail.n)
		return tokenvocab_id(v, c);
	if (!tail.n) {
		hash = tokenvocab_steps(TOKENVOCAB_HASH, head);
		return tokenvocab_find(v, tokenvocab_steps(hash, c), head, c);
	}
	if (!head.n) {
		hash = tokenvocab_steps(TOKENVOCAB_HASH, c);
		return tokenvocab_find(v, tokenvocab_steps(hash, tail), c,
				       tail);
	}
	if (n > sizeof(spelling))
		return TOKENVOCAB_NONE;
	memcpy(spelling, head.p, head.n);
	memcpy(spelling + head.n, c.p, c.n);
	memcpy(spelling + head.n + c.n, tail.p, tail.n);
	return tokenvocab_id(v, s);
}

static bool as_bytes(const struct bytepair *b, struct bytepair_work *w,
		     struct span c, size_t at)
{
	for (size_t i = 0; i < c.n; i++)
		if (b->bytes[(unsigned char)c.p[i]] < 0)
			return false;
	for (size_t i = 0; i < c.n; i++)
		symbol_put(w, b->bytes[(unsigned char)c.p[i]], at, at + c.n);
	return true;
}

static void letters(const struct bytepair *b, const struct tokenvocab *v,
		    struct bytepair_work *w, struct span piece)
{
	size_t i = 0, n;
	bool fusing = false;

	w->count = 0;
	for (; i < piece.n; i += n) {
		struct span c = { piece.p + i, 1 };
		int32_t id;

		while (i + c.n < piece.n &&
		       ((unsigned char)c.p[c.n] & 0xc0) == 0x80)
			c.n++;
		n = c.n;
		id = letter(b, v, c, i == 0, i + n == piece.n);
		if (id >= 0) {
			symbol_put(w, id, i, i + n);
			fusing = false;
		} else if (b->byte_fallback && as_bytes(b, w, c, i)) {
			fusing = false;
		} else if (b->unknown >= 0 && fusing && b->fuse_unknown) {
			w->symbols[w->count - 1].end = (uint32_t)(i + n);
		} else if (b->unknown >= 0) {
			symbol_put(w, b->unknown, i, i + n);
			fusing = true;
		}
	}
	if (w->count)
		w->symbols[w->count - 1].next = NONE;
}

static inline bool before(const struct bytepair_next *x,
			  const struct bytepair_next *y)
{
	return x->rank != y->rank ? x->rank < y->rank : x->at < y->at;
}

static void heap_put(struct bytepair_work *w, struct bytepair_next x)
{
	size_t i = w->heap_count++;

	MEM_ROOM(w->heap, w->heap_count, w->heap_cap);
	for (; i && before(&x, &w->heap[(i - 1) / 2]); i = (i - 1) / 2)
		w->heap[i] = w->heap[(i - 1) / 2];
	w->heap[i] = x;
}

static struct bytepair_next heap_take(struct bytepair_work *w)
{
	struct bytepair_next top = w->heap[0], x = w->heap[--w->heap_count];
	size_t n = w->heap_count, i = 0, k;

	for (; (k = 2 * i + 1) < n; i = k) {
		if (k + 1 < n && before(&w->heap[k + 1], &w->heap[k]))
			k++;
		if (!before(&w->heap[k], &x))
			break;
		w->heap[i] = w->heap[k];
	}
	if (n)
		w->heap[i] = x;
	return top;
}

static void consider(const struct bytepair *b, struct bytepair_work *w,
		     uint32_t at)
{
	const struct bytepair_symbol *s = &w->symbols[at];
	const struct bytepair_merge *m;

	if (s->next == NONE)
		return;
	m = merge_of(b, s->id, w->symbols[s->next].id);
	if (m)
		heap_put(w, (struct bytepair_next){ m->rank, at, m->id });
}

static void merge_all(const struct bytepair *b, struct bytepair_work *w)
{
	struct bytepair_symbol *s = w->symbols;

	w->heap_count = 0;
	for (uint32_t i = 0; i + 1 < w->count; i++)
		consider(b, w, i);
	while (w->heap_count) {
		struct bytepair_next top = heap_take(w);
		struct bytepair_symbol *left = &s[top.at], *right;
		const struct bytepair_merge *m;

		if (left->id < 0 || left->next == NONE)
			continue;
		right = &s[left->next];
		m = merge_of(b, left->id, right->id);
		if (!m || m->id != top.id)
			continue; /* one of the two has become another */
		left->id = top.id;
		left->end = right->end;
		right->id = -1;
		left->next = right->next;
		if (right->next != NONE)
			s[right->next].prev = top.at;
		if (left->prev != NONE)
			consider(b, w, left->prev);
		consider(b, w, top.at);
	}
}

void bytepair_encode(const struct bytepair *b, const struct tokenvocab *v,
		     struct bytepair_work *w, struct span piece,
		     struct tokenout *out)
{
	if (b->ignore_merges) {
		int32_t id = tokenvocab_id(v, piece);

		if (id >= 0) {
			tokenout_put(out, id, 0, piece.n);
			return;
		}
	}
	letters(b, v, w, piece);
	merge_all(b, w);
	for (size_t i = 0; i < w->count; i++)
		if (w->symbols[i].id >= 0)
			tokenout_put(out, w->symbols[i].id, w->symbols[i].begin,
				     w->symbols[i].end);
}
