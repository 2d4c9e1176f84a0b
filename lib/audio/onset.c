/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/onset.h"

#define DELAY 3        /* frames: the lag, and half a window */
#define NEAR 2         /* frames: a maximum within so many */
#define AROUND 8       /* frames of surroundings */
#define STANDS_OUT 1.0 /* dB above their mean */
#define APART 3        /* frames, at least 50 ms */

void onset_strength(const float *db, size_t frames, float *strength)
{
	for (size_t t = 0; t < frames; t++) {
		const float *now, *before;
		double sum = 0;

		strength[t] = 0;
		if (t < DELAY)
			continue;
		before = db + (t - DELAY) * MEL_BANDS;
		now = before + MEL_BANDS;
		for (int b = 0; b < MEL_BANDS; b++)
			if (now[b] > before[b])
				sum += now[b] - before[b];
		strength[t] = (float)(sum / MEL_BANDS);
	}
}

static int is_onset(const float *s, size_t n, size_t t)
{
	size_t from = t > AROUND ? t - AROUND : 0;
	size_t to = t + AROUND + 1 < n ? t + AROUND + 1 : n;
	double sum = 0;

	for (size_t i = from; i < to; i++) {
		size_t d = i < t ? t - i : i - t;

		if (d <= NEAR && s[i] > s[t])
			return 0;
		sum += s[i];
	}
	return s[t] >= sum / (double)(to - from) + STANDS_OUT;
}

double onset_rate(const float *strength, size_t frames)
{
	size_t count = 0, last = 0;

	for (size_t t = 0; t < frames; t++) {
		if ((count && t - last < APART) ||
		    !is_onset(strength, frames, t))
			continue;
		count++;
		last = t;
	}
	return frames ? (double)count * STFT_FRAME_RATE / (double)frames : 0;
}
