/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/metrics.h"

#include <math.h>

static size_t hits(const double *rel, size_t n, size_t k)
{
	size_t found = 0;

	for (size_t i = 0; i < n && i < k; i++)
		found += rel[i] > 0;
	return found;
}

double metrics_precision(const double *rel, size_t n, size_t k)
{
	return k ? (double)hits(rel, n, k) / (double)k : 0;
}

double metrics_recall(const double *rel, size_t n, size_t k, size_t relevant)
{
	return relevant ? (double)hits(rel, n, k) / (double)relevant : 0;
}

static double dcg(const double *rel, size_t n, size_t k)
{
	double sum = 0;

	for (size_t i = 0; i < n && i < k; i++)
		if (rel[i] > 0)
			sum += rel[i] / log2((double)i + 2);
	return sum;
}

double metrics_ndcg(const double *rel, size_t n, size_t k, const double *all,
		    size_t m)
{
	double ideal = dcg(all, m, k);

	return ideal > 0 ? dcg(rel, n, k) / ideal : 0;
}

double metrics_reciprocal_rank(const double *rel, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (rel[i] > 0)
			return 1 / ((double)i + 1);
	return 0;
}

double metrics_average_precision(const double *rel, size_t n, size_t relevant)
{
	double sum = 0;
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		if (rel[i] > 0)
			sum += (double)++found / ((double)i + 1);
	return relevant ? sum / (double)relevant : 0;
}

double metrics_quantile(const double *x, size_t n, double p)
{
	double at = ceil(p * (double)n);

	if (!n)
		return 0;
	return x[at < 1 ? 0 : at > (double)n ? n - 1 : (size_t)at - 1];
}
