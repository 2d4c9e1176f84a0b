/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of phrases and prefixes: wordswork.h. */
#include <stdlib.h>

#include "base/mem.h"
#include "index/wordswork.h"

static void keep(struct words_sought *s, size_t n, uint32_t row, uint8_t code)
{
	MEM_ROOM(s->rows, n + 1, s->rows_cap);
	MEM_ROOM(s->codes, n + 1, s->codes_cap);
	s->rows[n] = row;
	s->codes[n] = code;
}

static void tabulate(struct words_sought *s, size_t n)
{
	size_t blocks = (n + WORDS_BLOCK - 1) / WORDS_BLOCK;

	MEM_ROOM(s->table, blocks, s->table_cap);
	if (n)
		words_list_table(s->rows, s->codes, n, s->table);
}

/* --- phrases --- */

/* The places of a word, field << 16 | at, appended to places from `n` on;
 * returns their end. *all: how many the words of its term have. */
static size_t places_of(struct words_work *w, struct words_list *l,
			uint64_t form, size_t n, size_t *all)
{
	struct words_place place = { 0 };
	const uint8_t *end, *p = words_list_places(l, &end);
	bool more = p != NULL;

	for (*all = 0; more; ++*all) {
		p = words_place_get(p, end, l->forms > 1, &place, &more);
		if (!p)
			break;
		if (place.form != form)
			continue;
		MEM_ROOM(w->places, n + 1, w->places_cap);
		w->places[n++] = place.field << 16 | place.at;
	}
	return n;
}

bool words_phrase_here(struct words_work *w, const struct words_sought *s,
		       uint32_t tf[WORDS_FIELDS],
		       const struct words_list **same)
{
	const struct words_known *known = w->known + s->first;
	size_t all[WORDS_PHRASE_MAX];
	size_t n = places_of(w, &w->phrase[0], known[0].form, 0, &all[0]);

	for (size_t i = 1; i < s->count && n; i++) {
		size_t end =
		    places_of(w, &w->phrase[i], known[i].form, n, &all[i]);
		size_t kept = 0, j = n;

		for (size_t a = 0; a < n; a++) {
			uint32_t want = w->places[a] + (uint32_t)i;

			while (j < end && w->places[j] < want)
				j++;
			if (j < end && w->places[j] == want)
				w->places[kept++] = w->places[a];
		}
		n = kept;
	}
	memset(tf, 0, WORDS_FIELDS * sizeof(*tf));
	for (size_t a = 0; a < n; a++)
		tf[w->places[a] >> 16]++;
	*same = NULL;
	for (size_t i = 0; i < s->count && n && !*same; i++)
		if (all[i] == n)
			*same = &w->phrase[i];
	return n != 0;
}

/* Lengths of rows lie far apart, and are seldom needed: a word that is met in
 * the phrase alone has the phrase's frequencies, and so its code. */
static uint8_t code_of(const struct words_view *v, uint32_t row,
		       const uint32_t tf[WORDS_FIELDS],
		       const struct words_list *same)
{
	return same ? same->code[same->i]
		    : words_code(v->header, tf, words_lengths(v, row));
}

size_t words_match_phrase(const struct words_view *v, struct words_work *w,
			  struct words_sought *s)
{
	struct words_list *rare = &w->phrase[0];
	size_t n = 0;

	for (size_t i = 0; i < s->count; i++) {
		struct words_list *l = &w->phrase[i];

		if (words_list_open(l, v, w->known[s->first + i].term))
			return SIZE_MAX;
		if (l->count < rare->count)
			rare = l;
	}
	while (words_list_load(rare)) {
		for (uint32_t r = 0; r < rare->n; r++) {
			uint32_t row = rare->row[r], tf[WORDS_FIELDS];
			const struct words_list *same;
			size_t i = 0;

			rare->i = r;
			while (i < s->count &&
			       (&w->phrase[i] == rare ||
				words_list_find(&w->phrase[i], row)))
				i++;
			if (i == s->count && words_phrase_here(w, s, tf, &same))
				keep(s, n++, row, code_of(v, row, tf, same));
		}
		words_list_advance(rare);
	}
	tabulate(s, n);
	return n;
}

/* --- prefixes --- */

size_t words_same_term(const struct words_work *w, const struct words_sought *s,
		       size_t from)
{
	size_t end = from + 1;

	while (end < s->first + s->count &&
	       w->known[end].term == w->known[from].term)
		end++;
	return end;
}

bool words_form_here(const struct words_work *w, struct words_list *l,
		     size_t from, size_t end)
{
	struct words_place place = { 0 };
	const uint8_t *stop, *p;
	bool more;

	if (end - from >= l->forms)
		return true;
	p = words_list_places(l, &stop);
	more = p != NULL;
	while (more) {
		p = words_place_get(p, stop, l->forms > 1, &place, &more);
		for (size_t i = from; p && i < end; i++)
			if (w->known[i].form == place.form)
				return true;
		more = more && p;
	}
	return false;
}

static void best_of(struct words_work *w, struct words_list *l, size_t from,
		    size_t end)
{
	bool all = end - from >= l->forms;

	while (words_list_load(l)) {
		for (uint32_t i = 0; i < l->n; i++) {
			uint8_t *best = &w->best[l->row[i]];

			l->i = i;
			if (l->code[i] > *best &&
			    (all || words_form_here(w, l, from, end)))
				*best = l->code[i];
		}
		words_list_advance(l);
	}
}

static size_t collect(struct words_work *w, struct words_sought *s, size_t rows)
{
	size_t n = 0;

	for (size_t at = 0; at < rows; at += 8) {
		uint64_t eight = 1;

		if (at + 8 <= rows)
			memcpy(&eight, w->best + at, 8);
		for (size_t i = at; eight && i < at + 8 && i < rows; i++)
			if (w->best[i])
				keep(s, n++, (uint32_t)i, w->best[i]);
	}
	memset(w->best, 0, rows);
	return n;
}

size_t words_match_prefix(const struct words_view *v, struct words_work *w,
			  struct words_sought *s)
{
	struct words_list *l = &w->phrase[0];
	size_t n = s->first, end, whole = s->first + s->count;
	uint64_t rows = 0, places = 0;

	if (w->best_rows < v->rows) {
		free(w->best);
		w->best = mem_zalloc(v->rows, 1);
		w->best_rows = v->rows;
	}
	for (; n < whole; n = end) {
		bool bad = words_list_open(l, v, w->known[n].term) != 0;

		end = words_same_term(w, s, n);
		rows += l->count;
		places += l->positions_size;
		/* Damaged lists may be each other's. */
		if (bad || rows > v->header->postings ||
		    places > v->header->parts[WORDS_POSITIONS].size) {
			memset(w->best, 0, v->rows);
			return SIZE_MAX;
		}
		best_of(w, l, n, end);
	}
	n = collect(w, s, v->rows);
	tabulate(s, n);
	return n;
}
