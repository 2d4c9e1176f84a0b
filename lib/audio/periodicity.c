/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/periodicity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/fft.h"
#include "base/mem.h"

#define SIZE 8192 /* of the transform */
#define BINS (SIZE / 2 + 1)
#define SCALES 3
#define WINDOW_MAX 30 /* s */
#define LAG_MAX 7     /* s */
#define KNOWN 0.75    /* of a window: the longest lag */
#define FLAT 1e-12    /* variance of a window without anything in it */

/* A window's lags must not meet those around the transform's end. */
_Static_assert((WINDOW_MAX + LAG_MAX) * PERIODICITY_RATE_MAX < SIZE,
	       "room for lags");

struct periodicity {
	struct fft *fft;
	double rate;
	size_t lags;
	float padded[SIZE];
	float power[BINS], sum[BINS], correlation[BINS];
	double lag[BINS], amplitude[BINS];
};

struct periodicity *periodicity_new(void)
{
	struct periodicity *p = mem_zalloc(1, sizeof(*p));

	p->fft = fft_new_flat(SIZE);
	return p;
}

void periodicity_free(struct periodicity *p)
{
	if (!p)
		return;
	fft_free(p->fft);
	free(p);
}

/* Power of a window at mean 0 and variance 1; false where it is flat. */
static int transform(struct periodicity *p, const float *x, size_t n)
{
	double mean = 0, var = 0;

	for (size_t i = 0; i < n; i++)
		mean += x[i];
	mean /= (double)n;
	for (size_t i = 0; i < n; i++)
		var += (x[i] - mean) * (x[i] - mean);
	var /= (double)n;
	if (!(var > FLAT))
		return 0;
	var = sqrt(var);
	for (size_t i = 0; i < n; i++)
		p->padded[i] = (float)((x[i] - mean) / var);
	memset(p->padded + n, 0, (SIZE - n) * sizeof(*p->padded));
	fft_power(p->fft, p->padded, p->power);
	return 1;
}

static size_t longest(double rate, size_t window)
{
	return (size_t)fmin(LAG_MAX * rate, KNOWN * (double)window);
}

/* Adds the mean over the windows of `size` frames. */
static void add_scale(struct periodicity *p, const float *x, size_t n,
		      size_t size)
{
	size_t hop = size / 4 ? size / 4 : 1, count = 1 + (n - size) / hop;
	size_t lags = longest(p->rate, size);
	double share = 1.0 / (double)(count * SCALES);

	memset(p->sum, 0, sizeof(p->sum));
	for (size_t w = 0; w < count; w++) {
		if (!transform(p, x + w * hop, size))
			continue;
		for (size_t k = 0; k < BINS; k++) {
			p->sum[k] += p->power[k];
			p->amplitude[k] +=
			    share * sqrtf(p->power[k]) / (double)size;
		}
	}
	fft_cosine(p->fft, p->sum, p->correlation);
	for (size_t k = 0; k < lags; k++)
		p->lag[k] +=
		    share * p->correlation[k] / SIZE / (double)(size - k);
}

void periodicity_measure(struct periodicity *p, const float *curve,
			 size_t frames, double rate)
{
	static const double seconds[SCALES] = { 8, 15, WINDOW_MAX };

	memset(p->lag, 0, sizeof(p->lag));
	memset(p->amplitude, 0, sizeof(p->amplitude));
	p->rate = rate;
	p->lags = 0;
	for (int s = 0; s < SCALES && frames; s++) {
		size_t size = (size_t)(seconds[s] * rate);

		if (size > frames)
			size = frames;
		add_scale(p, curve, frames, size);
		p->lags = longest(rate, size);
	}
}

static double between(const double *v, size_t n, double at)
{
	size_t i = (size_t)at;
	double f = at - (double)i;

	return i + 1 < n ? (1 - f) * v[i] + f * v[i + 1] : 0;
}

double periodicity_lag(const struct periodicity *p, double seconds)
{
	return between(p->lag, p->lags, seconds * p->rate);
}

double periodicity_longest(const struct periodicity *p)
{
	return p->lags > 1 ? (double)(p->lags - 1) / p->rate : 0;
}

double periodicity_amplitude(const struct periodicity *p, double hz)
{
	return between(p->amplitude, BINS, hz / p->rate * SIZE);
}
