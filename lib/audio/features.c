/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/features.h"

#include <math.h>
#include <stdlib.h>

#include "audio/condition.h"
#include "audio/delta.h"
#include "audio/frames.h"
#include "audio/hpss.h"
#include "audio/key.h"
#include "audio/loudness.h"
#include "audio/onset.h"
#include "audio/pitches.h"
#include "audio/tempo.h"
#include "base/mem.h"

/* -70 dB, the absolute gate of EBU Tech 3342: less is silence, not music. */
#define RMS_GATE 3.1623e-4f

struct features {
	struct frames *frames;
	struct pitches *pitches;
	struct hpss *hpss;
	struct tempo_work *tempo;
	struct texture *texture;
	struct swings *swings;
	struct cycles *cycles;
	size_t cap;                             /* frames there is room for */
	float *derived[SERIES - FRAMES_SERIES]; /* [cap] each */
	float *scratch;                         /* [cap] */
};

struct features *features_new(void)
{
	struct features *f = mem_zalloc(1, sizeof(*f));

	f->frames = frames_new();
	f->pitches = pitches_new();
	f->hpss = hpss_new();
	f->tempo = tempo_work_new();
	f->texture = texture_new();
	f->swings = swings_new();
	f->cycles = cycles_new();
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
	texture_free(f->texture);
	swings_free(f->swings);
	cycles_free(f->cycles);
	for (int i = 0; i < SERIES - FRAMES_SERIES; i++)
		free(f->derived[i]);
	free(f->scratch);
	free(f);
}

static void reserve(struct features *f, size_t frames)
{
	if (frames <= f->cap)
		return;
	for (int i = 0; i < SERIES - FRAMES_SERIES; i++)
		f->derived[i] =
		    mem_resize(f->derived[i], frames, sizeof(float));
	f->scratch = mem_resize(f->scratch, frames, sizeof(float));
	f->cap = frames;
}

static float *series(struct features *f, int s)
{
	return s < FRAMES_SERIES ? frames_series(f->frames, (enum series)s)
				 : f->derived[s - FRAMES_SERIES];
}

/* What follows from the series of frames.h, but for ONSET. */
static void derive(struct features *f, size_t frames, float *v)
{
	const float *db = frames_mel(f->frames);
	float chroma[CHROMA_BINS], tonnetz[TONNETZ_AXES];
	float *contrast[CONTRAST_BANDS];
	double ratio;

	for (int i = 0; i < MFCC_COUNT; i++)
		delta_series(series(f, MFCC + i), frames, series(f, DELTA + i));
	for (int i = 0; i < CONTRAST_BANDS; i++)
		contrast[i] = series(f, CONTRAST + i);
	contrast_series(db, frames, contrast);
	for (size_t t = 0; t < frames; t++) {
		for (int b = 0; b < CHROMA_BINS; b++)
			chroma[b] = series(f, CHROMA + b)[t];
		tonnetz_frame(chroma, tonnetz);
		for (int i = 0; i < TONNETZ_AXES; i++)
			series(f, TONNETZ + i)[t] = tonnetz[i];
	}
	ratio = hpss_harmonic(f->hpss, db, frames, series(f, HARMONIC));
	v[HARMONIC_RATIO] = (float)(10 * log10(ratio));
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
	cycles_measure(f->cycles, frames_mel(f->frames), frames, tempo.bpm,
		       v + CYCLES);
}

/* Mean and standard deviation over all bins. */
static void chroma(struct features *f, size_t frames, float *v)
{
	double n = (double)frames * CHROMA_BINS, mean = 0, squares = 0;

	for (int b = 0; b < CHROMA_BINS; b++)
		for (size_t t = 0; t < frames; t++)
			mean += series(f, CHROMA + b)[t] / n;
	for (int b = 0; b < CHROMA_BINS; b++)
		for (size_t t = 0; t < frames; t++) {
			double d = series(f, CHROMA + b)[t] - mean;

			squares += d * d;
		}
	v[CHROMA_MEAN] = (float)mean;
	v[CHROMA_STD] = (float)sqrt(squares / n);
}

