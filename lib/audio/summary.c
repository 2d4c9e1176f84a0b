/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/summary.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define DIGITS 4 /* of a key, a byte each */
#define VALUES 256
#define PARTS 4 /* partial sums, for no addition to wait on the one before */

const char *summary_name(enum summary_kind k)
{
	static const char *const names[SUMMARY_COUNT] = {
		"mean", "std", "median", "min", "max", "q25", "q75"
	};

	return names[k];
}

static uint32_t bits_at(const float *p)
{
	uint32_t bits;

	memcpy(&bits, p, sizeof(bits));
	return bits;
}

static void put_bits(float *p, uint32_t bits)
{
	memcpy(p, &bits, sizeof(bits));
}

/* IEEE 754 is sign and magnitude: these are in the order of the numbers. */
static uint32_t key_of(uint32_t bits)
{
	return bits >> 31 ? ~bits : bits | UINT32_C(1) << 31;
}

static uint32_t bits_of(uint32_t key)
{
	return key >> 31 ? key & ~(UINT32_C(1) << 31) : ~key;
}

static void sort_by_digit(const float *keys, size_t n, int digit,
			  const size_t count[VALUES], float *to)
{
	size_t place[VALUES], at = 0;

	for (int d = 0; d < VALUES; d++) {
		place[d] = at;
		at += count[d];
	}
	for (size_t i = 0; i < n; i++) {
		uint32_t key = bits_at(keys + i);

		put_bits(to + place[key >> 8 * digit & (VALUES - 1)]++, key);
	}
}

/* Digit by digit, which no unpredictable branch slows down. */
static void sort(float *v, float *scratch, size_t n)
{
	size_t counts[DIGITS][VALUES] = { 0 };

	for (size_t i = 0; i < n; i++) {
		uint32_t key = key_of(bits_at(v + i));

		put_bits(v + i, key);
		for (int d = 0; d < DIGITS; d++)
			counts[d][key >> 8 * d & (VALUES - 1)]++;
	}
	for (int d = 0; d < DIGITS; d += 2) {
		sort_by_digit(v, n, d, counts[d], scratch);
		sort_by_digit(scratch, n, d + 1, counts[d + 1], v);
	}
	for (size_t i = 0; i < n; i++)
		put_bits(v + i, bits_of(bits_at(v + i)));
}

static double mean(const float *v, size_t n)
{
	double sum[PARTS] = { 0 };

	for (size_t i = 0; i < n; i++)
		sum[i % PARTS] += v[i];
	return (sum[0] + sum[1] + sum[2] + sum[3]) / (double)n;
}

static double deviation(const float *v, size_t n, double from)
{
	double sum[PARTS] = { 0 };

	for (size_t i = 0; i < n; i++)
		sum[i % PARTS] += (v[i] - from) * (v[i] - from);
	return sqrt((sum[0] + sum[1] + sum[2] + sum[3]) / (double)n);
}

static double quantile(const float *sorted, size_t n, double q)
{
	double at = q * (double)(n - 1);
	size_t i = (size_t)at;

	if (i + 1 >= n)
		return sorted[n - 1];
	return sorted[i] +
	       (at - (double)i) * ((double)sorted[i + 1] - sorted[i]);
}

void summary_of(float *v, size_t n, float *scratch, double out[SUMMARY_COUNT])
{
	out[SUMMARY_MEAN] = mean(v, n);
	out[SUMMARY_STD] = deviation(v, n, out[SUMMARY_MEAN]);
	sort(v, scratch, n);
	out[SUMMARY_MEDIAN] = quantile(v, n, 0.5);
	out[SUMMARY_MIN] = v[0];
	out[SUMMARY_MAX] = v[n - 1];
	out[SUMMARY_Q25] = quantile(v, n, 0.25);
	out[SUMMARY_Q75] = quantile(v, n, 0.75);
}
