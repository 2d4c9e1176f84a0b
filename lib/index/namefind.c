/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/namefind.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "base/mem.h"
#include "index/namefindkey.h"
#include "io/pages.h"

enum {
	KEY_BYTES = 4 * NAMEFIND_LETTERS, /* that are looked at */
	FETCHED = 8,                      /* signatures, before they are */
	SLOTS = 1024                      /* at first */
};

struct namefind_work {
	struct str text;
	struct namefind_key key, other;
	const void *advised;     /* header of the view whose pages are */
	uint32_t signature, far; /* of the query */
	uint32_t *met;           /* names, each once */
	size_t nmet, met_cap;
	uint32_t *slot; /* a hash of them: name + 1, or 0 */
	size_t slots;   /* a power of two, more than twice nmet */
	struct namefind_name *found;
	size_t nfound, found_cap;
	uint32_t *entries; /* of one bucket, read from a file */
	size_t entries_cap;
	char bytes[KEY_BYTES]; /* of one key, likewise */
};

struct namefind_work *namefind_work_new(void)
{
	struct namefind_work *w = mem_zalloc(1, sizeof(*w));

	w->slots = SLOTS;
	w->slot = mem_zalloc(w->slots, sizeof(*w->slot));
	return w;
}

void namefind_work_free(struct namefind_work *w)
{
	if (!w)
		return;
	str_release(&w->text);
	free(w->met);
	free(w->slot);
	free(w->found);
	free(w->entries);
	free(w);
}

/* A search looks at a thousand signatures, and at little else. */
static void advise_once(const struct namefind *v, struct namefind_work *w)
{
	const char *from = (const void *)v->header;

	if (w->advised == v->header)
		return;
	w->advised = v->header;
	pages_advise(from, (size_t)(v->keys - from) + (size_t)v->header->bytes,
		     POSIX_MADV_RANDOM);
	pages_advise(v->signatures, (size_t)v->names * sizeof(*v->signatures),
		     POSIX_MADV_WILLNEED);
}

/* --- distance --- */

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/*
 * Optimal string alignment of a[0..n) and b[0..m), within a band: more than
 * `far` is far + 1. Row i of the table has cells j from i - far on.
 */
static uint32_t align(const uint32_t *a, uint32_t n, const uint32_t *b,
		      uint32_t m, uint32_t far)
{
	enum { WIDE = 2 * NAMEFIND_FAR + 3 };
	uint32_t rows[3][WIDE], over = far + 1, best = 0;
	uint32_t *before = rows[0], *last = rows[1], *now = rows[2];

	for (uint32_t c = 0; c < WIDE; c++) {
		/* Cell c stands for j = i + c - far - 1. */
		before[c] = over;
		last[c] = c >= far + 1 && c <= 2 * far + 1 ? c - far - 1 : over;
	}
	for (uint32_t i = 1; i <= n; i++) {
		uint32_t *swap = before, nearest = over;

		now[0] = now[2 * far + 2] = over;
		for (uint32_t c = 1; c <= 2 * far + 1; c++) {
			uint32_t d = over, j = i + c - far - 1;

			now[c] = over;
			if (i + c < far + 1 || j > m)
				continue;
			if (j == 0) {
				d = i;
			} else {
				d = last[c] + (a[i - 1] != b[j - 1]);
				d = least(d, last[c + 1] + 1);
				d = least(d, now[c - 1] + 1);
				if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
				    a[i - 2] == b[j - 1])
					d = least(d, before[c] + 1);
			}
			now[c] = least(d, over);
			nearest = least(nearest, now[c]);
		}
		/* A swap comes from the row before, at one more. */
		if (nearest == over && best >= far)
			return over;
		best = nearest;
		before = last;
		last = now;
		now = swap;
	}
	return last[m + far + 1 - n];
}

static uint32_t distance(const struct namefind_key *x,
			 const struct namefind_key *y, uint32_t far)
{
	const uint32_t *a = x->letter, *b = y->letter;
	uint32_t n = x->n, m = y->n;

	if (n + far < m || m + far < n)
		return far + 1;
	while (n && m && a[n - 1] == b[m - 1]) {
		n--;
		m--;
	}
	while (n && m && *a == *b) {
		a++;
		b++;
		n--;
		m--;
	}
	return align(a, n, b, m, far);
}

/* --- search --- */

static const void *look(const struct namefind *v, const void *at, size_t n,
			void *room)
{
	if (!v->file)
		return at;
	pack_copy(v->file, at, n, room);
	return room;
}

static void compare(const struct namefind *v, struct namefind_work *w,
		    uint32_t name, uint32_t mark, uint32_t far)
{
	uint64_t room[2], from, to;
	const uint64_t *o = look(v, v->offsets + name, sizeof(room), room);
	uint32_t d, longer;
	size_t n;

	from = o[0];
	to = o[1];
	if (from > to || to > v->header->bytes ||
	    to - from + far < w->key.n) /* a letter has a byte or more */
		return;
	n = to - from < KEY_BYTES ? (size_t)(to - from) : KEY_BYTES;
	namefind_letters(
	    (struct span){ look(v, v->keys + from, n, w->bytes), n },
	    &w->other);
	d = distance(&w->key, &w->other, far);
	if (d > far)
		return;
	longer = w->key.n > w->other.n ? w->key.n : w->other.n;
	MEM_ROOM(w->found, w->nfound + 1, w->found_cap);
	w->found[w->nfound++] = (struct namefind_name){
		.name = name,
		.distance = d,
		.similarity = 1 - (float)d / (float)longer -
			      (v->marks[name] == mark ? 0 : 0.01F),
	};
}

