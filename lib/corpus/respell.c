/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/respell.h"

#include "text/stopwords.h"

enum { SHORTEST = 3, SHORTEST_DOUBLED = 5, LONGEST = 24 };

static bool is_known(const struct requestmood_models *m, struct span word)
{
	struct emotion_request asked;

	if (stopwords_has(word) || lexicon_mood(m->lexicon, word, NULL).matches)
		return true;
	return m->emotion &&
	       emotion_request(m->emotion, m->work, word, &asked) &&
	       asked.confidence > 0;
}

static bool is_slip(const struct reading *r, size_t i,
		    const struct requestmood_models *m)
{
	const struct reading_word *w = &r->words[i];

	if (w->use != USE_NONE || w->quoted || w->capital ||
	    w->text.n < SHORTEST || w->text.n > LONGEST || reading_known(r, i))
		return false;
	for (size_t k = 0; k < w->text.n; k++)
		if (w->text.p[k] < 'a' || w->text.p[k] > 'z')
			return false;
	return !is_known(m, w->text);
}

/* Into `to`, of LONGEST bytes. */
static struct span righted(const struct lexicon *l, struct span word, char *to)
{
	struct span s = { to, word.n };
	bool found = false;

	for (size_t k = 0; k + 1 < word.n && !found; k++) {
		memcpy(to, word.p, word.n);
		to[k] = word.p[k + 1];
		to[k + 1] = word.p[k];
		found = lexicon_spells(l, s);
	}
	if (!found)
		s.n = word.n < SHORTEST_DOUBLED ? 0 : word.n - 1;
	for (size_t k = 0; k < word.n && s.n && !found; k++) {
		memcpy(to, word.p, k);
		memcpy(to + k, word.p + k + 1, word.n - k - 1);
		found = lexicon_spells(l, s);
	}
	return found ? s : (struct span){ to, 0 };
}

bool respell_read(const struct reading *r, const struct requestmood_models *m,
		  struct str *out)
{
	size_t from = 0;
	bool any = false;

	str_reset(out);
	for (size_t i = 0; i < r->count; i++) {
		const struct reading_word *w = &r->words[i];
		char to[LONGEST];
		struct span right;

		if (!is_slip(r, i, m))
			continue;
		right = righted(m->lexicon, w->text, to);
		if (!right.n)
			continue;
		str_put(out, r->request.p + from, w->start - from);
		str_span(out, right);
		from = w->end;
		any = true;
	}
	str_put(out, r->request.p + from, r->request.n - from);
	return any;
}
