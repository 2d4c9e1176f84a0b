/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/asked.h"

#include <stdlib.h>

#include "base/mem.h"
#include "text/stopwords.h"
#include "text/tokens.h"

struct word {
	size_t at, n; /* of text */
	bool light;
};

struct asked {
	struct words_query query;
	struct tokens tokens;
	struct str text, pair;
	struct word words[ASKED_WORDS]; /* each once, as they come */
	size_t count;
	size_t pairs[ASKED_PAIRS][2]; /* of words */
	size_t npairs;
};

struct asked *asked_new(void)
{
	return mem_zalloc(1, sizeof(struct asked));
}

void asked_free(struct asked *a)
{
	if (!a)
		return;
	words_query_release(&a->query);
	tokens_release(&a->tokens);
	str_release(&a->text);
	str_release(&a->pair);
	free(a);
}

static struct span word_of(const struct asked *a, size_t i)
{
	return (struct span){ a->text.p + a->words[i].at, a->words[i].n };
}

static bool is_light(struct span word)
{
	return span_is(word, "music") || span_is(word, "song") ||
	       span_is(word, "songs") || span_is(word, "something") ||
	       stopwords_has(word);
}

/* The number of a word, new or not; ASKED_WORDS: there is no room. */
static size_t find_word(struct asked *a, struct span word)
{
	size_t i = 0;

	while (i < a->count && !span_eq(word_of(a, i), word))
		i++;
	if (i == a->count && i < ASKED_WORDS) {
		a->words[i] =
		    (struct word){ a->text.n, word.n, is_light(word) };
		str_span(&a->text, word);
		a->count++;
	}
	return i;
}

static bool tells(const struct asked *a, size_t word)
{
	return word < ASKED_WORDS && !a->words[word].light;
}

static void read_words(struct asked *a, struct span request)
{
	struct token token;
	size_t before = ASKED_WORDS, i;

	str_reset(&a->text);
	a->count = a->npairs = 0;
	tokens_start(&a->tokens, request);
	while (tokens_next(&a->tokens, &token)) {
		i = find_word(a, token.text);
		if (i == ASKED_WORDS)
			break;
		if (token.joined && i != before && tells(a, i) &&
		    tells(a, before) && a->npairs < ASKED_PAIRS) {
			a->pairs[a->npairs][0] = before;
			a->pairs[a->npairs++][1] = i;
		}
		before = i;
	}
}

static void add_words(struct asked *a, bool light, float weight)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->words[i].light == light)
			words_query_add(&a->query, WORDS_TERM, WORDS_OPTIONAL,
					weight, word_of(a, i));
}

const struct words_query *asked_words(struct asked *a, struct span request)
{
	read_words(a, request);
	words_query_reset(&a->query);
	add_words(a, false, 1);
	for (size_t i = 0; i < a->npairs; i++) {
		str_reset(&a->pair);
		str_span(&a->pair, word_of(a, a->pairs[i][0]));
		str_putc(&a->pair, ' ');
		str_span(&a->pair, word_of(a, a->pairs[i][1]));
		words_query_add(&a->query, WORDS_PHRASE, WORDS_OPTIONAL,
				ASKED_PAIR, span_str(&a->pair));
	}
	/* Last, as WORDS_CLAUSES_MAX are taken. */
	add_words(a, true, ASKED_LIGHT);
	return &a->query;
}

static bool has_signs(const struct words_query *q)
{
	for (size_t i = 0; i < q->count; i++)
		if (q->clauses[i].kind != WORDS_TERM ||
		    q->clauses[i].need != WORDS_OPTIONAL)
			return true;
	return false;
}

const struct words_query *asked_signs(struct asked *a, struct span request)
{
	words_query_reset(&a->query);
	words_query_parse(&a->query, request);
	return has_signs(&a->query) ? &a->query : NULL;
}

float asked_met(const struct words_query *q, const struct words_reason *why,
		size_t n)
{
	float all = 0, met = 0;

	for (size_t i = 0; i < q->count; i++)
		if (q->clauses[i].kind == WORDS_TERM)
			all += q->clauses[i].weight;
	for (size_t i = 0; i < n; i++)
		if (q->clauses[why[i].clause].kind == WORDS_TERM)
			met += q->clauses[why[i].clause].weight;
	return all > 0 ? met / all : n > 0;
}