static uint32_t *slot_of(const struct namefind_work *w, uint32_t name)
{
	size_t mask = w->slots - 1, at = name * 0x9e3779b1u & mask;

	while (w->slot[at] && w->slot[at] != name + 1)
		at = (at + 1) & mask;
	return &w->slot[at];
}

static void more_slots(struct namefind_work *w)
{
	free(w->slot);
	w->slots *= 2;
	w->slot = mem_zalloc(w->slots, sizeof(*w->slot));
	for (size_t i = 0; i < w->nmet; i++)
		*slot_of(w, w->met[i]) = w->met[i] + 1;
}

static void meet_name(struct namefind_work *w, uint32_t name)
{
	uint32_t *slot = slot_of(w, name);

	if (*slot)
		return;
	*slot = name + 1;
	MEM_ROOM(w->met, w->nmet + 1, w->met_cap);
	w->met[w->nmet++] = name;
	if (2 * w->nmet >= w->slots)
		more_slots(w);
}

static void meet(const struct namefind *v, struct namefind_work *w,
		 uint64_t hash)
{
	size_t b = (size_t)(hash >> (64 - v->header->bits)), n;
	uint32_t room[2];
	const uint32_t *o = look(v, v->buckets + b, sizeof(room), room);
	const uint32_t *entries;

	if (o[1] > v->header->entries || o[0] >= o[1])
		return;
	n = o[1] - o[0];
	if (v->file)
		MEM_ROOM(w->entries, n, w->entries_cap);
	entries = look(v, v->entries + o[0], n * sizeof(*entries), w->entries);
	for (size_t i = 0; i < n; i++) {
		uint32_t name = entries[i];

		if (i + FETCHED < n && entries[i + FETCHED] < v->names)
			MEM_FETCH(v->signatures + entries[i + FETCHED]);
		if (name < v->names &&
		    !namefind_apart(w->signature, v->signatures[name], w->far))
			meet_name(w, name);
	}
}

/* Keys of n - far to n + far letters, 16 at most, by their halves: the one has
 * at most one change, so it is a letter shorter or longer at most. */
static void by_halves(const struct namefind *v, struct namefind_work *w,
		      uint32_t far)
{
	uint32_t n = w->key.n, lo = n > far ? n - far : 1, hi = n + far;
	uint32_t one = far ? 1 : 0;

	if (lo > NAMEFIND_HALVES)
		return;
	hi = least(hi, NAMEFIND_HALVES);
	for (uint32_t part = 0; part < 2; part++) {
		uint32_t min = part ? lo - lo / 2 : lo / 2,
			 max = part ? hi - hi / 2 : hi / 2;

		for (uint32_t l = min > one ? min - one : 0;
		     l <= max + one && l <= n; l++) {
			const uint32_t *p = w->key.letter + (part ? n - l : 0);

			for (uint32_t gap = far ? 0 : l; gap <= l; gap++)
				meet(v, w,
				     namefind_fragment(p, l, gap, part, 0));
		}
	}
}

/* Longer ones by a whole piece, which may have moved by `far`. */
static void by_pieces(const struct namefind *v, struct namefind_work *w,
		      uint32_t far)
{
	uint32_t n = w->key.n, letters = n > far ? n - far : 1;

	if (letters <= NAMEFIND_HALVES)
		letters = NAMEFIND_HALVES + 1;
	for (; letters <= n + far; letters++)
		for (uint32_t i = 0; i < NAMEFIND_PIECES; i++) {
			uint32_t from = namefind_cut(letters, i);
			uint32_t length = namefind_cut(letters, i + 1) - from;
			uint32_t at = from > far ? from - far : 0;

			for (; at <= from + far && at + length <= n; at++)
				meet(v, w,
				     namefind_fragment(w->key.letter + at,
						       length, length, 2 + i,
						       letters));
		}
}

static int better(const void *a, const void *b)
{
	const struct namefind_name *x = a, *y = b;

	if (x->similarity != y->similarity)
		return x->similarity < y->similarity ? 1 : -1;
	return (x->name > y->name) - (x->name < y->name);
}

size_t namefind_search(const struct namefind *v, struct namefind_work *w,
		       struct span name, uint32_t far, size_t k,
		       struct namefind_name *out)
{
	uint32_t mark;

	str_reset(&w->text);
	mark = namefind_key(name, &w->text);
	namefind_letters(span_str(&w->text), &w->key);
	if (!w->key.n)
		return 0;
	advise_once(v, w);
	far = least(far, NAMEFIND_FAR);
	far = w->key.n < 3 ? 0 : w->key.n < 6 ? least(far, 1) : far;
	w->signature = namefind_signature(&w->key);
	w->far = far;
	memset(w->slot, 0, w->slots * sizeof(*w->slot));
	w->nmet = w->nfound = 0;
	by_halves(v, w, far);
	by_pieces(v, w, far);
	for (size_t i = 0; i < w->nmet; i++)
		compare(v, w, w->met[i], mark, far);
	if (w->nfound)
		qsort(w->found, w->nfound, sizeof(*w->found), better);
	k = k < w->nfound ? k : w->nfound;
	if (k)
		memcpy(out, w->found, k * sizeof(*out));
	return k;
}
