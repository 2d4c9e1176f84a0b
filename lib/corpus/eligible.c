/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/eligible.h"

#include <stdlib.h>

#include "base/mem.h"
#include "text/tokens.h"
#include "text/utf8.h"

/* The next of the lines; false at the end. */
static bool next_line(struct span *rest, struct span *line)
{
	const char *end;
	size_t n;

	if (!rest->n)
		return false;
	end = memchr(rest->p, '\n', rest->n);
	n = end ? (size_t)(end - rest->p) : rest->n;
	*line = (struct span){ rest->p, n };
	n += end ? 1 : 0;
	*rest = (struct span){ rest->p + n, rest->n - n };
	return true;
}

/* Replaces *out with " word word ", without those that only join others
 * ("drum and bass", "drum & bass", "drum n bass"), and *whole with all of them
 * run together ("drumandbass"). */
static void words(struct span text, struct str *out, struct str *whole)
{
	struct tokens tokens = { 0 };
	struct token token;

	str_reset(out);
	str_reset(whole);
	str_putc(out, ' ');
	tokens_start(&tokens, text);
	while (tokens_next(&tokens, &token)) {
		str_span(whole, token.text);
		if (span_is(token.text, "and") || span_is(token.text, "n"))
			continue;
		str_span(out, token.text);
		str_putc(out, ' ');
	}
	tokens_release(&tokens);
}

/* Bytes by genre number: 1 where one of the wanted names is in it, or is it
 * with other gaps between its words. */
static uint8_t *wanted_genres(const struct generation *g, struct span names)
{
	uint8_t *wanted = mem_zalloc(g->genres.count + 1, 1);
	struct str name = { 0 }, genre = { 0 }, all = { 0 }, whole = { 0 };
	struct span line, s;

	while (next_line(&names, &line)) {
		words(line, &name, &all);
		for (size_t i = 0; name.n > 1 && i < g->genres.count; i++) {
			if (wanted[i] || names_get(&g->genres, i, &s))
				continue;
			words(s, &genre, &whole);
			wanted[i] = memmem(genre.p, genre.n, name.p, name.n) ||
				    span_eq(span_str(&whole), span_str(&all));
		}
	}
	str_release(&name);
	str_release(&genre);
	str_release(&all);
	str_release(&whole);
	return wanted;
}

static void drop_artists(const struct generation *g, struct span names,
			 uint8_t *allowed)
{
	struct str folded = { 0 };
	struct span line;

	while (next_line(&names, &line)) {
		uint32_t artist;

		str_reset(&folded);
		utf8_fold_name(line, &folded);
		artist = names_find(&g->artists, span_str(&folded));
		for (size_t i = 0; artist != CATALOGUE_NONE && i < g->count;
		     i++)
			if (g->artist[i] == artist)
				allowed[i] = 0;
	}
	str_release(&folded);
}

static bool year_passes(const struct generation *g, const struct request *r,
			size_t i)
{
	int year = g->year[i];

	return year != CATALOGUE_NO_YEAR &&
	       (!r->has_min_year || year >= r->min_year) &&
	       (!r->has_max_year || year <= r->max_year);
}

size_t eligible_rows(const struct generation *g, const struct request *r,
		     bool keep_dead, uint8_t *allowed)
{
	uint8_t *genres =
	    r->genres.n ? wanted_genres(g, span_str(&r->genres)) : NULL;
	bool years = r->has_min_year || r->has_max_year;
	size_t n = 0;

	for (size_t i = 0; i < g->count; i++) {
		bool pass = (keep_dead || g->link[i] != LINK_DEAD) &&
			    (r->sets || !(g->flags[i] & CATALOGUE_SET));

		if (pass && years)
			pass = year_passes(g, r, i);
		if (pass && genres)
			pass = g->genre[i] < g->genres.count &&
			       genres[g->genre[i]];
		allowed[i] = pass;
	}
	drop_artists(g, span_str(&r->exclude), allowed);
	for (size_t i = 0; i < g->count; i++)
		n += allowed[i];
	free(genres);
	return n;
}
