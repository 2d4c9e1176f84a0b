/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sndfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audio/decode.h"

static char path[256];

static void put(FILE *f, uint32_t v, int bytes)
{
	for (int i = 0; i < bytes; i++)
		fputc((int)(v >> 8 * i & 255), f);
}

/* What a header may claim, and what the file holds. */
struct wav {
	int format, channels, rate, bits;
	size_t frames, written;
	double hz, level[8], phase[8];
};

static void wav_write(const struct wav *w)
{
	uint32_t frame = (uint32_t)(w->channels * w->bits / 8);
	uint32_t size = (uint32_t)w->frames * frame;
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	fwrite("RIFF", 1, 4, f);
	put(f, 36 + size, 4);
	fwrite("WAVEfmt ", 1, 8, f);
	put(f, 16, 4);
	put(f, (uint32_t)w->format, 2);
	put(f, (uint32_t)w->channels, 2);
	put(f, (uint32_t)w->rate, 4);
	put(f, (uint32_t)w->rate * frame, 4);
	put(f, frame, 2);
	put(f, (uint32_t)w->bits, 2);
	fwrite("data", 1, 4, f);
	put(f, size, 4);
	for (size_t i = 0; i < w->written; i++)
		for (int c = 0; c < w->channels; c++) {
			double x = w->level[c % 8] *
				   sin(w->phase[c % 8] +
				       2 * M_PI * w->hz * (double)i / w->rate);
			float y = (float)x;
			uint32_t bits;

			memcpy(&bits, &y, 4);
			if (w->format != 3)
				bits = (uint32_t)(int32_t)lrint(x * 32767);
			put(f, bits, w->bits / 8);
		}
	assert_int_equal(fclose(f), 0);
}

static double rms(const struct samples *x)
{
	double sum = 0;

	for (size_t i = 0; i < x->count; i++)
		sum += (double)x->v[i] * x->v[i];
	return sqrt(sum / (double)x->count);
}

static void decode(const struct wav *w, double seconds, struct sound *s)
{
	struct err err;

	wav_write(w);
	if (decode_file(path, seconds, s, &err) != 0)
		fail_msg("%s: %s", err.code, err.message);
}

static void refuse(const char *what, const char *code)
{
	struct sound s = { 0 };
	struct err err;

	if (decode_file(what, 30, &s, &err) == 0)
		fail_msg("%s was decoded", what);
	assert_string_equal(err.code, code);
	assert_int_equal(err.status, ERR_RECORD);
	sound_release(&s);
}

static void test_rates_and_channels(void **state)
{
	static const int rates[] = { 8000, 22050, 44100, 48000, 96000 };
	struct sound s = { 0 };

	(void)state;
	for (int r = 0; r < 5; r++)
		for (int c = 1; c <= 6; c += 2) {
			struct wav w = { 1,
					 c,
					 rates[r],
					 16,
					 (size_t)rates[r] * 4,
					 (size_t)rates[r] * 4,
					 440,
					 { 0 },
					 { 0 } };

			for (int k = 0; k < c; k++)
				w.level[k] = 0.5;
			decode(&w, 30, &s);
			assert_false(s.partial);
			assert_int_equal(s.rate, rates[r]);
			assert_int_equal(s.channels, c);
			assert_true(fabs(s.seconds - 4) < 1e-9);
			assert_true(s.fraction == 1);
			assert_true(fabs((double)s.mono.count / RESAMPLE_RATE -
					 4) < 1e-3);
			assert_true(fabs(rms(&s.mono) - 0.5 / sqrt(2)) < 2e-3);
		}
	sound_release(&s);
}

/* Five seconds of a stereo sine, as libsndfile writes it; false: it cannot. */
static bool encode(int format, int rate)
{
	SF_INFO info = { .samplerate = rate, .channels = 2, .format = format };
	SNDFILE *f =
	    sf_format_check(&info) ? sf_open(path, SFM_WRITE, &info) : NULL;

	if (!f)
		return false;
	for (int i = 0; i < 5 * rate; i++) {
		float x = (float)(0.4 * sin(2 * M_PI * 440 * i / rate));

		assert_int_equal(sf_writef_float(f, (float[]){ x, x }, 1), 1);
	}
	sf_close(f);
	return true;
}

