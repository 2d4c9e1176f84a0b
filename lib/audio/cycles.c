/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/cycles.h"

#include <math.h>
#include <stdlib.h>

#include "audio/stft.h"
#include "base/mem.h"
#include "math/lanes.h"
#include "math/vector.h"

enum {
	APART = 2,   /* frames between which a rise is measured */
	AROUND = 21, /* frames to either side: half a second */
	WINDOW = CYCLES_LEAST - APART,
	HOP = 65,
	LAGS = 24,      /* from .15 to 4 s, by equal ratios */
	FURTHEST = 431, /* frames: 10 s */
};
/* The first mel band of each, in whole LANES: 0, 210, 640, 1300, 3000, 5700
 * Hz. */
static const int edges[CYCLES_BANDS] = { 0, 8, 24, 48, 80, 104, MEL_BANDS };
static const double beats[CYCLES_BEATS] = { 0.25, 1 / 3., 0.5, 2 / 3., 0.75,
					    1,    1.25,   1.5, 1.75,   2,
					    3,    4,      6,   8 };

struct cycles {
	float hann[WINDOW];
	double lag[LAGS]; /* frames */
	size_t cap;
	float *level[CYCLES_BANDS]; /* [cap]: mean rise of the mel bands */
	float *rise;                /* [cap]: of one, less its surroundings */
	size_t window_cap;
	float (*window)[LAGS];
	float part[WINDOW];
};

struct cycles *cycles_new(void)
{
	struct cycles *c = mem_zalloc(1, sizeof(*c));

	for (int i = 0; i < WINDOW; i++)
		c->hann[i] =
		    (float)(0.5 - 0.5 * cos(2 * M_PI * i / (WINDOW - 1)));
	for (int i = 0; i < LAGS; i++)
		c->lag[i] = STFT_FRAME_RATE * 0.15 *
			    pow(4 / 0.15, i / (double)(LAGS - 1));
	return c;
}

void cycles_free(struct cycles *c)
{
	if (!c)
		return;
	for (int b = 0; b < CYCLES_BANDS; b++)
		free(c->level[b]);
	free(c->rise);
	free(c->window);
	free(c);
}

/* Mean rises of all bands from frame t to APART later. */
LANES_CLONES
static void rises(struct cycles *c, const float *db, size_t t)
{
	const float *a = db + t * MEL_BANDS, *b = a + APART * MEL_BANDS;
	const lanes zero = { 0 };
	float all = 0;

	for (int k = 0; k + 1 < CYCLES_BANDS; k++) {
		lanes sum = { 0 };
		float one;

		for (int i = edges[k]; i < edges[k + 1]; i += LANES) {
			lanes rise = LANES_OF(b + i) - LANES_OF(a + i);

			lanes_maximum(&rise, &zero);
			sum += rise;
		}
		one = lanes_sum(&sum);
		all += one;
		c->level[k][t] = one / (float)(edges[k + 1] - edges[k]);
	}
	c->level[CYCLES_BANDS - 1][t] = all / MEL_BANDS;
}

/* Less half of the mean around each frame: into c->rise. */
static void sharpen(struct cycles *c, const float *level, size_t n)
{
	double sum = 0;

	for (size_t t = 0; t < AROUND && t < n; t++)
		sum += (double)level[t];
	for (size_t t = 0; t < n; t++) {
		size_t low = t > AROUND ? t - AROUND : 0;
		size_t high = t + AROUND + 1 < n ? t + AROUND + 1 : n;

		if (t + AROUND < n)
			sum += (double)level[t + AROUND];
		if (t > AROUND)
			sum -= (double)level[t - AROUND - 1];
		c->rise[t] = level[t] - (float)(sum / (double)(high - low) / 2);
	}
}

/* Takes the mean from x[n]; its energy. */
static double centre(float *x, size_t n)
{
	double mean = 0;

	for (size_t t = 0; t < n; t++)
		mean += (double)x[t] / (double)n;
	for (size_t t = 0; t < n; t++)
		x[t] -= (float)mean;
	return fmax((double)vector_dot(x, x, n), 1e-9);
}

static float autocorrelation(const float *x, size_t n, double energy,
			     size_t lag)
{
	return lag < n
		   ? (float)((double)vector_dot(x, x + lag, n - lag) / energy)
		   : 0;
}

/* At LAGS lags, between frames linearly. */
static void at_lags(const struct cycles *c, const float *x, size_t n,
		    double energy, float out[LAGS])
{
	for (int i = 0; i < LAGS; i++) {
		size_t whole = (size_t)c->lag[i];
		float part = (float)(c->lag[i] - (double)whole);

		out[i] = (1 - part) * autocorrelation(x, n, energy, whole) +
			 part * autocorrelation(x, n, energy, whole + 1);
	}
}

static void moments(const float *x, size_t n, double *mean, double *deviation)
{
	double sum = 0, squares = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)x[i];
	*mean = sum / (double)n;
	for (size_t i = 0; i < n; i++)
		squares += ((double)x[i] - *mean) * ((double)x[i] - *mean);
	*deviation = sqrt(squares / (double)n);
}

