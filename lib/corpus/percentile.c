/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/percentile.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The bits of floats from 0 on are in the order of the floats, below those of
 * infinity, NaN and all that is negative. They are counted by the upper bits,
 * then, of two of these, by the lower. */
enum { LOW_BITS = 15, LOW = 1 << LOW_BITS, HIGH = 1 << (32 - LOW_BITS) };
#define INFINITE (UINT32_C(0x7f800000) >> LOW_BITS)

static uint32_t bits_of(float x)
{
	uint32_t bits;

	x += 0.0F; /* -0 is 0 */
	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

/* By the upper bits into counts[HIGH]; returns how many are numbers. Of equal
 * neighbours one count would wait for the other: they go to different tables. */
static size_t count_upper(const float *column, size_t n, uint32_t *counts)
{
	uint32_t *odd = mem_zalloc(HIGH, sizeof(*odd));
	size_t found = 0, i = 0;

	for (; i + 1 < n; i += 2) {
		counts[bits_of(column[i]) >> LOW_BITS]++;
		odd[bits_of(column[i + 1]) >> LOW_BITS]++;
	}
	if (i < n)
		counts[bits_of(column[i]) >> LOW_BITS]++;
	for (i = 0; i < INFINITE; i++)
		found += counts[i] += odd[i];
	free(odd);
	return found;
}

/* Where the value of that rank is counted; *rank becomes its rank there. */
static uint32_t place(const uint32_t *counts, size_t *rank)
{
	uint32_t i = 0;

	while (*rank >= counts[i])
		*rank -= counts[i++];
	return i;
}

/* The value of a rank in ascending order, less than the number of values. */
static float select_one(const float *column, size_t n, const uint32_t *upper,
			size_t rank)
{
	uint32_t *lower = mem_zalloc(LOW, sizeof(*lower));
	uint32_t high = place(upper, &rank), bits;
	float value;

	for (size_t i = 0; i < n; i++) {
		bits = bits_of(column[i]);
		if (bits >> LOW_BITS == high)
			lower[bits % LOW]++;
	}
	bits = high << LOW_BITS | place(lower, &rank);
	memcpy(&value, &bits, sizeof(value));
	free(lower);
	return value;
}

size_t percentile_range(const float *column, size_t n, double min, double max,
			float *lo, float *hi)
{
	uint32_t *upper = mem_zalloc(HIGH, sizeof(*upper));
	size_t count = count_upper(column, n, upper);
	/* How many values must be less at least, and may be at most. */
	size_t least = (size_t)ceil(min * (double)count / 100);
	size_t most = (size_t)floor(max * (double)count / 100);

	*lo = least ? nextafterf(select_one(column, n, upper, least - 1),
				 INFINITY)
		    : 0;
	*hi = most < count ? select_one(column, n, upper, most) : FLT_MAX;
	free(upper);
	return count;
}