static void cut_file(double part)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(truncate(path, (off_t)((double)st.st_size * part)), 0);
}

/* Every format, whole and cut in half: the half that is there is used. */
static void test_codecs(void **state)
{
	static const int formats[] = {
		SF_FORMAT_WAV | SF_FORMAT_PCM_24,
		SF_FORMAT_WAV | SF_FORMAT_ULAW,
		SF_FORMAT_AIFF | SF_FORMAT_PCM_16,
		SF_FORMAT_AU | SF_FORMAT_FLOAT,
		SF_FORMAT_CAF | SF_FORMAT_ALAC_16,
		SF_FORMAT_W64 | SF_FORMAT_PCM_16,
		SF_FORMAT_RF64 | SF_FORMAT_PCM_16,
		SF_FORMAT_FLAC | SF_FORMAT_PCM_16,
		SF_FORMAT_OGG | SF_FORMAT_VORBIS,
		SF_FORMAT_OGG | SF_FORMAT_OPUS,
		SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III,
	};
	struct sound s = { 0 };
	struct err err;
	int done = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if (!encode(formats[i], 48000))
			continue;
		done++;
		if (decode_file(path, 30, &s, &err) != 0)
			fail_msg("%x: %s", formats[i], err.message);
		if (s.partial || fabs(s.seconds - 5) > 0.1 ||
		    fabs(rms(&s.mono) - 0.4 / sqrt(2)) > 0.01)
			fail_msg("%x: %g s, rms %g, partial %d", formats[i],
				 s.seconds, rms(&s.mono), s.partial);
		cut_file(0.5);
		if (decode_file(path, 30, &s, &err) != 0)
			continue; /* an index at the end, now gone */
		if (s.seconds > 4.5 ||
		    (s.seconds > 3 && s.seconds < 4.5 && !s.partial))
			fail_msg("%x cut: %g s, partial %d", formats[i],
				 s.seconds, s.partial);
	}
	assert_true(done >= 8);
	sound_release(&s);
}

/* Tags of any size in front do not hide the sound. */
static void test_tagged(void **state)
{
	static const int formats[] = {
		SF_FORMAT_FLAC | SF_FORMAT_PCM_16,
		SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III,
	};
	static char text[4 << 20];
	struct sound s = { 0 };
	struct err err;

	(void)state;
	for (int i = 0; i < 2; i++) {
		size_t n;
		FILE *f;

		if (!encode(formats[i], 44100))
			continue;
		f = fopen(path, "rb");
		n = fread(text, 1, sizeof(text), f);
		fclose(f);
		f = fopen(path, "wb");
		fwrite("ID3\4\0\0\0\7\x50\0", 1, 10, f);
		for (int k = 0; k < 7 * 16384 + 0x50 * 128; k++)
			fputc(k & 255, f);
		fwrite(text, 1, n, f);
		fclose(f);
		if (decode_file(path, 30, &s, &err) != 0)
			fail_msg("%x: %s", formats[i], err.message);
		assert_true(fabs(s.seconds - 5) < 0.1);
	}
	sound_release(&s);
}

static void test_limit(void **state)
{
	struct wav w = { 1,          2,   44100,        16,   44100 * 10,
			 44100 * 10, 440, { 0.5, 0.5 }, { 0 } };
	struct sound s = { 0 };

	(void)state;
	decode(&w, 3, &s);
	assert_true(fabs(s.seconds - 3) < 1e-9 && !s.partial);
	assert_true(s.fraction == 1);
	assert_in_range(s.mono.count, 3 * RESAMPLE_RATE - 2,
			3 * RESAMPLE_RATE + 2);
	sound_release(&s);
}

