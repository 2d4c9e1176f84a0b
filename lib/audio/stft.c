/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/stft.h"

#include <math.h>
#include <string.h>

size_t stft_frames(size_t n)
{
	return 1 + n / STFT_HOP;
}

void stft_cut(const float *samples, size_t n, size_t t, float frame[STFT_SIZE])
{
	size_t centre = t * STFT_HOP, half = STFT_SIZE / 2;
	size_t lead = centre < half ? half - centre : 0;
	size_t from = centre + lead - half;
	size_t count = STFT_SIZE - lead;

	if (from >= n)
		count = 0;
	else if (count > n - from)
		count = n - from;
	memset(frame, 0, lead * sizeof(*frame));
	memcpy(frame + lead, samples + (count ? from : 0),
	       count * sizeof(*frame));
	memset(frame + lead + count, 0,
	       (STFT_SIZE - lead - count) * sizeof(*frame));
}

void stft_spectrum(struct fft *fft, const float frame[STFT_SIZE],
		   float magnitude[STFT_BINS], float power[STFT_BINS])
{
	fft_power(fft, frame, power);
	for (int k = 0; k < STFT_BINS; k++)
		magnitude[k] = sqrtf(power[k]);
}
