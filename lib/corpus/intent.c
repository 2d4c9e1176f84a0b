/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/intent.h"

#include "text/stem.h"
#include "text/tokens.h"
#include "text/utf8.h"

/* Appends " stem stem stem ". */
static void stems(struct stem *stem, struct span text, struct str *out)
{
	struct tokens tokens = { 0 };
	struct token token;

	str_putc(out, ' ');
	tokens_start(&tokens, text);
	while (tokens_next(&tokens, &token)) {
		str_span(out, stem_word(stem, token.text));
		str_putc(out, ' ');
	}
	tokens_release(&tokens);
}

static bool contains(struct span hay, struct span needle)
{
	return memmem(hay.p, hay.n, needle.p, needle.n) != NULL;
}

static bool any_phrase(struct stem *stem, struct span query,
		       const struct str *phrases)
{
	struct span rest = span_str(phrases);
	struct str phrase = { 0 };
	bool found = false;

	while (rest.n && !found) {
		const char *end = memchr(rest.p, '\n', rest.n);
		size_t n = end ? (size_t)(end - rest.p) : rest.n;

		str_reset(&phrase);
		stems(stem, (struct span){ rest.p, n }, &phrase);
		found = phrase.n > 1 && contains(query, span_str(&phrase));
		n += end ? 1 : 0;
		rest = (struct span){ rest.p + n, rest.n - n };
	}
	str_release(&phrase);
	return found;
}

/* A capital letter and a small one: changed by folding, and not. */
static bool capitalised(struct span word)
{
	return word.n > 1 && word.p[0] >= 'A' && word.p[0] <= 'Z' &&
	       word.p[1] >= 'a' && word.p[1] <= 'z';
}

/* A capitalised word that neither begins the request nor stands among others
 * that all are ("I Miss My Ex" is a title, not a list of names). */
static bool has_name(struct span query)
{
	size_t words = 0, capitals = 0, i = 0;
	bool found = false;

	while (i < query.n) {
		size_t start;

		while (i < query.n && strchr(" \t\r\n", query.p[i]))
			i++;
		start = i;
		while (i < query.n && !strchr(" \t\r\n", query.p[i]))
			i++;
		if (i == start)
			break;
		if (capitalised((struct span){ query.p + start, i - start })) {
			capitals++;
			found = found || words > 0;
		}
		words++;
	}
	return found && capitals < words;
}

static enum query_type type_of(const struct weights *w, struct stem *stem,
			       struct span query, struct span stemmed,
			       bool mood, bool told)
{
	for (size_t i = 0; i < w->ordered; i++) {
		enum query_type t = w->order[i];

		if (t == QUERY_MOOD && told && !mood)
			continue;
		if (any_phrase(stem, stemmed, &w->words[t]) ||
		    (t == QUERY_ARTIST && has_name(query)))
			return t;
	}
	return mood ? QUERY_MOOD : QUERY_DEFAULT;
}

void intent_read(struct intent *in, const struct weights *w,
		 const struct requestmood_models *m, struct span query,
		 const struct intent_known *known)
{
	struct stem *stem = stem_new();
	struct str stemmed = { 0 };
	bool named, told = m->emotion != NULL;

	in->mood = requestmood_read(m, query, &in->context, &in->matched);
	if (known->mood)
		in->mood = *known->mood;
	named = in->mood.by == MOODBY_MODEL && known->is_name &&
		known->is_name(known->ctx, query);
	if (named)
		in->mood = (struct requestmood){ .by = MOODBY_NONE };
	stems(stem, query, &stemmed);
	in->type = known->mood ? QUERY_MOOD
		   : named     ? QUERY_ARTIST
			       : type_of(w, stem, query, span_str(&stemmed),
					 in->mood.by != MOODBY_NONE, told);
	memset(in->share, 0, sizeof(in->share));
	in->share[in->type] = 1;
	if (in->type == QUERY_GENRE &&
	    any_phrase(stem, span_str(&stemmed), &w->words[QUERY_TEXT]))
		in->share[QUERY_GENRE] = in->share[QUERY_TEXT] = 0.5F;
	wish_reset(&in->wish);
	for (int i = 0; i < SIGNAL_COUNT; i++) {
		in->weight[i] = 0;
		for (int t = 0; t < QUERY_TYPES; t++)
			in->weight[i] += in->share[t] * w->weight[t][i];
	}
	str_release(&stemmed);
	stem_free(stem);
}

void intent_release(struct intent *in)
{
	str_release(&in->context);
	str_release(&in->matched);
}