/* A channel out of phase must not silence the track. */
static void test_out_of_phase(void **state)
{
	struct wav w = { 1,         2,   44100,        16,         44100 * 4,
			 44100 * 4, 440, { 0.5, 0.4 }, { 0, M_PI } };
	struct sound s = { 0 };

	(void)state;
	decode(&w, 30, &s);
	assert_true(fabs(rms(&s.mono) - 0.5 / sqrt(2)) < 2e-3);
	w.phase[1] = M_PI / 2; /* merely wide: averaged */
	w.level[1] = 0.5;
	decode(&w, 30, &s);
	assert_true(fabs(rms(&s.mono) - 0.25) < 2e-3);
	sound_release(&s);
}

/* A sound as libsndfile writes it: value(i, c) of frame i, channel c. */
static void record(int format, int rate, int channels, int frames,
		   double (*value)(int i, int c))
{
	SF_INFO info = { .samplerate = rate,
			 .channels = channels,
			 .format = format };
	SNDFILE *f = sf_open(path, SFM_WRITE, &info);
	float x[8];

	assert_non_null(f);
	for (int i = 0; i < frames; i++) {
		for (int c = 0; c < channels; c++)
			x[c] = (float)value(i, c);
		assert_int_equal(sf_writef_float(f, x, 1), 1);
	}
	sf_close(f);
}

static void hear(struct sound *s)
{
	struct err err;

	if (decode_file(path, 30, s, &err) != 0)
		fail_msg("%s: %s", err.code, err.message);
}

#define WAV16 (SF_FORMAT_WAV | SF_FORMAT_PCM_16)
#define WAVF (SF_FORMAT_WAV | SF_FORMAT_FLOAT)
#define SINE(i) (0.4 * sin(2 * M_PI * 440 * (i) / 44100))

/* Channels upside down: for the second half; with a direct current that is
 * not; one of two among six; every other one. */
static double flipped_later(int i, int c)
{
	return c && i >= 2 * 44100 ? -SINE(i) : SINE(i);
}

static double flipped_offset(int i, int c)
{
	return 0.3 + (c ? -SINE(i) : SINE(i));
}

static double flipped_of_six(int i, int c)
{
	return c > 1 ? 0 : c ? -SINE(i) : SINE(i);
}

static double flipped_of_four(int i, int c)
{
	return c % 2 ? -SINE(i) : SINE(i);
}

static void test_cancelling(void **state)
{
	static const struct {
		double (*value)(int, int);
		int channels;
	} cases[] = { { flipped_later, 2 },
		      { flipped_offset, 2 },
		      { flipped_of_six, 6 },
		      { flipped_of_four, 4 } };
	struct sound s = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		record(WAV16, 44100, cases[i].channels, 4 * 44100,
		       cases[i].value);
		hear(&s);
		if (fabs(rms(&s.mono) - 0.4 / sqrt(2)) > 2e-3)
			fail_msg("case %zu: rms %g", i, rms(&s.mono));
	}
	sound_release(&s);
}

static double offset_small(int i, int c)
{
	(void)c;
	return 0.005 + SINE(i);
}

static double offset_large(int i, int c)
{
	(void)c;
	return -0.2 + SINE(i);
}

static double offset_quiet(int i, int c)
{
	(void)c;
	return 0.005 + SINE(i) / 40;
}

static double offset_only(int i, int c)
{
	(void)i;
	return c ? 0.25 : 0.75;
}

/* Direct current is taken off where it matters, and said. */
static void test_offset(void **state)
{
	struct sound s = { 0 };

	(void)state;
	record(WAV16, 44100, 1, 4 * 44100, offset_small);
	hear(&s);
	assert_true(s.offset == 0);
	record(WAV16, 44100, 2, 4 * 44100, offset_large);
	hear(&s);
	assert_true(fabs(s.offset + 0.2) < 1e-4);
	assert_true(fabs(rms(&s.mono) - 0.4 / sqrt(2)) < 2e-3);
	record(WAV16, 44100, 1, 4 * 44100, offset_quiet);
	hear(&s);
	assert_true(fabs(s.offset - 0.005) < 1e-4);
	assert_true(fabs(rms(&s.mono) - 0.01 / sqrt(2)) < 2e-4);
	record(WAV16, 44100, 2, 4 * 44100, offset_only);
	hear(&s);
	assert_true(fabs(s.offset - 0.5) < 1e-4);
	assert_true(rms(&s.mono) == 0);
	record(WAV16, 44100, 1, 4 * 44100, flipped_of_six);
	hear(&s); /* once more, into what was used */
	assert_true(s.offset == 0 && s.clipped == 0);
	sound_release(&s);
}

