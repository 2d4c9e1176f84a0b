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
#define PEAKS 546  /* at most every second of the 1091 bins between */
/* Semitones to where a peak counts no more: what drums and noise leave lies
 * anywhere, notes lie near the middle. 0.6 to 0.8 are about as good on clips of
 * the development half of ../shared/audio/tempo_key and the same with drums and
 * distortion laid over; 1 is worse by 3 % of the score with loud drums. */
#define REACH 0.7

struct pitches {
	struct fft *fft;
	float power[3][BINS]; /* frame t at t % 3 */
	double fine[FINE];    /* strength by pitch class, fine steps from C */
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

static size_t find_peaks(const float power[BINS], struct peak peaks[PEAKS],
			 int bins[PEAKS])
{
	const double width = (double)STFT_RATE / SIZE;
	int from = (int)(LOWEST / width), to = (int)(HIGHEST / width);
	size_t count = 0;
	double top = 0;

	for (int k = from; k <= to; k++)
		if (power[k] > top)
			top = power[k];
	for (int k = from; k <= to && top > QUIET && count < PEAKS; k++) {
		double a, b, c, d;

		if (power[k] <= power[k - 1] || power[k] < power[k + 1] ||
		    power[k] < FAINT * top)
			continue;
		a = log(power[k - 1] + 1e-20);
		b = log(power[k] + 1e-20);
		c = log(power[k + 1] + 1e-20);
		d = a - 2 * b + c < 0 ? 0.5 * (a - c) / (a - 2 * b + c) : 0;
		bins[count] = k;
		peaks[count].hz = (k + d) * width;
		peaks[count++].strength = sqrt(power[k] / top);
	}
	return count;
}

/* The share of a peak's strength that the frame before or the one after it
 * has, too; of a note all or most, of a stroke little. */
static double steady(const struct pitches *p, size_t t, size_t frames, int bin)
{
	double now = p->power[t % 3][bin], beside;

	if (t == 0 || t + 1 == frames)
		return 1;
	beside = fmax(p->power[(t + 2) % 3][bin], p->power[(t + 1) % 3][bin]);
	return beside < now ? sqrt(beside / now) : 1;
}

static void add_frame(struct pitches *p, size_t t, size_t frames,
		      float *dissonance)
{
	struct peak peaks[PEAKS];
	int bins[PEAKS];
	size_t count = find_peaks(p->power[t % 3], peaks, bins);

	for (size_t i = 0; i < count; i++)
		add_peak(p, peaks[i].hz,
			 peaks[i].strength * steady(p, t, frames, bins[i]));
	if (dissonance)
		dissonance[t] = (float)dissonance_of(peaks, count);
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

/* What lies around pitch class b, tuned `off` fine steps high. */
static double around(const struct pitches *p, int b, double off)
{
	double sum = 0;

	for (int i = 0; i < FINE; i++) {
		double d = fmod(i - off - b * STEPS + 2.5 * FINE, FINE);
		double share;

		d = (d - 0.5 * FINE) / STEPS / REACH;
		if (fabs(d) >= 1)
			continue;
		share = cos(d * M_PI / 2);
		sum += p->fine[i] * share * share;
	}
	return sum;
}

double pitches_profile(struct pitches *p, const float *samples, size_t n,
		       double profile[CHROMA_BINS], float *dissonance)
{
	size_t frames = pitches_frames(n);
	double off, sum = 0;

	memset(p->fine, 0, sizeof(p->fine));
	for (size_t t = 0; t < frames; t++) {
		fft_power(p->fft, samples + t * HOP, p->power[t % 3]);
		if (t > 0)
			add_frame(p, t - 1, frames, dissonance);
	}
	if (frames > 0)
		add_frame(p, frames - 1, frames, dissonance);
	off = tuning(p);
	for (int b = 0; b < CHROMA_BINS; b++) {
		profile[b] = around(p, b, off);
		sum += profile[b];
	}
	for (int b = 0; b < CHROMA_BINS && sum > 0; b++)
		profile[b] /= sum;
	return sum > 0 ? off * 100 / STEPS : NAN;
}
