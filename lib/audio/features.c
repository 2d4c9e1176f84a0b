/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/features.h"

#include <math.h>
#include <stdlib.h>

#include "audio/columns.h"
#include "audio/key.h"
#include "audio/loudness.h"
#include "audio/novelty.h"
#include "audio/onset.h"
#include "audio/pitches.h"
#include "audio/spectral.h"
#include "audio/stft.h"
#include "audio/tempo.h"
#include "base/mem.h"

_Static_assert(RESAMPLE_RATE == STFT_RATE, "one sampling rate");

struct features {
	struct fft *fft;
	struct pitches *pitches;
	struct mel *mel;
	struct chroma *chroma;
	struct tempo_work *tempo;
	struct novelty *novelty;
	size_t cap;              /* frames there is room for */
	float *series[SERIES];   /* [cap] each */
	float *db;               /* [cap][MEL_BANDS] */
	float *strength, *rises; /* [cap]: onset strength, novelty */
	float frame[STFT_SIZE], power[STFT_BINS];
	float magnitude[2][STFT_BINS]; /* now and before, by turns */
};

struct features *features_new(void)
{
	struct features *f = mem_zalloc(1, sizeof(*f));

	f->fft = fft_new(STFT_SIZE);
	f->pitches = pitches_new();
	f->mel = mel_new();
	f->chroma = chroma_new();
	f->tempo = tempo_work_new();
	f->novelty = novelty_new();
	return f;
}

void features_free(struct features *f)
{
	if (!f)
		return;
	fft_free(f->fft);
	pitches_free(f->pitches);
	mel_free(f->mel);
	chroma_free(f->chroma);
	tempo_work_free(f->tempo);
	novelty_free(f->novelty);
	for (int i = 0; i < SERIES; i++)
		free(f->series[i]);
	free(f->db);
	free(f->strength);
	free(f->rises);
	free(f);
}

static void reserve(struct features *f, size_t frames)
{
	if (frames <= f->cap)
		return;
	for (int i = 0; i < SERIES; i++)
		f->series[i] = mem_resize(f->series[i], frames, sizeof(float));
	f->db = mem_resize(f->db, frames, MEL_BANDS * sizeof(float));
	f->strength = mem_resize(f->strength, frames, sizeof(float));
	f->rises = mem_resize(f->rises, frames, sizeof(float));
	f->cap = frames;
}

/* All series at frame t but the MFCC, which need the loudest band first. */
static void measure_frame(struct features *f, const struct samples *x, size_t t)
{
	float *now = f->magnitude[t % 2], *before = f->magnitude[(t + 1) % 2];
	float chroma[CHROMA_BINS];
	double centroid;

	stft_cut(x->v, x->count, t, f->frame);
	stft_spectrum(f->fft, f->frame, now, f->power);
	centroid = spectral_centroid(now);
	f->series[CENTROID][t] = (float)centroid;
	f->series[ROLLOFF][t] = (float)spectral_rolloff(now);
	f->series[FLUX][t] = t ? (float)spectral_flux(before, now) : 0;
	f->series[BW][t] = (float)spectral_bandwidth(now, centroid);
	f->series[FLAT][t] = (float)spectral_flatness(f->power);
	f->series[RMS][t] = (float)frame_rms(f->frame);
	f->series[ZCR][t] = (float)frame_zcr(x->v, x->count, t);
	chroma_frame(f->chroma, f->power, chroma);
	for (int b = 0; b < CHROMA_BINS; b++)
		f->series[CHROMA + b][t] = chroma[b];
	mel_bands(f->mel, f->power, f->db + t * MEL_BANDS);
	f->rises[t] = novelty_frame(f->novelty, now);
}

static void cepstrum(struct features *f, size_t frames)
{
	mel_to_db(f->db, frames);
	for (size_t t = 0; t < frames; t++) {
		float c[MFCC_COUNT];

		mfcc_frame(f->mel, f->db + t * MEL_BANDS, c);
		for (int i = 0; i < MFCC_COUNT; i++)
			f->series[MFCC + i][t] = c[i];
	}
}

