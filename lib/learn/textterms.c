/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/textterms.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "text/stopwords.h"

enum { WORD_MAX = 64, GRAM_MIN = 3, GRAM_MAX = 5, GRAM_WORD_MAX = 32 };

/* Shares of a full word's weight, chosen by the figures in moodpipe(7). */
static const float stop_share = 0.15f, number_share = 0.5f, pair_share = 0.6f;

static uint64_t hash_kind(enum textterms_kind kind, struct span s)
{
	char buf[2 * WORD_MAX + 8];

	buf[0] = (char)('a' + kind);
	memcpy(buf + 1, s.p, s.n);
	return (hash_mix(buf, s.n + 1) & ~UINT64_C(3)) | kind;
}

static struct textterm *put(struct textterms *t, uint64_t hash, float weight)
{
	struct textterm *term;

	MEM_ROOM(t->items, t->count + 1, t->cap);
	term = &t->items[t->count++];
	*term = (struct textterm){ .hash = hash, .weight = weight, .count = 1 };
	return term;
}

static int by_hash(const void *a, const void *b)
{
	const struct textterm *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static void merge(struct textterms *t)
{
	size_t i, n = 0;

	if (t->count > 1)
		qsort(t->items, t->count, sizeof(*t->items), by_hash);
	for (i = 0; i < t->count; i++) {
		if (n && t->items[n - 1].hash == t->items[i].hash)
			t->items[n - 1].count++;
		else
			t->items[n++] = t->items[i];
	}
	t->count = n;
	for (i = 0; i < n; i++)
		t->items[i].weight *= 1 + logf((float)t->items[i].count);
}

uint64_t textterms_word(struct textterms *t, struct span word)
{
	if (!t->stem)
		t->stem = stem_new();
	return hash_kind(TEXTTERMS_WORD, stem_word(t->stem, word));
}

static void put_pair(struct textterms *t, struct span first, struct span second)
{
	struct textterm *term =
	    put(t, hash_kind(TEXTTERMS_PAIR, span_str(&t->pair)), pair_share);

	term->first = first;
	term->second = second;
}

void textterms_read(struct textterms *t, struct span text)
{
	struct token token;
	struct span before = { 0 };
	bool pairs = false; /* the word before may begin a pair */

	if (!t->stem)
		t->stem = stem_new();
	t->count = 0;
	str_reset(&t->pair);
	tokens_start(&t->tokens, text);
	while (tokens_next(&t->tokens, &token)) {
		bool stop = stopwords_has(token.text);
		struct span word;

		if (token.text.n > WORD_MAX) {
			pairs = false;
			continue;
		}
		word = stem_word(t->stem, token.text);
		put(t, hash_kind(TEXTTERMS_WORD, word),
		    stop                         ? stop_share
		    : token.kind == TOKEN_NUMBER ? number_share
						 : 1)
		    ->word = token.text;
		if (pairs && token.joined && !stop) {
			str_putc(&t->pair, ' ');
			str_span(&t->pair, word);
			put_pair(t, before, token.text);
		}
		pairs = !stop;
		before = token.text;
		str_reset(&t->pair);
		str_span(&t->pair, word);
	}
	merge(t);
}

void textterms_release(struct textterms *t)
{
	tokens_release(&t->tokens);
	stem_free(t->stem);
	str_release(&t->pair);
	free(t->items);
	*t = (struct textterms){ 0 };
}

void textterms_grams(struct span word, void (*each)(void *ctx, uint64_t hash),
		     void *ctx)
{
	char buf[4 * GRAM_WORD_MAX + 2];
	size_t start[GRAM_WORD_MAX + 3], n = 0, i, k, bytes;

	if (word.n > sizeof(buf) - 2)
		return;
	buf[0] = '<';
	memcpy(buf + 1, word.p, word.n);
	bytes = word.n + 2;
	buf[bytes - 1] = '>';
	for (i = 0; i < bytes; i++) {
		if (((unsigned char)buf[i] & 0xC0) == 0x80)
			continue;
		if (n == GRAM_WORD_MAX + 2)
			return;
		start[n++] = i;
	}
	start[n] = bytes;
	for (i = 0; i < n; i++)
		for (k = GRAM_MIN; k <= GRAM_MAX && i + k <= n; k++)
			each(ctx, hash_kind(TEXTTERMS_GRAM,
					    (struct span){ buf + start[i],
							   start[i + k] -
							       start[i] }));
}
