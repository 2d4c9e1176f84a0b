/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/diversify.h"

#include <math.h>
#include <stdlib.h>

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

void diversify_mmr(const struct scored *s, uint32_t *order, size_t n,
		   size_t picks, float lambda)
{
	float *nearest = mem_zalloc(n + 1, sizeof(*nearest));

	if (picks > n)
		picks = n;
	/* nearest[i] goes with order[i]: to the nearest of those taken */
	for (size_t at = 0; at < picks; at++) {
		float best_value = -INFINITY;
		size_t best = at;

		for (size_t i = at; i < n; i++) {
			float v = lambda * s[order[i]].score -
				  (1 - lambda) * (at ? nearest[i] : 0);

			if (v > best_value) {
				best_value = v;
				best = i;
			}
		}
		take(order, at, best);
		memmove(nearest + at + 1, nearest + at,
			(best - at) * sizeof(*nearest));
		for (size_t i = at + 1; i < n; i++) {
			float v =
			    diversify_similarity(&s[order[at]], &s[order[i]]);

			if (!at || v > nearest[i])
				nearest[i] = v;
		}
	}
	free(nearest);
}

static bool may_stand(const struct scored *s, const uint32_t *order, size_t at,
		      size_t candidate, size_t gap)
{
	for (size_t i = at > gap ? at - gap : 0; i < at; i++)
		if (same_artist(&s[order[i]], &s[order[candidate]]))
			return false;
	return true;
}

void diversify_space(const struct scored *s, uint32_t *order, size_t n,
		     size_t gap)
{
	for (size_t at = 0; at < n; at++) {
		size_t i = at;

		while (i < n && !may_stand(s, order, at, i, gap))
			i++;
		if (i < n)
			take(order, at, i);
	}
}

size_t diversify_limit(const struct scored *s, uint32_t *order, size_t n,
		       size_t most)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		size_t met = 0;

		for (size_t j = 0; j < kept && met < most; j++)
			met += same_artist(&s[order[j]], &s[order[i]]);
		if (met < most)
			order[kept++] = order[i];
	}
	return kept;
}
