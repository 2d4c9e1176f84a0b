/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/duplicatesame.h"

#include <math.h>

#include "base/hash.h"

enum {
	SHIFT_MOST = 32, /* items: 4 s */
	OVERLAP_LEAST = 64,
	DISTINCT_LEAST = 24,
	PIECE = 48, /* items: 6 s */
};

static const double similar = 0.8, similar_piece = 0.6, shared = 0.8;
static const double names_alike = 0.8, names_same = 0.97;

void duplicatesame_init(struct duplicatesame *s,
			const struct versions *versions)
{
	*s = (struct duplicatesame){ .a = match_name_new(),
				     .b = match_name_new(),
				     .versions = versions };
}

void duplicatesame_release(struct duplicatesame *s)
{
	match_name_free(s->a);
	match_name_free(s->b);
	*s = (struct duplicatesame){ 0 };
}

uint64_t duplicatesame_names(struct duplicatesame *s, const struct duplicate *d)
{
	const struct match_facts facts = { .title = d->title,
					   .artist = d->artist };
	struct str key = { 0 };
	uint64_t hash = 0;

	if (!d->title.n || !d->artist.n)
		return 0;
	match_read(s->a, s->versions, &facts);
	match_key(s->a, &key);
	if (key.n)
		hash = hash_mix(key.p, key.n);
	str_release(&key);
	return hash;
}

static bool sounds_alike(struct duplicatesame *s, const struct duplicate *a,
			 const struct duplicate *b)
{
	size_t fewer = a->e.items < b->e.items ? a->e.items : b->e.items;
	size_t least = (size_t)ceil(shared * (double)fewer), overlap, n;
	const uint32_t *x = a->items, *y = b->items;
	long shift;

	if (a->e.distinct < DISTINCT_LEAST || b->e.distinct < DISTINCT_LEAST)
		return false;
	least = least > OVERLAP_LEAST ? least : OVERLAP_LEAST;
	s->similarity = printcodec_align(x, a->e.items, y, b->e.items,
					 SHIFT_MOST, least, &shift, &overlap);
	s->overlap = PRINTCODEC_STEP * (double)overlap;
	s->offset = PRINTCODEC_STEP * (double)shift;
	if (s->similarity < similar)
		return false;
	x += shift > 0 ? shift : 0;
	y -= shift < 0 ? shift : 0;
	for (size_t i = 0; i + PIECE <= overlap; i += PIECE / 2)
		if (printcodec_similarity(x + i, PIECE, y + i, PIECE, 0, &n) <
		    similar_piece)
			return false;
	return true;
}

/* An artist that only one of them names says nothing; then the titles have to
 * say all. */
static double names_match(struct duplicatesame *s, const struct duplicate *a,
			  const struct duplicate *b, double *wanted)
{
	const struct match_rule rule = { .title = 0.6, .artist = 0.4 };
	struct match_facts x = { .title = a->title, .artist = a->artist };
	struct match_facts y = { .title = b->title, .artist = b->artist };

	if (!a->title.n || !b->title.n)
		return 0;
	if (!x.artist.n || !y.artist.n) {
		*wanted = names_same;
		x.artist = x.artist.n ? x.artist : y.artist;
		if (!x.artist.n)
			x.artist = SPAN("unknown");
		y.artist = x.artist;
	}
	match_read(s->a, s->versions, &x);
	match_read(s->b, s->versions, &y);
	return match_confidence(s->a, s->b, &rule);
}

static bool apart(double a, double b)
{
	return a > 0 && b > 0 && fabs(a - b) > DUPLICATESAME_SECONDS;
}

bool duplicatesame_test(struct duplicatesame *s, const struct duplicate *a,
			const struct duplicate *b)
{
	double wanted = names_alike;

	s->similarity = s->overlap = s->offset = s->names = 0;
	if (apart(a->e.duration, b->e.duration) ||
	    apart(a->e.length, b->e.length) ||
	    apart(duplicate_seconds(&a->e), duplicate_seconds(&b->e)))
		return false;
	if (!(duplicate_seconds(&a->e) > 0) ||
	    !(duplicate_seconds(&b->e) > 0)) {
		if (!a->e.names || a->e.names != b->e.names)
			return false;
		wanted = names_same;
	}
	if (!sounds_alike(s, a, b))
		return false;
	s->names = names_match(s, a, b, &wanted);
	return s->names >= wanted;
}
