/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "audio/voice.h"
#include "base/mem.h"

enum { PARTIALS = 16, SAWS = 5, CONTROL = 32 };

enum method { ADDITIVE, SUBTRACTIVE, FM, STRING, DRUM };

struct patch {
	const char *name;
	enum method method;
	double attack, decay, sustain, release; /* s, s, share, s */
	double level; /* so that voices are about as loud */
	/* additive: partials, k^-tilt, stretch; subtractive: oscillators,
	 * share of square, detune in cents; FM: ratio, index, index's decay;
	 * string: T60 at 220 Hz, damping, -; drums: Hz from, to, sweep time */
	double a, b, c;
	double cutoff, sweep; /* harmonics; times more at the attack */
	double drive;
};

static const struct patch patches[VOICE_COUNT] = {
	/* name  method  attack decay sustain release level  a b c  cutoff sweep
	 * drive */
	[VOICE_PIANO] = { "piano", ADDITIVE, .004, 1.6, 0, .18, .9, 14, 1.3,
			  3e-4, 0, 0, 0 },
	[VOICE_MUSICBOX] = { "musicbox", ADDITIVE, .002, .7, 0, .3, .8, 5, 2.2,
			     8e-3, 0, 0, 0 },
	[VOICE_FLUTE] = { "flute", ADDITIVE, .06, 9, .85, .08, .7, 5, 2.3, 0, 0,
			  0, 0 },
	[VOICE_ORGAN] = { "organ", ADDITIVE, .012, 9, 1, .05, .5, 8, .7, 0, 0,
			  0, 0 },
	[VOICE_PAD] = { "pad", SUBTRACTIVE, .5, 9, 1, .8, .45, 4, 0, 9, 3, .2,
			0 },
	[VOICE_STRINGS] = { "strings", SUBTRACTIVE, .12, 9, .9, .25, .5, 3, 0,
			    7, 7, .3, 0 },
	[VOICE_BASS] = { "bass", SUBTRACTIVE, .004, .5, .5, .05, 1, 1, .3, 0, 5,
			 1.5, 0 },
	[VOICE_LEAD] = { "lead", SUBTRACTIVE, .006, .6, .7, .06, .6, 2, .5, 6,
			 9, 1, 0 },
	[VOICE_GUITAR] = { "guitar", SUBTRACTIVE, .003, .9, .75, .04, .7, 2, .2,
			   5, 24, .5, 9 },
	[VOICE_BRASS] = { "brass", SUBTRACTIVE, .035, .4, .75, .07, .6, 2, 0, 4,
			  8, .8, 0 },
	[VOICE_STAB] = { "stab", SUBTRACTIVE, .003, .14, .05, .06, .7, 3, .2, 9,
			 10, 1.5, 0 },
	[VOICE_EPIANO] = { "epiano", FM, .003, 1.3, .05, .15, .8, 1, 1.3, .35,
			   0, 0, 0 },
	[VOICE_BELL] = { "bell", FM, .002, 1.8, 0, .8, .6, 3.5, 2, 1, 0, 0, 0 },
	[VOICE_PLUCK] = { "pluck", STRING, .001, 0, 1, .12, 1.1, 2.2, .35, 0, 0,
			  0, 0 },
	[VOICE_HARP] = { "harp", STRING, .002, 0, 1, .5, 1.1, 3.5, .5, 0, 0, 0,
			 0 },
	[VOICE_KICK] = { "kick", DRUM, 0, .16, 0, 0, 1.5, 160, 48, .03, 0, 0,
			 0 },
	[VOICE_SNARE] = { "snare", DRUM, 0, .11, 0, 0, .9, 240, 180, .02, .9,
			  .3, 0 },
	[VOICE_HAT] = { "hat", DRUM, 0, .025, 0, 0, .45, 0, 0, 1, .7, .75, 0 },
	[VOICE_OPENHAT] = { "openhat", DRUM, 0, .16, 0, 0, .4, 0, 0, 1, .7, .7,
			    0 },
	[VOICE_CLAP] = { "clap", DRUM, 0, .09, 0, 0, .9, 0, 0, 1, 1, .22, 0 },
	[VOICE_TOM] = { "tom", DRUM, 0, .2, 0, 0, 1.2, 190, 95, .08, .05, .1,
			0 },
	[VOICE_RIM] = { "rim", DRUM, 0, .02, 0, 0, .8, 900, 800, .01, .3, .4,
			0 },
	[VOICE_NOISE] = { "noise", DRUM, .6, .9, 0, 0, .5, 0, 0, 1, .5, .04,
			  0 },
};

