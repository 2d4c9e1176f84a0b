/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first. */
#include <cmocka.h>

#include <dirent.h>
#include <math.h>
#include <stdlib.h>

#include "audio/render.h"
#include "base/mem.h"
#include "corpus/datadir.h"

enum { RATE = 22050 };

/* Fundamental in Hz: the highest normalised autocorrelation within a fifth of
 * what is expected, refined by a parabola. */
static double fundamental(const float *x, size_t n, double expected)
{
	size_t lo = (size_t)(RATE / expected / 1.5), best = 0;
	size_t hi = (size_t)(RATE / expected * 1.5) + 1;
	double r[4096], a, b, c;

	assert_true(hi + 1 < 4096);
	for (size_t lag = lo - 1; lag <= hi + 1; lag++) {
		double dot = 0, e0 = 0, e1 = 0;

		for (size_t i = 0; i + lag < n; i++) {
			dot += (double)x[i] * x[i + lag];
			e0 += (double)x[i] * x[i];
			e1 += (double)x[i + lag] * x[i + lag];
		}
		r[lag] = dot / sqrt(e0 * e1 + 1e-30);
		if (lag >= lo && lag <= hi && (!best || r[lag] > r[best]))
			best = lag;
	}
	a = r[best - 1];
	b = r[best];
	c = r[best + 1];
	return RATE / ((double)best + .5 * (a - c) / (a - 2 * b + c));
}

static void test_pitch(void **state)
{
	static const double pitches[] = { 82.4069, 220, 440, 659.255 };
	float *x = mem_alloc(RATE * sizeof(*x));

	(void)state;
	for (int v = 0; v < VOICE_KICK; v++)
		for (size_t k = 0; k < 4; k++) {
			struct voice_note n = {
				(enum voice)v, pitches[k], 1, .8, 1, 7,
			};
			double hz, cents;

			/* Bells are inharmonic by nature. */
			if (v == VOICE_BELL || v == VOICE_MUSICBOX)
				continue;
			memset(x, 0, RATE * sizeof(*x));
			voice_add(&n, RATE, x, RATE);
			hz = fundamental(x + RATE / 5, RATE / 2, pitches[k]);
			cents = 1200 * log2(hz / pitches[k]);
			if (!(fabs(cents) < 12))
				fail_msg("%s at %g Hz sounds %g Hz",
					 voice_name((enum voice)v), pitches[k],
					 hz);
		}
	free(x);
}

static void test_voices_end(void **state)
{
	float x[RATE * 2];

	(void)state;
	for (int v = 0; v < VOICE_COUNT; v++) {
		struct voice_note n = { (enum voice)v, 220, .3, 1, 1, 3 };
		double peak = 0;
		size_t end;

		memset(x, 0, sizeof(x));
		voice_add(&n, RATE, x, sizeof(x) / sizeof(*x));
		for (size_t i = 0; i < sizeof(x) / sizeof(*x); i++) {
			assert_true(isfinite(x[i]));
			peak = fmax(peak, fabs(x[i]));
		}
		assert_true(peak > .02 && peak < 4);
		end = (size_t)ceil(voice_length(&n) * RATE);
		for (size_t i = end; i < sizeof(x) / sizeof(*x); i++)
			assert_true(x[i] == 0);
	}
}

static void parse(struct score *s, const char *text)
{
	struct err err = { 0 };

	if (score_parse(s, span_of(text), "t", &err))
		fail_msg("%s", err.message);
}

/* Every beat begins where the tempo says: silence, then sound. */
static void test_tempo(void **state)
{
	static const char *const texts[] = {
		"title T\ntempo 90\nkey C major\ngenre T\nmood calm\n"
		"reverb 0\ntrack k drums\n rim x...\n",
		"title T\ntempo 171.5\nkey C major\ngenre T\nmood calm\n"
		"reverb 0\ntrack k piano gate=.2\n c5:1\n",
	};

	(void)state;
	for (int k = 0; k < 2; k++) {
		struct score s;
		struct wave w;
		double beat;

		parse(&s, texts[k]);
		beat = 60 / s.clips[0].tempo;
		render_clip(&s, &s.clips[0], &w);
		for (int i = 1; i < 20; i++) {
			size_t at = (size_t)lround(i * beat * RATE);
			double before = 0, after = 0;

			for (size_t j = 0; j < 200; j++) {
				before += fabs(w.samples[at - 1 - j]);
				after += fabs(w.samples[at + j]);
			}
			assert_true(after > 10 * before);
		}
		render_release(&w);
		score_release(&s);
	}
}