/* 0 where either does not vary. */
static double correlation(const float *x, const float *y, size_t n)
{
	double mx, my, dx, dy, sum = 0;

	moments(x, n, &mx, &dx);
	moments(y, n, &my, &dy);
	if (!(dx > 1e-9) || !(dy > 1e-9))
		return 0;
	for (size_t i = 0; i < n; i++)
		sum += ((double)x[i] - mx) * ((double)y[i] - my);
	return sum / (double)n / dx / dy;
}

/* What windows say that follow each other. */
static void by_windows(struct cycles *c, size_t n, const float whole[LAGS],
		       float out[CYCLES_BAND])
{
	float mean[LAGS] = { 0 };
	double varies = 0, next = 0, at, spread;
	size_t count = 0;

	for (size_t t = 0; t + WINDOW <= n; t += HOP) {
		double energy;

		for (int i = 0; i < WINDOW; i++)
			c->part[i] = c->rise[t + (size_t)i] * c->hann[i];
		energy = centre(c->part, WINDOW);
		MEM_ROOM(c->window, count + 1, c->window_cap);
		at_lags(c, c->part, WINDOW, energy, c->window[count]);
		if (count)
			next += correlation(c->window[count - 1],
					    c->window[count], LAGS);
		vector_axpy(mean, 1, c->window[count++], LAGS);
	}
	vector_scale(mean, 1 / (float)count, LAGS);
	for (int i = 0; i < LAGS; i++) {
		double squares = 0;

		for (size_t k = 0; k < count; k++) {
			double d = (double)(c->window[k][i] - mean[i]);

			squares += d * d;
		}
		varies += sqrt(squares / (double)count) / LAGS;
	}
	moments(mean, LAGS, &at, &spread);
	out[CYCLES_SAME] = (float)correlation(mean, whole, LAGS);
	out[CYCLES_NEXT] = count > 1 ? (float)(next / (double)(count - 1)) : 0;
	out[CYCLES_MOST] = -INFINITY;
	for (int i = 0; i < LAGS; i++)
		out[CYCLES_MOST] = fmaxf(out[CYCLES_MOST], mean[i]);
	out[CYCLES_SPREAD] = (float)spread;
	out[CYCLES_VARIES] = (float)varies;
}

static float most(const float *of, size_t from, size_t to)
{
	float x = -1;

	for (size_t i = from; i < to && i < FURTHEST; i++)
		x = fmaxf(x, of[i]);
	return x;
}

static void band(struct cycles *c, size_t n, double beat,
		 float out[CYCLES_BAND])
{
	const double second = STFT_FRAME_RATE;
	float of[FURTHEST], whole[LAGS];
	double energy, mean, all;

	energy = centre(c->rise, n);
	at_lags(c, c->rise, n, energy, whole);
	by_windows(c, n, whole, out);
	for (size_t lag = 0; lag < FURTHEST; lag++)
		of[lag] = autocorrelation(c->rise, n, energy, lag);
	out[CYCLES_SHORT] = most(of, (size_t)(second / 4), (size_t)second);
	out[CYCLES_MIDDLE] = most(of, (size_t)second, (size_t)(4 * second));
	out[CYCLES_LONG] = most(of, (size_t)(4 * second), FURTHEST);
	moments(of + (size_t)(second / 4), FURTHEST - (size_t)(second / 4),
		&mean, &all);
	out[CYCLES_ALL] = (float)all;
	for (int i = 0; i < CYCLES_BEATS; i++) {
		size_t at = (size_t)lrint(beat * beats[i]), reach;

		if (at > FURTHEST - 1)
			at = FURTHEST - 1;
		reach = at / 25 > 1 ? at / 25 : 1;
		out[CYCLES_BEAT + i] =
		    most(of, at > reach ? at - reach : 1, at + reach + 1);
	}
}

void cycles_measure(struct cycles *c, const float *db, size_t frames,
		    double bpm, float out[CYCLES_COUNT])
{
	size_t n;
	double beat =
	    60 / fmax(30, isfinite(bpm) ? bpm : 100) * STFT_FRAME_RATE;

	for (int i = 0; i < CYCLES_COUNT; i++)
		out[i] = NAN;
	if (frames < CYCLES_LEAST)
		return;
	n = frames - APART;
	if (frames > c->cap) {
		for (int b = 0; b < CYCLES_BANDS; b++)
			c->level[b] =
			    mem_resize(c->level[b], frames, sizeof(float));
		c->rise = mem_resize(c->rise, frames, sizeof(float));
		c->cap = frames;
	}
	for (size_t t = 0; t < n; t++)
		rises(c, db, t);
	for (int b = 0; b < CYCLES_BANDS; b++) {
		sharpen(c, c->level[b], n);
		band(c, n, beat, out + b * CYCLES_BAND);
	}
}
