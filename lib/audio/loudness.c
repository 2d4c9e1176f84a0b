/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/loudness.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

#define OFFSET -0.691 /* LUFS of a weighted mean square of 1 */
#define GATE -70.0
#define STEPS 4   /* of 100 ms in a gating block */
#define WINDOW 30 /* of 100 ms in a range window */

struct biquad {
	double b0, b1, b2, a1, a2;
};

struct state {
	double x1, x2, y1, y2, z1, z2;
};

struct loudness {
	int channels;
	struct biquad shelf, pass;
	struct state *state; /* [channels] */
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

struct loudness *loudness_new(int rate, int channels)
{
	struct loudness *l = mem_zalloc(1, sizeof(*l));

	l->channels = channels;
	l->state = mem_zalloc((size_t)channels, sizeof(*l->state));
	l->weight = mem_zalloc((size_t)channels, sizeof(*l->weight));
	l->step = (size_t)(rate + 5) / 10;
	design(l, rate < 4000 ? 4000 : rate);
	for (int c = 0; c < channels; c++)
		l->weight[c] = 1;
	if (channels == 5 || channels == 6) {
		l->weight[channels - 1] = l->weight[channels - 2] = 1.41;
		if (channels == 6)
			l->weight[3] = 0;
	}
	return l;
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

static double weigh(const struct loudness *l, struct state *s, double x)
{
	const struct biquad *f = &l->shelf, *g = &l->pass;
	double y = f->b0 * x + f->b1 * s->x1 + f->b2 * s->x2 - f->a1 * s->y1 -
		   f->a2 * s->y2;
	double z = y - 2 * s->y1 + s->y2 - g->a1 * s->z1 - g->a2 * s->z2;

	s->x2 = s->x1;
	s->x1 = x;
	s->y2 = s->y1;
	s->y1 = fabs(y) < 1e-30 ? 0 : y; /* no denormals */
	s->z2 = s->z1;
	s->z1 = fabs(z) < 1e-30 ? 0 : z;
	return z;
}

void loudness_add(struct loudness *l, const float *samples, size_t frames)
{
	for (size_t i = 0; i < frames; i++) {
		for (int c = 0; c < l->channels; c++) {
			double z = weigh(l, &l->state[c], *samples++);

			l->sum += l->weight[c] * z * z;
		}
		if (++l->at < l->step)
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
