/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/onset.h"

#include "math/lanes.h"

#define DELAY 3        /* frames: the lag, and half a window */
#define NEAR 2         /* frames: a maximum within so many */
#define AROUND 8       /* frames of surroundings */
#define STANDS_OUT 1.0 /* dB above their mean */
#define APART 3        /* frames, at least 50 ms */

LANES_CLONES static float mean_rise(const float *before, const float *now)
{
	const lanes zero = { 0 };
	lanes sum = { 0 };

	for (int b = 0; b < MEL_BANDS; b += LANES) {
		lanes rise = LANES_OF(now + b) - LANES_OF(before + b);

		lanes_maximum(&rise, &zero);
		sum += rise;
	}
	return lanes_sum(&sum) / MEL_BANDS;
}

void onset_strength(const float *db, size_t frames, float *strength)
{
	for (size_t t = 0; t < frames && t < DELAY; t++)
		strength[t] = 0;
	for (size_t t = DELAY; t < frames; t++, db += MEL_BANDS)
		strength[t] = mean_rise(db, db + MEL_BANDS);
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
