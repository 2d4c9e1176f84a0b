/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/lyricprintgrams.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"

#define MEMORY ((size_t)256 << 20)

enum {
	DIGIT = 11, /* bits that a pass of the sort looks at */
	FEW = 4096, /* entries that are sorted by comparing */
	PARTS_MAX = 1 << 14
};

struct part { /* of the range of buckets; sorted entries, each once */
	uint64_t *entries, *room;
	size_t count, cap, room_cap;
};

struct grams {
	const struct lyricprint_texts *texts;
	const uint16_t *words;
	unsigned bits, width;
	size_t parts, done; /* parts in all, and before the group */
	struct part *group; /* [threads] */
	uint32_t *buckets;
	uint64_t places;
	/* What is to be put: bits, the lowest first. */
	uint64_t pending;
	unsigned npending;
	uint8_t bytes[4096];
	size_t nbytes;
};

/* --- making entries: bucket, mark, text from the top bit on --- */

static void add(const struct grams *g, struct part *p, size_t part,
		uint64_t gram, size_t text)
{
	uint64_t h = gram >> (64 - g->bits - LYRICPRINT_MARK);

	/* Of 2^36 buckets at most, and 2^14 parts. */
	if (h * g->parts >> (g->bits + LYRICPRINT_MARK) != part)
		return;
	MEM_ROOM(p->entries, p->count + 1, p->cap);
	p->entries[p->count++] = h << g->width | text;
}

