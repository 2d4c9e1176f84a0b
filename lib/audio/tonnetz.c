/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/tonnetz.h"

#include <math.h>

void tonnetz_frame(const float chroma[CHROMA_BINS], float out[TONNETZ_AXES])
{
	/* Semitones to turns: a fifth is 7/12 of a turn on its circle. */
	static const double turns[3] = { 7 / 12.0, 3 / 12.0, 4 / 12.0 };
	static const double radius[3] = { 1, 1, 0.5 };
	double sum = 0;

	for (int b = 0; b < CHROMA_BINS; b++)
		sum += chroma[b];
	for (int c = 0; c < 3; c++) {
		double x = 0, y = 0;

		for (int b = 0; b < CHROMA_BINS; b++) {
			x += chroma[b] * sin(2 * M_PI * turns[c] * b);
			y += chroma[b] * cos(2 * M_PI * turns[c] * b);
		}
		out[2 * c] = sum > 0 ? (float)(radius[c] * x / sum) : 0;
		out[2 * c + 1] = sum > 0 ? (float)(radius[c] * y / sum) : 0;
	}
}
