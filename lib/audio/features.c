/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/features.h"

#include <math.h>
#include <stdlib.h>

#include "audio/delta.h"
#include "audio/frames.h"
#include "audio/hpss.h"
#include "audio/key.h"
#include "audio/loudness.h"
#include "audio/onset.h"
#include "audio/pitches.h"
#include "audio/tempo.h"
#include "base/mem.h"

struct features {
	struct frames *frames;
	struct pitches *pitches;
	struct hpss *hpss;
	struct tempo_work *tempo;
	size_t cap;                             /* frames there is room for */
	float *derived[SERIES - FRAMES_SERIES]; /* [cap] each */
};

struct features *features_new(void)
{
	struct features *f = mem_zalloc(1, sizeof(*f));

	f->frames = frames_new();
	f->pitches = pitches_new();
	f->hpss = hpss_new();
	f->tempo = tempo_work_new();
	return f;
}

void features_free(struct features *f)
{
	if (!f)
		return;
	frames_free(f->frames);
	pitches_free(f->pitches);
	hpss_free(f->hpss);
	tempo_work_free(f->tempo);
	for (int i = 0; i < SERIES - FRAMES_SERIES; i++)
		free(f->derived[i]);
	free(f);
}

static void reserve(struct features *f, size_t frames)
{
	if (frames <= f->cap)
		return;
	for (int i = 0; i < SERIES - FRAMES_SERIES; i++)
		f->derived[i] =
		    mem_resize(f->derived[i], frames, sizeof(float));
	f->cap = frames;
}

static float *series(struct features *f, int s)
{
	return s < FRAMES_SERIES ? frames_series(f->frames, (enum series)s)
				 : f->derived[s - FRAMES_SERIES];
}

/* The series that follow from those of frames.h, but for DISSONANCE. */
static void derive(struct features *f, size_t frames)
{
	const float *db = frames_mel(f->frames);
	float chroma[CHROMA_BINS], contrast[CONTRAST_BANDS];
	float tonnetz[TONNETZ_AXES];

	for (int i = 0; i < MFCC_COUNT; i++)
		delta_series(series(f, MFCC + i), frames, series(f, DELTA + i));
	for (size_t t = 0; t < frames; t++) {
		contrast_frame(db + t * MEL_BANDS, contrast);
		for (int i = 0; i < CONTRAST_BANDS; i++)
			series(f, CONTRAST + i)[t] = contrast[i];
		for (int b = 0; b < CHROMA_BINS; b++)
			chroma[b] = series(f, CHROMA + b)[t];
		tonnetz_frame(chroma, tonnetz);
		for (int i = 0; i < TONNETZ_AXES; i++)
			series(f, TONNETZ + i)[t] = tonnetz[i];
	}
	onset_strength(db, frames, series(f, ONSET));
	hpss_harmonic(f->hpss, db, frames, series(f, HARMONIC));
}

static void rhythm(struct features *f, size_t frames, float *v)
{
	const float *strength = series(f, ONSET);
	struct tempo tempo;

	tempo_estimate(f->tempo, strength, frames_novelty(f->frames), frames,
		       STFT_FRAME_RATE, &tempo);
	v[TEMPO] = (float)tempo.bpm;
	v[TEMPO_ALT] = (float)tempo.alternative;
	v[TEMPO_CONF] = (float)tempo.confidence;
	v[BEAT_INT_MEAN] = (float)tempo.interval_mean;
	v[BEAT_INT_STD] = (float)tempo.interval_std;
	v[BEAT_REGULARITY] = (float)tempo.regularity;
	v[ONSET_RATE] = (float)onset_rate(strength, frames);
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
			sum += series(f, CHROMA + b)[t] / n;
	for (int b = 0; b < CHROMA_BINS; b++)
		for (size_t t = 0; t < frames; t++) {
			double d = series(f, CHROMA + b)[t] - sum;

			squares += d * d;
		}
	v[CHROMA_MEAN] = (float)sum;
	v[CHROMA_STD] = (float)sqrt(squares / n);
	tuning = pitches_profile(f->pitches, x->v, x->count, profile,
				 series(f, DISSONANCE));
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

/* Between the frames' 10th and 95th percentile of level. */
static double dynamic_range(const float *sorted_rms, size_t frames)
{
	double low = sorted_rms[frames / 10], high;

	high = sorted_rms[frames - 1 - frames / 20];
	return low > 0 ? 20 * log10(high / low) : NAN;
}

/* The statistics last: they sort the series. */
static void summarise(struct features *f, const struct samples *x,
		      size_t frames, float *v)
{
	for (int i = 0; i < 2; i++)
		v[MFCC1_DMEAN + i] =
		    frames > 1 ? (series(f, i)[frames - 1] - series(f, i)[0]) /
				     (float)(frames - 1)
			       : NAN;
	for (int i = 0; i < SERIES; i++) {
		size_t n = i == DISSONANCE ? pitches_frames(x->count) : frames;
		double s[SUMMARY_COUNT];

		if (!n)
			continue;
		summary_of(series(f, i), n, s);
		for (int k = 0; k < SUMMARY_COUNT; k++)
			v[i * SUMMARY_COUNT + k] = (float)s[k];
	}
	v[DYNAMIC_RANGE] = (float)dynamic_range(series(f, RMS), frames);
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
	size_t frames;

	for (int i = 0; i < COLUMNS; i++)
		values[i] = NAN;
	values[DURATION] = (float)sound->seconds;
	values[DECODED_FRACTION] = (float)sound->fraction;
	if (sound->seconds < FEATURES_SECONDS_MIN || x->count < STFT_SIZE)
		return FEAT_TOO_SHORT;
	if (features_silent(x))
		return FEAT_SILENT;
	frames = frames_measure(f->frames, x);
	reserve(f, frames);
	derive(f, frames);
	rhythm(f, frames, values);
	harmony(f, x, frames, values);
	summarise(f, x, frames, values);
	loudness(sound, values);
	return sound->partial ? FEAT_PARTIAL : FEAT_OK;
}
