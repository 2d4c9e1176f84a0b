/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/frames.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/novelty.h"
#include "audio/spectral.h"
#include "audio/stft.h"
#include "base/mem.h"

_Static_assert(RESAMPLE_RATE == STFT_RATE, "one sampling rate");

struct frames {
	struct fft *fft;
	struct mel *mel;
	struct chroma *chroma;
	struct novelty *novelty;
	struct semitones *semitones;
	struct partials *partials;
	size_t cap;                   /* frames there is room for */
	float *series[FRAMES_SERIES]; /* [cap] each */
	float *db;                    /* [cap][MEL_BANDS] */
	float *rises;                 /* [cap] */
	float fine[2 * MFCC_FINE];
	float frame[STFT_SIZE], power[STFT_BINS];
	float magnitude[2][STFT_BINS]; /* now and before, by turns */
};

struct frames *frames_new(void)
{
	struct frames *f = mem_zalloc(1, sizeof(*f));

	f->fft = fft_new(STFT_SIZE);
	f->mel = mel_new();
	f->chroma = chroma_new();
	f->novelty = novelty_new();
	f->semitones = semitones_new();
	f->partials = partials_new();
	return f;
}

void frames_free(struct frames *f)
{
	if (!f)
		return;
	fft_free(f->fft);
	mel_free(f->mel);
	chroma_free(f->chroma);
	novelty_free(f->novelty);
	semitones_free(f->semitones);
	partials_free(f->partials);
	for (int i = 0; i < FRAMES_SERIES; i++)
		free(f->series[i]);
	free(f->db);
	free(f->rises);
	free(f);
}

float *frames_series(struct frames *f, enum series s)
{
	return f->series[s];
}

float *frames_mel(struct frames *f)
{
	return f->db;
}

float *frames_novelty(struct frames *f)
{
	return f->rises;
}

void frames_fine(const struct frames *f, float out[2 * MFCC_FINE])
{
	memcpy(out, f->fine, sizeof(f->fine));
}

void frames_partials(struct frames *f, float out[PARTIALS_COUNT])
{
	partials_measure(f->partials, out);
}

const struct semitones *frames_semitones(const struct frames *f)
{
	return f->semitones;
}

static void reserve(struct frames *f, size_t frames)
{
	if (frames <= f->cap)
		return;
	for (int i = 0; i < FRAMES_SERIES; i++)
		f->series[i] = mem_resize(f->series[i], frames, sizeof(float));
	f->db = mem_resize(f->db, frames, MEL_BANDS * sizeof(float));
	f->rises = mem_resize(f->rises, frames, sizeof(float));
	f->cap = frames;
}

/* The series of spectra at frame t but for the MFCC, which need the loudest
 * band first. */
static void measure_frame(struct frames *f, const struct samples *x, size_t t)
{
	float *now = f->magnitude[t % 2], *before = f->magnitude[(t + 1) % 2];
	float chroma[CHROMA_BINS];
	double centroid;

	stft_spectrum(f->fft, stft_frame(x->v, x->count, t, f->frame), now,
		      f->power);
	centroid = spectral_centroid(now);
	f->series[CENTROID][t] = (float)centroid;
	f->series[ROLLOFF][t] = (float)spectral_rolloff(now);
	f->series[FLUX][t] = t ? (float)spectral_flux(before, now) : 0;
	f->series[BW][t] = (float)spectral_bandwidth(now, centroid);
	f->series[FLAT][t] = (float)spectral_flatness(f->power);
	chroma_frame(f->chroma, f->power, chroma);
	for (int b = 0; b < CHROMA_BINS; b++)
		f->series[CHROMA + b][t] = chroma[b];
	mel_bands(f->mel, f->power, f->db + t * MEL_BANDS);
	f->rises[t] = novelty_frame(f->novelty, now);
	semitones_add(f->semitones, f->power);
	partials_add(f->partials, f->power);
}

static void cepstrum(struct frames *f, size_t frames)
{
	double sum[MFCC_FINE] = { 0 }, squares[MFCC_FINE] = { 0 };

	mel_to_db(f->db, frames);
	for (size_t t = 0; t < frames; t++) {
		float c[MFCC_COUNT];

		mfcc_frame(f->mel, f->db + t * MEL_BANDS, c);
		for (int i = 0; i < MFCC_COUNT; i++)
			f->series[MFCC + i][t] = c[i];
		mfcc_fine(f->mel, f->db + t * MEL_BANDS, c);
		for (int i = 0; i < MFCC_FINE; i++) {
			sum[i] += (double)c[i];
			squares[i] += (double)c[i] * (double)c[i];
		}
	}
	for (int i = 0; i < MFCC_FINE; i++) {
		double mean = sum[i] / (double)frames;
		double square = squares[i] / (double)frames - mean * mean;

		f->fine[2 * i] = (float)mean;
		f->fine[2 * i + 1] = (float)sqrt(square > 0 ? square : 0);
	}
}

size_t frames_measure(struct frames *f, const struct samples *x)
{
	size_t frames = stft_frames(x->count);

	reserve(f, frames);
	novelty_reset(f->novelty);
	semitones_reset(f->semitones, frames);
	partials_reset(f->partials);
	waveform_shape(x->v, x->count, f->series[RMS], f->series[ZCR]);
	for (size_t t = 0; t < frames; t++)
		measure_frame(f, x, t);
	cepstrum(f, frames);
	novelty_finish(f->novelty, f->rises, frames);
	return frames;
}
