/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/partials.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/lanes.h"

enum {
	LOWEST = 5,    /* bin: 54 Hz */
	HIGHEST = 465, /* 5 kHz */
	AROUND = 8,    /* bins to either side that a peak stands out from */
	BINS = (HIGHEST + AROUND + LANES) / LANES * LANES,
	MOST = 24, /* partials at a time, the strongest */
};
#define BELOW 45.0f   /* dB under a frame's strongest peak: not heard */
#define ABOVE 5.0f    /* dB that a peak is above the mean around it */
#define SILENT -50.0f /* dB */
#define FAINT 1e-8f   /* added to all power: -80 dB */
#define NEAR 60.0f    /* cents from one frame to the next */

static const int held[PARTIALS_HELD] = { 4, 8, 16, 32, 64 };
static const float bands[PARTIALS_BANDS - 1] = { 200, 400, 800, 1600 };
static const float registers[PARTIALS_REGISTERS - 1] = { 250, 900 };
/* The first length of each class of lengths. */
static const int lengths[PARTIALS_LENGTHS] = { 0,  2,  4,  6,  8,  12,
					       16, 24, 32, 48, 64, 96 };

struct partials {
	size_t frames;
	struct peak {
		float cents, db; /* cents above 55 Hz */
	} peaks[MOST];
	size_t npeaks;
	struct partial {
		float cents, db; /* of the last frame */
		double sum;      /* of cents */
		double amplitude;
		int length;
	} active[MOST], next[MOST];
	size_t nactive;
	double all;
	struct {
		double amplitude, held[PARTIALS_HELD];
		double brief, begun, lasting;
	} band[PARTIALS_BANDS];
	struct {
		double amplitude, by_length[PARTIALS_LENGTHS];
		double count[PARTIALS_LENGTHS];
	} pitch[PARTIALS_REGISTERS];
};

struct partials *partials_new(void)
{
	return mem_zalloc(1, sizeof(struct partials));
}

void partials_free(struct partials *p)
{
	free(p);
}

void partials_reset(struct partials *p)
{
	*p = (struct partials){ .frames = 0 };
}

static float cents(float hz)
{
	return 1200 * log2f(hz / 55);
}

static size_t class_of(float hz, const float *edges, size_t count)
{
	size_t i = 0;

	while (i < count && hz >= edges[i])
		i++;
	return i;
}

/* A partial has ended. */
static void end(struct partials *p, const struct partial *q)
{
	float mean = 55 * exp2f((float)(q->sum / q->length) / 1200);
	size_t b = class_of(mean, bands, PARTIALS_BANDS - 1);
	size_t r = class_of(mean, registers, PARTIALS_REGISTERS - 1);
	size_t l = PARTIALS_LENGTHS - 1;

	p->all += q->amplitude;
	p->band[b].amplitude += q->amplitude;
	for (int i = 0; i < PARTIALS_HELD; i++)
		if (q->length >= held[i])
			p->band[b].held[i] += q->amplitude;
	p->band[b].brief += q->length < 4;
	p->band[b].begun += q->length >= 4;
	p->band[b].lasting += q->length >= 16;
	while (q->length < lengths[l])
		l--;
	p->pitch[r].amplitude += q->amplitude;
	p->pitch[r].by_length[l] += q->amplitude;
	p->pitch[r].count[l]++;
}

/* Where a parabola through three bins is highest. */
static struct peak peak_at(const float *db, int k)
{
	float a = db[k - 1], b = db[k], c = db[k + 1];
	float at = (a - c) / 2 / fminf(a - 2 * b + c, -1e-3f);

	return (struct peak){
		cents(((float)k + fmaxf(-0.5f, fminf(0.5f, at))) *
		      (float)STFT_BIN_HZ),
		b - (a - c) * at / 4,
	};
}

LANES_CLONES
static void decibels(const float power[STFT_BINS], float db[BINS])
{
	for (int k = 0; k < BINS; k += LANES) {
		lanes x = LANES_OF(power + k) + FAINT;

		lanes_db(&x, &x);
		LANES_AT(db + k) = x;
	}
}

static bool stands_out(const float *db, int k)
{
	int from = k > AROUND ? k - AROUND : 0, to = k + AROUND + 1;
	float sum = 0;

	for (int i = from; i < to; i++)
		sum += db[i];
	return db[k] - ABOVE > sum / (float)(to - from);
}

