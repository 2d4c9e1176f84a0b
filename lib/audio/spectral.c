/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/spectral.h"

#include <math.h>

#define TINY 1e-30
#define ZERO 1e-10f

double spectral_centroid(const float magnitude[STFT_BINS])
{
	double sum = 0, moment = 0;

	for (int k = 0; k < STFT_BINS; k++) {
		sum += magnitude[k];
		moment += (double)k * magnitude[k];
	}
	return sum > TINY ? STFT_BIN_HZ * moment / sum : 0;
}

double spectral_bandwidth(const float magnitude[STFT_BINS], double centroid)
{
	double sum = 0, moment = 0;

	for (int k = 0; k < STFT_BINS; k++) {
		double d = k * STFT_BIN_HZ - centroid;

		sum += magnitude[k];
		moment += d * d * magnitude[k];
	}
	return sum > TINY ? sqrt(moment / sum) : 0;
}

double spectral_rolloff(const float magnitude[STFT_BINS])
{
	double sum = 0, part = 0;

	for (int k = 0; k < STFT_BINS; k++)
		sum += magnitude[k];
	for (int k = 0; k < STFT_BINS; k++) {
		part += magnitude[k];
		if (part >= SPECTRAL_ROLLOFF * sum)
			return k * STFT_BIN_HZ;
	}
	return 0;
}

double spectral_flatness(const float power[STFT_BINS])
{
	double sum = 0, logs = 0, product = 1;

	/* One logarithm for eight bins: of floored powers (1e-80 at least; at
	 * most 1e40 or so squared a few times, far from 1e308). */
	for (int k = 0; k < STFT_BINS; k++) {
		double p = power[k] > ZERO ? (double)power[k] : (double)ZERO;

		sum += p;
		product *= p;
		if (k % 8 == 7 || k == STFT_BINS - 1) {
			logs += log(product);
			product = 1;
		}
	}
	return exp(logs / STFT_BINS) / (sum / STFT_BINS);
}

double spectral_flux(const float before[STFT_BINS],
		     const float magnitude[STFT_BINS])
{
	double a = 0, b = 0, ab = 0, d;

	for (int k = 0; k < STFT_BINS; k++) {
		a += (double)before[k] * before[k];
		b += (double)magnitude[k] * magnitude[k];
		ab += (double)before[k] * magnitude[k];
	}
	if (a < TINY || b < TINY)
		return 0;
	d = 2 - 2 * ab / sqrt(a * b);
	return d > 0 ? sqrt(d) : 0;
}

double frame_rms(const float frame[STFT_SIZE])
{
	double sum = 0;

	for (int i = 0; i < STFT_SIZE; i++)
		sum += (double)frame[i] * frame[i];
	return sqrt(sum / STFT_SIZE);
}

double frame_zcr(const float *samples, size_t n, size_t t)
{
	size_t centre = t * STFT_HOP, half = STFT_SIZE / 2;
	size_t from = centre > half ? centre - half : 0, to = centre + half;
	size_t changes = 0;

	if (to > n)
		to = n;
	for (size_t i = from + 1; i < to; i++)
		changes += (samples[i] < -ZERO) != (samples[i - 1] < -ZERO);
	return (double)changes / STFT_SIZE;
}