static void collect(const struct grams *g, size_t part, struct part *p)
{
	const uint64_t *first = g->texts->first;

	p->count = 0;
	for (size_t t = 0; t < g->texts->count; t++) {
		const uint16_t *w = g->words + first[t];
		size_t n = (size_t)(first[t + 1] - first[t]);

		for (size_t i = 0; i + 2 < n; i++) {
			add(g, p, part,
			    lyricprint_gram(w[i], w[i + 1], w[i + 2]), t);
			if (i + 3 < n)
				add(g, p, part,
				    lyricprint_gram(w[i], w[i + 1], w[i + 3]),
				    t);
		}
	}
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void sort_digit(const uint64_t *from, uint64_t *to, size_t n,
		       unsigned shift)
{
	size_t at[(1 << DIGIT) + 1] = { 0 };

	for (size_t i = 0; i < n; i++)
		at[(from[i] >> shift & ((1 << DIGIT) - 1)) + 1]++;
	for (size_t d = 1; d < 1 << DIGIT; d++)
		at[d] += at[d - 1];
	for (size_t i = 0; i < n; i++)
		to[at[from[i] >> shift & ((1 << DIGIT) - 1)]++] = from[i];
}

static void sort(struct part *p, unsigned bits)
{
	size_t kept = 0;

	if (p->count <= FEW) {
		if (p->count)
			qsort(p->entries, p->count, sizeof(*p->entries),
			      by_value);
	} else {
		MEM_ROOM(p->room, p->count, p->room_cap);
		for (unsigned shift = 0; shift < bits; shift += DIGIT) {
			uint64_t *entries = p->entries;
			size_t cap = p->cap;

			sort_digit(p->entries, p->room, p->count, shift);
			p->entries = p->room;
			p->room = entries;
			p->cap = p->room_cap;
			p->room_cap = cap;
		}
	}
	for (size_t i = 0; i < p->count; i++)
		if (!kept || p->entries[i] != p->entries[kept - 1])
			p->entries[kept++] = p->entries[i];
	p->count = kept;
}

static void make_part(void *ctx, size_t i, int thread)
{
	struct grams *g = ctx;

	(void)thread;
	if (g->done + i >= g->parts) {
		g->group[i].count = 0;
		return;
	}
	collect(g, g->done + i, &g->group[i]);
	sort(&g->group[i], g->bits + LYRICPRINT_MARK + g->width);
}

/* --- writing --- */

static int flush(struct grams *g, struct pack_writer *pw, struct err *err)
{
	int rc = pack_put(pw, g->bytes, g->nbytes, err);

	g->nbytes = 0;
	return rc;
}

static int put_bits(struct grams *g, uint64_t value, unsigned n,
		    struct pack_writer *pw, struct err *err)
{
	/* n is 42 at most, and fewer than 8 wait. */
	g->pending |= value << g->npending;
	g->npending += n;
	while (g->npending >= 8) {
		g->bytes[g->nbytes++] = (uint8_t)g->pending;
		g->pending >>= 8;
		g->npending -= 8;
		if (g->nbytes == sizeof(g->bytes) && flush(g, pw, err))
			return -1;
	}
	return 0;
}

static int put_part(struct grams *g, const struct part *p,
		    struct pack_writer *pw, struct err *err)
{
	unsigned size = LYRICPRINT_MARK + g->width;
	uint64_t mask = UINT64_MAX >> (64 - size);

	if (p->count > UINT32_MAX - g->places)
		return err_set(err, ERR_DATA, "too-large",
			       "lyrics or titles of more than 2^32 different "
			       "phrases; build several indices, each of a part "
			       "of the tracks");
	for (size_t i = 0; i < p->count; i++) {
		g->buckets[(size_t)(p->entries[i] >> size) + 1]++;
		if (put_bits(g, p->entries[i] & mask, size, pw, err))
			return -1;
	}
	g->places += p->count;
	return 0;
}

/* The last bits, and bytes behind so that eight can be read at any place. */
static int put_end(struct grams *g, struct pack_writer *pw, struct err *err)
{
	static const uint8_t zeros[sizeof(uint64_t)] = { 0 };

	if (g->npending && put_bits(g, 0, 8 - g->npending, pw, err))
		return -1;
	return flush(g, pw, err) || pack_put(pw, zeros, sizeof(zeros), err) ? -1
									    : 0;
}

static int write_parts(struct grams *g, int threads,
		       const struct lyricprint_sections *name,
		       struct pack_writer *pw, struct err *err)
{
	size_t nbuckets = (size_t)1 << g->bits;
	int rc = pack_begin(pw, name->grams, err);

	for (; g->done < g->parts && !rc; g->done += (size_t)threads) {
		parallel_for(threads, (size_t)threads, make_part, g);
		for (int k = 0; k < threads && !rc; k++)
			rc = put_part(g, &g->group[k], pw, err);
	}
	if (rc || put_end(g, pw, err))
		return -1;
	for (size_t i = 0; i < nbuckets; i++)
		g->buckets[i + 1] += g->buckets[i];
	return pack_section(pw, name->buckets, g->buckets,
			    (nbuckets + 1) * sizeof(*g->buckets), err);
}

int lyricprint_write_grams(const struct lyricprint_texts *t,
			   const struct lyricprint_sections *name,
			   struct pack_writer *pw, struct err *err)
{
	size_t total = (size_t)t->first[t->count];
	size_t memory = t->memory ? t->memory : MEMORY;
	int threads = t->threads < 1 ? 1 : t->threads;
	struct span words = pack_written(pw, name->words, err);
	struct grams g = { .texts = t, .width = lyricprint_width(t->count) };
	int rc;

	if (!words.p)
		return -1;
	g.words = (const uint16_t *)(const void *)words.p;
	g.bits = lyricprint_bucket_bits(total, g.width);
	/* two grams a word, each in an array and the room to sort it in */
	g.parts =
	    total / (memory / (4 * sizeof(uint64_t)) + 1) * (size_t)threads +
	    (size_t)threads;
	if (g.parts > PARTS_MAX)
		g.parts = PARTS_MAX;
	g.buckets = mem_zalloc(((size_t)1 << g.bits) + 1, sizeof(*g.buckets));
	g.group = mem_zalloc((size_t)threads, sizeof(*g.group));
	rc = write_parts(&g, threads, name, pw, err);
	for (int k = 0; k < threads; k++) {
		free(g.group[k].entries);
		free(g.group[k].room);
	}
	free(g.group);
	free(g.buckets);
	return rc;
}
