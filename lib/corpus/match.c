/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "corpus/matchname.h"

/* What it costs to differ. Settled on the development half of tests/heal.sh. */
static const double differs_version = 0.2, differs_beside = 0.3,
		    lacks_beside = 0.8, lacks_aside = 0.95, differs_aside = 0.6,
		    differs_album = 0.79;
static const double unknown_duration = 0.8, unknown_artist = 0.25,
		    guest_is_artist = 0.9, more_artists = 0.97,
		    same_uploader = 0.9, dropped_title = 0.9;

static void name_of(const struct match_artist *a, int i, struct matchwords *w)
{
	w->count = 0;
	matchwords_append(w, &a->words, a->start[i],
			  a->start[i + 1] - a->start[i]);
}

/* How well a's first name is one of b's. */
static double first_in(const struct match_artist *a,
		       const struct match_artist *b)
{
	struct matchwords x, y;
	double best = 0;

	name_of(a, 0, &x);
	for (int i = 0; i < b->names; i++) {
		double s;

		name_of(b, i, &y);
		s = matchwords_alike(&x, &y);
		s *= i                      ? guest_is_artist
		     : a->names == b->names ? 1
					    : more_artists;
		if (s > best)
			best = s;
	}
	return best;
}

double match_artists(const struct match_artist *a, const struct match_artist *b)
{
	double whole, first;

	if (!a->names || !b->names)
		return unknown_artist;
	whole = matchwords_alike(&a->words, &b->words);
	first = fmax(first_in(a, b), first_in(b, a));
	return fmax(whole, first);
}

double match_durations(double a, double b)
{
	double d = fabs(a - b), longer = fmax(a, b);
	double fine = fmin(fmax(2, longer * 0.01), 4);
	double end = fmin(fmax(8, longer * 0.04), 20);

	if (!(a > 0) || !(b > 0))
		return unknown_duration;
	return d <= fine ? 1 : d >= end ? 0 : (end - d) / (end - fine);
}

static double versions_alike(const struct match_name *a,
			     const struct match_reading *x,
			     const struct match_name *b,
			     const struct match_reading *y)
{
	double s = 1, beside;

	for (int i = VERSIONS_FIRST; i < VERSIONS_CLASSES; i++) {
		if (x->counts[i] != y->counts[i])
			return differs_version;
		if (!a->album[i] != !b->album[i] && !x->counts[i])
			s = differs_album;
	}
	if (!match_has_version(x->counts))
		return s;
	if (!x->beside.count && !y->beside.count)
		return s;
	if (!x->beside.count || !y->beside.count)
		return s * lacks_beside;
	beside = matchwords_alike(&x->beside, &y->beside);
	return beside < 0.5 ? differs_beside : s * beside;
}

/* Titles with what stands in brackets, or, at a price, without. */
static double titles_alike(const struct match_name *a,
			   const struct match_reading *x,
			   const struct match_name *b,
			   const struct match_reading *y)
{
	struct matchwords p = x->words, q = y->words;
	double bare = matchwords_alike(&p, &q), full;
	bool both = a->optional.count && b->optional.count;

	matchwords_append(&p, &a->optional, 0, a->optional.count);
	matchwords_append(&q, &b->optional, 0, b->optional.count);
	full = bare;
	if (a->optional.count || b->optional.count)
		full = fmax(matchwords_alike(&p, &q),
			    bare * (both ? differs_aside : lacks_aside));
	return full * matchwords_numbers(&p, &q);
}

static double pair(const struct match_name *a, const struct match_reading *x,
		   const struct match_name *b, const struct match_reading *y,
		   const struct match_rule *rule, double duration)
{
	const struct match_artist *p =
	    x->artist < 0 ? &a->artist : &a->segments[x->artist].artist;
	const struct match_artist *q =
	    y->artist < 0 ? &b->artist : &b->segments[y->artist].artist;
	double sum = rule->title + rule->artist + rule->duration, title, artist;

	if ((x->dropped && y->dropped) || (x->reversed && y->reversed) ||
	    (x->swapped && y->swapped))
		return 0;
	/* Other uploaders of one "Artist - Title": only its length tells an
	 * upload from a cover. */
	if (x->artist >= 0 && y->artist >= 0 &&
	    (duration < 1 || !(a->duration > 0) || !(b->duration > 0)) &&
	    match_artists(&a->artist, &b->artist) < same_uploader)
		return 0;
	artist = match_artists(p, q);
	if (artist < unknown_artist)
		return 0;
	title = titles_alike(a, x, b, y);
	if (!(title > 0) || !(artist > 0) || !(duration > 0))
		return 0;
	/* Words too many there, a piece left out here: too much freedom. */
	if ((x->dropped || y->dropped) && title < dropped_title)
		return 0;
	return exp((rule->title * log(title) + rule->artist * log(artist) +
		    rule->duration * log(duration)) /
		   sum) *
	       x->price * y->price * versions_alike(a, x, b, y);
}

double match_confidence(const struct match_name *a, const struct match_name *b,
			const struct match_rule *rule)
{
	double duration = match_durations(a->duration, b->duration), best = 0;

	for (int i = 0; i < a->nreadings; i++)
		for (int k = 0; k < b->nreadings; k++)
			best =
			    fmax(best, pair(a, &a->readings[i], b,
					    &b->readings[k], rule, duration));
	return fmin(best, 1);
}

/* --- for others --- */

static int by_text(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return span_cmp(*x, *y);
}

static void put_words(struct str *out, const struct matchwords *w, bool sorted)
{
	struct matchwords copy = *w;

	if (sorted)
		qsort(copy.word, (size_t)copy.count, sizeof(*copy.word),
		      by_text);
	for (int i = 0; i < copy.count; i++) {
		str_span(out, copy.word[i]);
		str_putc(out, ' ');
	}
	str_putc(out, '\n');
}

void match_key(const struct match_name *m, struct str *out)
{
	const struct match_reading *r = &m->readings[0];

	if (!m->nreadings || !m->artist.names)
		return;
	put_words(out, &m->artist.words, true);
	put_words(out, &r->words, false);
	put_words(out, &m->optional, false);
	put_words(out, &r->beside, true);
	for (int i = VERSIONS_FIRST; i < VERSIONS_CLASSES; i++)
		if (r->counts[i])
			str_printf(out, "%s%d ", m->v->names[i], r->counts[i]);
}

bool match_question(const struct match_name *m, int which, struct str *title,
		    struct str *artist)
{
	const struct match_reading *r = NULL;

	for (int i = 0; i < m->nreadings && !r; i++) {
		const struct match_reading *x = &m->readings[i];

		if (!x->reversed && (which ? x->artist >= 0 : x->artist < 0))
			r = x;
	}
	if (!r)
		return false;
	str_reset(title);
	str_reset(artist);
	for (int i = 0; i < m->nsegments; i++) {
		if (!(r->title >> i & 1))
			continue;
		if (title->n)
			str_putc(title, ' ');
		str_span(title, m->segments[i].raw);
	}
	str_span(artist, r->artist < 0 ? m->artist.raw
				       : m->segments[r->artist].artist.raw);
	return title->n > 0 && artist->n > 0;
}
