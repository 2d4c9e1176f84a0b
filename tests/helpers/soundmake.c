/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * soundmake: sounds for tests, computed as functions of time, so that the same
 * music is to be had at any rate without resampling.
 *
 *   soundmake [-f FORMAT] [-r RATE] [-c CHANNELS] [-s SECONDS] [-k KIND]
 *             [-b HZ] [-g GAIN] [-o OFFSET] FILE
 *   soundmake -l [-c CHANNELS]	formats that can be written, one per line
 *   soundmake -a DIR [...]	the same sound in each of them
 *
 * A format is the name libsndfile's header gives it, "WAV/PCM_16". Kinds: music
 * (120 BPM, C major, chords, bass, kick and broadband snare; nothing above -b
 * Hz or what the rate allows), tone, noise, quiet (music at -80 dBFS), clicks
 * (one every 2 s), square, constant, silence, burst (music and one click of
 * full scale), wild (music with NaN and infinities), flip (music, every other
 * channel upside down), flip1 (only the second), fliplate (from the middle on).
 */
#include <math.h>
#include <sndfile.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK 1024 /* frames */
#define SNARE 200  /* partials */
#define TAU (2 * M_PI)

struct name {
	const char *name;
	int value;
};
#define NAME(x)                                                                \
	{                                                                      \
#x, SF_FORMAT_##x                                              \
	}
static const struct name majors[] = {
	NAME(WAV), NAME(WAVEX), NAME(RF64), NAME(W64),  NAME(AIFF), NAME(AU),
	NAME(CAF), NAME(FLAC),  NAME(OGG),  NAME(NIST), NAME(VOC),
};
static const struct name minors[] = {
	NAME(PCM_S8),       NAME(PCM_U8),    NAME(PCM_16),   NAME(PCM_24),
	NAME(PCM_32),       NAME(FLOAT),     NAME(DOUBLE),   NAME(ULAW),
	NAME(ALAW),         NAME(IMA_ADPCM), NAME(MS_ADPCM), NAME(GSM610),
	NAME(NMS_ADPCM_32), NAME(G721_32),   NAME(G723_24),  NAME(DWVW_16),
	NAME(ALAC_16),      NAME(ALAC_24),   NAME(VORBIS),   NAME(OPUS),
};
static const struct name ends[] = {
	{ "", 0 },
	{ "/LITTLE", SF_ENDIAN_LITTLE },
	{ "/BIG", SF_ENDIAN_BIG },
};
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

struct make {
	const char *format, *kind, *all;
	int rate, channels;
	double seconds, band, gain, offset;
	float *music;
	long frames;
};

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "soundmake: %s: %s\n", what, why);
	return 2;
}

/* Every format of the table, to f, until it says stop. */
static bool each_format(bool (*f)(const char *name, int format, void *ctx),
			void *ctx)
{
	for (size_t i = 0; i < COUNT(majors); i++)
		for (size_t k = 0; k < COUNT(minors); k++)
			for (size_t e = 0; e < COUNT(ends); e++) {
				char name[64];

				/* What is the usual one has no name. */
				if (ends[e].value ==
				    (majors[i].value == SF_FORMAT_AIFF ||
					     majors[i].value == SF_FORMAT_AU ||
					     majors[i].value == SF_FORMAT_CAF
					 ? SF_ENDIAN_BIG
					 : SF_ENDIAN_LITTLE))
					continue;
				snprintf(name, sizeof(name), "%s/%s%s",
					 majors[i].name, minors[k].name,
					 ends[e].name);
				if (f(name,
				      majors[i].value | minors[k].value |
					  ends[e].value,
				      ctx))
					return true;
			}
	return false;
}

static bool show(const char *name, int format, void *ctx)
{
	const struct make *m = ctx;
	SF_INFO info = { .samplerate = m->rate,
			 .channels = m->channels,
			 .format = format };

	if (sf_format_check(&info))
		puts(name);
	return false;
}

struct wanted {
	const char *name;
	int format;
};

static bool match(const char *name, int format, void *ctx)
{
	struct wanted *w = ctx;

	w->format = format;
	return !strcmp(name, w->name);
}

