/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/askedfor.h"

#include <stdlib.h>

#include "base/mem.h"

void askedfor_release(struct askedfor *a)
{
	free(a->artists);
	*a = (struct askedfor){ 0 };
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Sorts numbers, keeps one of each that is there `least` times. */
static size_t repeated(uint32_t *x, size_t n, size_t least)
{
	size_t kept = 0, run = 0;

	qsort(x, n, sizeof(*x), by_number);
	for (size_t i = 0; i < n; i++) {
		run = i && x[i] == x[i - 1] ? run + 1 : 1;
		if (run == least)
			x[kept++] = x[i];
	}
	return kept;
}

/* Artists of tracks; named: only of those that the request names. */
static size_t artists_of(struct askedfor *a, const struct candidates *c,
			 const struct scored *s, size_t n, bool named)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		if (s[i].artist != CATALOGUE_NONE &&
		    (!named || c->items[s[i].item].named > 0))
			a->artists[count++] = s[i].artist;
	return count;
}

void askedfor_artists(struct askedfor *a, const struct candidates *c,
		      size_t few, struct scored *s, size_t n)
{
	bool artist = c->share[QUERY_ARTIST] >= 0.5f && !c->wish.like_count;
	size_t count;

	MEM_ROOM(a->artists, n + 1, a->cap);
	count = repeated(a->artists, artists_of(a, c, s, n, false), 1);
	if (count > few)
		count = repeated(a->artists, artists_of(a, c, s, n, true),
				 artist ? 1 : ASKEDFOR_TRACKS);
	for (size_t i = 0; i < n; i++)
		s[i].asked = s[i].artist != CATALOGUE_NONE &&
			     (c->wish.artists ||
			      bsearch(&s[i].artist, a->artists, count,
				      sizeof(*a->artists), by_number));
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c < 0;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Is the word a word of the text? ASCII case does not matter. */
static bool has_word(struct span text, struct span word)
{
	for (size_t i = 0; i + word.n <= text.n; i++) {
		size_t j = 0;

		if (i && is_letter(text.p[i - 1]))
			continue;
		while (j < word.n && lower(text.p[i + j]) == lower(word.p[j]))
			j++;
		if (j == word.n &&
		    (i + j == text.n || !is_letter(text.p[i + j])))
			return true;
	}
	return false;
}

bool askedfor_genre(const struct candidates *c, const struct generation *g,
		    uint32_t genre)
{
	struct span name, word;

	if (c->share[QUERY_GENRE] >= 0.5f)
		return true;
	if (names_get(&g->genres, genre, &name))
		return false;
	for (size_t i = 0; i < name.n; i++) {
		if (!is_letter(name.p[i]))
			continue;
		word = (struct span){ name.p + i, 0 };
		while (i < name.n && is_letter(name.p[i]))
			word.n++, i++;
		if (word.n >= 3 && has_word(span_str(&c->query), word))
			return true;
	}
	return false;
}