static double full_sine(int i, int c)
{
	(void)c;
	return SINE(i) / 0.4;
}

static double cut_sine(int i, int c)
{
	return fmax(-1, fmin(1, 2 * full_sine(i, c)));
}

static void test_clipped(void **state)
{
	static const int formats[] = { WAV16, WAVF,
				       SF_FORMAT_WAV | SF_FORMAT_PCM_U8,
				       SF_FORMAT_AU | SF_FORMAT_ULAW,
				       SF_FORMAT_AU | SF_FORMAT_ALAW };
	struct sound s = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		record(formats[i], 44100, 2, 4 * 44100, cut_sine);
		hear(&s);
		/* 2 acos(1/2) / pi */
		if (!(fabs(s.clipped - 2. / 3) < 0.07))
			fail_msg("%x: %g", formats[i], s.clipped);
	}
	record(WAVF, 44100, 2, 4 * 44100, full_sine);
	hear(&s); /* 2 acos(0.9999) / pi */
	assert_true(fabs(s.clipped - 0.009) < 0.002);
	sound_release(&s);
}

static double effects_third(int i, int c)
{
	return c == 3 ? SINE(i) : 0;
}

static double effects_last(int i, int c)
{
	return c == 5 ? SINE(i) : 0;
}

static double side_fourth(int i, int c)
{
	return c == 3 ? SINE(i) : 0;
}

/* Low-frequency effects are not in the loudness, wherever a format has them;
 * what comes from the side counts 1.41, 1.5 LU. */
static void test_places(void **state)
{
	struct sound s = { 0 };
	double front;

	(void)state;
	record(WAV16, 48000, 6, 2 * 48000, effects_third);
	hear(&s);
	assert_true(isnan(s.loudness));
	record(WAV16, 48000, 6, 2 * 48000, effects_last);
	hear(&s);
	front = s.loudness - 10 * log10(1.41);
	assert_true(isfinite(front));
	record(SF_FORMAT_OGG | SF_FORMAT_VORBIS, 48000, 6, 2 * 48000,
	       effects_last);
	hear(&s);
	assert_true(isnan(s.loudness));
	record(SF_FORMAT_OGG | SF_FORMAT_VORBIS, 48000, 6, 2 * 48000,
	       side_fourth);
	hear(&s);
	assert_true(fabs(s.loudness - front - 10 * log10(1.41)) < 0.2);
	sound_release(&s);
}

/* The stereo loudness is the file's, not the mix's: EBU Tech 3341 case 1. */
static void test_loudness(void **state)
{
	struct wav w = { 3,         2,         48000, 32,
			 48000 * 5, 48000 * 5, 1000,  { 0.070795, 0.070795 },
			 { 0 } };
	struct sound s = { 0 };

	(void)state;
	decode(&w, 30, &s);
	assert_true(fabs(s.loudness + 23) < 0.1);
	w.phase[1] = M_PI;
	decode(&w, 30, &s);
	assert_true(fabs(s.loudness + 23) < 0.1);
	sound_release(&s);
}

static void test_cut(void **state)
{
	struct wav w = { 1,         1,   22050,   16,   22050 * 10,
			 22050 * 5, 440, { 0.5 }, { 0 } };
	struct sound s = { 0 };

	(void)state;
	decode(&w, 30, &s);
	assert_true(s.partial && fabs(s.seconds - 5) < 1e-9);
	decode(&w, 4, &s); /* all that was asked for */
	assert_true(!s.partial && fabs(s.seconds - 4) < 1e-9);
	sound_release(&s);
}

