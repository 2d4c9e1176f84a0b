/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/bootstrap.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/random.h"

double bootstrap_mean(const double *x, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += x[i];
	return n ? sum / (double)n : NAN;
}

static double draw(struct random *r, const double *x, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += x[random_below(r, n)];
	return sum / (double)n;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void bootstrap_interval(const struct bootstrap *b, const double *x, size_t n,
			double ends[2])
{
	size_t draws = (size_t)b->draws, tail = draws / 40;
	double *means = mem_zalloc(draws, sizeof(*means));
	struct random r;

	ends[0] = ends[1] = NAN;
	random_seed(&r, b->seed, 0);
	for (size_t i = 0; n && i < draws; i++)
		means[i] = draw(&r, x, n);
	if (n) {
		qsort(means, draws, sizeof(*means), by_value);
		ends[0] = means[tail];
		ends[1] = means[draws - 1 - tail];
	}
	free(means);
}

double bootstrap_p(const struct bootstrap *b, const double *d, size_t n)
{
	double mean = bootstrap_mean(d, n), far = fabs(mean) * (1 - 1e-12);
	int met = 0;
	struct random r;

	if (!n || !(far > 0))
		return 1;
	random_seed(&r, b->seed, 0);
	for (int i = 0; i < b->draws; i++)
		met += fabs(draw(&r, d, n) - mean) >= far;
	return (met + 1.0) / (b->draws + 1.0);
}
