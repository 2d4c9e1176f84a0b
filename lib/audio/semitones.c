/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/semitones.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/vector.h"

#define LOWEST 32.703 /* Hz: C1 */
#define REACH 3.0     /* deviations */

struct semitones {
	struct note {
		int from, count; /* bins */
		float *weights;
	} notes[SEMITONES];
	float *weights;
	float power[STFT_BINS]; /* of the block so far */
	size_t frames, blocks, cap;
	float *values; /* [cap][SEMITONES] */
};

/* Of bin k about a note: 0 beyond REACH. */
static double weight(int k, int note)
{
	double hz = k * STFT_BIN_HZ, bin = 12 * log2(1 + STFT_BIN_HZ / hz);
	double width = 0.5 * fmax(1, bin);
	double d = (12 * log2(hz / LOWEST) - note) / width;

	return fabs(d) > REACH ? 0 : exp(-0.5 * d * d) / width;
}

struct semitones *semitones_new(void)
{
	struct semitones *s = mem_zalloc(1, sizeof(*s));
	float *to = s->weights =
	    mem_zalloc((size_t)SEMITONES * STFT_BINS, sizeof(*to));

	for (int n = 0; n < SEMITONES; n++) {
		struct note *note = &s->notes[n];

		note->weights = to;
		for (int k = 1; k < STFT_BINS; k++) {
			double w = weight(k, n);

			if (w == 0)
				continue;
			if (!note->count)
				note->from = k;
			note->weights[note->count++] = (float)w;
		}
		to += note->count;
	}
	return s;
}

void semitones_free(struct semitones *s)
{
	if (!s)
		return;
	free(s->weights);
	free(s->values);
	free(s);
}

void semitones_reset(struct semitones *s, size_t frames)
{
	size_t blocks = frames / SEMITONES_BLOCK;

	s->frames = s->blocks = 0;
	memset(s->power, 0, sizeof(s->power));
	if (blocks > s->cap) {
		s->values = mem_resize(s->values, blocks,
				       SEMITONES * sizeof(*s->values));
		s->cap = blocks;
	}
}

void semitones_add(struct semitones *s, const float power[STFT_BINS])
{
	float *to;

	if (s->blocks == s->cap)
		return;
	vector_axpy(s->power, 1.0f / SEMITONES_BLOCK, power, STFT_BINS);
	if (++s->frames % SEMITONES_BLOCK)
		return;
	to = s->values + s->blocks++ * SEMITONES;
	for (int n = 0; n < SEMITONES; n++) {
		const struct note *note = &s->notes[n];

		to[n] = sqrtf(vector_dot(note->weights, s->power + note->from,
					 (size_t)note->count));
	}
	memset(s->power, 0, sizeof(s->power));
}

const float *semitones_blocks(const struct semitones *s, size_t *blocks)
{
	*blocks = s->blocks;
	return s->values;
}
