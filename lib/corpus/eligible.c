/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/eligible.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/artistfilter.h"
#include "corpus/percentile.h"
#include "math/largepages.h"
#include "text/tokens.h"

/* All filters on some rows while these are in the cache; loops of a constant
 * length within, which gcc -O2 makes vectors of. */
enum { BLOCK = 8192, STRIDE = 64 };

#define EACH(n, statement)                                                     \
	do {                                                                   \
		size_t i_ = 0, i;                                              \
		for (; i_ + STRIDE <= (n); i_ += STRIDE)                       \
			for (i = i_; i < i_ + STRIDE; i++)                     \
				statement;                                     \
		for (i = i_; i < (n); i++)                                     \
			statement;                                             \
	} while (0)

struct plan {
	const struct generation *g;
	bool chosen;       /* most rows are none of the artists' */
	unsigned statuses; /* bits of links that pass */
	bool sets;
	bool years, durations, popularities;
	int16_t year[2];
	float duration[2], popularity[2];
	uint8_t *genres;    /* by number, the last: none; or NULL */
	uint8_t *languages; /* likewise */
	uint32_t nlanguages;
};

/* --- columns: what does not pass becomes 0 --- */

static void unlike(uint8_t *restrict a, const uint8_t *restrict x, size_t n,
		   uint8_t value)
{
	EACH(n, a[i] = (uint8_t)(a[i] & (x[i] != value)));
}

static void below(uint8_t *restrict a, const uint8_t *restrict x, size_t n,
		  uint8_t end)
{
	EACH(n, a[i] = (uint8_t)(a[i] & (x[i] < end)));
}

static void without(uint8_t *restrict a, const uint8_t *restrict x, size_t n,
		    uint8_t bits)
{
	EACH(n, a[i] = (uint8_t)(a[i] & ((x[i] & bits) == 0)));
}

static void years(uint8_t *restrict a, const int16_t *restrict x, size_t n,
		  int16_t lo, int16_t hi)
{
	EACH(n, a[i] = (uint8_t)(a[i] & (x[i] >= lo) & (x[i] <= hi)));
}

/* NaN is between nothing. */
static void numbers(uint8_t *restrict a, const float *restrict x, size_t n,
		    float lo, float hi)
{
	EACH(n, a[i] = (uint8_t)(a[i] & (x[i] >= lo) & (x[i] <= hi)));
}

static void names(uint8_t *restrict a, const uint32_t *restrict x, size_t n,
		  const uint8_t *restrict wanted, uint32_t count)
{
	EACH(n, a[i] &= wanted[x[i] < count ? x[i] : count]);
}

static void codes(uint8_t *restrict a, const uint16_t *restrict x, size_t n,
		  const uint8_t *restrict wanted, uint32_t count)
{
	EACH(n, a[i] &= wanted[x[i] < count ? x[i] : count]);
}

static size_t sum(const uint8_t *restrict a, size_t n)
{
	size_t total = 0, i = 0;

	for (; i + STRIDE <= n; i += STRIDE) {
		uint8_t some = 0;

		for (size_t k = i; k < i + STRIDE; k++)
			some = (uint8_t)(some + a[k]);
		total += some;
	}
	for (; i < n; i++)
		total += a[i];
	return total;
}

static void links(const struct plan *p, const uint8_t *link, size_t n,
		  uint8_t *a)
{
	for (unsigned k = LINK_UNKNOWN + 1; k < LINK_COUNT; k++)
		if (!(p->statuses & 1u << k))
			unlike(a, link, n, (uint8_t)k);
	/* What is no status is not known, either. */
	if (!(p->statuses & 1u << LINK_UNKNOWN)) {
		unlike(a, link, n, LINK_UNKNOWN);
		below(a, link, n, LINK_COUNT);
	}
}

static size_t block(const struct plan *p, size_t from, size_t n, uint8_t *a)
{
	const struct generation *g = p->g;

	a += from;
	if (p->chosen && !memchr(a, 1, n))
		return 0;
	links(p, g->link + from, n, a);
	if (!p->sets)
		without(a, g->flags + from, n, CATALOGUE_SET);
	if (p->years)
		years(a, g->year + from, n, p->year[0], p->year[1]);
	if (p->durations)
		numbers(a, g->duration + from, n, p->duration[0],
			p->duration[1]);
	if (p->popularities)
		numbers(a, g->popularity + from, n, p->popularity[0],
			p->popularity[1]);
	if (p->languages)
		codes(a, g->language + from, n, p->languages, p->nlanguages);
	if (p->genres)
		names(a, g->genre + from, n, p->genres,
		      (uint32_t)g->genres.count);
	return sum(a, n);
}

/* --- genres --- */

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

