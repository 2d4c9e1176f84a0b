/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/dfa.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

#define STEP 0.01   /* s */
#define SHORTEST 31 /* steps of a stretch */
#define LONGEST 880
#define RATIO 1.1    /* of a stretch to the last */
#define OVERLAP 4    /* stretches that begin within the length of one */
#define CORRECTION 3 /* steps, Jennings et al. */

struct dfa {
	/* Running sums over the steps of the profile, its squares, and times
	 * its place. */
	struct sums {
		double y, squares, places;
	} * sums;
	float *deviation;
	size_t cap;
};

struct dfa *dfa_new(void)
{
	return mem_zalloc(1, sizeof(struct dfa));
}

void dfa_free(struct dfa *d)
{
	if (!d)
		return;
	free(d->sums);
	free(d->deviation);
	free(d);
}

/* In four parts, so that the additions need not wait for each other. */
static float deviation(const float *x, size_t n)
{
	double sum[4] = { 0 }, squares[4] = { 0 }, s, q;
	size_t i = 0;

	for (; i + 4 <= n; i += 4)
		for (size_t k = 0; k < 4; k++) {
			double v = (double)x[i + k];

			sum[k] += v;
			squares[k] += v * v;
		}
	for (; i < n; i++) {
		sum[0] += (double)x[i];
		squares[0] += (double)x[i] * (double)x[i];
	}
	s = (sum[0] + sum[1] + sum[2] + sum[3]) / (double)n;
	q = (squares[0] + squares[1] + squares[2] + squares[3]) / (double)n;
	return (float)sqrt(fmax(q - s * s, 0));
}

/* Returns false where nothing fluctuates. */
static int profile(struct dfa *d, const float *x, size_t steps, size_t width)
{
	double mean = 0, squares = 0;
	struct sums s = { 0 };
	double y = 0;

	for (size_t i = 0; i < steps; i++) {
		d->deviation[i] = deviation(x + i * width, width);
		mean += (double)d->deviation[i] / (double)steps;
	}
	for (size_t i = 0; i < steps; i++) {
		double v = (double)d->deviation[i] - mean;

		squares += v * v;
	}
	d->sums[0] = s;
	/* Less than a millionth is the rounding of single precision. */
	if (!(squares > 1e-12 * mean * mean * (double)steps))
		return 0;
	for (size_t i = 0; i < steps; i++) {
		y += (double)d->deviation[i] / mean - 1;
		s.y += y;
		s.squares += y * y;
		s.places += y * (double)i;
		d->sums[i + 1] = s;
	}
	return 1;
}

/* Mean square about the lines through all stretches of that length. */
static double stray(const struct sums *sums, size_t steps, size_t length)
{
	size_t hop = length / OVERLAP, count = 0;
	double n = (double)length, sum = 0;

	for (size_t at = 0; at + length <= steps; at += hop, count++) {
		const struct sums *a = sums + at, *b = a + length;
		double y = b->y - a->y, squares = b->squares - a->squares;
		double slope =
		    b->places - a->places - ((double)at + (n - 1) / 2) * y;

		sum += squares - y * y / n -
		       slope * slope / (n * (n * n - 1) / 12);
	}
	return sum / n / (double)count;
}

double dfa_exponent(struct dfa *d, const float *x, size_t n, double rate)
{
	size_t width = (size_t)(STEP * rate), steps = n / width, before = 0;
	double length = SHORTEST, last = 0, sum = 0;
	int count = 0;

	if (steps + 1 > d->cap) {
		d->cap = steps + 1;
		d->sums = mem_resize(d->sums, d->cap, sizeof(*d->sums));
		d->deviation =
		    mem_resize(d->deviation, d->cap, sizeof(*d->deviation));
	}
	if (steps / 2 < 2 * SHORTEST || !profile(d, x, steps, width))
		return NAN;
	for (; length <= LONGEST && length <= (double)steps / 2;
	     length *= RATIO) {
		size_t now = (size_t)length;
		double s = stray(d->sums, steps, now);

		if (before && s > 0 && last > 0) {
			sum += log(s / last) / 2 /
			       log((double)(now + CORRECTION) /
				   (double)(before + CORRECTION));
			count++;
		}
		before = now;
		last = s;
	}
	return count ? sum / count : NAN;
}
