/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/spectral.h"

#include <math.h>

#include "math/lanes.h"

#define TINY 1e-30f
#define ZERO 1e-10f
#define LAST (STFT_BINS - 1) /* the bin behind the whole lanes */
#define STRETCH 64           /* bins summed at once to find the rolloff */
#define STRETCHES (LAST / STRETCH)
#define HOPS (STFT_SIZE / STFT_HOP) /* in a frame */

_Static_assert(LAST % STRETCH == 0 && STRETCH % (2 * LANES) == 0 &&
		   STFT_HOP % LANES == 0,
	       "whole lanes");

LANES_CLONES double spectral_centroid(const float magnitude[STFT_BINS])
{
	const lanes step = { 8, 8, 8, 8, 8, 8, 8, 8 };
	lanes sum = { 0 }, moment = { 0 }, k = { 0, 1, 2, 3, 4, 5, 6, 7 };
	double all, product;

	for (int i = 0; i < LAST; i += LANES) {
		lanes m = LANES_OF(magnitude + i);

		sum += m;
		moment += k * m;
		k += step;
	}
	all = (double)lanes_sum(&sum) + magnitude[LAST];
	product = (double)lanes_sum(&moment) + LAST * (double)magnitude[LAST];
	return all > TINY ? STFT_BIN_HZ * product / all : 0;
}

LANES_CLONES double spectral_bandwidth(const float magnitude[STFT_BINS],
				       double centroid)
{
	const lanes step = { 8, 8, 8, 8, 8, 8, 8, 8 };
	float centre = (float)(centroid / STFT_BIN_HZ);
	lanes sum = { 0 }, moment = { 0 }, d = { 0, 1, 2, 3, 4, 5, 6, 7 };
	double all, square;

	d -= centre;
	for (int i = 0; i < LAST; i += LANES) {
		lanes m = LANES_OF(magnitude + i);

		sum += m;
		moment += d * d * m;
		d += step;
	}
	all = (double)lanes_sum(&sum) + magnitude[LAST];
	square = (double)lanes_sum(&moment) +
		 (LAST - centre) * (LAST - centre) * magnitude[LAST];
	return all > TINY ? STFT_BIN_HZ * sqrt(square / all) : 0;
}

LANES_CLONES static double sum_stretches(const float *magnitude,
					 float sums[STRETCHES])
{
	double all = 0;

	for (int s = 0; s < STRETCHES; s++) {
		const float *m = magnitude + s * STRETCH;
		lanes a = LANES_OF(m), b = LANES_OF(m + LANES);

		for (int i = 2 * LANES; i < STRETCH; i += 2 * LANES) {
			a += LANES_OF(m + i);
			b += LANES_OF(m + i + LANES);
		}
		a += b;
		all += sums[s] = lanes_sum(&a);
	}
	return all;
}

double spectral_rolloff(const float magnitude[STFT_BINS])
{
	float sums[STRETCHES];
	double part = 0, enough;
	int s = 0, k;

	enough = SPECTRAL_ROLLOFF *
		 (sum_stretches(magnitude, sums) + magnitude[LAST]);
	while (s < STRETCHES && part + sums[s] < enough)
		part += sums[s++];
	for (k = s * STRETCH; k < LAST; k++) {
		part += magnitude[k];
		if (part >= enough)
			break;
	}
	return k * STFT_BIN_HZ;
}

/* The logarithm of a product: its exponents are added, its mantissas, which
 * are under 2, multiplied, at most 127 of them. */
struct product {
	lanes mantissa;
	lanes_int exponent;
};

LANES_INLINE void multiply(struct product *p, const lanes *x)
{
	lanes_int bits = (lanes_int)*x;

	p->exponent += (bits >> 23) - 127;
	p->mantissa *= (lanes)((bits & 0x7fffff) | 0x3f800000);
}

LANES_INLINE double logarithm(const struct product *p)
{
	double sum = 0;

	for (int i = 0; i < LANES; i++)
		sum += log((double)p->mantissa[i]) + M_LN2 * p->exponent[i];
	return sum;
}

