/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/diversify.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static bool same_artist(const struct scored *a, const struct scored *b)
{
	return a->artist == b->artist && a->artist != CATALOGUE_NONE;
}

float diversify_similarity(const struct scored *a, const struct scored *b)
{
	float sum = same_artist(a, b) ? 0.5f : 0, weight = 0.5f;
	float dv = a->valence - b->valence, da = a->arousal - b->arousal;
	float distance = sqrtf(dv * dv + da * da);
	float cosine = scored_audio_cosine(a, b);

	if (!isnan(cosine)) {
		sum += 0.3f * cosine;
		weight += 0.3f;
	}
	if (!isnan(distance)) {
		sum += 0.2f * fmaxf(0, 1 - distance / 2);
		weight += 0.2f;
	}
	return sum / weight;
}

/* Takes order[best] to the place `at`, those between one back. */
static void take(uint32_t *order, size_t at, size_t best)
{
	uint32_t x = order[best];

	memmove(order + at + 1, order + at, (best - at) * sizeof(*order));
	order[at] = x;
}

struct marginal {      /* of a position that is not taken yet */
	float nearest; /* the greatest similarity to the first `met` taken */
	uint32_t met;
};

static float value_of(const struct scored *s, const struct marginal *m,
		      float lambda)
{
	float nearest = m->met && !s->asked ? m->nearest : 0;

	return lambda * s->relevance - (1 - lambda) * nearest;
}

/* Meets those taken until all are met or the value is no better than the best:
 * it can only fall, but for the first, which may be unlike (below 0). */
static float settle(const struct scored *s, const uint32_t *order, size_t at,
		    size_t i, struct marginal *m, float lambda, float best)
{
	const struct scored *x = &s[order[i]];
	float value = value_of(x, m, lambda);

	while (m->met < at && (value > best || !m->met)) {
		float v = diversify_similarity(&s[order[m->met]], x);

		if (!m->met || v > m->nearest)
			m->nearest = v;
		m->met++;
		value = value_of(x, m, lambda);
	}
	return value;
}

void diversify_mmr(const struct scored *s, uint32_t *order, size_t n,
		   size_t picks, float lambda)
{
	struct marginal *m = mem_zalloc(n + 1, sizeof(*m)), x;

	if (picks > n)
		picks = n;
	for (size_t at = 0; at < picks; at++) { /* m[i] goes with order[i] */
		float best_value = -INFINITY;
		size_t best = at;

		for (size_t i = at; i < n; i++) {
			float v =
			    settle(s, order, at, i, &m[i], lambda, best_value);

			if (v > best_value) {
				best_value = v;
				best = i;
			}
		}
		take(order, at, best);
		x = m[best];
		memmove(m + at + 1, m + at, (best - at) * sizeof(*m));
		m[at] = x;
	}
	free(m);
}

static bool may_stand(const struct scored *s, const uint32_t *order, size_t at,
		      size_t candidate, const struct diversify_gaps *gaps)
{
	const struct scored *x = &s[order[candidate]];
	size_t gap = gaps->artist > gaps->album ? gaps->artist : gaps->album;

	if (x->asked)
		return true;
	for (size_t back = 1; back <= gap && back <= at; back++) {
		const struct scored *before = &s[order[at - back]];

		if ((back <= gaps->artist && same_artist(before, x)) ||
		    (back <= gaps->album && x->album != CATALOGUE_NONE &&
		     before->album == x->album))
			return false;
	}
	return true;
}

void diversify_space(const struct scored *s, uint32_t *order, size_t n,
		     const struct diversify_gaps *gaps)
{
	for (size_t at = 0; at < n; at++) {
		float least = gaps->worth * s[order[at]].relevance;
		size_t i = at;

		while (i < n && (s[order[i]].relevance < least ||
				 !may_stand(s, order, at, i, gaps)))
			i++;
		if (i < n)
			take(order, at, i);
	}
}

void diversify_genre(const struct scored *s, uint32_t *order, size_t n,
		     size_t k, uint32_t genre, size_t most, float least)
{
	size_t met = 0, last = k;

	for (size_t i = 0; i < k && i < n; i++)
		met += s[order[i]].genre == genre;
	for (size_t i = k; i < n && met > most; i++) {
		uint32_t x = order[i];

		if (s[x].genre == genre || s[x].relevance < least)
			continue;
		while (s[order[--last]].genre != genre)
			;
		order[i] = order[last];
		memmove(order + last, order + last + 1,
			(k - 1 - last) * sizeof(*order));
		order[k - 1] = x;
		met--;
	}
}
