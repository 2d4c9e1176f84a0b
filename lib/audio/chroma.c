/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/chroma.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/vector.h"

#define CENTRE_OCTAVE 5.0 /* above A0: 880 Hz */
#define OCTAVE_WIDTH 2.0

struct chroma {
	float weights[CHROMA_BINS][STFT_BINS];
};

/* Semitones above A0 (27.5 Hz) of bin k; bin 0 is put 1.5 octaves under 1. */
static double pitch(int k)
{
	if (k == 0)
		return pitch(1) - 1.5 * CHROMA_BINS;
	return CHROMA_BINS * log2(k * STFT_BIN_HZ / 27.5);
}

struct chroma *chroma_new(void)
{
	struct chroma *c = mem_zalloc(1, sizeof(*c));

	for (int k = 0; k < STFT_BINS; k++) {
		double p = pitch(k), width = pitch(k + 1) - p;
		double octave =
		    (p / CHROMA_BINS - CENTRE_OCTAVE) / OCTAVE_WIDTH;
		double w[CHROMA_BINS], norm = 0;

		if (width < 1)
			width = 1;
		for (int b = 0; b < CHROMA_BINS; b++) {
			/* Column b is pitch class b from C: 9 is A. */
			double d = fmod(p - (b + 3) % 12 + 6 + 120, 12) - 6;

			w[b] = exp(-0.5 * (2 * d / width) * (2 * d / width));
			norm += w[b] * w[b];
		}
		for (int b = 0; b < CHROMA_BINS; b++)
			c->weights[b][k] = (float)(w[b] / sqrt(norm) *
						   exp(-0.5 * octave * octave));
	}
	return c;
}

void chroma_free(struct chroma *c)
{
	free(c);
}

void chroma_frame(const struct chroma *c, const float power[STFT_BINS],
		  float out[CHROMA_BINS])
{
	float sum[CHROMA_BINS], top = 0;

	for (int b = 0; b < CHROMA_BINS; b++) {
		sum[b] = vector_dot(c->weights[b], power, STFT_BINS);
		if (sum[b] > top)
			top = sum[b];
	}
	for (int b = 0; b < CHROMA_BINS; b++)
		out[b] = top > 1e-30f ? sum[b] / top : 0;
}

const char *chroma_name(int bin)
{
	static const char *const names[CHROMA_BINS] = { "c",  "cs", "d",  "ds",
							"e",  "f",  "fs", "g",
							"gs", "a",  "as", "b" };

	return names[bin];
}
