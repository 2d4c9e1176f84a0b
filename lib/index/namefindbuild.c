/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "index/namefind.h"
#include "index/namefindkey.h"

#define CHUNK 2048u /* names that are read together */

struct chunk {
	struct str keys;
	uint32_t length[CHUNK]; /* of each key, in bytes */
	uint32_t mark[CHUNK];
	uint32_t signature[CHUNK];
	uint64_t *fragments; /* of all its names */
	uint32_t count[CHUNK];
	size_t n, cap;
};

struct build {
	const struct span *names;
	size_t n;
	struct chunk *chunks;
};

static void read_chunk(void *ctx, size_t i, int thread)
{
	struct build *b = ctx;
	struct chunk *c = &b->chunks[i];
	struct namefind_key key;

	(void)thread;
	for (size_t k = 0; k < CHUNK && i * CHUNK + k < b->n; k++) {
		size_t start = c->keys.n;
		size_t got;

		c->mark[k] = namefind_key(b->names[i * CHUNK + k], &c->keys);
		namefind_letters(
		    (struct span){ c->keys.p + start, c->keys.n - start },
		    &key);
		c->signature[k] = namefind_signature(&key);
		MEM_ROOM(c->fragments, c->n + NAMEFIND_FRAGMENTS, c->cap);
		got = key.n ? namefind_fragments(&key, c->fragments + c->n) : 0;
		c->length[k] = (uint32_t)(c->keys.n - start);
		c->count[k] = (uint32_t)got;
		c->n += got;
	}
}

static void align(struct str *out)
{
	while (out->n % 8)
		str_putc(out, 0);
}

/* Room for count elements; the place is out's, to be filled. */
static size_t room(struct str *out, size_t count, size_t size)
{
	size_t at;

	align(out);
	at = out->n;
	str_reserve(out, count * size + 8);
	memset(out->p + at, 0, count * size);
	out->n += count * size;
	return at;
}

static void put_names(const struct build *b, struct str *out)
{
	size_t offsets = room(out, b->n + 1, 8), marks = room(out, b->n, 4),
	       signatures = room(out, b->n, 4);
	uint64_t *offset = (void *)(out->p + offsets), at = 0;
	uint32_t *mark = (void *)(out->p + marks);
	uint32_t *signature = (void *)(out->p + signatures);

	for (size_t i = 0; i < b->n; i++) {
		const struct chunk *c = &b->chunks[i / CHUNK];

		offset[i] = at;
		at += c->length[i % CHUNK];
		mark[i] = c->mark[i % CHUNK];
		signature[i] = c->signature[i % CHUNK];
	}
	offset[b->n] = at;
}

/* Each bucket's names ascend, as names are counted and put in order. */
static void put_entries(const struct build *b, unsigned bits, size_t entries,
			struct str *out)
{
	size_t size = (size_t)1 << bits;
	size_t buckets = room(out, size + 2, 4), list = room(out, entries, 4);
	uint32_t *bucket = (void *)(out->p + buckets);
	uint32_t *entry = (void *)(out->p + list);
	size_t nchunks = (b->n + CHUNK - 1) / CHUNK;

	for (size_t i = 0; i < nchunks; i++)
		for (size_t k = 0; k < b->chunks[i].n; k++)
			bucket[(b->chunks[i].fragments[k] >> (64 - bits)) +
			       2]++;
	for (size_t i = 1; i < size + 2; i++)
		bucket[i] += bucket[i - 1];
	for (size_t i = 0, name = 0; i < nchunks; i++) {
		const struct chunk *c = &b->chunks[i];
		const uint64_t *f = c->fragments;

		for (size_t k = 0; k < CHUNK && name < b->n; k++, name++)
			for (uint32_t x = 0; x < c->count[k]; x++, f++)
				entry[bucket[(*f >> (64 - bits)) + 1]++] =
				    (uint32_t)name;
	}
}

static void put_all(const struct build *b, size_t entries, struct str *out)
{
	struct namefind_header h = { .version = NAMEFIND_VERSION,
				     .bits = 1,
				     .names = b->n,
				     .entries = entries };
	size_t nchunks = (b->n + CHUNK - 1) / CHUNK;

	while (h.bits < 31 && (size_t)2 << h.bits <= entries)
		h.bits++;
	for (size_t i = 0; i < nchunks; i++)
		h.bytes += b->chunks[i].keys.n;
	str_put(out, &h, sizeof(h));
	put_names(b, out);
	put_entries(b, h.bits, entries, out);
	align(out);
	for (size_t i = 0; i < nchunks; i++)
		str_span(out, span_str(&b->chunks[i].keys));
}

int namefind_build(const struct span *names, size_t n, int threads,
		   struct str *out, struct err *err)
{
	struct build b = { .names = names, .n = n };
	size_t nchunks = (n + CHUNK - 1) / CHUNK, entries = 0;
	int rc = 0;

	b.chunks = mem_zalloc(nchunks + 1, sizeof(*b.chunks));
	parallel_for(threads, nchunks, read_chunk, &b);
	for (size_t i = 0; i < nchunks; i++)
		entries += b.chunks[i].n;
	align(out);
	if (n >= UINT32_MAX || entries >= UINT32_MAX)
		rc = err_set(err, ERR_DATA, "too-large",
			     "%zu names are too many for an index of names", n);
	else
		put_all(&b, entries, out);
	for (size_t i = 0; i < nchunks; i++) {
		str_release(&b.chunks[i].keys);
		free(b.chunks[i].fragments);
	}
	free(b.chunks);
	return rc;
}
