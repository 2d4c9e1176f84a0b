/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/loudness.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define OFFSET -0.691 /* LUFS of a weighted mean square of 1 */
#define GATE -70.0
#define STEPS 4   /* of 100 ms in a gating block */
#define WINDOW 30 /* of 100 ms in a range window */

#define RUN 4096   /* frames filtered between two looks at the state */
#define TINY 1e-30 /* of a state: taken for 0, so that none is denormal */

typedef double pair __attribute__((vector_size(16)));
typedef float floats __attribute__((vector_size(8)));

struct biquad {
	double b0, b1, b2, a1, a2;
};

struct state { /* of two channels */
	pair x1, x2, y1, y2, z1, z2;
};

struct loudness {
	int channels;
	struct biquad shelf, pass;
	struct state *state; /* [(channels + 1) / 2] */
	double *weight;      /* [channels] */
	size_t step, at;     /* frames: of a step, in it */
	double sum;          /* weighted squares in it */
	double *power;       /* mean square of each step */
	size_t count, cap;
};

/* The two filters of BS.1770 for any rate: the analogue prototypes behind its
 * 48 kHz coefficients (Mansbridge, Finn, Reiss, AES 132, 2012). */
static void design(struct loudness *l, double rate)
{
	double k = tan(M_PI * 1681.974450955533 / rate);
	double q = 0.7071752369554196, vh = pow(10, 3.999843853973347 / 20);
	double vb = pow(vh, 0.4996667741545416), a0 = 1 + k / q + k * k;

	l->shelf =
	    (struct biquad){ (vh + vb * k / q + k * k) / a0,
			     2 * (k * k - vh) / a0,
			     (vh - vb * k / q + k * k) / a0,
			     2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0 };
	k = tan(M_PI * 38.13547087602444 / rate);
	q = 0.5003270373238773;
	a0 = 1 + k / q + k * k;
	l->pass = (struct biquad){ 1, -2, 1, 2 * (k * k - 1) / a0,
				   (1 - k / q + k * k) / a0 };
}

/* BS.1770-4, table 4: what comes from the sides, at 60 to 120 degrees, counts
 * 1.41. */
static double usual_weight(int channels, int c)
{
	/* L R Ls Rs, L R C Ls Rs, L R C LFE Ls Rs, L R C LFE Cb Ls Rs,
	 * L R C LFE Lb Rb Ls Rs */
	if (channels < 4 || channels > 8)
		return 1;
	if (channels > 5 && c == 3)
		return 0;
	return c >= channels - 2 ? LOUDNESS_SIDE : 1;
}

struct loudness *loudness_new(int rate, int channels)
{
	struct loudness *l = mem_zalloc(1, sizeof(*l));

	l->channels = channels;
	l->state = mem_zalloc((size_t)(channels + 1) / 2, sizeof(*l->state));
	l->weight = mem_zalloc((size_t)channels, sizeof(*l->weight));
	l->step = (size_t)(rate + 5) / 10;
	design(l, rate < 4000 ? 4000 : rate);
	for (int c = 0; c < channels; c++)
		l->weight[c] = usual_weight(channels, c);
	return l;
}

void loudness_weigh(struct loudness *l, int channel, double weight)
{
	l->weight[channel] = weight;
}

void loudness_free(struct loudness *l)
{
	if (!l)
		return;
	free(l->state);
	free(l->weight);
	free(l->power);
	free(l);
}

/* Sums of squares of n frames of two channels (or one and nothing), filtered.
 * Both filters in direct form I: of each output only one product and one
 * difference wait for the output before it. */
