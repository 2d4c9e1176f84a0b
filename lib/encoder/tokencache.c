/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/tokencache.h"

#include <stdlib.h>

#include "base/hash.h"

#define SLOTS 8192
#define ITEMS_MAX 65536

struct tokencache_entry {
	uint32_t tag;           /* of its hash */
	uint32_t word;          /* place in words */
	uint32_t item;          /* place of its tokens in items */
	uint16_t length, count; /* length 0: free */
};

void tokencache_release(struct tokencache *c)
{
	free(c->entries);
	free(c->items.items);
	str_release(&c->words);
	*c = (struct tokencache){ 0 };
}

/* The word's entry, or the free one where it would be. */
static struct tokencache_entry *entry_of(const struct tokencache *c,
					 struct span word, uint64_t hash)
{
	size_t k = hash % SLOTS;

	for (;; k = (k + 1) % SLOTS) {
		struct tokencache_entry *e = &c->entries[k];

		if (!e->length ||
		    (e->tag == (uint32_t)(hash >> 32) && e->length == word.n &&
		     !memcmp(c->words.p + e->word, word.p, word.n)))
			return e;
	}
}

bool tokencache_get(const struct tokencache *c, struct span word,
		    struct tokenout *out)
{
	const struct tokencache_entry *e;

	if (!c->entries || !word.n || word.n > TOKENCACHE_WORD)
		return false;
	e = entry_of(c, word, hash_mix(word.p, word.n));
	if (!e->length)
		return false;
	MEM_ROOM(out->items, out->count + e->count, out->cap);
	for (size_t i = 0; i < e->count; i++)
		out->items[out->count++] = c->items.items[e->item + i];
	return true;
}

void tokencache_put(struct tokencache *c, struct span word,
		    const struct tokenout_item *items, size_t count)
{
	struct tokencache_entry *e;
	uint64_t hash;

	if (!word.n || word.n > TOKENCACHE_WORD)
		return;
	if (!c->entries)
		c->entries = mem_zalloc(SLOTS, sizeof(*c->entries));
	if (c->count > SLOTS / 2 || c->items.count + count > ITEMS_MAX) {
		memset(c->entries, 0, SLOTS * sizeof(*c->entries));
		c->count = c->items.count = 0;
		str_reset(&c->words);
	}
	hash = hash_mix(word.p, word.n);
	e = entry_of(c, word, hash);
	if (e->length)
		return;
	*e = (struct tokencache_entry){ .tag = (uint32_t)(hash >> 32),
					.word = (uint32_t)c->words.n,
					.item = (uint32_t)c->items.count,
					.length = (uint16_t)word.n,
					.count = (uint16_t)count };
	str_span(&c->words, word);
	for (size_t i = 0; i < count; i++)
		tokenout_put(&c->items, items[i].id, items[i].begin,
			     items[i].end);
	c->count++;
}
