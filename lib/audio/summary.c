/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/summary.h"

#include <math.h>
#include <stdlib.h>

const char *summary_name(enum summary_kind k)
{
	static const char *const names[SUMMARY_COUNT] = {
		"mean", "std", "median", "min", "max", "q25", "q75"
	};

	return names[k];
}

static int by_value(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return x < y ? -1 : x > y;
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

void summary_of(float *v, size_t n, double out[SUMMARY_COUNT])
{
	double sum = 0, squares = 0;

	for (size_t i = 0; i < n; i++)
		sum += v[i];
	sum /= (double)n;
	for (size_t i = 0; i < n; i++)
		squares += (v[i] - sum) * (v[i] - sum);
	qsort(v, n, sizeof(*v), by_value);
	out[SUMMARY_MEAN] = sum;
	out[SUMMARY_STD] = sqrt(squares / (double)n);
	out[SUMMARY_MEDIAN] = quantile(v, n, 0.5);
	out[SUMMARY_MIN] = v[0];
	out[SUMMARY_MAX] = v[n - 1];
	out[SUMMARY_Q25] = quantile(v, n, 0.25);
	out[SUMMARY_Q75] = quantile(v, n, 0.75);
}
