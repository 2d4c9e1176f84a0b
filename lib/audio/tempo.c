/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/tempo.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

#define GRID 256 /* tempi tried, evenly in log BPM */
#define SECONDS_MIN 4.0
#define HARMONICS 4
#define SMOOTH 1.0        /* s: the mean that is taken off */
#define PRIOR_BPM 90.0    /* most usual tempo */
#define PRIOR_OCTAVES 0.6 /* standard deviation */
#define FLAT 1e-3         /* dB: strength varies less: no beat */
#define PERIODIC 0.01     /* autocorrelation; less is no beat */
#define TIGHTNESS 100.0   /* Ellis: how strictly beats keep time */
#define BEATS_MIN 4

struct tempo_work {
	double *x, *acf, *score; /* [cap] */
	long *back, *beats;
	size_t cap;
	double grid[GRID];
};

struct tempo_work *tempo_work_new(void)
{
	return mem_zalloc(1, sizeof(struct tempo_work));
}

void tempo_work_free(struct tempo_work *w)
{
	if (!w)
		return;
	free(w->x);
	free(w->acf);
	free(w->score);
	free(w->back);
	free(w->beats);
	free(w);
}

static void reserve(struct tempo_work *w, size_t n)
{
	if (n <= w->cap)
		return;
	w->x = mem_resize(w->x, n, sizeof(*w->x));
	w->acf = mem_resize(w->acf, n, sizeof(*w->acf));
	w->score = mem_resize(w->score, n, sizeof(*w->score));
	w->back = mem_resize(w->back, n, sizeof(*w->back));
	w->beats = mem_resize(w->beats, n, sizeof(*w->beats));
	w->cap = n;
}

/* Strength less its running mean, rectified, at unit variance; false where it
 * hardly varies. */
static int flatten(struct tempo_work *w, const float *s, size_t n, double rate)
{
	long half = lrint(SMOOTH * rate / 2), size = (long)n;
	double sum = 0, mean = 0, var = 0;
	long from = 0, to = 0;

	for (long t = 0; t < size; t++) {
		while (to < size && to <= t + half)
			sum += s[to++];
		while (from < t - half)
			sum -= s[from++];
		w->x[t] = fmax(0, s[t] - sum / (double)(to - from));
		mean += w->x[t];
	}
	mean /= (double)n;
	for (size_t t = 0; t < n; t++)
		var += (w->x[t] - mean) * (w->x[t] - mean);
	var = sqrt(var / (double)n);
	if (!(var > FLAT))
		return 0;
	for (size_t t = 0; t < n; t++)
		w->x[t] = (w->x[t] - mean) / var;
	return 1;
}

static void correlate(struct tempo_work *w, size_t n, size_t lags)
{
	for (size_t lag = 0; lag < lags; lag++) {
		double sum = 0;

		for (size_t t = lag; t < n; t++)
			sum += w->x[t] * w->x[t - lag];
		w->acf[lag] = sum / (double)(n - lag);
	}
}

static double acf_at(const struct tempo_work *w, double lag, size_t lags)
{
	size_t i = (size_t)lag;
	double f = lag - (double)i;

	if (i + 1 >= lags)
		return 0;
	return (1 - f) * w->acf[i] + f * w->acf[i + 1];
}

/* Autocorrelation at a period and its multiples. */
static double comb(const struct tempo_work *w, double period, size_t lags)
{
	double sum = 0, weight = 0;

	for (int k = 1; k <= HARMONICS; k++) {
		if (k * period + 1 >= (double)lags)
			break;
		sum += acf_at(w, k * period, lags);
		weight += 1;
	}
	return weight > 0 ? sum / weight : 0;
}

/* |Fourier coefficient| of x at one frequency, cycles per frame. */
static double fourier(const double *x, size_t n, double f)
{
	double c = cos(2 * M_PI * f), s = sin(2 * M_PI * f);
	double re = 0, im = 0, wr = 1, wi = 0;

	for (size_t t = 0; t < n; t++) {
		double r = wr * c - wi * s;

		re += x[t] * wr;
		im += x[t] * wi;
		wi = wr * s + wi * c;
		wr = r;
	}
	return sqrt(re * re + im * im) / (double)n;
}

static double bpm_of(double g)
{
	return TEMPO_MIN * pow(TEMPO_MAX / TEMPO_MIN, g / (GRID - 1));
}

