/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/modulation.h"

#include <math.h>
#include <stdlib.h>

#include "math/lanes.h"
#include "base/mem.h"

#define WIDTH (MEL_BANDS / MODULATION_BANDS)
#define WINDOW 256    /* frames of a spectrum of modulation */
#define SLOWEST 0.25  /* Hz */
#define SYLLABLES 2.0 /* Hz */
#define PHONES 8.0    /* Hz, not with it */
#define PULSES 4      /* bands */
#define FASTEST 0.25  /* s between pulses */
#define LONGEST 1.0   /* s */

struct modulation {
	struct fft *fft;
	size_t cap; /* frames there is room for */
	float *levels, *amplitudes, *rises;
	float window[WINDOW], power[WINDOW / 2 + 1];
};

struct modulation *modulation_new(void)
{
	struct modulation *m = mem_zalloc(1, sizeof(*m));

	m->fft = fft_new(WINDOW);
	return m;
}

void modulation_free(struct modulation *m)
{
	if (!m)
		return;
	fft_free(m->fft);
	free(m->levels);
	free(m->amplitudes);
	free(m->rises);
	free(m);
}

static void reserve(struct modulation *m, size_t frames)
{
	if (frames <= m->cap)
		return;
	m->levels = mem_resize(m->levels, frames,
			       MODULATION_BANDS * sizeof(*m->levels));
	m->amplitudes = mem_resize(m->amplitudes, frames,
				   MODULATION_BANDS * sizeof(*m->amplitudes));
	m->rises = mem_resize(m->rises, frames, sizeof(*m->rises));
	m->cap = frames;
}

const float *modulation_levels(struct modulation *m, const float *db,
			       size_t frames)
{
	reserve(m, frames);
	for (size_t i = 0; i < frames * MODULATION_BANDS; i++, db += WIDTH) {
		lanes v = LANES_OF(db);

		m->levels[i] = lanes_sum(&v) / WIDTH;
		m->amplitudes[i] = expf(m->levels[i] * (float)(M_LN10 / 20));
	}
	return m->levels;
}

/* Adds the spectra of one band's amplitude: all fluctuation, and the part. */
static void add_band(struct modulation *m, const float *amplitudes,
		     size_t frames, double *all, double *part)
{
	for (size_t t = 0; t + WINDOW <= frames; t += WINDOW / 2) {
		float mean = 0;

		for (size_t i = 0; i < WINDOW; i++) {
			m->window[i] = amplitudes[(t + i) * MODULATION_BANDS];
			mean += m->window[i] / WINDOW;
		}
		for (size_t i = 0; i < WINDOW; i++)
			m->window[i] -= mean;
		fft_power(m->fft, m->window, m->power);
		for (int k = 1; k <= WINDOW / 2; k++) {
			double hz = k * STFT_FRAME_RATE / WINDOW;
			double p = (double)m->power[k];

			*all += hz >= SLOWEST ? p : 0;
			*part += hz >= SYLLABLES && hz < PHONES ? p : 0;
		}
	}
}

double modulation_4hz(struct modulation *m, size_t frames)
{
	double sum = 0;
	int bands = 0;

	for (int b = 0; b < MODULATION_BANDS; b++) {
		double all = 0, part = 0;

		add_band(m, m->amplitudes + b, frames, &all, &part);
		/* Less is the rounding of single precision. */
		if (!(all > 1e-9))
			continue;
		sum += part / all;
		bands++;
	}
	return bands ? sum / bands : NAN;
}

double modulation_bass(const struct modulation *m, size_t frames)
{
	const float *a = m->amplitudes;
	double bass = 0, all = 0;

	for (size_t t = 0; t < frames; t++)
		for (int b = 0; b < MODULATION_BANDS; b++) {
			all += (double)*a;
			bass += b ? 0 : (double)*a;
			a++;
		}
	return bass / all;
}

double modulation_low_energy(const float *rms, size_t frames)
{
	double mean = 0;
	size_t low = 0;

	for (size_t t = 0; t < frames; t++)
		mean += (double)rms[t] / (double)frames;
	for (size_t t = 0; t < frames; t++)
		low += (double)rms[t] < mean / 2;
	return (double)low / (double)frames;
}

/* Sum of products of v with itself `lag` later. */
LANES_CLONES static float product(const float *v, size_t n, size_t lag)
{
	lanes sum = { 0 };
	size_t i = 0;
	float rest = 0;

	for (; i + lag + LANES <= n; i += LANES)
		sum += LANES_OF(v + i) * LANES_OF(v + i + lag);
	for (; i + lag < n; i++)
		rest += v[i] * v[i + lag];
	return lanes_sum(&sum) + rest;
}

/* Mean rise from one frame to the next of the mel bands from .. to. */
LANES_CLONES static float mean_rise(const float *db, int from, int to)
{
	const lanes zero = { 0 };
	lanes sum = { 0 };

	for (int b = from; b < to; b += LANES) {
		lanes rise = LANES_OF(db + MEL_BANDS + b) - LANES_OF(db + b);

		lanes_maximum(&rise, &zero);
		sum += rise;
	}
	return lanes_sum(&sum) / (float)(to - from);
}

static double pulse_of(struct modulation *m, const float *db, size_t n,
		       int from, int to)
{
	size_t lag = (size_t)ceil(FASTEST * STFT_FRAME_RATE);
	size_t last = (size_t)(LONGEST * STFT_FRAME_RATE);
	double mean = 0, energy, most = -INFINITY;

	for (size_t t = 0; t < n; t++, db += MEL_BANDS) {
		m->rises[t] = mean_rise(db, from, to);
		mean += (double)m->rises[t] / (double)n;
	}
	for (size_t t = 0; t < n; t++)
		m->rises[t] -= (float)mean;
	energy = (double)product(m->rises, n, 0);
	if (!(energy > 1e-6 * (double)n))
		return -INFINITY;
	for (; lag <= last; lag++)
		most = fmax(most, (double)product(m->rises, n, lag) / energy);
	return most;
}

double modulation_pulse(struct modulation *m, const float *db, size_t frames)
{
	static const int edges[PULSES + 1] = { 0, 16, 40, 80, MEL_BANDS };
	double most = -INFINITY;

	if ((double)frames < 4 * LONGEST * STFT_FRAME_RATE)
		return NAN;
	reserve(m, frames);
	for (int i = 0; i < PULSES; i++)
		most = fmax(
		    most, pulse_of(m, db, frames - 1, edges[i], edges[i + 1]));
	return isinf(most) ? NAN : most;
}
