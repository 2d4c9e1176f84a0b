/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The descriptors of the shipped table on sounds that are made for them: what
 * is added or taken away must tell. */
#include "testing.h"

#include <math.h>

#include "audio/descriptors.h"
#include "audio/features.h"
#include "io/input.h"

#define RATE RESAMPLE_RATE
#define SECONDS 20
#define N (SECONDS * RATE)

static struct feat_schema schema;
static struct descriptors table;
static float *values;
static float x[N], y[N];
static uint64_t seed;

static double uniform(void)
{
	return (double)(rng_next(&seed) >> 11) * 0x1p-53;
}

static void measure(const float *v)
{
	struct features *f = features_new();
	struct sound s = { .fraction = NAN,
			   .loudness = NAN,
			   .range = NAN,
			   .seconds = SECONDS };
	double most = 0;

	MEM_ROOM(s.mono.v, N, s.mono.cap);
	for (int i = 0; i < N; i++)
		most = fmax(most, fabs((double)v[i]));
	for (int i = 0; i < N; i++)
		s.mono.v[i] = (float)(v[i] / most * 0.8);
	s.mono.count = N;
	assert_true(feat_status_measured(
	    features_compute(f, &s, FEATURES_HEARD, values)));
	descriptors_apply(&table, values);
	sound_release(&s);
	features_free(f);
}

static double descriptor(const float *v, enum descriptor d)
{
	measure(v);
	print_message("%s %.3f\n", descriptor_name(d),
		      (double)values[table.column[d]]);
	assert_false(isnan(values[table.column[d]]));
	return (double)values[table.column[d]];
}

/* Adds a sound of so many partials, 1/k^tilt each, that dies away by e in
 * `decay` seconds from the moment it is struck. */
static void pluck(float *v, double at, double seconds, double hz, int partials,
		  double tilt, double decay, double level)
{
	int from = (int)(at * RATE);

	for (int k = 1; k <= partials && k * hz < 0.45 * RATE; k++) {
		double a = level / pow(k, tilt), w = 2 * M_PI * k * hz / RATE;

		for (int i = 0; i < seconds * RATE && from + i < N; i++) {
			double t = (double)i / RATE;

			v[from + i] +=
			    (float)(a * sin(w * i) * fmin(t / 0.003, 1) *
				    exp(-t * sqrt(k) / decay));
		}
	}
}

static void noise_burst(float *v, double at, double decay, double level)
{
	int from = (int)(at * RATE);
	double last = 0;

	for (int i = 0; i < decay * 5 * RATE && from + i < N; i++) {
		double now = uniform() - 0.5;

		v[from + i] +=
		    (float)(level * (now - last) * exp(-i / (decay * RATE)));
		last = now;
	}
}

static void kick(float *v, double at)
{
	int from = (int)(at * RATE);
	double phase = 0;

	for (int i = 0; i < RATE / 4 && from + i < N; i++) {
		double t = (double)i / RATE;

		phase += 2 * M_PI * (50 + 100 * exp(-t / 0.03)) / RATE;
		v[from + i] += (float)(sin(phase) * exp(-t / 0.08));
	}
}

static const double scale[] = { 261.63, 293.66, 329.63, 349.23,
				392.00, 440.00, 493.88 };

/* A chord of plucked strings every `beat` seconds, four to a harmony. */
static void strum(float *v, double beat, double unrest, double level)
{
	static const int roots[] = { 0, 5, 3, 4 };
	int n = 0;

	for (double t = 0.1; t < SECONDS - 1; n++) {
		int root = roots[n / 4 % 4];

		for (int k = 0; k < 3; k++)
			pluck(v, t + 0.01 * k, 1.5,
			      scale[(root + 2 * k) % 7] * (n % 2 ? 1 : 0.5), 12,
			      1.2, 0.5, level * 0.3);
		t += beat * (1 + unrest * (uniform() - 0.5));
	}
}

/* A loop at 120 beats a minute; every hit up to half of `jitter`
 * seconds off. */
static void loop(float *v, double jitter)
{
	int n = 0;

	for (double t = 0.1; t < SECONDS - 1; t += 0.25, n++) {
		double at = fmax(t + jitter * (uniform() - 0.5), 0);

		if (n % 2 == 0)
			kick(v, at);
		if (n % 4 == 2)
			noise_burst(v, at, 0.05, 1);
		noise_burst(v, at, 0.015, 0.4);
		pluck(v, at, 0.24, 55 * (n % 16 < 8 ? 1 : 4 / 3.), 8, 1, 0.15,
		      0.5);
	}
}

static void clear(void)
{
	seed = 7;
	memset(x, 0, sizeof(x));
	memset(y, 0, sizeof(y));
}

