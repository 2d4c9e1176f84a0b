/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/ngrams.h"

#include <stdlib.h>

#include "base/mem.h"
#include "text/stopwords.h"

enum { WORD_MIN = 2, WORD_MAX = 32 }; /* bytes */

void ngrams_reset(struct ngrams *g)
{
	g->count = g->nplaces = 0;
	str_reset(&g->text);
}

void ngrams_release(struct ngrams *g)
{
	free(g->at);
	free(g->places);
	str_release(&g->text);
	tokens_release(&g->tokens);
	*g = (struct ngrams){ 0 };
}

static void add_place(struct ngrams *g, size_t start, uint32_t words)
{
	MEM_ROOM(g->places, g->nplaces + 1, g->places_cap);
	g->places[g->nplaces++] =
	    (struct ngrams_place){ start, g->text.n - start, words };
}

static bool wanted(const struct token *t)
{
	return t->kind == TOKEN_WORD && t->text.n >= WORD_MIN &&
	       t->text.n <= WORD_MAX && !stopwords_has(t->text);
}

void ngrams_add(struct ngrams *g, struct span text)
{
	struct token token;
	size_t before = 0;
	bool pair = false;

	if (text.n > NGRAMS_TEXT_MAX)
		text.n = NGRAMS_TEXT_MAX;
	tokens_start(&g->tokens, text);
	while (tokens_next(&g->tokens, &token)) {
		size_t start;

		if (!wanted(&token)) {
			pair = false;
			continue;
		}
		str_putc(&g->text, ' ');
		start = g->text.n;
		str_span(&g->text, token.text);
		add_place(g, start, 1);
		if (pair && token.joined)
			add_place(g, before, 2);
		before = start;
		pair = true;
	}
}

static int by_text(const void *a, const void *b)
{
	const struct ngram *x = a, *y = b;

	return span_cmp(x->text, y->text);
}

void ngrams_merge(struct ngrams *g)
{
	size_t kept = 0;

	MEM_ROOM(g->at, g->nplaces, g->cap);
	for (size_t i = 0; i < g->nplaces; i++)
		g->at[i] = (struct ngram){ { g->text.p + g->places[i].start,
					     g->places[i].n },
					   g->places[i].words,
					   1 };
	if (g->nplaces)
		qsort(g->at, g->nplaces, sizeof(*g->at), by_text);
	for (size_t i = 0; i < g->nplaces; i++) {
		if (kept && span_eq(g->at[kept - 1].text, g->at[i].text))
			g->at[kept - 1].times++;
		else
			g->at[kept++] = g->at[i];
	}
	g->count = kept;
}
