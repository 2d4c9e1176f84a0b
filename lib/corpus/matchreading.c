/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/matchname.h"

/* What the less likely readings cost. Settled, as the figures in match.c, on
 * the development half of tests/heal.sh. */
static const double price_split = 0.98, price_reversed = 0.95,
		    price_dropped = 0.93;

bool match_has_version(const uint8_t *counts)
{
	for (int i = VERSIONS_FIRST; i < VERSIONS_CLASSES; i++)
		if (counts[i])
			return true;
	return false;
}

static void add_reading(struct match_name *m, struct match_reading r)
{
	struct match_reading *to = &m->readings[m->nreadings];
	const struct match_artist *a =
	    r.artist < 0 ? &m->artist : &m->segments[r.artist].artist;

	if (m->nreadings == MATCH_READINGS)
		return;
	*to = r;
	memcpy(to->counts, m->aside, sizeof(to->counts));
	matchwords_append(&to->beside, &m->beside, 0, m->beside.count);
	for (int i = 0; i < m->nsegments; i++) {
		const struct match_segment *g = &m->segments[i];

		if (r.aside >> i & 1) {
			matchwords_append(&to->beside, &g->beside, 0,
					  g->beside.count);
			for (int c = VERSIONS_FIRST; c < VERSIONS_CLASSES; c++)
				to->counts[c] |= g->counts[c] > 0;
		}
	}
	for (int i = 0; i < m->nsegments; i++) {
		const struct match_segment *g = &m->segments[i];

		if (!(r.title >> i & 1) || r.reversed)
			continue;
		matchwords_append(&to->words, &g->words, 0, g->words.count);
		for (int c = VERSIONS_FIRST; c < VERSIONS_CLASSES; c++)
			to->counts[c] = (uint8_t)(to->counts[c] + g->counts[c]);
	}
	if (r.reversed)
		matchwords_append(&to->words, &m->artist.words, 0,
				  m->artist.words.count);
	else
		for (int c = VERSIONS_FIRST; c < VERSIONS_CLASSES; c++)
			to->counts[c] |= m->artist.classes[c] | a->classes[c];
	if (to->words.count)
		m->nreadings++;
}

static bool has_version(const struct match_name *m, unsigned segments)
{
	for (int i = 0; i < m->nsegments; i++)
		if (segments >> i & 1 &&
		    match_has_version(m->segments[i].counts))
			return true;
	return false;
}

/* "- Edit" */
static bool is_bare_version(const struct match_segment *g)
{
	return g->version && !g->beside.count;
}

/* One segment as artist, others as title; what is left stands for nothing, and
 * must not be a version. */
static void add_split(struct match_name *m, int artist, unsigned title,
		      unsigned rest, unsigned aside, bool swapped, double price)
{
	unsigned left = rest & ~title & ~(1u << artist);

	if (is_bare_version(&m->segments[artist]))
		return;
	for (int i = 0; i < m->nsegments; i++)
		if (title == 1u << i && is_bare_version(&m->segments[i]))
			return;
	if (!left || !has_version(m, left))
		add_reading(m, (struct match_reading){ .artist = artist,
						       .title = title,
						       .aside = aside,
						       .dropped = left != 0,
						       .swapped = swapped,
						       .price = price });
}

static void add_splits(struct match_name *m, unsigned rest, unsigned aside,
		       double price)
{
	int at[MATCH_SEGMENTS], n = 0;

	for (int i = 0; i < m->nsegments; i++)
		if (rest >> i & 1)
			at[n++] = i;
	for (int i = 0; i + 1 < n && i < 2; i++) {
		add_split(m, at[i], 1u << at[i + 1], rest, aside, false,
			  price * price_split);
		add_split(m, at[i + 1], 1u << at[i], rest, aside, true,
			  price * price_reversed);
	}
	if (n > 2)
		add_split(m, at[0], rest & ~(1u << at[0]), rest, aside, false,
			  price * price_split);
}

void match_add_readings(struct match_name *m, unsigned aside, double price)
{
	unsigned all = (1u << m->nsegments) - 1, rest = all & ~aside, own = 0;
	int last = -1, n = 0;

	for (int i = 0; i < m->nsegments; i++)
		if (rest >> i & 1 && m->artist.names &&
		    match_artists(&m->segments[i].artist, &m->artist) > 0.9)
			own |= 1u << i;
	if (own != rest)
		own = rest & ~own;
	else
		own = rest;
	for (int i = 0; i < m->nsegments; i++)
		if (own >> i & 1) {
			last = i;
			n++;
		}
	add_reading(m, (struct match_reading){ .artist = -1,
					       .title = own,
					       .aside = aside,
					       .price = price });
	for (int i = 0; i < m->nsegments && n > 1 && m->artist.names; i++) {
		unsigned others = own & ~(1u << i);
		if (own >> i & 1 && !has_version(m, others) &&
		    (i == last || others >> last & 1))
			add_reading(m, (struct match_reading){
					   .artist = -1,
					   .title = 1u << i,
					   .aside = aside,
					   .dropped = true,
					   .price = price * price_dropped });
	}
	add_splits(m, rest, aside, price);
	if (n == 1 && m->artist.names)
		add_reading(m, (struct match_reading){
				   .artist = last,
				   .title = 1u << last,
				   .aside = aside,
				   .reversed = true,
				   .price = price * price_reversed });
}
