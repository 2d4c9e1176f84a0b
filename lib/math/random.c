/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/random.h"

#include <math.h>

static uint64_t splitmix(uint64_t *x)
{
	uint64_t z = *x += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

void random_seed(struct random *r, uint64_t seed, uint64_t stream)
{
	uint64_t x = stream;
	int i;

	x = splitmix(&x) ^ seed;
	for (i = 0; i < 4; i++)
		r->s[i] = splitmix(&x);
	r->spare = 0;
	r->has_spare = 0;
}

static uint64_t rotl(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

uint64_t random_u64(struct random *r)
{
	uint64_t *s = r->s, out = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return out;
}

uint64_t random_below(struct random *r, uint64_t n)
{
	uint64_t floor = (0 - n) % n, v; /* 2^64 mod n */

	do
		v = random_u64(r);
	while (v < floor);
	return v % n;
}

double random_uniform(struct random *r)
{
	return (double)(random_u64(r) >> 11) * 0x1p-53;
}

double random_normal(struct random *r)
{
	double u, v, q, f;

	if (r->has_spare) {
		r->has_spare = 0;
		return r->spare;
	}
	do {
		u = 2 * random_uniform(r) - 1;
		v = 2 * random_uniform(r) - 1;
		q = u * u + v * v;
	} while (q >= 1 || q == 0);
	f = sqrt(-2 * log(q) / q);
	r->spare = v * f;
	r->has_spare = 1;
	return u * f;
}

void random_shuffle(struct random *r, uint32_t *x, size_t n)
{
	for (; n > 1; n--) {
		size_t j = (size_t)random_below(r, n);
		uint32_t t = x[n - 1];

		x[n - 1] = x[j];
		x[j] = t;
	}
}
