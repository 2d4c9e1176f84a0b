/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/intenttype.h"

#include "text/stem.h"
#include "text/tokens.h"

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

/* The probability that a mood is asked for at all. */
static float asked_for(const struct requestmood *m)
{
	double none = m->quadrant[EMOTION_QUADRANTS - 1], all = none;

	if (m->by == MOODBY_NONE)
		return 0;
	for (int q = 0; q < EMOTION_QUADRANTS - 1; q++)
		all += m->quadrant[q];
	if (m->by != MOODBY_MODEL || !(all > 0))
		return 1;
	return (float)(1 - none / all);
}

static float evidence(const struct askwords *table, enum query_type t)
{
	return table ? askwords_evidence(table, t) : 1;
}

/* Of a mood that none of the words of its type tells. */
static float heard(const struct askwords *table)
{
	return table ? askwords_heard(table) : 0.5F;
}

static void add_signs(const struct weights *w, const struct askwords *table,
		      struct span text, const struct intenttype_signs *s,
		      float share[QUERY_TYPES])
{
	struct stem *stem = stem_new();
	struct str stemmed = { 0 };
	float mood = asked_for(s->mood);

	stems(stem, text, &stemmed);
	for (size_t i = 0; i < w->ordered; i++) {
		enum query_type t = w->order[i];

		if (t == QUERY_MOOD && s->network && !(mood > 0))
			continue;
		if (any_phrase(stem, span_str(&stemmed), &w->words[t]) ||
		    (t == QUERY_ARTIST && has_name(text)))
			share[t] = evidence(table, t);
	}
	if (s->genre)
		share[QUERY_GENRE] = evidence(table, QUERY_GENRE);
	if (s->by)
		share[QUERY_ARTIST] = evidence(table, QUERY_ARTIST);
	if (!(share[QUERY_MOOD] > 0))
		share[QUERY_MOOD] = mood * heard(table);
	str_release(&stemmed);
	stem_free(stem);
}

enum query_type intenttype_read(const struct weights *w,
				const struct askwords *table, struct span text,
				const struct intenttype_signs *s,
				float share[QUERY_TYPES])
{
	static const enum query_type order[QUERY_TYPES] = {
		QUERY_MOOD, QUERY_GENRE, QUERY_ARTIST, QUERY_TEXT, QUERY_DEFAULT
	};
	enum query_type best = QUERY_DEFAULT;
	float all = 0;

	for (int t = 0; t < QUERY_TYPES; t++)
		share[t] = 0;
	if (s->like) {
		share[QUERY_ARTIST] = 1;
		return QUERY_ARTIST;
	}
	add_signs(w, table, text, s, share);
	for (int t = 0; t < QUERY_TYPES; t++)
		all += share[t];
	/* What the network is not sure of, and nothing else tells. */
	if (!(all > 0))
		share[QUERY_DEFAULT] = 1;
	else if (!(all > share[QUERY_MOOD]) && share[QUERY_MOOD] < heard(table))
		share[QUERY_DEFAULT] = heard(table) - share[QUERY_MOOD];
	all += share[QUERY_DEFAULT];
	for (int t = 0; t < QUERY_TYPES; t++)
		share[t] /= all;
	best = QUERY_DEFAULT;
	for (int i = 0; i < QUERY_TYPES; i++)
		if (share[order[i]] > share[best])
			best = order[i];
	return best;
}
