/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Seeded random numbers, the same on every machine: xoshiro256** (Blackman &
 * Vigna 2018), its state filled by SplitMix64 from seed and stream. Streams of
 * one seed are independent for all we use them for, so a loop split over
 * threads takes one stream per item.
 */
#ifndef MOODPIPE_RANDOM_H
#define MOODPIPE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
	uint64_t s[4];
	double spare; /* the other half of a normal pair */
	int has_spare;
};

void random_seed(struct random *r, uint64_t seed, uint64_t stream);
uint64_t random_u64(struct random *r);
uint64_t random_below(struct random *r, uint64_t n); /* unbiased; n > 0 */
double random_uniform(struct random *r);             /* [0, 1), 53 bits */
double random_normal(struct random *r); /* mean 0, deviation 1 (polar) */
/* Fisher-Yates over an array of indices. */
void random_shuffle(struct random *r, uint32_t *x, size_t n);

#endif
