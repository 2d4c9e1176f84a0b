/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/tempo.h"

#include <math.h>
#include <stdlib.h>

#include "audio/periodicity.h"
#include "base/mem.h"

#define GRID 280 /* tempi tried, evenly in log BPM */
#define SECONDS_MIN 4.0
#define MULTIPLES 4
#define FAR_SHARE 0.5  /* of the third and fourth multiple */
#define BLUR_STEPS 4.0 /* deviation, of a grid's step: 2.7 % of a tempo */
#define BLUR 12
#define NEARBY 0.03 /* the range around a ratio that an alternative may have */
#define SMOOTH 1.0  /* s: the mean that is taken off */
#define FLAT 1e-3   /* dB: strength varies less: no beat */
#define PERIODIC 0.01   /* autocorrelation; less is no beat */
#define TIGHTNESS 100.0 /* Ellis: how strictly beats keep time */
#define BEATS_MIN 4

#define CLOCK 0.84 /* autocorrelation at the beat; players have less */
#define CLOCK_SHARE 0.85
#define SHOULDER 1.15 /* ratio of tempi */

/* Weights of the score of a candidate: a multinomial logit over the candidates
 * of each of 119 recordings of known tempo (half of those in ../shared/audio/
 * tempo_key), each at five speeds from 0.84 to 1.19, with a ridge chosen by
 * cross-validation over recordings, rounded. With DENSER and MODERATE it is a
 * log-normal preference for tempi near 90 BPM, half an octave wide, faster
 * where more changes from frame to frame. */
#define SALIENCE 2.3 /* of log(salience relative to the most) */
#define SALIENCE_FLOOR 1e-3
#define FASTER 3.0      /* of octaves above 100 BPM */
#define DENSER 1.4      /* of those times log(mean novelty) */
#define MODERATE (-2.1) /* of those squared */
#define HALVED 1.5      /* of autocorrelation at half the beat: it divides */
#define THIRDS (-3.8)   /* at a third: rather in two */
#define BARS 2.2        /* at three or four beats, the greater */
#define PAIRS 2.0       /* of the amplitude at half the rate over the most */

struct tempo_work {
	struct periodicity *periodicity;
	double *x, *score; /* [cap] */
	long *back, *beats;
	size_t cap;
	double raw[GRID], grid[GRID]; /* salience, as measured and smoothed */
	double blur[2 * BLUR + 1];
	double top, loudest; /* greatest salience, smoothed, and amplitude */
	double dense;        /* log of the mean novelty */
};

struct tempo_work *tempo_work_new(void)
{
	struct tempo_work *w = mem_zalloc(1, sizeof(*w));

	w->periodicity = periodicity_new();
	for (int d = -BLUR; d <= BLUR; d++)
		w->blur[d + BLUR] =
		    exp(-0.5 * d * d / (BLUR_STEPS * BLUR_STEPS));
	return w;
}