const char *voice_name(enum voice v)
{
	return patches[v].name;
}

int voice_find(struct span name)
{
	for (int i = 0; i < VOICE_COUNT; i++)
		if (span_is(name, patches[i].name))
			return i;
	return -1;
}

double voice_drive(enum voice v)
{
	return patches[v].drive;
}

static uint64_t mix(uint64_t x) /* splitmix64 */
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static double noise(uint64_t *state) /* uniform, -1 .. 1 */
{
	*state = mix(*state);
	return (double)(*state >> 11) * 0x1p-52 - 1;
}

static double envelope(const struct patch *p, double held, double t)
{
	double e, a = p->attack;

	if (t < a)
		e = t / a;
	else
		e = p->sustain +
		    (1 - p->sustain) * exp(-3 * (t - a) / (p->decay + 1e-3));
	if (t > held) {
		double left = 1 - (t - held) / p->release;

		e *= left > 0 ? left * left : 0;
	}
	return e;
}

double voice_length(const struct voice_note *v)
{
	const struct patch *p = &patches[v->voice];

	if (p->method == DRUM)
		return p->attack + 4 * p->decay;
	return v->seconds + p->release;
}

/* Multiplies x[0..n) by the envelope and a gain, adds it to out. */
static void shape(const struct patch *p, const struct voice_note *v, int rate,
		  const float *x, float *out, size_t n)
{
	double gain = p->level * v->velocity, e0 = envelope(p, v->seconds, 0);

	for (size_t i = 0; i < n; i += CONTROL) {
		size_t m = n - i < CONTROL ? n - i : CONTROL;
		double e1 =
		    envelope(p, v->seconds, (double)(i + CONTROL) / rate);

		for (size_t k = 0; k < m; k++)
			out[i + k] +=
			    (float)(gain * x[i + k] *
				    (e0 + (e1 - e0) * (double)k / CONTROL));
		e0 = e1;
	}
}

static void additive(const struct patch *p, const struct voice_note *v,
		     int rate, float *x, size_t n)
{
	double sum = 0, amplitude[PARTIALS];
	int count = (int)p->a;

	for (int k = 0; k < count; k++) {
		amplitude[k] = pow(k + 1, -p->b / v->bright);
		sum += amplitude[k] * amplitude[k];
	}
	for (int k = 0; k < count; k++) {
		double order = k + 1, w, r, y1, y2, c;
		double hz = v->hz * order * sqrt(1 + p->c * order * order);

		if (hz > .45 * rate)
			break;
		w = 2 * M_PI * hz / rate;
		/* High partials of struck strings die sooner. */
		r = p->sustain > 0 ? 1 : exp(-k * 1.2 / rate);
		c = 2 * r * cos(w);
		y1 = 0;
		y2 = -amplitude[k] / sqrt(sum) * sin(w) / r;
		for (size_t i = 0; i < n; i++) {
			double y = c * y1 - r * r * y2;

			x[i] += (float)y1;
			y2 = y1;
			y1 = y;
		}
	}
}

static double blep(double t, double dt)
{
	if (t < dt) {
		t /= dt;
		return t + t - t * t - 1;
	}
	if (t > 1 - dt) {
		t = (t - 1) / dt;
		return t * t + t + t + 1;
	}
	return 0;
}

/* A saw, and a share of square from the same saw half a turn later. */
static void oscillator(double hz, double square, double phase, double gain,
		       int rate, float *x, size_t n)
{
	double dt = hz / rate;

	for (size_t i = 0; i < n; i++) {
		double half = phase < .5 ? phase + .5 : phase - .5;
		double saw = 2 * phase - 1 - blep(phase, dt);
		double late = 2 * half - 1 - blep(half, dt);

		x[i] += (float)(gain * (saw - square * late));
		phase += dt;
		if (phase >= 1)
			phase -= 1;
	}
}

/* Two-pole low pass (trapezoidal state variable filter). */
static void low_pass(const struct patch *p, const struct voice_note *v,
		     int rate, float *x, size_t n)
{
	double s1 = 0, s2 = 0, g = 0, d = 0;
	const double k = 1.2;

	for (size_t i = 0; i < n; i++) {
		double hp, bp, lp;

		if (i % CONTROL == 0) {
			double t = (double)i / rate;
			double hz = v->hz * p->cutoff * v->bright *
				    (1 + p->sweep * exp(-t / .12));

			g = tan(M_PI * (hz < .42 * rate ? hz : .42 * rate) /
				rate);
			d = 1 / (1 + g * (g + k));
		}
		hp = (x[i] - (g + k) * s1 - s2) * d;
		bp = g * hp + s1;
		s1 = g * hp + bp;
		lp = g * bp + s2;
		s2 = g * bp + lp;
		x[i] = (float)lp;
	}
}

