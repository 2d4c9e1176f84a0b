/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/hpss.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

#define ALONG 8  /* frames on each side of a median along time */
#define ACROSS 8 /* bands, along frequency */
#define WINDOW (2 * ALONG + 1)

struct hpss {
	float window[WINDOW];
};

struct hpss *hpss_new(void)
{
	return mem_zalloc(1, sizeof(struct hpss));
}

void hpss_free(struct hpss *h)
{
	free(h);
}

static float median(float *v, int n)
{
	for (int i = 1; i < n; i++) {
		float x = v[i];
		int k = i;

		for (; k > 0 && v[k - 1] > x; k--)
			v[k] = v[k - 1];
		v[k] = x;
	}
	return v[n / 2];
}

static float along(struct hpss *h, const float *db, size_t frames, size_t t,
		   int b)
{
	size_t from = t < ALONG ? 0 : t - ALONG;
	size_t to = t + ALONG < frames ? t + ALONG + 1 : frames;
	int n = 0;

	for (size_t i = from; i < to; i++)
		h->window[n++] = db[i * MEL_BANDS + (size_t)b];
	return median(h->window, n);
}

static float across(struct hpss *h, const float *db, int b)
{
	int from = b < ACROSS ? 0 : b - ACROSS;
	int to = b + ACROSS < MEL_BANDS ? b + ACROSS + 1 : MEL_BANDS;
	int n = 0;

	for (int i = from; i < to; i++)
		h->window[n++] = db[i];
	return median(h->window, n);
}

void hpss_harmonic(struct hpss *h, const float *db, size_t frames,
		   float *harmonic)
{
	for (size_t t = 0; t < frames; t++) {
		const float *now = db + t * MEL_BANDS;
		double sum = 0, part = 0;

		for (int b = 0; b < MEL_BANDS; b++) {
			double p = pow(10, now[b] / 10);
			double d =
			    (across(h, now, b) - along(h, db, frames, t, b)) /
			    10;

			/* Wiener's mask: squares of amplitudes. */
			part += p / (1 + pow(10, d));
			sum += p;
		}
		harmonic[t] = (float)(part / sum);
	}
}