/* Which letters, or whether digits, are in it; all, where it is not just these
 * and blanks, whose words are of the same letters. */
static uint32_t letters(struct span s)
{
	uint32_t seen = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c >= 'a' && c <= 'z')
			seen |= 1u << (c - 'a');
		else if (c >= '0' && c <= '9')
			seen |= 1u << 26;
		else if (c != ' ' && c != '-')
			return UINT32_MAX;
	}
	return seen;
}

static void tell(struct str *told, const char *format, struct span name)
{
	if (told)
		str_printf(told, format, (int)(name.n < 64 ? name.n : 64),
			   name.p);
}

/* Bytes by genre number: 1 where one of the wanted names is in it, or is it
 * with other gaps between its words. */
static uint8_t *wanted_genres(const struct generation *g, struct span rest,
			      struct str *told)
{
	uint8_t *wanted = mem_zalloc(g->genres.count + 1, 1);
	struct str name = { 0 }, genre = { 0 }, all = { 0 }, whole = { 0 };
	struct span line, s;

	while (request_next(&rest, &line)) {
		uint32_t needed, met = 0;

		words(line, &name, &all);
		needed = letters(span_str(&name));
		needed = needed == UINT32_MAX ? 0 : needed;
		for (size_t i = 0; name.n > 1 && i < g->genres.count; i++) {
			if (names_get(&g->genres, i, &s) ||
			    (needed & ~letters(s)))
				continue;
			words(s, &genre, &whole);
			if (memmem(genre.p, genre.n, name.p, name.n) ||
			    span_eq(span_str(&whole), span_str(&all)))
				wanted[i] = (uint8_t)(met = 1);
		}
		if (!met)
			tell(told, "no genre matches \"%.*s\"\n", line);
	}
	str_release(&name);
	str_release(&genre);
	str_release(&all);
	str_release(&whole);
	return wanted;
}

/* Takes the unwanted ones from the wanted (NULL: all, none's too). */
static uint8_t *without_genres(uint8_t *wanted, const struct generation *g,
			       struct span names, struct str *told)
{
	uint8_t *out = wanted_genres(g, names, told);

	for (size_t i = 0; i <= g->genres.count; i++)
		out[i] = (uint8_t)(!out[i] && (!wanted || wanted[i]));
	free(wanted);
	return out;
}

/* --- the plan --- */

/* "pt" is all that is Portuguese, "pt-br" what is of Brazil. */
static bool is_language(struct span name, struct span code)
{
	if (name.n < code.n)
		return false;
	for (size_t i = 0; i < code.n; i++)
		if ((name.p[i] == '_' ? '-' : name.p[i]) != code.p[i])
			return false;
	return name.n == code.n || name.p[code.n] == '-' ||
	       name.p[code.n] == '_';
}

/* Names beyond what a column holds have no rows. */
static uint32_t languages_used(const struct generation *g)
{
	return g->languages.count < CATALOGUE_NO_LANGUAGE
		   ? (uint32_t)g->languages.count
		   : CATALOGUE_NO_LANGUAGE;
}

static uint8_t *wanted_languages(const struct generation *g, struct span rest,
				 struct str *told)
{
	uint32_t n = languages_used(g);
	uint8_t *wanted = mem_zalloc(n + 1, 1);
	struct span code, name;

	if (!g->languages.count && told)
		str_puts(told, "of no track the language is known; enrich "
			       "tells it\n");
	while (request_next(&rest, &code)) {
		bool met = false;

		for (uint32_t i = 0; i < n; i++)
			if (!names_get(&g->languages, i, &name) &&
			    is_language(name, code)) {
				wanted[i] = 1;
				met = true;
			}
		if (!met && g->languages.count)
			tell(told, "no track is in the language \"%.*s\"\n",
			     code);
	}
	return wanted;
}

/* Marks rows by artist: what the other filters have left to look at. */
static bool mark_artists(const struct generation *g, const struct request *r,
			 uint8_t *allowed, struct str *told)
{
	struct artists_meant wanted = { 0 }, left_out = { 0 };
	bool chosen = r->artists.n > 0;

	artistfilter_read(g, span_str(&r->artists), "took", &wanted, told);
	artistfilter_read(g, span_str(&r->exclude), "left out", &left_out,
			  told);
	memset(allowed, !chosen, g->count);
	artistfilter_mark(g, &wanted, 1, allowed);
	artistfilter_mark(g, &left_out, 0, allowed);
	for (size_t i = 0, k = 0; told && i < wanted.count; i++) {
		while (k < left_out.count &&
		       left_out.numbers[k] < wanted.numbers[i])
			k++;
		if (k == left_out.count ||
		    left_out.numbers[k] != wanted.numbers[i])
			continue;
		str_puts(told, "artist ");
		artistfilter_put(g, wanted.numbers[i], told);
		str_puts(told, " is both wanted and left out: left out\n");
	}
	artists_meant_release(&wanted);
	artists_meant_release(&left_out);
	return chosen;
}