LANES_CLONES double spectral_flatness(const float power[STFT_BINS])
{
	const lanes one = { 1, 1, 1, 1, 1, 1, 1, 1 };
	const lanes floor = one * ZERO;
	double last = power[LAST] > ZERO ? (double)power[LAST] : (double)ZERO;
	double logs = log(last), mean;
	lanes sum = { 0 };

	for (int half = 0; half < LAST; half += LAST / 2) {
		struct product p = { one, { 0 } };

		for (int i = 0; i < LAST / 2; i += LANES) {
			lanes x = LANES_OF(power + half + i);
			lanes_int low = x < floor;

			x = (lanes)((low & (lanes_int)floor) |
				    (~low & (lanes_int)x));
			sum += x;
			multiply(&p, &x);
		}
		logs += logarithm(&p);
	}
	mean = ((double)lanes_sum(&sum) + last) / STFT_BINS;
	return fmin(1, exp(logs / STFT_BINS) / mean); /* 1e-6 by rounding */
}

/* Σ x² of a spectrum. */
LANES_INLINE double energy(const float *x)
{
	lanes a = { 0 }, b = { 0 };

	for (int i = 0; i < LAST; i += 2 * LANES) {
		a += LANES_OF(x + i) * LANES_OF(x + i);
		b += LANES_OF(x + i + LANES) * LANES_OF(x + i + LANES);
	}
	a += b;
	return (double)lanes_sum(&a) + (double)x[LAST] * x[LAST];
}

LANES_CLONES double spectral_flux(const float before[STFT_BINS],
				  const float magnitude[STFT_BINS])
{
	double a = energy(before), b = energy(magnitude);
	lanes sum = { 0 };
	float p, q, d;

	if (a < TINY || b < TINY)
		return 0;
	p = (float)(1 / sqrt(a));
	q = (float)(1 / sqrt(b));
	for (int i = 0; i < LAST; i += LANES) {
		lanes e =
		    LANES_OF(before + i) * p - LANES_OF(magnitude + i) * q;

		sum += e * e;
	}
	d = before[LAST] * p - magnitude[LAST] * q;
	return sqrt((double)lanes_sum(&sum) + (double)d * d);
}

/* What frames are put together from: each of HOPS of them. */
struct hop {
	double squares;
	int changes; /* of sign, with that from the hop before */
	int first;   /* 1: there is one from the hop before */
};

static int changed(const float *x)
{
	return (x[0] < -ZERO) != (x[-1] < -ZERO);
}

/* Those of a hop of n samples, x[-1] the one before. */
LANES_CLONES static void measure_hop(const float *x, size_t n, struct hop *h)
{
	lanes squares = { 0 };
	lanes_int changes = { 0 };
	size_t i = 0;

	h->squares = 0;
	h->changes = 0;
	h->first = n > 0 && changed(x);
	for (; i + LANES <= n; i += LANES) {
		lanes v = LANES_OF(x + i), u = LANES_OF(x + i - 1);

		squares += v * v;
		changes -= (v < -ZERO) ^ (u < -ZERO);
	}
	for (; i < n; i++) {
		h->squares += (double)x[i] * x[i];
		h->changes += changed(x + i);
	}
	for (int k = 0; k < LANES; k++)
		h->changes += changes[k];
	h->squares += (double)lanes_sum(&squares);
}

/* Hop k of the n samples. */
static void hop_at(const float *samples, size_t n, size_t k, struct hop *h)
{
	size_t from = k * STFT_HOP, count = n > from ? n - from : 0;

	if (count > STFT_HOP)
		count = STFT_HOP;
	if (k > 0 || count == 0) {
		measure_hop(samples + from, count, h);
	} else { /* no sample is before the first */
		measure_hop(samples + 1, count - 1, h);
		h->squares += (double)samples[0] * samples[0];
		h->first = 0;
	}
}

void waveform_shape(const float *samples, size_t n, float *rms, float *zcr)
{
	struct hop ring[HOPS] = { 0 };
	size_t frames = stft_frames(n);

	for (size_t k = 0; k < HOPS / 2 - 1; k++)
		hop_at(samples, n, k, &ring[k]);
	for (size_t t = 0; t < frames; t++) {
		size_t last = t + HOPS / 2 - 1;
		double squares = 0;
		int changes = 0;

		hop_at(samples, n, last, &ring[last % HOPS]);
		for (int i = 0; i < HOPS; i++) {
			squares += ring[i].squares;
			changes += ring[i].changes;
		}
		changes -= ring[(last + 1) % HOPS].first;
		rms[t] = (float)sqrt(squares / STFT_SIZE);
		zcr[t] = (float)changes / STFT_SIZE;
	}
}
