/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/hpss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/lanes.h"
#include "base/mem.h"

/* A window of 17 is two octets, each sorted, and one value more. Octets are
 * shared: the second of one window is the first of that 8 further on. */
#define EIGHT 8
#define SIDE 8 /* HPSS_WINDOW / 2 */
#define WIDTH (MEL_BANDS + EIGHT)
#define RING (EIGHT + 1) /* octets from t - 8 to t */

_Static_assert(HPSS_WINDOW == 2 * SIDE + 1 && SIDE == EIGHT, "two octets");

struct octet {
	float v[EIGHT][WIDTH]; /* rising, in each lane */
};

struct hpss {
	size_t cap;             /* frames there is room for */
	float *power;           /* [cap][MEL_BANDS] */
	float width[MEL_BANDS]; /* of the bands, Hz: their power is a density */
	struct octet along[RING], across;
};

struct hpss *hpss_new(void)
{
	struct hpss *h = mem_zalloc(1, sizeof(*h));

	for (int b = 0; b < MEL_BANDS; b++)
		h->width[b] =
		    (float)(mel_centre_hz(b + 1) - mel_centre_hz(b - 1)) / 2;
	return h;
}

void hpss_free(struct hpss *h)
{
	if (!h)
		return;
	free(h->power);
	free(h);
}

static inline float smaller(float a, float b)
{
	return a < b ? a : b;
}

static inline float larger(float a, float b)
{
	return a > b ? a : b;
}

#define ORDER(a, b)                                                            \
	do {                                                                   \
		float low_ = smaller(a, b);                                    \
                                                                               \
		b = larger(a, b);                                              \
		a = low_;                                                      \
	} while (0)

/* Sorts, lane by lane, eight rows. Batcher's network of 19 exchanges (Knuth,
 * TAOCP 3, 5.3.4), written out: compilers make vectors of straight lines. */
LANES_CLONES static void sort_eight(struct octet *restrict o)
{
	for (int i = 0; i < WIDTH; i++) {
		float a = o->v[0][i], b = o->v[1][i], c = o->v[2][i];
		float d = o->v[3][i], e = o->v[4][i], f = o->v[5][i];
		float g = o->v[6][i], h = o->v[7][i];

		ORDER(a, b);
		ORDER(c, d);
		ORDER(e, f);
		ORDER(g, h);
		ORDER(a, c);
		ORDER(b, d);
		ORDER(e, g);
		ORDER(f, h);
		ORDER(b, c);
		ORDER(f, g);
		ORDER(a, e);
		ORDER(b, f);
		ORDER(c, g);
		ORDER(d, h);
		ORDER(c, e);
		ORDER(d, f);
		ORDER(b, c);
		ORDER(d, e);
		ORDER(f, g);
		o->v[0][i] = a;
		o->v[1][i] = b;
		o->v[2][i] = c;
		o->v[3][i] = d;
		o->v[4][i] = e;
		o->v[5][i] = f;
		o->v[6][i] = g;
		o->v[7][i] = h;
	}
}

/* The middle of a, of b from `lane` on (both sorted), and of x, lane by lane:
 * the eighth and ninth of the sixteen, with x held between them. */
LANES_CLONES static void middle(const struct octet *restrict a,
				const struct octet *restrict b, int lane,
				const float *restrict x, float *restrict out)
{
	float low[MEL_BANDS], high[MEL_BANDS];

	for (int i = 0; i < MEL_BANDS; i++) {
		low[i] = -INFINITY;
		high[i] = INFINITY;
	}
	for (int k = 0; k < EIGHT; k++) {
		const float *p = a->v[k], *q = b->v[EIGHT - 1 - k] + lane;

		for (int i = 0; i < MEL_BANDS; i++) {
			float l = smaller(p[i], q[i]), h = larger(p[i], q[i]);

			low[i] = larger(low[i], l);
			high[i] = smaller(high[i], h);
		}
	}
	for (int i = 0; i < MEL_BANDS; i++)
		out[i] = larger(low[i], smaller(high[i], x[i]));
}

/* Mirrored into [0, n): -1 is 0, n is n - 1. */
static size_t mirrored(long i, size_t n)
{
	long m = (long)n;

	while (i < 0 || i >= m)
		i = i < 0 ? -1 - i : 2 * m - 1 - i;
	return (size_t)i;
}

static const float *row(const struct hpss *h, long t, size_t frames)
{
	return h->power + mirrored(t, frames) * MEL_BANDS;
}

/* The octet of frames t to t + 7. */
static void add_octet(struct hpss *h, long t, size_t frames)
{
	struct octet *o = &h->along[(t + RING) % RING];

	for (int i = 0; i < EIGHT; i++)
		memcpy(o->v[i], row(h, t + i, frames),
		       MEL_BANDS * sizeof(float));
	sort_eight(o);
}

/* Medians along time, in each band of frame t; frames in order. */
static void along(struct hpss *h, size_t t, size_t frames, float *out)
{
	long now = (long)t;

	add_octet(h, now, frames);
	middle(&h->along[(now + 1) % RING], &h->along[now % RING], 0,
	       row(h, now + SIDE, frames), out);
}

/* Medians along frequency, of one frame's power. */
static void across(struct hpss *h, const float *power, float *out)
{
	float padded[MEL_BANDS + 2 * SIDE];

	memcpy(padded + SIDE, power, MEL_BANDS * sizeof(*power));
	for (int i = 0; i < SIDE; i++) {
		padded[SIDE - 1 - i] = power[i];
		padded[SIDE + MEL_BANDS + i] = power[MEL_BANDS - 1 - i];
	}
	for (int i = 0; i < EIGHT; i++)
		memcpy(h->across.v[i], padded + i, sizeof(h->across.v[i]));
	sort_eight(&h->across);
	middle(&h->across, &h->across, EIGHT, padded + 2 * SIDE, out);
}

static double total(float v[MEL_BANDS])
{
	for (int n = MEL_BANDS / 2; n; n /= 2)
		for (int i = 0; i < n; i++)
			v[i] += v[i + n];
	return v[0];
}

static void to_power(struct hpss *h, const float *db, size_t frames)
{
	const float octaves = (float)(M_LN10 / M_LN2 / 10); /* of a dB */

	if (frames > h->cap) {
		h->power =
		    mem_resize(h->power, frames, MEL_BANDS * sizeof(float));
		h->cap = frames;
	}
	for (size_t i = 0; i < frames * MEL_BANDS; i++)
		h->power[i] = exp2f(db[i] * octaves);
}

double hpss_harmonic(struct hpss *h, const float *db, size_t frames,
		     float *harmonic)
{
	double steady = 0, brief = 0;

	to_power(h, db, frames);
	for (long t = -SIDE; t < 0; t++)
		add_octet(h, t, frames);
	for (size_t t = 0; t < frames; t++) {
		const float *now = h->power + t * MEL_BANDS;
		float lasting[MEL_BANDS], wide[MEL_BANDS];
		double s, b;

		along(h, t, frames, lasting);
		across(h, now, wide);
		for (int i = 0; i < MEL_BANDS; i++) {
			float part =
			    now[i] * h->width[i] / (lasting[i] + wide[i]);

			lasting[i] *= part;
			wide[i] *= part;
		}
		s = total(lasting);
		b = total(wide);
		harmonic[t] = (float)(s / (s + b));
		steady += s;
		brief += b;
	}
	return steady / brief;
}
