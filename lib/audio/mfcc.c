/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/mfcc.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

#define MEL_FLOOR 1e-10

struct mel {
	int first[MEL_BANDS], count[MEL_BANDS];
	float *weights; /* band after band */
	float dct[MFCC_COUNT][MEL_BANDS];
};

/* Slaney: linear to 1 kHz (3 mel = 200 Hz), then 27 mel for a factor 6.4. */
static double hz_of(double mel)
{
	return mel < 15 ? mel * 200 / 3
			: 1000 * exp((mel - 15) * log(6.4) / 27);
}

static double mel_of(double hz)
{
	return hz < 1000 ? hz * 3 / 200 : 15 + 27 * log(hz / 1000) / log(6.4);
}

static double triangle(double hz, const double edge[3])
{
	double up = (hz - edge[0]) / (edge[1] - edge[0]);
	double down = (edge[2] - hz) / (edge[2] - edge[1]);
	double w = up < down ? up : down;

	return w > 0 ? w * 2 / (edge[2] - edge[0]) : 0;
}

struct mel *mel_new(void)
{
	struct mel *m = mem_zalloc(1, sizeof(*m));
	double edge[MEL_BANDS + 2], top = mel_of(STFT_RATE / 2.0);
	size_t used = 0, cap = 0;

	for (int b = 0; b < MEL_BANDS + 2; b++)
		edge[b] = hz_of(top * b / (MEL_BANDS + 1));
	for (int b = 0; b < MEL_BANDS; b++) {
		for (int k = 0; k < STFT_BINS; k++) {
			double w = triangle(k * STFT_BIN_HZ, edge + b);

			if (w <= 0)
				continue;
			if (!m->count[b]++)
				m->first[b] = k;
			MEM_ROOM(m->weights, used + 1, cap);
			m->weights[used++] = (float)w;
		}
	}
	for (int c = 0; c < MFCC_COUNT; c++)
		for (int b = 0; b < MEL_BANDS; b++)
			m->dct[c][b] =
			    (float)(sqrt((c ? 2.0 : 1.0) / MEL_BANDS) *
				    cos(M_PI * c * (2 * b + 1) /
					(2 * MEL_BANDS)));
	return m;
}

void mel_free(struct mel *m)
{
	if (!m)
		return;
	free(m->weights);
	free(m);
}

void mel_bands(const struct mel *m, const float power[STFT_BINS],
	       float bands[MEL_BANDS])
{
	const float *w = m->weights;

	for (int b = 0; b < MEL_BANDS; b++) {
		const float *p = power + m->first[b];
		float sum = 0;

		for (int i = 0; i < m->count[b]; i++)
			sum += w[i] * p[i];
		bands[b] = sum;
		w += m->count[b];
	}
}

void mel_to_db(float *bands, size_t frames)
{
	size_t n = frames * MEL_BANDS;
	float top = -1e30f;

	for (size_t i = 0; i < n; i++) {
		float p =
		    bands[i] > (float)MEL_FLOOR ? bands[i] : (float)MEL_FLOOR;

		bands[i] = 10 * log10f(p);
		if (bands[i] > top)
			top = bands[i];
	}
	for (size_t i = 0; i < n; i++)
		if (bands[i] < top - (float)MEL_RANGE)
			bands[i] = top - (float)MEL_RANGE;
}

void mfcc_frame(const struct mel *m, const float db[MEL_BANDS],
		float mfcc[MFCC_COUNT])
{
	for (int c = 0; c < MFCC_COUNT; c++) {
		double sum = 0;

		for (int b = 0; b < MEL_BANDS; b++)
			sum += (double)m->dct[c][b] * db[b];
		mfcc[c] = (float)sum;
	}
}
