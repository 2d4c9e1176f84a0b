/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/popularity.h"

#include <math.h>

enum { MANTISSA_BITS = 52, STEP_BITS = 6, EXPONENT_BIAS = 1023 };

static const double share[POPULARITY_TIERS] = { 0, 0.50, 0.80, 0.98 };

/* A double's exponent and leading mantissa bits are its place on a scale that
 * is logarithmic by octaves and linear within: no libm, the same anywhere. */
static size_t bucket_of(double plays)
{
	double v = 1 + plays;
	uint64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	bits = (bits >> (MANTISSA_BITS - STEP_BITS)) -
	       ((uint64_t)EXPONENT_BIAS << STEP_BITS);
	return bits < POPULARITY_BUCKETS ? (size_t)bits
					 : POPULARITY_BUCKETS - 1;
}

static double least_of(size_t bucket)
{
	double octave = ldexp(1, (int)(bucket / POPULARITY_STEPS));
	double step = (double)(bucket % POPULARITY_STEPS);

	return octave * (1 + step / POPULARITY_STEPS) - 1;
}

void popularity_add(struct popularity_fit *f, double plays)
{
	f->count++;
	f->buckets[bucket_of(plays)]++;
	if (plays > f->max)
		f->max = plays;
}

void popularity_end(const struct popularity_fit *f, struct popularity *out)
{
	uint64_t below = 0;
	size_t bucket = 0;

	*out = (struct popularity){ .count = f->count };
	out->scale = f->max > 0 ? 1 / log1p(f->max) : 0;
	for (int tier = 1; tier < POPULARITY_TIERS; tier++) {
		double wanted = share[tier] * (double)f->count;

		while (bucket < POPULARITY_BUCKETS && (double)below < wanted)
			below += f->buckets[bucket++];
		out->least[tier] = least_of(bucket);
	}
}

double popularity_score(const struct popularity *p, double plays)
{
	double score = log1p(plays) * p->scale;

	return score < 1 ? score : 1;
}

enum popularity_tier popularity_tier(const struct popularity *p, double plays)
{
	double least = least_of(bucket_of(plays));
	int tier = POPULARITY_VIRAL;

	while (tier > 0 && least < p->least[tier])
		tier--;
	return (enum popularity_tier)tier;
}

const char *popularity_tier_name(enum popularity_tier tier)
{
	static const char *const names[] = { "Underground", "Niche", "Popular",
					     "Viral" };

	return names[tier];
}
