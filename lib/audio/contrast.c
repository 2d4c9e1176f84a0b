/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/contrast.h"

/* The first mel band of each; centres of 0, 200, 400 ... 6400 Hz. */
static const int edges[CONTRAST_BANDS + 1] = { 0,  7,  14,  29,
					       55, 82, 107, MEL_BANDS };

/* Means of the STRONG strongest and weakest bands, less than which one octave
 * has not. */
#define STRONG 2

void contrast_frame(const float db[MEL_BANDS], float out[CONTRAST_BANDS])
{
	for (int c = 0; c < CONTRAST_BANDS; c++) {
		float high[STRONG] = { -1e30f, -1e30f };
		float low[STRONG] = { 1e30f, 1e30f };

		for (int b = edges[c]; b < edges[c + 1]; b++) {
			float v = db[b];

			if (v > high[0]) {
				high[1] = high[0];
				high[0] = v;
			} else if (v > high[1]) {
				high[1] = v;
			}
			if (v < low[0]) {
				low[1] = low[0];
				low[0] = v;
			} else if (v < low[1]) {
				low[1] = v;
			}
		}
		out[c] = (high[0] + high[1] - low[0] - low[1]) / STRONG;
	}
}
