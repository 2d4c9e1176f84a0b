/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/logmel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/fft.h"
#include "base/mem.h"

#define BINS (LOGMEL_FFT / 2 + 1)

struct logmel {
	struct fft *fft;
	int bands;
	int first[LOGMEL_BANDS_MAX], count[LOGMEL_BANDS_MAX];
	float *weights; /* band after band */
	float frame[LOGMEL_FFT], spectrum[BINS];
};

static double mel_of(double hz)
{
	return 1127 * log(1 + hz / 700);
}

static double triangle(double mel, const double edge[3])
{
	double up = (mel - edge[0]) / (edge[1] - edge[0]);
	double down = (edge[2] - mel) / (edge[2] - edge[1]);

	return up < down ? up : down;
}

struct logmel *logmel_new(int bands)
{
	struct logmel *l = mem_zalloc(1, sizeof(*l));
	double low = mel_of(LOGMEL_LOW), high = mel_of(LOGMEL_HIGH);
	double step = (high - low) / (bands + 1);
	size_t used = 0, cap = 0;

	l->fft = fft_new_padded(LOGMEL_FFT, LOGMEL_WINDOW);
	l->bands = bands;
	for (int b = 0; b < bands; b++) {
		double edge[3] = { low + b * step, low + (b + 1) * step,
				   low + (b + 2) * step };

		/* Bin 0, the mean, belongs to no band. */
		for (int k = 1; k < BINS; k++) {
			double hz = (double)k * LOGMEL_RATE / LOGMEL_FFT;
			double w = triangle(mel_of(hz), edge);

			if (w <= 0)
				continue;
			if (!l->count[b]++)
				l->first[b] = k;
			MEM_ROOM(l->weights, used + 1, cap);
			l->weights[used++] = (float)w;
		}
	}
	return l;
}

void logmel_free(struct logmel *l)
{
	if (!l)
		return;
	fft_free(l->fft);
	free(l->weights);
	free(l);
}

int logmel_bands(const struct logmel *l)
{
	return l->bands;
}

size_t logmel_patches(size_t n)
{
	size_t frames =
	    n < LOGMEL_WINDOW ? 0 : 1 + (n - LOGMEL_WINDOW) / LOGMEL_HOP;
	size_t patches = frames / LOGMEL_FRAMES;

	return patches < LOGMEL_PATCHES_MAX ? patches : LOGMEL_PATCHES_MAX;
}

static void one_frame(struct logmel *l, const float *x, float *out)
{
	const float *w = l->weights;

	memcpy(l->frame, x, LOGMEL_WINDOW * sizeof(*x));
	fft_power(l->fft, l->frame, l->spectrum);
	for (int k = 0; k < BINS; k++)
		l->spectrum[k] = sqrtf(l->spectrum[k]);
	for (int b = 0; b < l->bands; b++) {
		const float *s = l->spectrum + l->first[b];
		float sum = 0;

		for (int i = 0; i < l->count[b]; i++)
			sum += w[i] * s[i];
		out[b] = logf(sum + (float)LOGMEL_OFFSET);
		w += l->count[b];
	}
}

void logmel_compute(struct logmel *l, const float *x, size_t n, float *patches)
{
	size_t frames = logmel_patches(n) * LOGMEL_FRAMES;

	for (size_t t = 0; t < frames; t++)
		one_frame(l, x + t * LOGMEL_HOP,
			  patches + t * (size_t)l->bands);
}