void tempo_work_free(struct tempo_work *w)
{
	if (!w)
		return;
	periodicity_free(w->periodicity);
	free(w->x);
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

/* Autocorrelation of x. */
static double correlation(const struct tempo_work *w, size_t n, size_t lag)
{
	double sum = 0;

	if (lag > n / 2)
		return 0;
	for (size_t t = lag; t < n; t++)
		sum += w->x[t] * w->x[t - lag];
	return sum / (double)(n - lag);
}

static double correlation_at(const struct tempo_work *w, size_t n, double lag)
{
	size_t i = (size_t)lag;
	double f = lag - (double)i;

	return (1 - f) * correlation(w, n, i) + f * correlation(w, n, i + 1);
}

/* Autocorrelation of the onset strength at a period and its multiples, or at
 * the period alone. */
static double confidence(const struct tempo_work *w, size_t n, double period)
{
	double first = correlation_at(w, n, period), sum = first;
	int count = 1;

	for (; count < MULTIPLES; count++) {
		if ((count + 1) * period + 1 >= (double)(n / 2))
			break;
		sum += correlation_at(w, n, (count + 1) * period);
	}
	return fmin(1, fmax(0, fmax(first, sum / count)));
}

static double bpm_of(double g)
{
	return TEMPO_MIN * pow(TEMPO_MAX / TEMPO_MIN, g / (GRID - 1));
}

/* How periodic the novelty is at a tempo; any scale, 0: not. */
static double salience(const struct periodicity *p, double bpm)
{
	double period = 60 / bpm, sum = 0, shares = 0;

	for (int m = 1; m <= MULTIPLES; m++) {
		double share = m > 2 ? FAR_SHARE : 1;

		if (m * period >= periodicity_longest(p))
			break;
		sum += share * periodicity_lag(p, m * period);
		shares += share;
	}
	if (!(sum > PERIODIC * shares))
		return 0;
	return sum / shares * sqrt(periodicity_amplitude(p, bpm / 60));
}

/* Players who hurry and slow down leave several maxima side by side: they
 * become one. */
static void measure_grid(struct tempo_work *w)
{
	w->top = w->loudest = 0;
	for (int g = 0; g < GRID; g++) {
		double amplitude =
		    periodicity_amplitude(w->periodicity, bpm_of(g) / 60);

		w->raw[g] = salience(w->periodicity, bpm_of(g));
		w->loudest = fmax(w->loudest, amplitude);
	}
	for (int g = 0; g < GRID; g++) {
		double sum = 0, shares = 0;

		for (int d = -BLUR; d <= BLUR; d++) {
			if (g + d < 0 || g + d >= GRID)
				continue;
			sum += w->blur[d + BLUR] * w->raw[g + d];
			shares += w->blur[d + BLUR];
		}
		w->grid[g] = sum / shares;
		w->top = fmax(w->top, w->grid[g]);
	}
}

/* How likely the grid's tempo at g is the one tapped: logarithm, any offset. */
static double score(const struct tempo_work *w, int g)
{
	const struct periodicity *p = w->periodicity;
	double bpm = bpm_of(g), octaves = log2(bpm / 100), beat = 60 / bpm;
	double bar =
	    fmax(periodicity_lag(p, 3 * beat), periodicity_lag(p, 4 * beat));

	return SALIENCE * log(w->grid[g] / w->top + SALIENCE_FLOOR) +
	       (FASTER + DENSER * w->dense) * octaves +
	       MODERATE * octaves * octaves +
	       HALVED * periodicity_lag(p, beat / 2) +
	       THIRDS * periodicity_lag(p, beat / 3) + BARS * bar +
	       PAIRS * periodicity_amplitude(p, bpm / 120) / w->loudest;
}

/* The grid's maximum at g, to a fraction of a step. */
static double summit(const struct tempo_work *w, int g)
{
	double a, b, c;

	if (g < 1 || g > GRID - 2)
		return bpm_of(g);
	a = w->grid[g - 1];
	b = w->grid[g];
	c = w->grid[g + 1];
	if (b < a || b < c || a - 2 * b + c >= 0)
		return bpm_of(g);
	return bpm_of(g + 0.5 * (a - c) / (a - 2 * b + c));
}

static int is_candidate(const struct tempo_work *w, int g)
{
	return g > 0 && g < GRID - 1 && w->grid[g] > 0 &&
	       w->grid[g] > w->grid[g - 1] && w->grid[g] >= w->grid[g + 1];
}

static double repeats(const struct tempo_work *w, int g)
{
	return periodicity_lag(w->periodicity, 60 / summit(w, g));
}

/* Music that repeats as exactly as a clock: its fastest candidate that does, no
 * mere shoulder of another; or -1. */
static int clockwork(const struct tempo_work *w)
{
	double most = 0;
	int found = -1;

	for (int g = 0; g < GRID; g++)
		if (is_candidate(w, g))
			most = fmax(most, repeats(w, g));
	for (int g = GRID - 1; g >= 0 && most >= CLOCK; g--) {
		if (!is_candidate(w, g) || repeats(w, g) < CLOCK_SHARE * most)
			continue;
		if (found >= 0 && bpm_of(g) < bpm_of(found) / SHOULDER)
			break;
		if (found < 0 || w->grid[g] > w->grid[found])
			found = g;
	}
	return found;
}

static int likeliest(const struct tempo_work *w)
{
	double most = -INFINITY;
	int best = -1;

	for (int g = 0; g < GRID; g++) {
		double v;

		if (!is_candidate(w, g))
			continue;
		v = score(w, g);
		if (v > most) {
			most = v;
			best = g;
		}
	}
	return best;
}

/* The likeliest tempo within NEARBY of a half, double, third or triple. */
static double alternative(const struct tempo_work *w, double bpm)
{
	static const double ratios[] = { 2, 1.0 / 2, 3, 1.0 / 3 };
	double most = -INFINITY, found = NAN;

	for (int g = 0; g < GRID; g++) {
		double near = bpm_of(g), v;

		for (size_t i = 0; i < sizeof(ratios) / sizeof(*ratios); i++) {
			if (fabs(near / (bpm * ratios[i]) - 1) > NEARBY)
				continue;
			v = score(w, g);
			if (v > most) {
				most = v;
				found = summit(w, g);
			}
		}
	}
	return found;
}

static void choose(struct tempo_work *w, const float *novelty, size_t n,
		   double rate, struct tempo *out)
{
	double mean = 0;
	int g;

	for (size_t t = 0; t < n; t++)
		mean += novelty[t] / (double)n;
	if (!(mean > 0))
		return;
	w->dense = log(mean);
	periodicity_measure(w->periodicity, novelty, n, rate);
	measure_grid(w);
	if (!(w->top > 0))
		return;
	g = clockwork(w);
	if (g < 0)
		g = likeliest(w);
	if (g < 0)
		return;
	out->bpm = summit(w, g);
	out->alternative = alternative(w, out->bpm);
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

void tempo_estimate(struct tempo_work *w, const float *strength,
		    const float *novelty, size_t frames, double rate,
		    struct tempo *out)
{
	size_t count;
	double period;

	*out = (struct tempo){ NAN, NAN, NAN, NAN, NAN, NAN };
	if ((double)frames < SECONDS_MIN * rate)
		return;
	reserve(w, frames);
	if (!flatten(w, strength, frames, rate))
		return;
	choose(w, novelty, frames, rate, out);
	if (isnan(out->bpm))
		return;
	period = 60 * rate / out->bpm;
	out->confidence = confidence(w, frames, period);
	count = track(w, frames, period);
	if (count >= BEATS_MIN)
		intervals(w, frames, count, rate, out);
}
