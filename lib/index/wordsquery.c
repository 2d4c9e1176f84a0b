/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked of a word index: words.h. */
#include <stdlib.h>

#include "base/mem.h"
#include "index/wordsformat.h"
#include "text/tokens.h"
#include "text/utf8.h"

void words_query_reset(struct words_query *q)
{
	q->count = q->nwords = 0;
	str_reset(&q->text);
}

void words_query_release(struct words_query *q)
{
	free(q->clauses);
	free(q->words);
	str_release(&q->text);
	*q = (struct words_query){ 0 };
}

static bool clause(struct words_query *q, enum words_kind kind,
		   enum words_need need, float weight, size_t first,
		   size_t count)
{
	if (!count || q->count >= WORDS_CLAUSES_MAX)
		return false;
	if (count > WORDS_PHRASE_MAX)
		count = WORDS_PHRASE_MAX;
	MEM_ROOM(q->clauses, q->count + 1, q->cap);
	q->clauses[q->count++] = (struct words_clause){
		.kind = kind,
		.need = need,
		.weight = weight > 0 ? weight < 16 ? weight : 16 : 1,
		.first = first,
		.count = count,
	};
	return true;
}

bool words_query_add(struct words_query *q, enum words_kind kind,
		     enum words_need need, float weight, struct span text)
{
	struct tokens t = { 0 };
	struct token token;
	size_t first = q->nwords;
	bool added = false;

	tokens_start(&t, text);
	while (tokens_next(&t, &token)) {
		struct span word = words_cut(token.text);

		MEM_ROOM(q->words, q->nwords + 1, q->words_cap);
		q->words[q->nwords++] =
		    (struct words_spot){ q->text.n, word.n };
		str_span(&q->text, word);
	}
	tokens_release(&t);
	if (kind == WORDS_PHRASE)
		return clause(q, kind, need, weight, first, q->nwords - first);
	for (size_t i = first; i < q->nwords; i++)
		added |= clause(q, i + 1 < q->nwords ? WORDS_TERM : kind, need,
				weight, i, 1);
	return added;
}

static bool blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A letter or digit, as far as ASCII tells: "rock *" is no prefix. */
static bool wordlike(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       (unsigned char)c >= 0x80;
}

static const char *quoted(struct words_query *q, enum words_need need,
			  const char *p, const char *end)
{
	const char *close = memchr(p, '"', (size_t)(end - p));
	struct span text = { p, (size_t)((close ? close : end) - p) };

	words_query_add(q, WORDS_PHRASE,
			need == WORDS_OPTIONAL ? WORDS_REQUIRED : need, 1,
			text);
	return close ? close + 1 : end;
}

static const char *bare(struct words_query *q, enum words_need need,
			const char *p, const char *end)
{
	const char *stop = p;
	struct tokens t = { 0 };
	struct token token;
	size_t n = 0;
	struct span text;
	bool prefix;

	while (stop < end && !blank(*stop) && *stop != '"')
		stop++;
	text = (struct span){ p, (size_t)(stop - p) };
	/* "Alone -Live-": dashes around, nothing meant by them. */
	if (need == WORDS_EXCLUDED && text.n && stop[-1] == '-')
		need = WORDS_OPTIONAL;
	prefix = text.n > 1 && stop[-1] == '*' && wordlike(stop[-2]);
	tokens_start(&t, text);
	while (tokens_next(&t, &token))
		n++;
	tokens_release(&t);
	words_query_add(q,
			prefix                            ? WORDS_PREFIX
			: n > 1 && need != WORDS_OPTIONAL ? WORDS_PHRASE
							  : WORDS_TERM,
			need, 1, text);
	return stop;
}

void words_query_parse(struct words_query *q, struct span text)
{
	struct str folded = { 0 };
	const char *p, *end;

	if (!text.p)
		return;
	utf8_fold(text, &folded);
	p = str_z(&folded);
	end = p + folded.n;
	while (p < end) {
		enum words_need need = WORDS_OPTIONAL;

		if (blank(*p)) {
			p++;
			continue;
		}
		if (*p == '+' || *p == '-')
			need = *p++ == '+' ? WORDS_REQUIRED : WORDS_EXCLUDED;
		if (p < end && *p == '"')
			p = quoted(q, need, p + 1, end);
		else
			p = bare(q, need, p, end);
	}
	str_release(&folded);
}