static void test_wild_samples(void **state)
{
	struct wav w = { 3,         1,   22050,   32,   22050 * 4,
			 22050 * 4, 440, { 0.5 }, { 0 } };
	struct sound s = { 0 };
	const float wild[] = { NAN, INFINITY, -INFINITY, 1e30f, -1e30f };
	struct err err;
	FILE *f;

	(void)state;
	wav_write(&w);
	f = fopen(path, "r+b");
	fseek(f, 44 + 4000, SEEK_SET);
	fwrite(wild, 1, sizeof(wild), f);
	fclose(f);
	assert_int_equal(decode_file(path, 30, &s, &err), 0);
	for (size_t i = 0; i < s.mono.count; i++)
		assert_true(fabsf(s.mono.v[i]) <= DECODE_CLIP);
	assert_true(s.mono.v[1001] == 0 && s.mono.v[1003] == DECODE_CLIP);
	sound_release(&s);
}

/* The head of a FLAC file of so many bits, which is sound, and one of `cut`
 * bytes, which is not known to be. */
static void flac_head(int bits, size_t cut)
{
	uint8_t h[42] = "fLaC\0\0\0\x22\x10\0\x10\0";
	FILE *f = fopen(path, "wb");

	h[4] = 0x80; /* the last block */
	h[18] = 44100 >> 12;
	h[19] = 44100 >> 4 & 255;
	h[20] = (uint8_t)((44100 & 15) << 4 | (bits - 1) >> 4);
	h[21] = (uint8_t)((bits - 1) << 4);
	assert_non_null(f);
	fwrite(h, 1, cut, f);
	fclose(f);
}

static void test_unsupported(void **state)
{
	struct sound s = { 0 };
	struct err err = { 0 };

	(void)state;
	flac_head(32, 42);
	refuse(path, "unsupported");
	assert_int_equal(decode_file(path, 30, &s, &err), -1);
	assert_non_null(strstr(err.message, "FLAC of 32 bits"));
	flac_head(12, 42);
	refuse(path, "unsupported");
	flac_head(16, 42);
	refuse(path, "undecodable"); /* no sound in it */
	flac_head(32, 21);
	refuse(path, "undecodable");
	sound_release(&s);
}

static void test_refused(void **state)
{
	struct wav w = { 1, 40, 22050, 16, 100, 100, 440, { 0.5 }, { 0 } };
	char fifo[300];
	FILE *f;

	(void)state;
	wav_write(&w);
	refuse(path, "undecodable"); /* too many channels */
	w.channels = 1;
	w.rate = 100000000;
	wav_write(&w);
	refuse(path, "undecodable"); /* absurd rate */
	w.rate = 22050;
	w.frames = w.written = 0;
	wav_write(&w);
	refuse(path, "undecodable"); /* no sound */
	f = fopen(path, "wb");
	fclose(f);
	refuse(path, "undecodable"); /* empty */
	f = fopen(path, "wb");
	fputs("The quick brown fox jumps over the lazy dog.", f);
	fclose(f);
	refuse(path, "undecodable");
	remove(path);
	refuse(path, "missing");
	refuse("/", "missing");
	snprintf(fifo, sizeof(fifo), "%s.fifo", path);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	refuse(fifo, "missing"); /* and does not hang */
	remove(fifo);
}

static int set_up(void **state)
{
	const char *dir = getenv("TMPDIR");
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "%s/decodeXXXXXX", dir ? dir : "/tmp");
	fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
	(void)state;
	remove(path);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rates_and_channels),
		cmocka_unit_test(test_codecs),
		cmocka_unit_test(test_tagged),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_out_of_phase),
		cmocka_unit_test(test_cancelling),
		cmocka_unit_test(test_offset),
		cmocka_unit_test(test_clipped),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_loudness),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_wild_samples),
		cmocka_unit_test(test_unsupported),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
