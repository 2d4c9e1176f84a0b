/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/stft.h"

#include <math.h>
#include <string.h>

#include "math/lanes.h"

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

const float *stft_frame(const float *samples, size_t n, size_t t,
			float scratch[STFT_SIZE])
{
	size_t centre = t * STFT_HOP, half = STFT_SIZE / 2;

	if (centre >= half && centre + half <= n)
		return samples + centre - half;
	stft_cut(samples, n, t, scratch);
	return scratch;
}

/* The count is even and fixed, which lets the compiler take several at once. */
LANES_CLONES static void roots(const float *restrict x, float *restrict root)
{
	for (int k = 0; k < STFT_BINS - 1; k++)
		root[k] = sqrtf(x[k]);
}

void stft_spectrum(struct fft *fft, const float frame[STFT_SIZE],
		   float magnitude[STFT_BINS], float power[STFT_BINS])
{
	fft_power(fft, frame, power);
	roots(power, magnitude);
	magnitude[STFT_BINS - 1] = sqrtf(power[STFT_BINS - 1]);
}