/* A partial from t on, dying away with `decay` per second. */
static void partial(struct make *m, double t, double length, double hz,
		    double level, double decay, double phase)
{
	long from = lrint(ceil(t * m->rate)), n = lrint(length * m->rate);
	double edge = 0.003 * m->rate, start = (double)from / m->rate - t;
	double turn = TAU * hz / m->rate, shrink = exp(-decay / m->rate);
	double re = shrink * cos(turn), im = shrink * sin(turn);
	double a = level * exp(-decay * start);
	double x = a * cos(TAU * hz * start + phase);
	double y = a * sin(TAU * hz * start + phase);

	if (hz >= m->band || hz >= 0.45 * m->rate)
		return;
	for (long i = 0; i < n && from + i < m->frames; i++) {
		double in = (double)i + start * m->rate, left = (double)(n - i);
		double next = x * re - y * im;

		double fade = in < left ? in : left;

		m->music[from + i] +=
		    (float)(fade < edge ? y * fade / edge : y);
		y = x * im + y * re;
		x = next;
	}
}

static void note(struct make *m, double t, double length, int midi,
		 double level)
{
	double hz = 440 * pow(2, (midi - 69) / 12.0);

	for (int k = 1; k <= 12; k++)
		partial(m, t, length, k * hz, level / k, 2 + k, 0.3 * k);
}

/* A burst of noise, from hz to hz times range. */
static void snare(struct make *m, double t, double from, double range,
		  double level)
{
	unsigned seed = 7;

	for (int k = 0; k < SNARE; k++) {
		double hz, phase;

		seed = seed * 1664525u + 1013904223u;
		phase = (seed >> 8) * TAU / (1 << 24);
		hz = from * pow(range, (double)k / SNARE);
		partial(m, t, 0.12, hz, level, 25, phase);
	}
}

static void play(struct make *m)
{
	/* A string pad all along: there is no silence between the notes. */
	static const int pad[] = { 48, 60, 67, 76 };
	static const int chords[4][3] = {
		{ 60, 64, 67 }, { 65, 69, 72 }, { 67, 71, 74 }, { 60, 64, 67 }
	};
	static const int tune[16] = { 72, 76, 79, 76, 77, 81, 77, 72,
				      74, 79, 83, 79, 76, 72, 67, 72 };

	for (int k = 0; k < 4; k++)
		for (int h = 1; h <= 5; h++)
			partial(m, 0, m->seconds,
				h * 440 * pow(2, (pad[k] - 69) / 12.0),
				0.006 / h, 0, k + h);
	for (int beat = 0; beat * 0.5 < m->seconds; beat++) {
		const int *chord = chords[beat / 4 % 4];
		double t = beat * 0.5;

		partial(m, t, 0.15, 60, 0.3, 12, 0);
		if (beat % 2)
			snare(m, t, 150, 100, 0.02);
		for (int k = 0; k < 2; k++)
			snare(m, t + 0.25 * k, 3000, 5, 0.005);
		note(m, t, 0.4, chord[0] - 24, 0.12);
		for (int k = 0; k < 3; k++)
			note(m, t, 0.45, chord[k], 0.04);
		note(m, t, 0.45, tune[beat % 16], 0.06);
	}
}

/* What the kind makes of a sample of the music. */
static double value(const struct make *m, long i)
{
	const char *k = m->kind;
	double t = (double)i / m->rate;

	if (!strcmp(k, "tone"))
		return 0.5 * sin(TAU * 440 * t);
	if (!strcmp(k, "noise"))
		return 0.3 * (2.0 * rand() / RAND_MAX - 1);
	if (!strcmp(k, "clicks"))
		return i % (2L * m->rate) == m->rate ? 1 : 0;
	if (!strcmp(k, "square"))
		return fmod(t * 220, 1) < 0.5 ? 1 : -1;
	if (!strcmp(k, "constant") || !strcmp(k, "silence"))
		return *k == 'c' ? 0.5 : 0;
	if (!strcmp(k, "burst") && i == m->frames / 2)
		return 1;
	if (!strcmp(k, "wild") && i % 10007 == 77)
		return i % 3 == 0 ? NAN : i % 3 == 1 ? INFINITY : -1e30;
	if (!strcmp(k, "quiet"))
		return m->music[i] * 1e-3;
	return m->music[i];
}