static void subtractive(const struct patch *p, const struct voice_note *v,
			int rate, float *x, size_t n)
{
	int count = (int)p->a;
	uint64_t state = v->seed;

	for (int k = 0; k < count; k++) {
		double cents =
		    count > 1 ? p->c * (2. * k / (count - 1) - 1) : 0;

		oscillator(v->hz * exp2(cents / 1200), p->b,
			   .5 + .5 * noise(&state), .8 / sqrt(count), rate, x,
			   n);
	}
	low_pass(p, v, rate, x, n);
}

static void fm(const struct patch *p, const struct voice_note *v, int rate,
	       float *x, size_t n)
{
	double w = 2 * M_PI * v->hz / rate, index = p->b * v->bright;
	double fade = exp(-1 / (p->c * rate));

	for (size_t i = 0; i < n; i++) {
		double t = (double)i;

		x[i] = (float)(.9 * sin(w * t + index * sin(p->a * w * t)));
		index *= fade;
	}
}

/* Karplus and Strong 1983, tuned by an all-pass (Jaffe and Smith 1983). */
static void string(const struct patch *p, const struct voice_note *v, int rate,
		   float *x, size_t n)
{
	double period = rate / v->hz, damp = p->b / v->bright;
	double gain, frac, c, last = 0, ap_x = 0, ap_y = 0, low = 0;
	uint64_t state = v->seed;
	size_t len;
	float *line;

	damp = damp < .05 ? .05 : damp > .5 ? .5 : damp;
	len = (size_t)(period - damp - .1);
	frac = period - damp - (double)len;
	c = (1 - frac) / (1 + frac);
	gain = pow(10, -3 / (v->hz * p->a * sqrt(220 / v->hz)));
	line = mem_alloc((len + 1) * sizeof(*line));
	for (size_t i = 0; i < len; i++) {
		low += (noise(&state) - low) *
		       (v->bright > 1 ? .9 : .3 + .5 * v->bright);
		line[i] = (float)low;
	}
	for (size_t i = 0, at = 0; i < n; i++) {
		double now = line[at], y = (1 - damp) * now + damp * last;

		last = now;
		ap_y = c * (y - ap_y) + ap_x;
		ap_x = y;
		x[i] = (float)now;
		line[at] = (float)(gain * ap_y);
		at = at + 1 < len ? at + 1 : 0;
	}
	free(line);
}

/* a..b Hz swept over c seconds; cutoff: share of noise, sweep: how much of
 * the noise's low end is taken off. */
static void drum(const struct patch *p, const struct voice_note *v, int rate,
		 float *out, size_t n)
{
	double gain = p->level * v->velocity, phase = 0, low = 0;
	double share = p->a > 0 ? 1 : 0;
	uint64_t state = v->seed;

	for (size_t i = 0; i < n; i++) {
		double t = (double)i / rate, e, y = 0, x;

		e = t < p->attack ? t / p->attack
				  : exp(-(t - p->attack) / p->decay * 1.5);
		if (share > 0) {
			phase += (p->b + (p->a - p->b) * exp(-t / p->c)) / rate;
			y = share * sin(2 * M_PI * phase);
		}
		if (p->cutoff > 0) {
			x = noise(&state);
			low += (x - low) * p->sweep;
			x = p->attack > 0 ? low * 3 : x - low;
			/* A clap is a few hands. */
			if (v->voice == VOICE_CLAP && t < .03)
				x *= fmod(t, .01) < .006;
			y += p->cutoff * x * (v->bright < 1 ? v->bright : 1);
		}
		out[i] += (float)(gain * e * y);
	}
}

void voice_add(const struct voice_note *v, int rate, float *out, size_t n)
{
	const struct patch *p = &patches[v->voice];
	double frames = ceil(voice_length(v) * rate);
	float *x;

	if (frames < (double)n)
		n = (size_t)frames;
	if (!n)
		return;
	if (p->method == DRUM) {
		drum(p, v, rate, out, n);
		return;
	}
	if (!(v->hz > 10 && v->hz < .45 * rate))
		return;
	x = mem_zalloc(n, sizeof(*x));
	if (p->method == ADDITIVE)
		additive(p, v, rate, x, n);
	else if (p->method == SUBTRACTIVE)
		subtractive(p, v, rate, x, n);
	else if (p->method == FM)
		fm(p, v, rate, x, n);
	else
		string(p, v, rate, x, n);
	shape(p, v, rate, x, out, n);
	free(x);
}
