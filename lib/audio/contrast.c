/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/contrast.h"

#include "math/lanes.h"

/* Each octave's first mel band, and a fifth of its bands. */
static const int first[CONTRAST_BANDS + 1] = { 0,  7,  15,  31,
					       56, 82, 108, MEL_BANDS };
static const int fifth[CONTRAST_BANDS] = { 1, 2, 3, 5, 5, 5, 4 };
#define FIFTH_MOST 5
#define BLOCK 16 /* frames at a time, side by side */

/* Puts v into the n largest, which fall, in place of the last; v is lost. */
static inline void keep(float (*largest)[BLOCK], int n, float v[BLOCK])
{
	for (int k = 0; k < n; k++)
		for (int i = 0; i < BLOCK; i++) {
			float a = largest[k][i], b = v[i];

			largest[k][i] = a > b ? a : b;
			v[i] = a < b ? a : b;
		}
}

/* Of the octave c, from bands [MEL_BANDS][BLOCK]. */
LANES_CLONES static void octave(const float (*bands)[BLOCK], int c, float *out)
{
	float peaks[FIFTH_MOST][BLOCK], valleys[FIFTH_MOST][BLOCK];

	for (int k = 0; k < FIFTH_MOST; k++)
		for (int i = 0; i < BLOCK; i++)
			peaks[k][i] = valleys[k][i] = -1e30f;
	for (int b = first[c]; b < first[c + 1]; b++) {
		float up[BLOCK], down[BLOCK];

		for (int i = 0; i < BLOCK; i++) {
			up[i] = bands[b][i];
			down[i] = -up[i];
		}
		keep(peaks, fifth[c], up);
		keep(valleys, fifth[c], down);
	}
	for (int i = 0; i < BLOCK; i++)
		out[i] = 0;
	for (int k = 0; k < fifth[c]; k++)
		for (int i = 0; i < BLOCK; i++)
			out[i] += peaks[k][i] + valleys[k][i];
	for (int i = 0; i < BLOCK; i++)
		out[i] /= (float)fifth[c];
}

void contrast_series(const float *db, size_t frames,
		     float *const out[CONTRAST_BANDS])
{
	for (size_t t = 0; t < frames; t += BLOCK) {
		size_t n = frames - t < BLOCK ? frames - t : BLOCK;
		float bands[MEL_BANDS][BLOCK] = { { 0 } }, part[BLOCK];

		for (size_t i = 0; i < n; i++)
			for (int b = 0; b < MEL_BANDS; b++)
				bands[b][i] =
				    db[(t + i) * MEL_BANDS + (size_t)b];
		for (int c = 0; c < CONTRAST_BANDS; c++) {
			octave(bands, c, part);
			for (size_t i = 0; i < n; i++)
				out[c][t + i] = part[i];
		}
	}
}