static double best_tempo(struct tempo_work *w, size_t n, size_t lags,
			 double rate)
{
	double shift = 0, a, b, c;
	int best = 0;

	for (int g = 0; g < GRID; g++) {
		double bpm = bpm_of(g), away = log2(bpm / PRIOR_BPM);
		double prior =
		    exp(-0.5 * away * away / (PRIOR_OCTAVES * PRIOR_OCTAVES));
		double both = fmax(0, comb(w, 60 * rate / bpm, lags));

		both *= sqrt(fourier(w->x, n, bpm / (60 * rate)));
		w->grid[g] = both * prior;
		if (w->grid[g] > w->grid[best])
			best = g;
	}
	if (w->grid[best] <= 0)
		return NAN;
	if (best > 0 && best < GRID - 1) {
		a = w->grid[best - 1];
		b = w->grid[best];
		c = w->grid[best + 1];
		if (a - 2 * b + c < 0)
			shift = 0.5 * (a - c) / (a - 2 * b + c);
	}
	return bpm_of(best + shift);
}

/* Returns the number of beats, their frames in w->beats, last first. */
static size_t track(struct tempo_work *w, size_t n, double period)
{
	long near = lrint(period / 2), far = lrint(2 * period);
	size_t count = 0, last = 0;

	for (size_t t = 0; t < n; t++) {
		double best = 0;

		w->back[t] = -1;
		for (long d = near > 0 ? near : 1; d <= far && d <= (long)t;
		     d++) {
			double off = log((double)d / period);
			double v =
			    w->score[t - (size_t)d] - TIGHTNESS * off * off;

			if (v > best) {
				best = v;
				w->back[t] = (long)t - d;
			}
		}
		w->score[t] = w->x[t] + best;
	}
	for (size_t t = n > (size_t)far ? n - (size_t)far : 0; t < n; t++)
		if (w->score[t] > w->score[last] || t + (size_t)far == n)
			last = t;
	for (long t = (long)last; t >= 0; t = w->back[t])
		w->beats[count++] = t;
	return count;
}

/* A beat to a fraction of a frame: the vertex through its neighbours. */
static double vertex(const double *x, long t, size_t n)
{
	double a, b, c;

	if (t < 1 || (size_t)t + 1 >= n)
		return (double)t;
	a = x[t - 1];
	b = x[t];
	c = x[t + 1];
	if (b < a || b < c || a - 2 * b + c >= 0)
		return (double)t;
	return (double)t + 0.5 * (a - c) / (a - 2 * b + c);
}

static void intervals(const struct tempo_work *w, size_t n, size_t count,
		      double rate, struct tempo *out)
{
	double sum = 0, squares = 0, std;

	for (size_t i = 0; i + 1 < count; i++) {
		double d = (vertex(w->x, w->beats[i], n) -
			    vertex(w->x, w->beats[i + 1], n)) /
			   rate;

		sum += d;
		squares += d * d;
	}
	sum /= (double)(count - 1);
	std = sqrt(fmax(0, squares / (double)(count - 1) - sum * sum));
	out->interval_mean = sum;
	out->interval_std = std;
	out->regularity = exp(-10 * std / sum);
}

void tempo_estimate(struct tempo_work *w, const float *strength, size_t frames,
		    double rate, struct tempo *out)
{
	size_t lags = (size_t)(HARMONICS * 60 * rate / TEMPO_MIN) + 2, count;
	double period;

	*out = (struct tempo){ NAN, NAN, NAN, NAN, NAN };
	if ((double)frames < SECONDS_MIN * rate)
		return;
	reserve(w, frames);
	if (!flatten(w, strength, frames, rate))
		return;
	if (lags > frames / 2)
		lags = frames / 2;
	correlate(w, frames, lags);
	out->bpm = best_tempo(w, frames, lags, rate);
	if (isnan(out->bpm))
		return;
	period = 60 * rate / out->bpm;
	out->confidence =
	    fmin(1, fmax(acf_at(w, period, lags), comb(w, period, lags)));
	if (!(out->confidence > PERIODIC)) {
		out->bpm = out->confidence = NAN;
		return;
	}
	count = track(w, frames, period);
	if (count >= BEATS_MIN)
		intervals(w, frames, count, rate, out);
}
