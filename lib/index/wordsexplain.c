/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a row has its score: words.h. */
#include "index/wordswork.h"

static void count(struct words_list *l, uint32_t tf[WORDS_FIELDS])
{
	struct words_place place = { 0 };
	const uint8_t *end, *p = words_list_places(l, &end);
	bool more = p != NULL;

	while (more) {
		p = words_place_get(p, end, l->forms > 1, &place, &more);
		if (p)
			tf[place.field]++;
	}
}

static void phrase(const struct words_view *v, struct words_work *w,
		   const struct words_sought *s, uint32_t row,
		   uint32_t tf[WORDS_FIELDS])
{
	const struct words_list *same;

	for (size_t i = 0; i < s->count; i++)
		if (words_list_open(&w->phrase[i], v,
				    w->known[s->first + i].term) ||
		    !words_list_find(&w->phrase[i], row))
			return;
	words_phrase_here(w, s, tf, &same);
}

/* The stem that gives the row its code. */
static void prefix(const struct words_view *v, struct words_work *w,
		   const struct words_sought *s, uint32_t row, uint8_t code,
		   uint32_t tf[WORDS_FIELDS])
{
	struct words_list *l = &w->phrase[0];
	size_t end;

	for (size_t i = s->first; i < s->first + s->count; i = end) {
		end = words_same_term(w, s, i);
		if (words_list_open(l, v, w->known[i].term) ||
		    !words_list_find(l, row) || l->code[l->i] != code ||
		    !words_form_here(w, l, i, end))
			continue;
		count(l, tf);
		return;
	}
}

static void share_out(const struct words_view *v, uint32_t row,
		      struct words_reason *r)
{
	const uint16_t *lengths = words_lengths(v, row);
	double share[WORDS_FIELDS], all = 0;

	for (unsigned f = 0; f < WORDS_FIELDS; f++) {
		share[f] = words_share(v->header, f, r->count[f], lengths[f]);
		all += share[f];
	}
	for (unsigned f = 0; f < WORDS_FIELDS && all > 0; f++)
		r->field[f] = (float)((double)r->score * share[f] / all);
}

size_t words_explain(const struct words_view *v, struct words_work *w,
		     const struct words_query *q, uint32_t row,
		     struct words_reason out[WORDS_CLAUSES_MAX])
{
	size_t n = 0;

	if (row >= v->rows)
		return 0;
	for (size_t i = 0; i < w->count; i++) {
		const struct words_sought *s = &w->sought[i];
		struct words_reason *r = &out[n];
		uint8_t code;

		words_list_rewind(s->list);
		if (s->need == WORDS_EXCLUDED || !words_list_find(s->list, row))
			continue;
		code = s->list->code[s->list->i];
		*r = (struct words_reason){
			.clause = s->clause,
			.score = (float)(s->weight * code) / 65536,
		};
		switch (q->clauses[s->clause].kind) {
		case WORDS_TERM:
			count(s->list, r->count);
			break;
		case WORDS_PHRASE:
			phrase(v, w, s, row, r->count);
			break;
		case WORDS_PREFIX:
			prefix(v, w, s, row, code, r->count);
			break;
		}
		share_out(v, row, r);
		n++;
	}
	return n;
}
