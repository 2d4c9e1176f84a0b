/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/pitches.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define SIZE 8192
#define HOP 4096
#define BINS (SIZE / 2 + 1)
#define LOWEST 65.0 /* Hz */
#define HIGHEST 3000.0
#define STEPS 10 /* parts of a semitone */
#define FINE (CHROMA_BINS * STEPS)
#define FAINT 1e-3 /* of the frame's strongest peak, power */
#define QUIET 1e-6 /* power of a frame without peaks */
#define PEAKS 256  /* at most, and more than the bins between can hold */
#define REACH 0.5  /* semitones to where a peak's share is half */

struct pitches {
	struct fft *fft;
	float frame[SIZE], power[BINS];
	double fine[FINE]; /* strength by pitch class, fine steps from C */
};

struct pitches *pitches_new(void)
{
	struct pitches *p = mem_zalloc(1, sizeof(*p));

	p->fft = fft_new(SIZE);
	return p;
}

void pitches_free(struct pitches *p)
{
	if (!p)
		return;
	fft_free(p->fft);
	free(p);
}

/* Shares a peak out between the two fine steps around it. */
static void add_peak(struct pitches *p, double hz, double weight)
{
	double c = CHROMA_BINS * log2(hz / 440) + 9, at, part;
	int i;

	c -= CHROMA_BINS * floor(c / CHROMA_BINS);
	at = c * STEPS;
	i = (int)at;
	part = at - i;
	p->fine[i % FINE] += weight * (1 - part);
	p->fine[(i + 1) % FINE] += weight * part;
}

static size_t find_peaks(const struct pitches *p, struct peak peaks[PEAKS])
{
	const double bin = (double)STFT_RATE / SIZE;
	int from = (int)(LOWEST / bin), to = (int)(HIGHEST / bin);
	size_t count = 0;
	double top = 0;

	for (int k = from; k <= to; k++)
		if (p->power[k] > top)
			top = p->power[k];
	for (int k = from; k <= to && top > QUIET && count < PEAKS; k++) {
		double a, b, c, d;

		if (p->power[k] <= p->power[k - 1] ||
		    p->power[k] < p->power[k + 1] || p->power[k] < FAINT * top)
			continue;
		a = log(p->power[k - 1] + 1e-20);
		b = log(p->power[k] + 1e-20);
		c = log(p->power[k + 1] + 1e-20);
		d = a - 2 * b + c < 0 ? 0.5 * (a - c) / (a - 2 * b + c) : 0;
		peaks[count].hz = (k + d) * bin;
		peaks[count++].strength = sqrt(p->power[k] / top);
	}
	return count;
}

/* Deviation from A4 = 440 Hz in fine steps, [-STEPS/2, STEPS/2]. */
static double tuning(const struct pitches *p)
{
	double re = 0, im = 0;

	for (int i = 0; i < FINE; i++) {
		re += p->fine[i] * cos(2 * M_PI * i / STEPS);
		im += p->fine[i] * sin(2 * M_PI * i / STEPS);
	}
	return re != 0 || im != 0 ? atan2(im, re) * STEPS / (2 * M_PI) : 0;
}

size_t pitches_frames(size_t n)
{
	return n < SIZE ? 0 : 1 + (n - SIZE) / HOP;
}

double pitches_profile(struct pitches *p, const float *samples, size_t n,
		       double profile[CHROMA_BINS], float *dissonance)
{
	size_t frames = pitches_frames(n);
	double off, sum = 0;

	memset(p->fine, 0, sizeof(p->fine));
	for (size_t t = 0; t < frames; t++) {
		struct peak peaks[PEAKS];
		size_t count;

		memcpy(p->frame, samples + t * HOP, sizeof(p->frame));
		fft_power(p->fft, p->frame, p->power);
		count = find_peaks(p, peaks);
		for (size_t i = 0; i < count; i++)
			add_peak(p, peaks[i].hz, peaks[i].strength);
		if (dissonance)
			dissonance[t] = (float)dissonance_of(peaks, count);
	}
	off = tuning(p);
	for (int b = 0; b < CHROMA_BINS; b++) {
		profile[b] = 0;
		for (int i = 0; i < FINE; i++) {
			double d =
			    fmod(i - off - b * STEPS + 2.5 * FINE, FINE) -
			    0.5 * FINE;

			d /= STEPS;
			if (fabs(d) < 2 * REACH)
				profile[b] += p->fine[i] * cos(d * M_PI / 2) *
					      cos(d * M_PI / 2);
		}
		sum += profile[b];
	}
	for (int b = 0; b < CHROMA_BINS && sum > 0; b++)
		profile[b] /= sum;
	return sum > 0 ? off * 100 / STEPS : NAN;
}
