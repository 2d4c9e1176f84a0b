/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/dropmask.h"

#include <string.h>

#include "math/lanes.h"

typedef uint32_t lanes_word __attribute__((vector_size(32)));

static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

struct dropmask dropmask_of(float probability, uint64_t seed, uint64_t place)
{
	double p = probability;
	uint32_t below = p <= 0 ? 0 : (uint32_t)(p * 0x1p32);

	return (struct dropmask){
		.key = mix(mix(seed + UINT64_C(0x9e3779b97f4a7c15)) ^
			   place * UINT64_C(0xd1342543de82ef95)),
		.below = below,
		.scale = (float)(1 / (1 - below * 0x1p-32)),
	};
}

/* What eight columns from `column` on are multiplied by. */
LANES_INLINE void factors(const struct dropmask *d, uint64_t row, size_t column,
			  lanes *out)
{
	static const lanes_word step = { 0, 1, 2, 3, 4, 5, 6, 7 };
	lanes_word x = step + ((uint32_t)column + (uint32_t)row);
	lanes scale = (lanes){ 0 } + d->scale;

	x *= 0x9e3779b1u;
	x ^= x >> 15;
	x += (uint32_t)(row >> 32);
	x *= 0x85ebca6bu;
	x ^= x >> 13;
	x *= 0xc2b2ae35u;
	x ^= x >> 16;
	*out = (lanes)((lanes_int)(x >= d->below) & (lanes_int)scale);
}

LANES_CLONES static void apply(const struct dropmask *d, uint64_t row,
			       const float *x, float *y, size_t n)
{
	float in[LANES] = { 0 };
	size_t i;
	lanes f;

	for (i = 0; i + LANES <= n; i += LANES) {
		factors(d, row, i, &f);
		LANES_AT(y + i) = LANES_OF(x + i) * f;
	}
	if (i == n)
		return;
	memcpy(in, x + i, (n - i) * sizeof(*in));
	factors(d, row, i, &f);
	LANES_AT(in) = LANES_OF(in) * f;
	memcpy(y + i, in, (n - i) * sizeof(*in));
}

LANES_CLONES static void apply_add(const struct dropmask *d, uint64_t row,
				   const float *x, float *y, size_t n)
{
	float in[LANES] = { 0 };
	size_t i;
	lanes f;

	for (i = 0; i + LANES <= n; i += LANES) {
		factors(d, row, i, &f);
		LANES_AT(y + i) = LANES_OF(y + i) + LANES_OF(x + i) * f;
	}
	if (i == n)
		return;
	memcpy(in, x + i, (n - i) * sizeof(*in));
	factors(d, row, i, &f);
	LANES_AT(in) = LANES_OF(in) * f;
	for (size_t k = 0; i < n; i++, k++)
		y[i] += in[k];
}

static uint64_t row_key(const struct dropmask *d, uint64_t row)
{
	return mix(d->key + row * UINT64_C(0x9e3779b97f4a7c15));
}

void dropmask_row(const struct dropmask *d, uint64_t row, const float *x,
		  float *y, size_t n)
{
	if (d->below)
		apply(d, row_key(d, row), x, y, n);
	else if (y != x)
		memcpy(y, x, n * sizeof(*y));
}

void dropmask_add(const struct dropmask *d, uint64_t row, const float *x,
		  float *y, size_t n)
{
	if (d->below)
		apply_add(d, row_key(d, row), x, y, n);
	else
		for (size_t i = 0; i < n; i++)
			y[i] += x[i];
}
