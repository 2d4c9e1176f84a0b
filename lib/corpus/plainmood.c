/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/plainmood.h"

/* How many words at i are told by themselves; *of: they tell what music it is,
 * not only that it is music. */
static size_t told(const struct reading *r, size_t i, bool *of)
{
	static const struct {
		enum ask_kind kind;
		bool tells;
	} kinds[] = { { ASK_GENRE, true },     { ASK_SOUND, true },
		      { ASK_LANGUAGE, false }, { ASK_NOUN, false },
		      { ASK_OPEN, false },     { ASK_FILLER, false } };
	size_t n;

	*of = true;
	if (r->words[i].use == USE_FILTER || r->words[i].use == USE_NEGATION)
		return 1;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
		if (reading_find(r, i, kinds[k].kind, &n)) {
			*of = kinds[k].tells;
			return n;
		}
	*of = false;
	return 0;
}

struct lexicon_mood plainmood_read(const struct reading *r,
				   const struct lexicon *lexicon)
{
	struct lexicon_mood mood = { .matches = 0 };
	struct str text = { 0 };
	bool any = false, of;
	size_t n, i = 0;

	for (; i < r->count; i += n) {
		const struct reading_word *w = &r->words[i];

		n = told(r, i, &of);
		any = any || of;
		if (n)
			continue;
		n = 1;
		if (w->use != USE_NONE || w->quoted ||
		    !lexicon_spells(lexicon, w->text))
			break;
		str_span(&text, w->text);
		str_putc(&text, ' ');
	}
	if (any && i >= r->count && r->end >= r->request.n)
		mood = lexicon_mood(lexicon, span_str(&text), NULL);
	str_release(&text);
	return mood;
}