static bool flipped(const struct make *m, int c)
{
	return !strcmp(m->kind, "flip1")
		   ? c == 1
		   : !strncmp(m->kind, "flip", 4) && c % 2;
}

static int compose(struct make *m)
{
	m->frames = lrint(m->seconds * m->rate);
	m->music = calloc((size_t)m->frames, sizeof(float));
	if (!m->music)
		return fail("music", "memory");
	play(m);
	for (long i = 0; i < m->frames; i++)
		m->music[i] = (float)(m->gain * value(m, i) + m->offset);
	return 0;
}

static int write_file(const struct make *m, int format, const char *path)
{
	SF_INFO info = { .samplerate = m->rate,
			 .channels = m->channels,
			 .format = format };
	SNDFILE *f = sf_open(path, SFM_WRITE, &info);
	long from = strcmp(m->kind, "fliplate") ? 0 : m->frames / 2;
	float x[BLOCK * 64];

	if (!f)
		return fail(path, sf_strerror(NULL));
	sf_command(f, SFC_SET_CLIPPING, NULL, SF_TRUE);
	for (long i = 0; i < m->frames; i += BLOCK) {
		long n = m->frames - i < BLOCK ? m->frames - i : BLOCK;

		for (int c = 0; c < m->channels; c++)
			for (long k = 0; k < n; k++)
				x[k * m->channels + c] =
				    flipped(m, c) && i + k >= from
					? -m->music[i + k]
					: m->music[i + k];
		if (sf_writef_float(f, x, n) != n)
			return fail(path, sf_strerror(f));
	}
	return sf_close(f) ? fail(path, "not written") : 0;
}

/* DIR/WAV-PCM_16-BIG.snd */
static bool write_one(const char *name, int format, void *ctx)
{
	const struct make *m = ctx;
	SF_INFO info = { .samplerate = m->rate,
			 .channels = m->channels,
			 .format = format };
	char path[4096];

	if (!sf_format_check(&info) ||
	    ((format & SF_FORMAT_SUBMASK) == SF_FORMAT_OPUS && 48000 % m->rate))
		return false;
	snprintf(path, sizeof(path), "%s/%s.snd", m->all, name);
	for (char *p = path + strlen(m->all) + 1; *p; p++)
		if (*p == '/')
			*p = '-';
	return write_file(m, format, path) != 0;
}

static int write_what(struct make *m, const char *path)
{
	struct wanted w = { m->format, 0 };
	int rc = compose(m);

	if (rc == 0 && m->all)
		rc = each_format(write_one, m) ? 2 : 0;
	else if (rc == 0 && each_format(match, &w))
		rc = write_file(m, w.format, path);
	else if (rc == 0)
		rc = fail(m->format, "no such format");
	free(m->music);
	return rc;
}

int main(int argc, char **argv)
{
	struct make m = { .format = "WAV/PCM_16",
			  .kind = "music",
			  .rate = 44100,
			  .channels = 2,
			  .seconds = 8,
			  .band = 1e9,
			  .gain = 1 };
	bool list = false;
	int c;

	while ((c = getopt(argc, argv, "la:f:r:c:s:k:b:g:o:")) != -1)
		switch (c) {
		case 'l':
			list = true;
			break;
		case 'a':
			m.all = optarg;
			break;
		case 'f':
			m.format = optarg;
			break;
		case 'k':
			m.kind = optarg;
			break;
		case 'r':
			m.rate = (int)strtol(optarg, NULL, 10);
			break;
		case 'c':
			m.channels = (int)strtol(optarg, NULL, 10);
			break;
		case 's':
			m.seconds = strtod(optarg, NULL);
			break;
		case 'b':
			m.band = strtod(optarg, NULL);
			break;
		case 'g':
			m.gain = strtod(optarg, NULL);
			break;
		case 'o':
			m.offset = strtod(optarg, NULL);
			break;
		default:
			return fail("usage", "see the source");
		}
	if (m.channels < 1 || m.channels > 64 || m.rate < 1000)
		return fail("usage", "1 to 64 channels, 1000 Hz and more");
	if (list)
		return each_format(show, &m) ? 1 : 0;
	return optind + !m.all == argc ? write_what(&m, argv[optind])
				       : fail("usage", "one file");
}