static void harmony(struct features *f, const struct samples *x, float *v)
{
	double profile[CHROMA_BINS], tuning;
	struct key key;

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

/* Between the 10th and 95th percentile of the frames that are heard, dB. */
static double dynamic_range(const float *sorted_rms, size_t frames)
{
	size_t quiet = 0;

	while (quiet < frames && sorted_rms[quiet] < RMS_GATE)
		quiet++;
	if (quiet == frames)
		return NAN;
	sorted_rms += quiet;
	frames -= quiet;
	return 20 * log10(sorted_rms[frames - 1 - frames / 20] /
			  sorted_rms[frames / 10]);
}

/* Mean change from frame to frame. */
static void slopes(struct features *f, size_t frames, float *v)
{
	for (int i = 0; i < 2; i++)
		v[MFCC1_DMEAN + i] =
		    frames > 1 ? (series(f, i)[frames - 1] - series(f, i)[0]) /
				     (float)(frames - 1)
			       : NAN;
}

/* The statistics last: they sort the series. */
static void summarise(struct features *f, const struct samples *x,
		      size_t frames, unsigned groups, float *v)
{
	for (int i = 0; i < SERIES; i++) {
		size_t n = i == DISSONANCE ? pitches_frames(x->count) : frames;
		double s[SUMMARY_COUNT];

		if (!n || !(groups & features_group((size_t)i * SUMMARY_COUNT)))
			continue;
		summary_of(series(f, i), n, f->scratch, s);
		for (int k = 0; k < SUMMARY_COUNT; k++)
			v[i * SUMMARY_COUNT + k] = (float)s[k];
	}
	if (groups & FEATURES_SPECTRUM)
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

static void texture(struct features *f, const struct samples *x, size_t frames,
		    float *v)
{
	const float *blocks;
	size_t n;

	texture_measure(f->texture, x, frames_mel(f->frames), series(f, RMS),
			frames, v + TEXTURE);
	swings_measure(f->swings, texture_levels(f->texture), series(f, ONSET),
		       frames, v + SWINGS);
	blocks = semitones_blocks(frames_semitones(f->frames), &n);
	harmonies_measure(blocks, n, v + HARMONIES);
	frames_fine(f->frames, v + FINE);
	frames_partials(f->frames, v + PARTIALS);
}

enum feat_status features_compute(struct features *f, const struct sound *sound,
				  unsigned groups, float *values)
{
	const struct samples *x = &sound->mono;
	size_t frames = stft_frames(x->count);
	enum feat_status status;

	for (int i = 0; i < COLUMNS; i++)
		values[i] = NAN;
	values[DURATION] = (float)sound->seconds;
	values[DECODED_FRACTION] = (float)sound->fraction;
	if (sound->seconds < FEATURES_SECONDS_MIN || x->count < STFT_SIZE)
		return FEAT_TOO_SHORT;
	status = condition_of(sound, RESAMPLE_RATE);
	if (!feat_status_measured(status))
		return status;
	reserve(f, frames);
	if (groups & (FEATURES_SPECTRUM | FEATURES_RHYTHM)) {
		frames_measure(f->frames, x);
		onset_strength(frames_mel(f->frames), frames, series(f, ONSET));
	}
	if (groups & FEATURES_RHYTHM)
		rhythm(f, frames, values);
	if (groups & FEATURES_SPECTRUM) {
		derive(f, frames, values);
		chroma(f, frames, values);
		slopes(f, frames, values);
		texture(f, x, frames, values);
	}
	if (groups & FEATURES_HARMONY)
		harmony(f, x, values);
	summarise(f, x, frames, groups, values);
	if (groups & FEATURES_LOUDNESS)
		loudness(sound, values);
	return status;
}