static void test_danceability(void **state)
{
	double steady, jittered, rubato;

	(void)state;
	clear();
	loop(x, 0);
	steady = descriptor(x, DESCRIPTOR_DANCEABILITY);
	loop(y, 0.5);
	jittered = descriptor(y, DESCRIPTOR_DANCEABILITY);
	clear();
	strum(x, 0.8, 1, 1);
	rubato = descriptor(x, DESCRIPTOR_DANCEABILITY);
	assert_true(steady > 0.7);
	assert_true(steady > jittered + 0.3);
	assert_true(steady > rubato + 0.3);
}

/* Saw teeth under distortion. */
static void electric(float *v, double beat)
{
	static const int roots[] = { 0, 5, 3, 4 };
	int n = 0;

	for (double t = 0; t < SECONDS - 0.5; t += beat, n++) {
		double hz = scale[roots[n / 4 % 4]] / 4;

		for (int i = 0; i < beat * 0.9 * RATE; i++) {
			int at = (int)(t * RATE) + i;
			double saw = fmod(i * hz / RATE, 1) +
				     fmod(i * hz * 1.5 / RATE, 1) - 1;

			if (at < N)
				v[at] += (float)(0.5 * tanh(6 * saw));
		}
	}
}

static void test_acousticness(void **state)
{
	double strings, amplified, machines;

	(void)state;
	clear();
	strum(x, 0.5, 0, 1);
	strings = descriptor(x, DESCRIPTOR_ACOUSTICNESS);
	electric(y, 0.25);
	amplified = descriptor(y, DESCRIPTOR_ACOUSTICNESS);
	loop(y, 0);
	machines = descriptor(y, DESCRIPTOR_ACOUSTICNESS);
	assert_true(strings > 0.6);
	assert_true(strings > amplified + 0.3);
	assert_true(strings > machines + 0.3);
}

static void test_energy(void **state)
{
	double soft, loud;

	(void)state;
	clear();
	strum(x, 1.2, 0, 1);
	soft = descriptor(x, DESCRIPTOR_ENERGY);
	electric(y, 0.25);
	loop(y, 0);
	loud = descriptor(y, DESCRIPTOR_ENERGY);
	assert_true(loud > soft + 0.5);
}

/* Resonance of a vowel's formants at hz, as an amplitude. */
static double formants(double hz, const double f[3])
{
	double sum = 0;

	for (int i = 0; i < 3; i++) {
		double away = (hz - f[i]) / (60 + 40 * i);

		sum += 1 / (1 + away * away) / (1 + i);
	}
	return sum;
}

static const double vowels[4][3] = { { 730, 1090, 2440 },
				     { 270, 2290, 3010 },
				     { 530, 1840, 2480 },
				     { 570, 840, 2410 } };

/* A voice: from `hz` to `to`, with vibrato, on vowel v. Peterson & Barney
 * (JASA 24, 1952) measured the vowels. */
static void sing(float *v, double at, double seconds, double hz, double to,
		 double vibrato, int vowel, double level)
{
	int from = (int)(at * RATE);
	double phase = 0;

	for (int i = 0; i < seconds * RATE && from + i < N; i++) {
		double t = (double)i / RATE;
		double f = hz * pow(to / hz, t / seconds) *
			   pow(2, vibrato / 12 * sin(2 * M_PI * 5.5 * t));
		double a = fmin(fmin(t / 0.03, (seconds - t) / 0.03), 1);
		double sum = 0;

		phase += 2 * M_PI * f / RATE;
		for (int k = 1; k * f < 4000; k++)
			sum += sin(k * phase) * formants(k * f, vowels[vowel]) /
			       sqrt(k);
		v[from + i] += (float)(level * a * sum);
	}
}

static void test_instrumentalness(void **state)
{
	double alone, sung;
	int n = 0;

	(void)state;
	clear();
	strum(x, 0.5, 0, 1);
	memcpy(y, x, sizeof(y));
	alone = descriptor(x, DESCRIPTOR_INSTRUMENTALNESS);
	for (double t = 0.3; t < SECONDS - 1; t += 0.8, n++)
		sing(y, t, 0.75, scale[n * 3 % 7], scale[(n * 3 + n % 2) % 7],
		     0.6, n % 4, 0.6);
	sung = descriptor(y, DESCRIPTOR_INSTRUMENTALNESS);
	assert_true(alone > sung + 0.2);
}

/* Syllables of 0.1 to 0.25 s, a pause after some: no beat, gliding pitch,
 * hisses between. */
static void talk(float *v, double level)
{
	int n = 0;

	for (double t = 0.2; t < SECONDS - 1; n++) {
		double length = 0.1 + 0.15 * uniform();
		double hz = 100 + 60 * uniform();

		sing(v, t, length, hz, hz * (0.8 + 0.3 * uniform()), 0,
		     (int)rng_below(&seed, 4), level);
		t += length;
		if (rng_below(&seed, 3) == 0)
			noise_burst(v, t, 0.03, level * 0.3);
		t += 0.03 + 0.06 * uniform();
		if (rng_below(&seed, 6) == 0)
			t += 0.2 + 0.5 * uniform();
	}
}

