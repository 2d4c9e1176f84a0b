/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/whois.h"

#include <stdlib.h>

#include "base/mem.h"
#include "corpus/artistfilter.h"

/* Of an artist and a title: the least product of their similarities. */
static const float both_similar = 0.8F;

struct whois {
	const struct generation *g;
	struct named *named;
};

struct whois *whois_new(const struct generation *g, struct named *n)
{
	struct whois *w = mem_zalloc(1, sizeof(*w));

	w->g = g;
	w->named = n;
	return w;
}

void whois_free(struct whois *w)
{
	free(w);
}

static bool find_named(struct whois *w, struct span text, float least,
		       struct topk_item *best)
{
	struct search_among all = { .eligible = w->g->count, .k = 1 };

	return named_find(w->named, text, &all, best) && best->score >= least;
}

bool whois_is_name(struct whois *w, struct span request)
{
	struct topk_item best;

	return find_named(w, request, NAMED_SAME, &best);
}

struct found { /* a name and its tracks */
	float similarity;
	const uint32_t *rows;
	size_t count;
	double plays;  /* of all */
	uint32_t most; /* the row of most plays */
};

static double plays_of(const struct generation *g, uint32_t row)
{
	float plays = row < g->count ? g->plays[row] : 0;

	return plays > 0 ? (double)plays : 0;
}

static void look(const struct generation *g, const struct name_rows *names,
		 const struct namefind_name *name, struct found *out)
{
	double most = -1;

	*out = (struct found){ .similarity = name->similarity };
	out->count = name_rows_get(names, name->name, &out->rows);
	for (size_t i = 0; i < out->count; i++) {
		double plays = plays_of(g, out->rows[i]);

		out->plays += plays;
		if (plays > most) {
			most = plays;
			out->most = out->rows[i];
		}
	}
}

/* The names most like the text: of those the one of most tracks, or, where
 * plays count, of the row that was played most. */
static bool find(struct whois *w, struct span text, bool title, float least,
		 struct found *best)
{
	const struct name_rows *names =
	    title ? &w->g->by_title : &w->g->by_artist;
	struct namefind_name found[NAMED_MOST]; /* they are told apart */
	uint32_t far = least < NAMED_SAME ? NAMEFIND_FAR : 0;
	size_t n = named_like(w->named, title ? NAMED_TITLE : NAMED_ARTIST,
			      text, far, NAMED_MOST, found);

	*best = (struct found){ .count = 0 };
	for (size_t i = 0; i < n; i++) {
		struct found one;

		if (found[i].similarity < least ||
		    found[i].similarity < found[0].similarity)
			break;
		look(w->g, names, &found[i], &one);
		if (one.count &&
		    (!best->count || (title ? plays_of(w->g, one.most) >
						  plays_of(w->g, best->most)
					    : one.count > best->count)))
			*best = one;
	}
	return best->count > 0 && best->most < w->g->count;
}

static void name_of(const struct generation *g, uint32_t row,
		    enum catalogue_field field, struct str *out)
{
	struct str name = { 0 };
	struct err err;

	if (!catalogue_copy(g, row, field, &name, &err))
		str_span(out, span_str(&name));
	str_release(&name);
}

bool whois_artist(struct whois *w, struct span name, bool typos, struct str *as)
{
	struct found found;

	str_reset(as);
	if (!find(w, name, false, typos ? ARTISTFILTER_SIMILAR : NAMED_SAME,
		  &found))
		return false;
	name_of(w->g, found.most, CATALOGUE_ARTIST, as);
	return as->n > 0;
}

static size_t one_track(const struct generation *g, uint32_t row,
			uint32_t *rows, struct str *as)
{
	name_of(g, row, CATALOGUE_ARTIST, as);
	str_puts(as, " - ");
	name_of(g, row, CATALOGUE_TITLE, as);
	*rows = row;
	return 1;
}

static size_t many_tracks(const struct generation *g, const struct found *found,
			  size_t room, uint32_t *rows, struct str *as)
{
	size_t n = found->count < room ? found->count : room;

	for (size_t i = 0; i < n; i++)
		rows[i] = found->rows[i * found->count / n];
	name_of(g, found->most, CATALOGUE_ARTIST, as);
	return n;
}

size_t whois_tracks(struct whois *w, struct span name, bool typos, size_t room,
		    uint32_t *rows, struct str *as)
{
	struct found artist, title;
	struct topk_item best;
	bool a, t;

	str_reset(as);
	if (!room)
		return 0;
	a = find(w, name, false, NAMED_SAME, &artist);
	t = find(w, name, true, NAMED_SAME, &title);
	if (!a && !t && find_named(w, name, 1 + NAMED_SAME * NAMED_SAME, &best))
		return one_track(w->g, best.index, rows, as);
	if (!a && !t && typos) {
		a = find(w, name, false, ARTISTFILTER_SIMILAR, &artist);
		t = !a && find(w, name, true, WHOIS_TITLE, &title);
		if (!a && !t && find_named(w, name, 1 + both_similar, &best))
			return one_track(w->g, best.index, rows, as);
	}
	if (a && (!t || artist.plays >= plays_of(w->g, title.most)))
		return many_tracks(w->g, &artist, room, rows, as);
	return t ? one_track(w->g, title.most, rows, as) : 0;
}

bool whois_language(const struct whois *w, struct span code)
{
	const struct names *all = &w->g->languages;
	struct span name;

	for (size_t i = 0; i < all->count; i++)
		if (!names_get(all, i, &name) && name.n >= code.n &&
		    !memcmp(name.p, code.p, code.n) &&
		    (name.n == code.n || name.p[code.n] == '-'))
			return true;
	return false;
}
