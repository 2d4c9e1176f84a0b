/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/wordsbest.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define NONE UINT32_MAX

void words_best_start(struct words_best *b, size_t k,
		      const struct words_cap *cap)
{
	size_t slots = 256;

	b->k = k;
	b->count = 0;
	b->cap = cap && cap->each < k ? *cap : (struct words_cap){ 0 };
	if (!b->cap.each)
		return;
	while (slots < 2 * k)
		slots *= 2;
	if (slots > b->slots) {
		free(b->slot);
		b->slot = mem_alloc(slots * sizeof(*b->slot));
		b->slots = slots;
	}
	memset(b->slot, 0xff, b->slots * sizeof(*b->slot));
}

void words_best_release(struct words_best *b)
{
	free(b->item);
	free(b->heap);
	free(b->slot);
	*b = (struct words_best){ 0 };
}

static void put(struct words_best *b, size_t place, uint32_t item)
{
	b->heap[place] = item;
	b->item[item].place = (uint32_t)place;
}

static uint64_t key_at(const struct words_best *b, size_t place)
{
	return b->item[b->heap[place]].key;
}

static void sift(struct words_best *b, size_t i)
{
	uint32_t item = b->heap[i];
	size_t child;

	while ((child = 2 * i + 1) < b->count) {
		if (child + 1 < b->count &&
		    key_at(b, child + 1) < key_at(b, child))
			child++;
		if (b->item[item].key <= key_at(b, child))
			break;
		put(b, i, b->heap[child]);
		i = child;
	}
	put(b, i, item);
}

static uint32_t *slot_of(const struct words_best *b, uint32_t group)
{
	return &b->slot[group * 0x9e3779b1u & (b->slots - 1)];
}

/* The worst of a group that is full, else NONE. */
static uint32_t worst_of(const struct words_best *b, uint32_t group)
{
	uint32_t worst = NONE;
	size_t met = 0;

	for (uint32_t i = *slot_of(b, group); i != NONE; i = b->item[i].next)
		if (b->item[i].group == group &&
		    (!met++ || b->item[i].key < b->item[worst].key))
			worst = i;
	return met < b->cap.each ? NONE : worst;
}

static void leave(struct words_best *b, uint32_t item)
{
	uint32_t *at;

	if (b->item[item].group == NONE)
		return;
	at = slot_of(b, b->item[item].group);
	while (*at != item)
		at = &b->item[*at].next;
	*at = b->item[item].next;
}

static void enter(struct words_best *b, uint32_t item, uint64_t key,
		  uint32_t group)
{
	struct words_best_item *x = &b->item[item];

	x->key = key;
	x->group = group;
	if (group == NONE)
		return;
	x->next = *slot_of(b, group);
	*slot_of(b, group) = item;
}

static void append(struct words_best *b, uint64_t key, uint32_t group)
{
	MEM_ROOM(b->item, b->count + 1, b->item_room);
	MEM_ROOM(b->heap, b->count + 1, b->heap_room);
	put(b, b->count, (uint32_t)b->count);
	enter(b, (uint32_t)b->count++, key, group);
	for (size_t i = b->count == b->k ? b->k / 2 : 0; i--;)
		sift(b, i);
}

void words_best_offer(struct words_best *b, uint32_t score, uint32_t row)
{
	uint64_t key = (uint64_t)score << 32 | (UINT32_MAX - row);
	uint32_t group = NONE, worst = NONE;

	if (b->count == b->k && key <= key_at(b, 0))
		return;
	if (b->cap.each)
		group = b->cap.group[row];
	if (group != NONE)
		worst = worst_of(b, group);
	if (worst != NONE) {
		if (key <= b->item[worst].key)
			return;
		b->item[worst].key = key;
		if (b->count == b->k)
			sift(b, b->item[worst].place);
	} else if (b->count < b->k) {
		append(b, key, group);
	} else {
		leave(b, b->heap[0]);
		enter(b, b->heap[0], key, group);
		sift(b, 0);
	}
}

static int descending(const void *a, const void *b)
{
	uint64_t x = ((const struct words_best_item *)a)->key;
	uint64_t y = ((const struct words_best_item *)b)->key;

	return x < y ? 1 : -(x > y);
}

size_t words_best_take(struct words_best *b, struct topk_item *out)
{
	if (b->count)
		qsort(b->item, b->count, sizeof(*b->item), descending);
	for (size_t i = 0; i < b->count; i++)
		out[i] = (struct topk_item){
			.score = (float)(b->item[i].key >> 32) / 65536,
			.index = UINT32_MAX - (uint32_t)b->item[i].key,
		};
	return b->count;
}
