/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/table.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

#define CHUNK 65536

struct table_chunk {
	struct table_chunk *next;
	size_t used, size;
	char bytes[];
};

/* Multiply-xorshift over 8-byte words; constants are those of SplitMix64
 * (Steele, Lea & Flood 2014). */
static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

uint64_t hash_mix(const void *p, size_t n)
{
	const unsigned char *b = p;
	uint64_t h = mix(n + UINT64_C(0x9e3779b97f4a7c15)), w;
	size_t i;

	for (; n >= 8; n -= 8, b += 8) {
		memcpy(&w, b, 8);
		h = mix(h ^ w) + UINT64_C(0x9e3779b97f4a7c15);
	}
	for (w = 0, i = 0; i < n; i++)
		w |= (uint64_t)b[i] << 8 * i;
	return mix(h ^ w);
}

void table_release(struct table *t)
{
	struct table_chunk *c, *next;

	for (c = t->keys; c; c = next) {
		next = c->next;
		free(c);
	}
	free(t->entries);
	free(t->slots);
	*t = (struct table){ 0 };
}

static const char *keep(struct table *t, struct span key)
{
	struct table_chunk *c = t->keys;
	char *p;

	if (!c || c->size - c->used < key.n) {
		size_t size = key.n > CHUNK ? key.n : CHUNK;

		c = mem_alloc(sizeof(*c) + size);
		c->next = t->keys;
		c->used = 0;
		c->size = size;
		t->keys = c;
	}
	p = c->bytes + c->used;
	if (key.n)
		memcpy(p, key.p, key.n);
	c->used += key.n;
	return p;
}

/* The slot that holds key, or the empty one where it belongs. */
static size_t find(const struct table *t, struct span key)
{
	size_t i = hash_mix(key.p, key.n) & (t->nslots - 1);

	while (t->slots[i] && !span_eq(t->entries[t->slots[i] - 1].key, key))
		i = (i + 1) & (t->nslots - 1);
	return i;
}

uint64_t *table_get(const struct table *t, struct span key)
{
	uint32_t n = t->nslots ? t->slots[find(t, key)] : 0;

	return n ? &t->entries[n - 1].value : NULL;
}

static void rehash(struct table *t)
{
	size_t i;

	t->nslots = t->nslots ? t->nslots * 2 : 64;
	free(t->slots);
	t->slots = mem_zalloc(t->nslots, sizeof(*t->slots));
	for (i = 0; i < t->count; i++)
		t->slots[find(t, t->entries[i].key)] = (uint32_t)(i + 1);
}

uint64_t *table_put(struct table *t, struct span key)
{
	struct table_entry *e;
	size_t slot;

	if (t->count * 4 >= t->nslots * 3)
		rehash(t);
	slot = find(t, key);
	if (t->slots[slot])
		return &t->entries[t->slots[slot] - 1].value;
	MEM_ROOM(t->entries, t->count + 1, t->cap);
	e = &t->entries[t->count++];
	e->key = (struct span){ keep(t, key), key.n };
	e->value = 0;
	t->slots[slot] = (uint32_t)t->count;
	return &e->value;
}