static bool either(const struct request_range *r)
{
	return r->has_min || r->has_max;
}

static void plan_popularity(struct plan *p, const struct request_range *r,
			    struct str *told)
{
	p->popularities = either(r);
	if (p->popularities &&
	    !percentile_range(p->g->popularity, p->g->count,
			      r->has_min ? r->min : 0,
			      r->has_max ? r->max : 100, &p->popularity[0],
			      &p->popularity[1]) &&
	    told)
		str_puts(told, "of no track the popularity is known; enrich "
			       "tells it\n");
}

static void plan_make(struct plan *p, const struct generation *g,
		      const struct request *r, bool keep_dead, struct str *told)
{
	p->g = g;
	p->sets = r->sets;
	p->statuses = r->statuses;
	if (!r->statuses)
		p->statuses = keep_dead ? ~0u : ~(1u << LINK_DEAD);
	p->years = either(&r->year);
	p->year[0] =
	    r->year.has_min ? (int16_t)r->year.min : CATALOGUE_NO_YEAR + 1;
	p->year[1] = r->year.has_max ? (int16_t)r->year.max : INT16_MAX;
	p->durations = either(&r->duration);
	p->duration[0] = r->duration.has_min ? (float)r->duration.min : 0;
	p->duration[1] =
	    r->duration.has_max ? (float)r->duration.max : INFINITY;
	plan_popularity(p, &r->popularity, told);
	p->nlanguages = languages_used(g);
	if (r->languages.n)
		p->languages =
		    wanted_languages(g, span_str(&r->languages), told);
	if (r->genres.n)
		p->genres = wanted_genres(g, span_str(&r->genres), told);
	if (r->genres_out.n)
		p->genres = without_genres(p->genres, g,
					   span_str(&r->genres_out), told);
}

size_t eligible_rows(const struct generation *g, const struct request *r,
		     bool keep_dead, uint8_t *allowed, struct str *told)
{
	struct plan p = { 0 };
	size_t n = 0;

	plan_make(&p, g, r, keep_dead, told);
	p.chosen = mark_artists(g, r, allowed, told);
	for (size_t from = 0; from < g->count; from += BLOCK)
		n += block(&p, from,
			   g->count - from < BLOCK ? g->count - from : BLOCK,
			   allowed);
	free(p.genres);
	free(p.languages);
	return n;
}

static bool has_filter(const struct request *r)
{
	return either(&r->year) || either(&r->duration) ||
	       either(&r->popularity) || r->genres.n || r->genres_out.n ||
	       r->artists.n || r->exclude.n || r->languages.n || r->statuses ||
	       r->sets;
}

void eligible_release(struct eligible *e)
{
	free(e->room);
	*e = (struct eligible){ .room = NULL };
}

static uint8_t *room_of(struct eligible *e)
{
	if (!e->room)
		e->room = largepages_scratch(e->g->count + 1);
	return e->room;
}

void eligible_find(struct eligible *e, const struct generation *g,
		   const struct request *r, bool keep_dead, struct str *told)
{
	if (e->g != g)
		eligible_release(e);
	e->g = g;
	if (g->usual && !keep_dead && !has_filter(r)) {
		e->rows = g->usual;
		e->count = g->usual_count;
		return;
	}
	e->rows = room_of(e);
	e->count = eligible_rows(g, r, keep_dead, e->room, told);
}

uint8_t *eligible_own(struct eligible *e)
{
	if (e->rows != room_of(e))
		memcpy(e->room, e->rows, e->g->count);
	e->rows = e->room;
	return e->room;
}

void eligible_without(struct eligible *e, const struct wish *w)
{
	uint8_t bit = w->vocals == VOCALS_NONE   ? CATALOGUE_SUNG
		      : w->vocals == VOCALS_SUNG ? CATALOGUE_INSTRUMENTAL
						 : 0;
	size_t n = e->g->count;
	uint8_t *rows;

	if (!bit && !w->like_count && !w->unlike_count)
		return;
	rows = eligible_own(e);
	if (bit)
		without(rows, e->g->flags, n, bit);
	for (size_t i = 0; i < w->like_count; i++)
		if (w->like[i] < n)
			rows[w->like[i]] = 0;
	for (size_t i = 0; i < w->unlike_count; i++)
		if (w->unlike[i] < n)
			rows[w->unlike[i]] = 0;
	e->count = sum(rows, n);
}