static inline __attribute__((always_inline)) pair
filter(const struct loudness *l, struct state *s, const float *x, size_t n,
       size_t stride, bool two)
{
	const struct biquad f = l->shelf, g = l->pass;
	struct state t = *s;
	pair slope = t.y1 - t.y2, sum = { 0, 0 };

	for (size_t i = 0; i < n; i++, x += stride) {
		pair x0 = { x[0], 0 }, y, z, rise;

		if (two) {
			floats v;

			memcpy(&v, x, sizeof(v));
			x0 = __builtin_convertvector(v, pair);
		}
		y = f.b0 * x0 + (f.b1 * t.x1 + f.b2 * t.x2) - f.a2 * t.y2 -
		    f.a1 * t.y1;
		rise = y - t.y1;
		z = rise - slope - g.a2 * t.z2 - g.a1 * t.z1;
		sum += z * z;
		slope = rise;
		t.x2 = t.x1;
		t.x1 = x0;
		t.y2 = t.y1;
		t.y1 = y;
		t.z2 = t.z1;
		t.z1 = z;
	}
	*s = t;
	return sum;
}

/* No denormals; and a sample that was no number is forgotten. */
static void settle(struct state *s)
{
	pair *part[] = { &s->x1, &s->x2, &s->y1, &s->y2, &s->z1, &s->z2 };

	for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++)
		for (int k = 0; k < 2; k++) {
			double v = fabs((*part[i])[k]);

			if (!(v >= TINY && v < INFINITY))
				(*part[i])[k] = 0;
		}
}

/* The weighted squares of n frames of all channels. */
static double weigh(struct loudness *l, const float *x, size_t n)
{
	size_t stride = (size_t)l->channels;
	double total = 0;

	for (int c = 0; c < l->channels; c += 2) {
		struct state *s = &l->state[c / 2];
		int count = c + 1 < l->channels ? 2 : 1;
		pair sum = count == 2 && stride == 2
			       ? filter(l, s, x, n, 2, true)
			   : count == 2 ? filter(l, s, x + c, n, stride, true)
					: filter(l, s, x + c, n, stride, false);

		settle(s);
		for (int k = 0; k < count; k++)
			if (isfinite(sum[k]))
				total += l->weight[c + k] * sum[k];
	}
	return total;
}

void loudness_add(struct loudness *l, const float *samples, size_t frames)
{
	while (frames) {
		size_t n = l->step - l->at;

		n = n < frames ? n : frames;
		n = n < RUN ? n : RUN;
		l->sum += weigh(l, samples, n);
		samples += n * (size_t)l->channels;
		frames -= n;
		l->at += n;
		if (l->at < l->step)
			continue;
		MEM_ROOM(l->power, l->count + 1, l->cap);
		l->power[l->count++] = l->sum / (double)l->step;
		l->sum = 0;
		l->at = 0;
	}
}

/* Mean power of `width` steps from i. */
static double block(const struct loudness *l, size_t i, size_t width)
{
	double sum = 0;

	for (size_t k = 0; k < width; k++)
		sum += l->power[i + k];
	return sum / (double)width;
}

static double lufs(double power)
{
	return OFFSET + 10 * log10(power > 1e-30 ? power : 1e-30);
}

/* Mean power of the blocks louder than gate; 0 where there is none. */
static double gated(const struct loudness *l, size_t width, double gate)
{
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; i + width <= l->count; i++) {
		double p = block(l, i, width);

		if (lufs(p) > gate) {
			sum += p;
			n++;
		}
	}
	return n ? sum / (double)n : 0;
}

double loudness_integrated(const struct loudness *l)
{
	double p = gated(l, STEPS, GATE);

	if (p <= 0)
		return NAN;
	return lufs(gated(l, STEPS, fmax(GATE, lufs(p) - 10)));
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

double loudness_range(const struct loudness *l)
{
	double p = gated(l, WINDOW, GATE), gate, *v, range = NAN;
	size_t n = 0;

	if (p <= 0)
		return NAN;
	gate = fmax(GATE, lufs(p) - 20);
	v = mem_zalloc(l->count, sizeof(*v));
	for (size_t i = 0; i + WINDOW <= l->count; i++) {
		double x = lufs(block(l, i, WINDOW));

		if (x > gate)
			v[n++] = x;
	}
	if (n) {
		qsort(v, n, sizeof(*v), by_value);
		range = v[(size_t)lrint(0.95 * (double)(n - 1))] -
			v[(size_t)lrint(0.10 * (double)(n - 1))];
	}
	free(v);
	return range;
}