static void test_speechiness(void **state)
{
	double speech, song, tune;
	int n = 0;

	(void)state;
	clear();
	talk(x, 1);
	speech = descriptor(x, DESCRIPTOR_SPEECHINESS);
	strum(y, 0.5, 0, 1);
	tune = descriptor(y, DESCRIPTOR_SPEECHINESS);
	for (double t = 0.3; t < SECONDS - 1; t += 0.5, n++)
		sing(y, t, 0.48, scale[n * 3 % 7], scale[n * 3 % 7], 0.5, n % 4,
		     0.6);
	song = descriptor(y, DESCRIPTOR_SPEECHINESS);
	assert_true(speech > 0.6);
	assert_true(song < 0.3 && tune < 0.3);
}

/* A hall after Schroeder (JAES 10, 1962): combs and allpasses, 60 dB in
 * `seconds`. */
static void hall(const float *dry, float *wet, double seconds)
{
	static const int combs[] = { 655, 745, 821, 911, 997, 1103 };
	static const int passes[] = { 110, 37 };
	static float line[N];

	memset(wet, 0, sizeof(y));
	for (size_t c = 0; c < sizeof(combs) / sizeof(*combs); c++) {
		int d = combs[c];
		double g = pow(10, -3 * d / (seconds * RATE)), low = 0;

		memset(line, 0, sizeof(line));
		for (int i = 0; i < N; i++) {
			double back = i < d ? 0 : (double)line[i - d];

			low = 0.8 * back + 0.2 * low;
			line[i] = (float)(dry[i] + g * low);
			wet[i] += (float)back;
		}
	}
	for (size_t p = 0; p < sizeof(passes) / sizeof(*passes); p++) {
		int d = passes[p];

		memcpy(line, wet, sizeof(line));
		for (int i = d; i < N; i++)
			wet[i] = (float)(-0.7 * line[i] + line[i - d] +
					 0.7 * wet[i - d]);
	}
}

static double power(const float *v)
{
	double sum = 0;

	for (int i = 0; i < N; i++)
		sum += (double)v[i] * (double)v[i];
	return sum;
}

static void mix(float *v, const float *add, double db)
{
	double gain = sqrt(power(v) / power(add)) * pow(10, db / 20);

	for (int i = 0; i < N; i++)
		v[i] += (float)(gain * add[i]);
}

/* People: noise between 0.3 and 3 kHz, and 150 claps a second. */
static void crowd(float *v)
{
	double low = 0, high = 0;

	for (int i = 0; i < N; i++) {
		low += 0.5 * (uniform() - 0.5 - low);
		high += 0.08 * (low - high);
		v[i] = (float)(low - high);
	}
	for (int i = 0; i < 150 * SECONDS; i++)
		noise_burst(v, uniform() * (SECONDS - 0.2), 0.005,
			    0.3 * uniform());
}

static void test_liveness(void **state)
{
	static float people[N], studio[N];
	double dry, wet, applauded, both;

	(void)state;
	clear();
	loop(studio, 0);
	strum(studio, 0.5, 0, 0.7);
	dry = descriptor(studio, DESCRIPTOR_LIVENESS);
	hall(studio, y, 2);
	memcpy(x, studio, sizeof(x));
	mix(x, y, -2);
	wet = descriptor(x, DESCRIPTOR_LIVENESS);
	crowd(people);
	mix(x, people, -12);
	both = descriptor(x, DESCRIPTOR_LIVENESS);
	memcpy(x, studio, sizeof(x));
	mix(x, people, -12);
	applauded = descriptor(x, DESCRIPTOR_LIVENESS);
	assert_true(wet > 1.5 * dry);
	assert_true(applauded > 1.5 * dry);
	assert_true(both > wet && both > applauded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_energy),
		cmocka_unit_test(test_danceability),
		cmocka_unit_test(test_acousticness),
		cmocka_unit_test(test_speechiness),
		cmocka_unit_test(test_instrumentalness),
		cmocka_unit_test(test_liveness),
	};
	struct str text = { 0 };
	struct err err;
	int failed;

	features_schema(&schema, FEATURES_SECONDS);
	values = mem_zalloc(schema.count, sizeof(*values));
	if (input_slurp("data/descriptors.tsv", 1 << 20, &text, &err) ||
	    descriptors_parse(&table, span_str(&text), "table", &err) ||
	    descriptors_bind(&table, &schema, "schema", &err)) {
		print_error("%s\n", err.message);
		return 1;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	free(values);
	str_release(&text);
	feat_schema_release(&schema);
	return failed;
}