static void test_level(void **state)
{
	struct score s;

	(void)state;
	parse(&s,
	      "title T\ntempo 100\nkey A minor\ngenre T\nmood sad\n"
	      "level -24\nseconds 5\ntrack a strings\n Am:4\ntrack b drums\n"
	      " kick x...\nvariant quiet\nvariant loud level=-9 channels=2\n");
	for (size_t k = 0; k < s.nclips; k++) {
		struct wave w, again;
		double sum = 0;
		size_t n;

		render_clip(&s, &s.clips[k], &w);
		render_clip(&s, &s.clips[k], &again);
		n = w.frames * (size_t)w.channels;
		assert_int_equal(w.frames, 5 * RATE);
		assert_memory_equal(w.samples, again.samples,
				    n * sizeof(float));
		for (size_t i = 0; i < n; i++) {
			assert_true(fabs(w.samples[i]) <= 1);
			sum += (double)w.samples[i] * w.samples[i];
		}
		assert_float_equal(10 * log10(sum / (double)n),
				   s.clips[k].level, 2);
		render_release(&w);
		render_release(&again);
	}
	score_release(&s);
}

static void test_formats(void **state)
{
	static const char *const formats[] = { "flac", "ogg", "wav", "mp3" };
	static const char *const magic[] = { "fLaC", "OggS", "RIFF", "" };
	struct str a = { 0 }, b = { 0 };
	float x[RATE];
	struct wave w = { x, RATE, 1, RATE };
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < RATE; i++)
		x[i] = (float)sin((double)i * .05);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(wave_encode(&w, formats[i], &a, &err), 0);
		assert_int_equal(wave_encode(&w, formats[i], &b, &err), 0);
		assert_true(a.n > 1000 && a.n == b.n);
		assert_memory_equal(a.p, b.p, a.n);
		assert_memory_equal(a.p, magic[i], strlen(magic[i]));
		if (i == 1) {
			assert_int_equal(wave_ogg_serial(a.p, a.n - 1, 1), -1);
			a.p[0] = 'o';
			assert_int_equal(wave_ogg_serial(a.p, a.n, 1), -1);
		}
	}
	assert_int_equal(wave_encode(&w, "aiff", &a, &err), -1);
	assert_int_equal(err.status, ERR_USAGE);
	str_release(&a);
	str_release(&b);
}

/* Krumhansl and Kessler's (1982) profiles, an ear's idea of a key. */
static void hear_key(const double *classes, int *key, int *mode)
{
	static const double profiles[2][12] = {
		{ 6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69,
		  3.34, 3.17 },
		{ 6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66,
		  2.29, 2.88 },
	};
	double best = -2;

	for (int m = 0; m < 2; m++)
		for (int k = 0; k < 12; k++) {
			double xy = 0, xx = 0, yy = 0, mean = 0;

			for (int i = 0; i < 12; i++)
				mean += profiles[m][i] / 12;
			for (int i = 0; i < 12; i++) {
				double x = profiles[m][i] - mean;
				double y = classes[(i + k) % 12] - 1. / 12;

				xy += x * y;
				xx += x * x;
				yy += y * y;
			}
			if (xy / sqrt(xx * yy + 1e-30) > best) {
				best = xy / sqrt(xx * yy + 1e-30);
				*key = k;
				*mode = m;
			}
		}
}

/* The demo's scores: the stated key is heard in the notes, and the tracks of a
 * score stay together when they repeat. */
static void test_demo(void **state)
{
	struct str dir = { 0 }, path = { 0 };
	int clips = 0, right = 0, close = 0;
	struct dirent *e;
	DIR *d;

	(void)state;
	d = opendir(datadir_path("demo/scores", &dir));
	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		struct err err = { 0 };
		struct score s;
		double longest = 0;

		if (!strstr(e->d_name, ".score"))
			continue;
		str_reset(&path);
		str_printf(&path, "%s/%s", str_z(&dir), e->d_name);
		if (score_read(&s, str_z(&path), &err))
			fail_msg("%s", err.message);
		for (size_t i = 0; i < s.ntracks; i++)
			longest = fmax(longest, s.tracks[i].length);
		for (size_t i = 0; i < s.ntracks; i++) {
			double times = longest / s.tracks[i].length;

			if (!(fabs(times - round(times)) < 1e-9))
				fail_msg("%s: track %s is %g beats, the "
					 "longest %g",
					 e->d_name, s.tracks[i].name,
					 s.tracks[i].length, longest);
		}
		for (size_t i = 0; i < s.nclips; i++) {
			const struct score_clip *c = &s.clips[i];
			double classes[12];
			int key = -1, mode = -1;

			render_classes(&s, c, classes);
			hear_key(classes, &key, &mode);
			clips++;
			right += key == c->key && mode == c->mode;
			close += key == c->key || (key + 5) % 12 == c->key ||
				 (key - c->key + 12) % 12 == (c->mode ? 9 : 3);
			if (key != c->key || mode != c->mode)
				print_message("# %s: stated %d/%d, heard "
					      "%d/%d\n",
					      c->name, c->key, c->mode, key,
					      mode);
		}
		score_release(&s);
	}
	closedir(d);
	str_release(&dir);
	str_release(&path);
	print_message("# %d of %d keys heard as stated, %d near\n", right,
		      clips, close);
	assert_true(clips >= 60);
	/* Satie's sevenths and Bach's pedal are not that plain. */
	assert_true(right * 100 >= clips * 90);
	assert_true(close * 100 >= clips * 95);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pitch),
		cmocka_unit_test(test_voices_end),
		cmocka_unit_test(test_tempo),
		cmocka_unit_test(test_level),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_demo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
