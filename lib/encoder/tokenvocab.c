/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/tokenvocab.h"

#include <stdlib.h>

#include "base/mem.h"

/* Slots that a search passes at most. Honest words come nowhere near. */
#define CROWD 512
/* Words whose slots are asked of the memory before their turn. */
#define AHEAD 12

void tokenvocab_release(struct tokenvocab *v)
{
	str_release(&v->bytes);
	free(v->words);
	free(v->slots);
	*v = (struct tokenvocab){ 0 };
}

static inline uint32_t tag_of(uint64_t hash)
{
	hash ^= hash >> 29;
	hash *= UINT64_C(0xbf58476d1ce4e5b9);
	return (uint32_t)(hash >> 32);
}

/* The slot of a spelling, or the free one where it would be; SIZE_MAX: too many
 * are in the way. */
static size_t slot_of(const struct tokenvocab *v, uint32_t tag,
		      struct span head, struct span tail)
{
	size_t k = tag & v->mask;

	for (size_t passed = 0; passed < CROWD; passed++) {
		uint64_t slot = v->slots[k];
		const struct tokenvocab_word *w;

		if (!slot)
			return k;
		w = &v->words[(uint32_t)slot - 1];
		if (slot >> 32 == tag && w->n == head.n + tail.n &&
		    (!head.n || !memcmp(v->bytes.p + w->at, head.p, head.n)) &&
		    (!tail.n ||
		     !memcmp(v->bytes.p + w->at + head.n, tail.p, tail.n)))
			return k;
		k = (k + 1) & v->mask;
	}
	return SIZE_MAX;
}

int32_t tokenvocab_find(const struct tokenvocab *v, uint64_t hash,
			struct span head, struct span tail)
{
	size_t k;

	if (!v->slots)
		return TOKENVOCAB_NONE;
	k = slot_of(v, tag_of(hash), head, tail);
	return k == SIZE_MAX || !v->slots[k]
		   ? TOKENVOCAB_NONE
		   : (int32_t)(uint32_t)v->slots[k] - 1;
}

static void enlarge(struct tokenvocab *v, size_t size)
{
	MEM_ROOM(v->words, size, v->cap);
	for (size_t i = v->size; i < size; i++)
		v->words[i] = (struct tokenvocab_word){ .at = UINT32_MAX };
	v->size = size;
}

int tokenvocab_add(struct tokenvocab *v, struct span word, int64_t id,
		   struct err *err)
{
	const size_t limit = v->limit ? v->limit : INT32_MAX;

	if (id < 0 || (uint64_t)id >= limit)
		return err_set(err, ERR_DATA, "tokenizer",
			       "\"%.*s\" has id %lld, which is out of range",
			       (int)(word.n < 60 ? word.n : 60), word.p,
			       (long long)id);
	if ((size_t)id < v->size && v->words[id].at != UINT32_MAX)
		return err_set(err, ERR_DATA, "tokenizer",
			       "two words have id %lld: \"%.*s\" is one",
			       (long long)id, (int)(word.n < 60 ? word.n : 60),
			       word.p);
	if (word.n > UINT32_MAX - 1 - v->bytes.n)
		return err_set(err, ERR_DATA, "tokenizer",
			       "the vocabulary is too large");
	if ((size_t)id >= v->size)
		enlarge(v, (size_t)id + 1);
	v->words[id] = (struct tokenvocab_word){
		(uint32_t)v->bytes.n, (uint32_t)word.n,
		tag_of(tokenvocab_steps(TOKENVOCAB_HASH, word))
	};
	str_put(&v->bytes, word.p, word.n);
	v->count++;
	if (word.n > v->longest)
		v->longest = word.n;
	return 0;
}

static int put(struct tokenvocab *v, size_t id, bool again, struct err *err)
{
	struct span word = tokenvocab_word(v, (int64_t)id);
	size_t k = slot_of(v, v->words[id].tag, word, (struct span){ NULL, 0 });

	if (k == SIZE_MAX)
		return err_set(err, ERR_DATA, "tokenizer",
			       "too many spellings have the same hash; get the "
			       "file anew from where it was published");
	if (v->slots[k] && !again)
		return err_set(err, ERR_DATA, "tokenizer",
			       "\"%.*s\" is in the vocabulary twice",
			       (int)(word.n < 60 ? word.n : 60), word.p);
	v->slots[k] = (uint64_t)v->words[id].tag << 32 | (uint64_t)(id + 1);
	return 0;
}

int tokenvocab_index(struct tokenvocab *v, bool again, struct err *err)
{
	size_t slots = 64;

	while (slots < v->count * 2)
		slots *= 2;
	free(v->slots);
	v->slots = mem_zalloc(slots, sizeof(*v->slots));
	v->mask = slots - 1;
	for (size_t i = 0; i < v->size; i++) {
		if (i + AHEAD < v->size)
			__builtin_prefetch(
			    &v->slots[v->words[i + AHEAD].tag & v->mask], 1);
		if (v->words[i].at != UINT32_MAX && put(v, i, again, err))
			return -1;
	}
	return 0;
}