static void rhythm(struct features *f, size_t frames, float *v)
{
	double s[SUMMARY_COUNT];
	struct tempo tempo;

	onset_strength(f->db, frames, f->strength);
	novelty_finish(f->novelty, f->rises, frames);
	tempo_estimate(f->tempo, f->strength, f->rises, frames, STFT_FRAME_RATE,
		       &tempo);
	v[TEMPO] = (float)tempo.bpm;
	v[TEMPO_ALT] = (float)tempo.alternative;
	v[TEMPO_CONF] = (float)tempo.confidence;
	v[BEAT_INT_MEAN] = (float)tempo.interval_mean;
	v[BEAT_INT_STD] = (float)tempo.interval_std;
	v[BEAT_REGULARITY] = (float)tempo.regularity;
	v[ONSET_RATE] = (float)onset_rate(f->strength, frames);
	summary_of(f->strength, frames, s);
	v[ONSET_MEAN] = (float)s[SUMMARY_MEAN];
	v[ONSET_STD] = (float)s[SUMMARY_STD];
}

static void harmony(struct features *f, const struct samples *x, size_t frames,
		    float *v)
{
	double profile[CHROMA_BINS];
	double n = (double)frames * CHROMA_BINS, sum = 0, squares = 0;
	double tuning;
	struct key key;

	for (int b = 0; b < CHROMA_BINS; b++)
		for (size_t t = 0; t < frames; t++)
			sum += f->series[CHROMA + b][t] / n;
	for (int b = 0; b < CHROMA_BINS; b++)
		for (size_t t = 0; t < frames; t++) {
			double d = f->series[CHROMA + b][t] - sum;

			squares += d * d;
		}
	v[CHROMA_MEAN] = (float)sum;
	v[CHROMA_STD] = (float)sqrt(squares / n);
	tuning = pitches_profile(f->pitches, x->v, x->count, profile);
	v[TUNING] = (float)tuning;
	key_estimate(profile, &key);
	if (key.tonic < 0)
		return;
	v[KEY] = (float)key.tonic;
	v[MODE] = (float)key.mode;
	v[KEY_STRENGTH] = (float)key.strength;
	v[KEY_SECOND] = (float)key.second_tonic;
	v[MODE_SECOND] = (float)key.second_mode;
	v[KEY_SECOND_STRENGTH] = (float)key.second_strength;
	v[MODE_MARGIN] = (float)key.major_margin;
}

/* The statistics last: they sort the series. */
static void summarise(struct features *f, size_t frames, float *v)
{
	for (int i = 0; i < 2; i++)
		v[MFCC1_DMEAN + i] =
		    frames > 1 ? (f->series[i][frames - 1] - f->series[i][0]) /
				     (float)(frames - 1)
			       : NAN;
	for (int i = 0; i < SERIES; i++) {
		double s[SUMMARY_COUNT];

		summary_of(f->series[i], frames, s);
		for (int k = 0; k < SUMMARY_COUNT; k++)
			v[i * SUMMARY_COUNT + k] = (float)s[k];
	}
}

static void loudness(const struct sound *s, float *v)
{
	struct loudness *l;

	v[LOUDNESS] = (float)s->loudness;
	v[LOUDNESS_RANGE] = (float)s->range;
	if (!isnan(s->loudness))
		return;
	l = loudness_new(RESAMPLE_RATE, 1);
	loudness_add(l, s->mono.v, s->mono.count);
	v[LOUDNESS] = (float)loudness_integrated(l);
	v[LOUDNESS_RANGE] = (float)loudness_range(l);
	loudness_free(l);
}

bool features_silent(const struct samples *x)
{
	double sum = 0, squares = 0, n = (double)x->count;

	for (size_t i = 0; i < x->count; i++) {
		sum += x->v[i];
		squares += (double)x->v[i] * x->v[i];
	}
	sum /= n;
	return !(squares / n - sum * sum > FEATURES_SILENCE * FEATURES_SILENCE);
}

enum feat_status features_compute(struct features *f, const struct sound *sound,
				  float *values)
{
	const struct samples *x = &sound->mono;
	size_t frames = stft_frames(x->count);

	for (int i = 0; i < COLUMNS; i++)
		values[i] = NAN;
	values[DURATION] = (float)sound->seconds;
	values[DECODED_FRACTION] = (float)sound->fraction;
	if (sound->seconds < FEATURES_SECONDS_MIN || x->count < STFT_SIZE)
		return FEAT_TOO_SHORT;
	if (features_silent(x))
		return FEAT_SILENT;
	reserve(f, frames);
	novelty_reset(f->novelty);
	for (size_t t = 0; t < frames; t++)
		measure_frame(f, x, t);
	cepstrum(f, frames);
	rhythm(f, frames, values);
	harmony(f, x, frames, values);
	summarise(f, frames, values);
	loudness(sound, values);
	return sound->partial ? FEAT_PARTIAL : FEAT_OK;
}