/* The strongest peaks, in the order of their pitch. */
static void find_peaks(struct partials *p, const float power[STFT_BINS])
{
	float db[BINS], most = SILENT;
	int bin[MOST];
	size_t n = 0, weakest = 0;

	decibels(power, db);
	for (int k = LOWEST; k < HIGHEST; k++)
		most = db[k] > most ? db[k] : most;
	most = most - BELOW > SILENT ? most - BELOW : SILENT;
	for (int k = LOWEST; k < HIGHEST; k++) {
		if (!(db[k] > db[k - 1]) || db[k] < db[k + 1] ||
		    !(db[k] > most) || !stands_out(db, k))
			continue;
		if (n == MOST && db[k] <= db[bin[weakest]])
			continue;
		if (n == MOST) /* the bins stay in order */
			memmove(bin + weakest, bin + weakest + 1,
				(--n - weakest) * sizeof(*bin));
		bin[n++] = k;
		if (n < MOST)
			continue;
		weakest = 0;
		for (size_t i = 1; i < MOST; i++)
			if (db[bin[i]] < db[bin[weakest]])
				weakest = i;
	}
	p->npeaks = n;
	for (size_t i = 0; i < n; i++)
		p->peaks[i] = peak_at(db, bin[i]);
}

/* The free peak nearest to a partial, the peaks being in order; -1: none. */
static int nearest(const struct partials *p, const struct partial *q,
		   const bool *used)
{
	size_t low = 0, high = p->npeaks;
	float least = NEAR;
	int best = -1;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (p->peaks[middle].cents <= q->cents - NEAR)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < p->npeaks && p->peaks[low].cents < q->cents + NEAR;
	     low++) {
		float d = fabsf(p->peaks[low].cents - q->cents);

		if (!used[low] && d < least) {
			least = d;
			best = (int)low;
		}
	}
	return best;
}

static void extend(struct partial *q, const struct peak *k)
{
	q->cents = k->cents;
	q->db = k->db;
	q->sum += (double)k->cents;
	q->amplitude += (double)expf(k->db * (float)(M_LN10 / 20));
	q->length++;
}

/* Numbers of those that go on, the strongest first: these choose first. */
static void rank(const struct partials *p, size_t order[MOST])
{
	for (size_t i = 0; i < p->nactive; i++) {
		size_t at = i;

		for (; at && p->active[order[at - 1]].db < p->active[i].db;
		     at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
}

void partials_add(struct partials *p, const float power[STFT_BINS])
{
	bool used[MOST] = { false };
	size_t order[MOST], n = 0;

	find_peaks(p, power);
	rank(p, order);
	for (size_t i = 0; i < p->nactive; i++) {
		const struct partial *q = &p->active[order[i]];
		int k = nearest(p, q, used);

		if (k < 0) {
			end(p, q);
			continue;
		}
		used[k] = true;
		p->next[n] = *q;
		extend(&p->next[n++], &p->peaks[k]);
	}
	for (size_t k = 0; k < p->npeaks; k++)
		if (!used[k]) {
			p->next[n] = (struct partial){ .length = 0 };
			extend(&p->next[n++], &p->peaks[k]);
		}
	memcpy(p->active, p->next, n * sizeof(*p->next));
	p->nactive = n;
	p->frames++;
}

void partials_measure(struct partials *p, float out[PARTIALS_COUNT])
{
	double second = STFT_FRAME_RATE / (double)p->frames;

	for (size_t i = 0; i < p->nactive; i++)
		end(p, &p->active[i]);
	p->nactive = 0;
	for (int b = 0; b < PARTIALS_BANDS; b++) {
		float *to = out + b * PARTIALS_BAND;
		double of = p->band[b].amplitude + 1e-9;

		to[PARTIALS_SHARE] =
		    (float)(p->band[b].amplitude / (p->all + 1e-9));
		for (int i = 0; i < PARTIALS_HELD; i++)
			to[PARTIALS_HELD_SHARE + i] =
			    (float)(p->band[b].held[i] / of);
		to[PARTIALS_BRIEF] = (float)log1p(p->band[b].brief * second);
		to[PARTIALS_BEGUN] = (float)log1p(p->band[b].begun * second);
		to[PARTIALS_LASTING] =
		    (float)log1p(p->band[b].lasting * second);
	}
	for (int r = 0; r < PARTIALS_REGISTERS; r++)
		for (int l = 0; l < PARTIALS_LENGTHS; l++) {
			int at = r * PARTIALS_LENGTHS + l;

			out[PARTIALS_LENGTH + at] =
			    (float)sqrt(p->pitch[r].by_length[l] /
					(p->pitch[r].amplitude + 1e-9));
			out[PARTIALS_RATE + at] =
			    (float)log1p(p->pitch[r].count[l] * second);
		}
}
