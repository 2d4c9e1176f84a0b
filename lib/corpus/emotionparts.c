/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/emotionparts.h"

#include <strings.h>

enum { LONGEST = 4 }; /* tokens of a phrase */

static const double neighbour = 0.5; /* of the strongest token of a phrase */
static const double conflict = 0.2;  /* of the first class: the second counts */
static const double third = 0.5;     /* of the second class: told as well */
static const double least = 0.2;     /* of the strongest phrase */

static const signed char class_valence[EMOTION_CLASSES] = { -1, 1, 1, -1,
							    -1, 0, 0, -1 };

static bool same(struct span a, struct span b)
{
	return a.n == b.n && !strncasecmp(a.p, b.p, a.n);
}

void emotion_offer(struct emotion_phrases *best, struct span text, double part)
{
	struct emotion_phrase *items = best->items;
	size_t at = 0, last;

	if (!(part > 0))
		return;
	while (at < best->count && items[at].part >= part) {
		if (same(items[at].text, text))
			return;
		at++;
	}
	if (at == EMOTION_WORDS)
		return;
	/* its place is that of a weaker equal, else of a new last one */
	for (last = at; last < best->count; last++)
		if (same(items[last].text, text))
			break;
	if (last == best->count && last < EMOTION_WORDS)
		best->count++;
	else if (last == EMOTION_WORDS)
		last--;
	memmove(items + at + 1, items + at, (last - at) * sizeof(*items));
	items[at] = (struct emotion_phrase){ text, part };
}

/* Spoken or drawn, not a mark nor a stand-in; and not taken. */
static bool usable(const struct utterance *u, const bool *taken, size_t i)
{
	enum utterance_kind kind = u->tokens[i].kind;

	return !taken[i] &&
	       (kind == UTTERANCE_WORDS || kind == UTTERANCE_SYMBOL);
}

void emotion_offer_parts(struct emotion_phrases *best, struct span text,
			 const struct utterance *u,
			 const float parts[UTTERANCE_TOKENS], double share)
{
	bool taken[UTTERANCE_TOKENS] = { false };

	for (int round = 0; round < EMOTION_WORDS; round++) {
		size_t top = u->count, from, to;
		float sum, bar;

		for (size_t i = 0; i < u->count; i++)
			if (usable(u, taken, i) && parts[i] > 0 &&
			    (top == u->count || parts[i] > parts[top]))
				top = i;
		if (top == u->count)
			return;
		from = to = top;
		sum = parts[top];
		bar = sum * (float)neighbour;
		while (to - from + 1 < LONGEST) {
			bool left = from > 0 && usable(u, taken, from - 1) &&
				    parts[from - 1] >= bar;
			bool right = to + 1 < u->count &&
				     usable(u, taken, to + 1) &&
				     parts[to + 1] >= bar;

			if (!left && !right)
				break;
			if (left &&
			    (!right || parts[from - 1] >= parts[to + 1]))
				sum += parts[--from];
			else
				sum += parts[++to];
		}
		memset(taken + from, true, to - from + 1);
		emotion_offer(
		    best,
		    (struct span){ text.p + u->tokens[from].start,
				   u->tokens[to].end - u->tokens[from].start },
		    share * (double)sum);
	}
}

void emotion_keep_phrases(const struct emotion_phrases *best, struct emotion *e)
{
	e->nwords = 0;
	for (size_t i = 0; i < best->count; i++)
		if (best->items[i].part >= least * best->items[0].part)
			e->words[e->nwords++] = best->items[i].text;
}

static bool contradict(const struct emotion *e)
{
	bool up = false, down = false;

	for (size_t t = 0; t < EMOTION_TOP; t++) {
		up = up || class_valence[e->top[t]] > 0;
		down = down || class_valence[e->top[t]] < 0;
	}
	return up && down;
}

void emotion_rank(struct emotion *e)
{
	for (size_t t = 0; t < EMOTION_TOP; t++) {
		int best = -1;

		for (int i = 0; i < EMOTION_CLASSES; i++) {
			bool told = false;

			for (size_t k = 0; k < t; k++)
				told = told || (int)e->top[k] == i;
			if (!told && (best < 0 || e->probs[i] > e->probs[best]))
				best = i;
		}
		e->top[t] = (enum emotion_class)best;
	}
	e->tops = 2;
	if (contradict(e) &&
	    e->probs[e->top[1]] >= conflict * e->probs[e->top[0]] &&
	    e->probs[e->top[2]] >= third * e->probs[e->top[1]])
		e->tops = 3;
}
