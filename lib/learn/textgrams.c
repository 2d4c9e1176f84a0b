/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/textgrams.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

/* What a hash is of: the first byte of what is hashed. */
enum kind {
	WORD = 1,
	FIRST,
	LAST,
	PAIR,
	TRIPLE,
	NEGATED,
	SHOUTED,
	STRETCHED,
	CHARACTERS,
	LABEL
};

enum { SHORTEST = 2, LONGEST = 5, INNER = 3, KEY = 3 * UTTERANCE_WORD + 8 };

static void start_slots(struct textgrams *g, size_t most)
{
	size_t n = g->slot_count ? g->slot_count : 256;

	while (n < 2 * most)
		n *= 2;
	if (n > g->slot_count) {
		g->slots = mem_resize(g->slots, n, sizeof(*g->slots));
		g->slot_count = n;
	}
	memset(g->slots, 0, g->slot_count * sizeof(*g->slots));
}

static void add(struct textgrams *g, uint64_t hash, enum textgram_group group,
		size_t first, size_t last)
{
	size_t mask = g->slot_count - 1, i = hash & mask;

	for (; g->slots[i]; i = (i + 1) & mask) {
		struct textgram *old = &g->items[g->slots[i] - 1];

		if (old->hash == hash) {
			old->count += old->count < UINT16_MAX;
			return;
		}
	}
	MEM_ROOM(g->items, g->count + 1, g->cap);
	g->items[g->count++] =
	    (struct textgram){ hash, 1, (uint16_t)first, (uint16_t)last,
			       (uint8_t)group };
	g->slots[i] = (uint32_t)g->count;
}

/* The hash of up to three words, each with a blank before it. */
static uint64_t hash_words(enum kind kind, const struct span *w, int n)
{
	char key[KEY];
	size_t used = 0;

	key[used++] = (char)kind;
	for (int i = 0; i < n; i++) {
		key[used++] = ' ';
		memcpy(key + used, w[i].p, w[i].n);
		used += w[i].n;
	}
	return hash_mix(key, used);
}

static void add_word(struct textgrams *g, enum kind kind, struct span w,
		     size_t i)
{
	add(g, hash_words(kind, &w, 1), TEXTGRAM_WORDS, i, i);
}

/* Characters are bytes of UTF-8, but no gram begins inside one. */
static void add_characters(struct textgrams *g, struct span w, size_t i)
{
	char key[UTTERANCE_WORD + 4];
	size_t n = 0;

	key[n++] = CHARACTERS;
	key[n++] = ' ';
	memcpy(key + n, w.p, w.n);
	n += w.n;
	key[n++] = ' ';
	for (size_t a = 1; a < n; a++) {
		char before = key[a - 1];

		if (((unsigned char)key[a] & 0xC0) == 0x80)
			continue;
		key[a - 1] = CHARACTERS;
		for (size_t l = SHORTEST; l <= LONGEST && a + l <= n; l++) {
			uint64_t h = hash_mix(key + a - 1, l + 1);

			add(g, h, TEXTGRAM_CHARACTERS, i, i);
			if (l >= INNER) {
				size_t k = g->inner_start[i + 1]++;

				MEM_ROOM(g->inner, k + 1, g->inner_cap);
				g->inner[k] = h;
			}
		}
		key[a - 1] = before;
	}
}

static void read_token(struct textgrams *g, const struct utterance *u, size_t i)
{
	const struct utterance_token *t = &u->tokens[i];
	struct span w[3] = { SPAN("<s>"), SPAN("<s>"), t->text };
	struct span ends[2] = { t->text, SPAN("</s>") };
	bool last = i + 1 == u->count;
	size_t before = i ? i - 1 : 0;

	if (i > 0)
		w[1] = u->tokens[i - 1].text;
	if (i > 1)
		w[0] = u->tokens[i - 2].text;
	g->word[i] = hash_words(WORD, &w[2], 1);
	g->pair[i] = hash_words(PAIR, &w[1], 2);
	add(g, g->word[i], TEXTGRAM_WORDS, i, i);
	add(g, g->pair[i], TEXTGRAM_WORDS, before, i);
	if (i == 0)
		add_word(g, FIRST, t->text, i);
	if (last) {
		add_word(g, LAST, t->text, i);
		add(g, hash_words(PAIR, ends, 2), TEXTGRAM_WORDS, i, i);
	}
	if (i > 0)
		add(g, hash_words(TRIPLE, w, 3), TEXTGRAM_WORDS,
		    i > 1 ? i - 2 : 0, i);
	if (t->negated)
		add_word(g, NEGATED, t->text, i);
	if (t->shouted)
		add_word(g, SHOUTED, t->text, i);
	if (t->stretched)
		add_word(g, STRETCHED, t->text, i);
	if (t->kind == UTTERANCE_WORDS || t->kind == UTTERANCE_MARK)
		add_characters(g, t->text, i);
}

void textgrams_read(struct textgrams *g, const struct utterance *u,
		    const struct textcues_found *found)
{
	size_t most = 0;

	for (size_t i = 0; i < u->count; i++)
		most += 8 + 4 * (u->tokens[i].text.n + 2);
	start_slots(g, most + (found ? found->count : 0));
	g->count = 0;
	g->inner_start[0] = 0;
	for (size_t i = 0; i < u->count; i++) {
		g->inner_start[i + 1] = g->inner_start[i];
		read_token(g, u, i);
	}
	for (size_t i = 0; found && i < found->count; i++) {
		char key[9] = { LABEL };
		size_t token = found->labels[i].token;

		memcpy(key + 1, &found->labels[i].hash, 8);
		add(g, hash_mix(key, sizeof(key)), TEXTGRAM_CUES, token, token);
	}
}

void textgrams_release(struct textgrams *g)
{
	free(g->items);
	free(g->inner);
	free(g->slots);
	*g = (struct textgrams){ 0 };
}
