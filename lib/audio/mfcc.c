/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/mfcc.h"

#include <math.h>
#include <stdlib.h>

#include "math/lanes.h"
#include "base/mem.h"
#include "math/vector.h"

#define MEL_FLOOR 1e-10f

struct mel {
	/* Of each band: the first bin of a run of whole lanes that holds all
	 * its weights, and how many lanes. */
	int first[MEL_BANDS], count[MEL_BANDS];
	float *weights; /* run after run */
	float dct[MFCC_COUNT + MFCC_FINE][MEL_BANDS];
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

double mel_centre_hz(int band)
{
	return hz_of(mel_of(STFT_RATE / 2.0) * (band + 1) / (MEL_BANDS + 1));
}

static double triangle(double hz, const double edge[3])
{
	double up = (hz - edge[0]) / (edge[1] - edge[0]);
	double down = (edge[2] - hz) / (edge[2] - edge[1]);
	double w = up < down ? up : down;

	return w > 0 ? w * 2 / (edge[2] - edge[0]) : 0;
}

/* Sets first and count of band b; returns first. */
static int place_run(struct mel *m, int b, const double edge[3])
{
	int from = (int)(edge[0] / STFT_BIN_HZ), to = from;

	while (to < STFT_BINS && to * STFT_BIN_HZ < edge[2])
		to++;
	m->count[b] = (to - from + LANES - 1) / LANES;
	if (from + m->count[b] * LANES > STFT_BINS)
		from = STFT_BINS - m->count[b] * LANES;
	return m->first[b] = from;
}

struct mel *mel_new(void)
{
	struct mel *m = mem_zalloc(1, sizeof(*m));
	double edge[MEL_BANDS + 2];
	size_t used = 0, cap = 0;

	for (int b = 0; b < MEL_BANDS + 2; b++)
		edge[b] = mel_centre_hz(b - 1);
	for (int b = 0; b < MEL_BANDS; b++) {
		int k = place_run(m, b, edge + b);

		MEM_ROOM(m->weights, used + (size_t)m->count[b] * LANES, cap);
		for (int i = 0; i < m->count[b] * LANES; i++, k++)
			m->weights[used++] =
			    (float)triangle(k * STFT_BIN_HZ, edge + b);
	}
	for (int c = 0; c < MFCC_COUNT + MFCC_FINE; c++)
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

LANES_CLONES void mel_bands(const struct mel *m, const float power[STFT_BINS],
			    float bands[MEL_BANDS])
{
	const float *w = m->weights;

	for (int b = 0; b < MEL_BANDS; b += LANES) {
		lanes sums[LANES];

		for (int c = 0; c < LANES; c++) {
			const float *p = power + m->first[b + c];
			lanes sum = { 0 };

			for (int i = 0; i < m->count[b + c]; i++) {
				sum += LANES_OF(w) * LANES_OF(p);
				w += LANES;
				p += LANES;
			}
			sums[c] = sum;
		}
		lanes_sums(sums);
		LANES_AT(bands + b) = sums[0];
	}
}

LANES_CLONES void mel_to_db(float *bands, size_t frames)
{
	const lanes floor = (lanes){ 0 } + MEL_FLOOR;
	size_t n = frames * MEL_BANDS;
	lanes top = (lanes){ 0 } - 1e30f, low;

	for (size_t i = 0; i < n; i += LANES) {
		lanes x = LANES_OF(bands + i);

		lanes_maximum(&x, &floor);
		lanes_db(&x, &x);
		LANES_AT(bands + i) = x;
		lanes_maximum(&top, &x);
	}
	for (int i = 1; i < LANES; i++)
		if (top[i] > top[0])
			top[0] = top[i];
	low = (lanes){ 0 } + (top[0] - (float)MEL_RANGE);
	for (size_t i = 0; i < n; i += LANES) {
		lanes x = LANES_OF(bands + i);

		lanes_maximum(&x, &low);
		LANES_AT(bands + i) = x;
	}
}

void mfcc_frame(const struct mel *m, const float db[MEL_BANDS],
		float mfcc[MFCC_COUNT])
{
	for (int c = 0; c < MFCC_COUNT; c++)
		mfcc[c] = vector_dot(m->dct[c], db, MEL_BANDS);
}

void mfcc_fine(const struct mel *m, const float db[MEL_BANDS],
	       float fine[MFCC_FINE])
{
	for (int c = 0; c < MFCC_FINE; c++)
		fine[c] = vector_dot(m->dct[MFCC_COUNT + c], db, MEL_BANDS);
}
