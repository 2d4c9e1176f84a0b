/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The half of generation.h that reads rows and names. */
#include "index/generation.h"

#include <math.h>

enum { IN_PLACE = 200000 /* names: a find section of 20 MB */ };

const char *catalogue_link_name(unsigned link)
{
	static const char *const names[LINK_COUNT] = { "UNKNOWN", "VALID",
						       "MOVED", "REQUIRES_AUTH",
						       "DEAD" };

	return names[link < LINK_COUNT ? link : LINK_UNKNOWN];
}

bool catalogue_is_usual(unsigned link, unsigned flags)
{
	return link != LINK_DEAD && !(flags & CATALOGUE_SET);
}

const char *catalogue_tier_name(unsigned tier)
{
	static const char *const names[TIER_COUNT] = { "", "Underground",
						       "Niche", "Popular",
						       "Viral" };

	return names[tier < TIER_COUNT ? tier : TIER_NONE];
}

/* A request looks for many names, each here and there: it then touches most
 * pages of few names more than once. */
static bool in_place(const struct name_rows *names)
{
	return names->count <= IN_PLACE;
}

void generation_read_once(struct generation *g, bool once)
{
	const struct pack *pack = once ? g->pack : NULL;

	g->once = once;
	g->by_artist.find.file = in_place(&g->by_artist) ? NULL : pack;
	g->by_title.find.file = in_place(&g->by_title) ? NULL : pack;
}

const void *generation_look(const struct generation *g, const void *at,
			    size_t n, void *room)
{
	if (!g->once)
		return at;
	pack_copy(g->pack, at, n, room);
	return room;
}

const void *generation_cell(const struct generation *g, const void *at,
			    size_t n, void *room)
{
	return g->count > GENERATION_TOUCHED ? generation_look(g, at, n, room)
					     : at;
}

int catalogue_text(const struct generation *g, size_t row,
		   enum catalogue_field field, struct span *out,
		   struct err *err)
{
	uint64_t room[2];
	const uint64_t *o;

	if (row >= g->count)
		return err_set(err, ERR_DATA, "artifact",
			       "%s: row %zu of %zu; "
			       "build the index again",
			       g->path, row, g->count);
	o = generation_look(g, g->offsets + row * CATALOGUE_FIELDS + field,
			    sizeof(room), room);
	if (o[0] > o[1] || o[1] > g->blob.n)
		return err_set(err, ERR_DATA, "artifact",
			       "%s: strings of row %zu are out of bounds; "
			       "build the index again",
			       g->path, row);
	*out = (struct span){ g->blob.p + o[0], (size_t)(o[1] - o[0]) };
	return 0;
}

int catalogue_copy(const struct generation *g, size_t row,
		   enum catalogue_field field, struct str *out, struct err *err)
{
	struct span text;

	if (catalogue_text(g, row, field, &text, err))
		return -1;
	str_reset(out);
	if (!g->once) {
		str_span(out, text);
		return 0;
	}
	str_reserve(out, text.n);
	pack_copy(g->pack, text.p, text.n, out->p);
	out->n = text.n;
	out->p[out->n] = '\0';
	return 0;
}

int catalogue_row(const struct generation *g, size_t row,
		  struct span text[CATALOGUE_FIELDS], struct str *room,
		  struct err *err)
{
	uint64_t copied[CATALOGUE_FIELDS + 1];
	const uint64_t *o;
	const char *from = g->blob.p;

	/* Says what is wrong with the row. */
	if (row >= g->count)
		return catalogue_text(g, row, CATALOGUE_ID, &text[0], err);
	o = generation_look(g, g->offsets + row * CATALOGUE_FIELDS,
			    sizeof(copied), copied);
	for (int f = 0; f < CATALOGUE_FIELDS; f++)
		if (o[f] > o[f + 1] || o[f + 1] > g->blob.n)
			return catalogue_text(g, row, (enum catalogue_field)f,
					      &text[f], err);
	from += o[0];
	if (g->once) {
		size_t n = (size_t)(o[CATALOGUE_FIELDS] - o[0]);

		str_reset(room);
		str_reserve(room, n + 1);
		pack_copy(g->pack, from, n, room->p);
		from = room->p;
	}
	for (int f = 0; f < CATALOGUE_FIELDS; f++)
		text[f] = (struct span){ from + (o[f] - o[0]),
					 (size_t)(o[f + 1] - o[f]) };
	return 0;
}

int names_get(const struct names *n, size_t i, struct span *out)
{
	if (i >= n->count || n->offsets[i] > n->offsets[i + 1] ||
	    n->offsets[i + 1] > n->blob.n)
		return -1;
	*out = (struct span){ n->blob.p + n->offsets[i],
			      (size_t)(n->offsets[i + 1] - n->offsets[i]) };
	return 0;
}

size_t name_rows_get(const struct name_rows *n, size_t i, const uint32_t **rows)
{
	if (i >= n->count || n->first[i] > n->first[i + 1] ||
	    n->first[i + 1] > n->total)
		return 0;
	*rows = n->rows + n->first[i];
	return n->first[i + 1] - n->first[i];
}

void generation_displayed(const struct generation *g, size_t row,
			  struct displayed *out)
{
	float values[DISPLAY_FEATURES];
	uint8_t bits;

	out->measured = 0;
	for (int f = 0; f < DISPLAY_FEATURES; f++)
		out->value[f] = NAN;
	if (!g->display)
		return;
	memcpy(out->value,
	       generation_look(g, g->display + row * DISPLAY_FEATURES,
			       sizeof(values), values),
	       sizeof(values));
	if (g->display_measured)
		out->measured = *(const uint8_t *)generation_look(
		    g, g->display_measured + row, 1, &bits);
}

size_t generation_text_at(const struct generation *g, size_t row)
{
	uint32_t at, room;

	if (!g->text_count || row >= g->count)
		return SIZE_MAX;
	at = *(const uint32_t *)generation_cell(g, g->text_at + row, sizeof(at),
						&room);
	return at < g->text_count ? at : SIZE_MAX;
}

size_t generation_find(const uint32_t *rows, size_t count, size_t row)
{
	size_t lo = 0, hi = count;

	/* Where every row has one. */
	if (row < count && rows[row] == row)
		return row;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (rows[mid] == row)
			return mid;
		if (rows[mid] < row)
			lo = mid + 1;
		else
			hi = mid;
	}
	return SIZE_MAX;
}

size_t generation_sound_at(const struct generation *g, enum audio_kind kind,
			   size_t row)
{
	const struct audio_vectors *v = &g->audio[kind];

	/* As many as rows: each row has its own, and stands at its number. */
	if (v->count == g->count)
		return row < g->count ? row : SIZE_MAX;
	return generation_find(v->rows, v->count, row);
}
