/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/swings.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/vector.h"

#define WINDOW 256       /* frames: 5.9 s */
#define LEVEL_FLOOR 1e-3 /* dB^2, in the units of the spectrum */
#define AMPLITUDE_FLOOR 1e-6

static const double rates[SWINGS_RATES] = {
	0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 16
};
/* Frames: 0.09 to 4 s. */
static const int lags[SWINGS_LAGS + 1] = {
	4, 8, 11, 15, 22, 30, 43, 60, 86, 172
};

struct swings {
	struct fft *fft;
	float *onset;
	size_t cap;
	float level[WINDOW], amplitude[WINDOW], power[WINDOW / 2 + 1];
};

struct swings *swings_new(void)
{
	struct swings *s = mem_zalloc(1, sizeof(*s));

	s->fft = fft_new(WINDOW);
	return s;
}

void swings_free(struct swings *s)
{
	if (!s)
		return;
	fft_free(s->fft);
	free(s->onset);
	free(s);
}

/* Adds the power of a window, less its mean, at each rate. */
static void add_window(struct swings *s, float *x, double sums[SWINGS_RATES])
{
	float mean = 0;
	int r = 0;

	for (int i = 0; i < WINDOW; i++)
		mean += x[i] / WINDOW;
	for (int i = 0; i < WINDOW; i++)
		x[i] -= mean;
	fft_power(s->fft, x, s->power);
	for (int k = 1; k <= WINDOW / 2; k++) {
		double hz = k * STFT_FRAME_RATE / WINDOW;

		if (hz < rates[0])
			continue;
		while (r + 1 < SWINGS_RATES && hz >= rates[r + 1])
			r++;
		sums[r] += (double)s->power[k];
	}
}

static void band(struct swings *s, const float *levels, size_t frames,
		 float *level, float *amplitude)
{
	double a[SWINGS_RATES] = { 0 }, b[SWINGS_RATES] = { 0 };
	int windows = 0;

	for (size_t t = 0; t + WINDOW <= frames; t += WINDOW / 2) {
		float mean = 0;

		for (size_t i = 0; i < WINDOW; i++) {
			const float *l = levels + (t + i) * MODULATION_BANDS;

			s->level[i] = (l[0] + l[1]) / 2;
			/* The root of the amplitude: nearer to loudness. */
			s->amplitude[i] =
			    expf(s->level[i] * (float)(M_LN10 / 40));
			mean += s->amplitude[i] / WINDOW;
		}
		for (size_t i = 0; i < WINDOW; i++)
			s->amplitude[i] /= mean;
		add_window(s, s->level, a);
		add_window(s, s->amplitude, b);
		windows++;
	}
	for (int r = 0; r < SWINGS_RATES; r++) {
		level[r] = (float)(10 * log10(a[r] / windows + LEVEL_FLOOR));
		amplitude[r] =
		    (float)(10 * log10(b[r] / windows + AMPLITUDE_FLOOR));
	}
}

/* Highest and mean autocorrelation of the onsets at lags of each range. */
static void repeats(struct swings *s, const float *onset, size_t frames,
		    float *out)
{
	double mean = 0, energy;

	for (size_t t = 0; t < frames; t++)
		mean += (double)onset[t] / (double)frames;
	for (size_t t = 0; t < frames; t++)
		s->onset[t] = onset[t] - (float)mean;
	energy = (double)vector_dot(s->onset, s->onset, frames);
	if (!(energy > 1e-6 * (double)frames))
		return;
	for (int i = 0; i < SWINGS_LAGS; i++) {
		double most = -INFINITY, sum = 0;

		for (int lag = lags[i]; lag < lags[i + 1]; lag++) {
			double v = (double)vector_dot(s->onset, s->onset + lag,
						      frames - (size_t)lag) /
				   energy;

			most = fmax(most, v);
			sum += v;
		}
		out[SWINGS_REPEAT_MAX + i] = (float)most;
		out[SWINGS_REPEAT_MEAN + i] =
		    (float)(sum / (lags[i + 1] - lags[i]));
	}
}

void swings_measure(struct swings *s, const float *levels, const float *onset,
		    size_t frames, float out[SWINGS_COUNT])
{
	for (int i = 0; i < SWINGS_COUNT; i++)
		out[i] = NAN;
	if (frames < WINDOW)
		return;
	MEM_ROOM(s->onset, frames, s->cap);
	for (int b = 0; b < SWINGS_BANDS; b++)
		band(s, levels + 2 * b, frames,
		     out + SWINGS_LEVEL + b * SWINGS_RATES,
		     out + SWINGS_AMPLITUDE + b * SWINGS_RATES);
	repeats(s, onset, frames, out);
}
