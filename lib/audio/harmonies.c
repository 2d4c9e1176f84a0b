/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/harmonies.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

enum {
	LEAST = 10,  /* blocks */
	AROUND = 3,  /* semitones on each side, for what stands out */
	FIRST = 12,  /* of the semitones that pitch classes are from */
	LAST = 72,   /* not with it */
	MELODY = 24, /* the lowest that can be on top */
	TRIADS = 24, /* major and minor */
	CLASSES = HARMONIES_CLASSES
};
#define VOICE 0.25    /* of the strongest: heard as one more */
#define SOFTNESS 20.0 /* how sharply major is told from minor */

static const struct chord {
	int count, notes[4];
} chords[HARMONIES_CHORDS] = {
	{ 3, { 0, 4, 7 } },     { 3, { 0, 3, 7 } },     { 3, { 0, 3, 6 } },
	{ 3, { 0, 4, 8 } },     { 4, { 0, 4, 7, 10 } }, { 4, { 0, 3, 7, 10 } },
	{ 4, { 0, 4, 7, 11 } }, { 3, { 0, 5, 7 } },     { 2, { 0, 7 } },
};

/* Mean and standard deviation as they come. */
struct tally {
	double n, sum, squares;
};

static void tally_add(struct tally *t, double v)
{
	t->n++;
	t->sum += v;
	t->squares += v * v;
}

static void tally_put(const struct tally *t, float *mean, float *std)
{
	double m = t->sum / t->n;

	*mean = (float)m;
	*std = (float)sqrt(fmax(0, t->squares / t->n - m * m));
}

static double entropy(const double *share, int n)
{
	double sum = 0;

	for (int i = 0; i < n; i++)
		sum -= share[i] > 0 ? share[i] * log(share[i]) : 0;
	return sum;
}

struct work {
	size_t n;
	double (*classes)[CLASSES]; /* [n], sum 1 */
	double (*smooth)[CLASSES];  /* [n], length 1 */
	double all[CLASSES];        /* mean of classes */
	struct tally peaks, voices, pitch, width, top;
	double steps, held, registers[HARMONIES_REGISTERS];
};

/* What stands out of the semitones around, and its root. */
static double stand_out(const float *block, double *root)
{
	double over = 0, sum = 1e-9;

	for (int i = 0; i < SEMITONES; i++) {
		double around = 0;

		for (int k = i - AROUND; k <= i + AROUND; k++)
			if (k >= 0 && k < SEMITONES)
				around += (double)block[k];
		around = (double)block[i] - around / (2 * AROUND + 1);
		around = fmax(around, 0);
		root[i] = sqrt(around);
		over += around;
		sum += (double)block[i];
	}
	return over / sum;
}

static void classes_of(const double *root, double *out)
{
	double sum = 0;

	for (int c = 0; c < CLASSES; c++)
		out[c] = 0;
	for (int i = FIRST; i < LAST; i++) {
		out[i % CLASSES] += root[i];
		sum += root[i];
	}
	for (int c = 0; c < CLASSES; c++)
		out[c] = sum > 0 ? out[c] / sum : 1.0 / CLASSES;
}

/* Where the sound is: its centre, width, voices, and the strongest note from
 * MELODY on, which is returned. */
static int place(struct work *w, const float *block, const double *root)
{
	double sum = 1e-9, mean = 0, spread = 0;
	float most = 0;
	int voices = 0, top = MELODY;

	for (int i = 0; i < SEMITONES; i++) {
		sum += root[i];
		mean += i * root[i];
		w->registers[i * HARMONIES_REGISTERS / SEMITONES] += root[i];
		most = fmaxf(most, block[i]);
		if (i >= MELODY && block[i] > block[top])
			top = i;
	}
	mean /= sum;
	for (int i = 0; i < SEMITONES; i++) {
		spread += (i - mean) * (i - mean) * root[i];
		voices += (double)block[i] > VOICE * (double)most;
	}
	tally_add(&w->voices, voices);
	tally_add(&w->pitch, mean);
	tally_add(&w->width, sqrt(spread / sum));
	tally_add(&w->top, top);
	return top;
}

static void read_blocks(struct work *w, const float *blocks)
{
	double root[SEMITONES];
	int before = 0;

	for (size_t t = 0; t < w->n; t++, blocks += SEMITONES) {
		int top;

		tally_add(&w->peaks, stand_out(blocks, root));
		classes_of(root, w->classes[t]);
		for (int c = 0; c < CLASSES; c++)
			w->all[c] += w->classes[t][c] / (double)w->n;
		top = place(w, blocks, root);
		w->steps += t ? abs(top - before) : 0;
		w->held += t && top == before;
		before = top;
	}
}

static void smooth(struct work *w)
{
	for (size_t t = 0; t < w->n; t++) {
		const double *a = w->classes[t ? t - 1 : 0];
		const double *b = w->classes[t];
		const double *c = w->classes[t + 1 < w->n ? t + 1 : t];
		double length = 1e-18;

		for (int i = 0; i < CLASSES; i++) {
			w->smooth[t][i] = (a[i] + b[i] + c[i]) / 3;
			length += w->smooth[t][i] * w->smooth[t][i];
		}
		for (int i = 0; i < CLASSES; i++)
			w->smooth[t][i] /= sqrt(length);
	}
}

static double circular(const double *c, int shift)
{
	double sum = 0;

	for (int i = 0; i < CLASSES; i++)
		sum += c[i] * c[(i + shift) % CLASSES];
	return sum;
}

static int falling(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x < y) - (x > y);
}

/* How often notes are so far apart at one time, and in the whole. */
static void intervals(const struct work *w, float *out)
{
	double sorted[CLASSES], same = 1e-9, all = circular(w->all, 0);

	for (size_t t = 0; t < w->n; t++)
		same += circular(w->classes[t], 0);
	for (int k = 1; k <= HARMONIES_INTERVALS; k++) {
		double sum = 0;

		for (size_t t = 0; t < w->n; t++)
			sum += circular(w->classes[t], k);
		out[HARMONIES_INTERVAL + k - 1] = (float)(sum / same);
		out[HARMONIES_INTERVAL_ALL + k - 1] =
		    (float)(circular(w->all, k) / all);
	}
	for (int c = 0; c < CLASSES; c++)
		sorted[c] = w->all[c];
	qsort(sorted, CLASSES, sizeof(*sorted), falling);
	for (int c = 0; c < CLASSES; c++)
		out[HARMONIES_CLASS + c] = (float)sorted[c];
}

static double fit(const double *classes, const struct chord *c, int root)
{
	double sum = 0;

	for (int i = 0; i < c->count; i++)
		sum += classes[(root + c->notes[i]) % CLASSES];
	return sum / sqrt(c->count);
}

struct triads {
	struct tally major, best, margin;
	double count[TRIADS], changes;
	int before;
};

/* fits[TRIADS]: of major, then minor triads. */
static void add_triads(struct triads *t, const double *fits, bool first)
{
	double major = 0, minor = 0, second = -1;
	int best = 0;

	for (int i = 1; i < TRIADS; i++)
		if (fits[i] > fits[best])
			best = i;
	for (int i = 0; i < TRIADS; i++) {
		double e = exp(SOFTNESS * (fits[i] - fits[best]));

		*(i < CLASSES ? &major : &minor) += e;
		if (i != best)
			second = fmax(second, fits[i]);
	}
	tally_add(&t->major, major / (major + minor));
	tally_add(&t->best, fits[best]);
	tally_add(&t->margin, fits[best] - second);
	t->count[best]++;
	t->changes += !first && best != t->before;
	t->before = best;
}

static void put_triads(struct triads *t, size_t n, float *out)
{
	float unused;

	tally_put(&t->major, &out[HARMONIES_MAJOR_SHARE],
		  &out[HARMONIES_MAJOR_STD]);
	tally_put(&t->best, &out[HARMONIES_FIT], &unused);
	tally_put(&t->margin, &out[HARMONIES_MARGIN], &unused);
	out[HARMONIES_CHANGES] = (float)(t->changes / (double)(n - 1));
	for (int i = 0; i < TRIADS; i++)
		t->count[i] /= (double)n;
	out[HARMONIES_CHORD_ENTROPY] = (float)entropy(t->count, TRIADS);
	qsort(t->count, TRIADS, sizeof(*t->count), falling);
	out[HARMONIES_FIRST] = (float)t->count[0];
	out[HARMONIES_SECOND] = (float)t->count[1];
}

static void harmony(const struct work *w, float *out)
{
	struct tally each[HARMONIES_CHORDS] = { { 0 } };
	struct triads triads = { .changes = 0 };

	for (size_t t = 0; t < w->n; t++) {
		double fits[HARMONIES_CHORDS * CLASSES];

		for (int c = 0; c < HARMONIES_CHORDS; c++) {
			double best = 0;

			for (int r = 0; r < CLASSES; r++) {
				double f = fit(w->smooth[t], &chords[c], r);

				fits[c * CLASSES + r] = f;
				best = fmax(best, f);
			}
			tally_add(&each[c], best);
		}
		add_triads(&triads, fits, t == 0);
	}
	for (int c = 0; c < HARMONIES_CHORDS; c++)
		tally_put(&each[c], &out[HARMONIES_CHORD + 2 * c],
			  &out[HARMONIES_CHORD + 2 * c + 1]);
	put_triads(&triads, w->n, out);
}

static void changes(const struct work *w, float *out)
{
	struct tally mixed = { 0 }, moved = { 0 };

	for (size_t t = 0; t < w->n; t++) {
		double d = 0;

		tally_add(&mixed, entropy(w->classes[t], CLASSES));
		if (t < 2)
			continue;
		for (int i = 0; i < CLASSES; i++) {
			double x = w->smooth[t][i] - w->smooth[t - 2][i];

			d += x * x;
		}
		tally_add(&moved, sqrt(d));
	}
	tally_put(&mixed, &out[HARMONIES_ENTROPY_MEAN],
		  &out[HARMONIES_ENTROPY_STD]);
	tally_put(&moved, &out[HARMONIES_CHANGE_MEAN],
		  &out[HARMONIES_CHANGE_STD]);
	out[HARMONIES_ENTROPY_ALL] = (float)entropy(w->all, CLASSES);
}

static void places(const struct work *w, float *out)
{
	double sum = 1e-9;

	for (int i = 0; i < HARMONIES_REGISTERS; i++)
		sum += w->registers[i];
	for (int i = 0; i < HARMONIES_REGISTERS; i++)
		out[HARMONIES_REGISTER + i] = (float)(w->registers[i] / sum);
	tally_put(&w->peaks, &out[HARMONIES_PEAKS_MEAN],
		  &out[HARMONIES_PEAKS_STD]);
	tally_put(&w->voices, &out[HARMONIES_VOICES_MEAN],
		  &out[HARMONIES_VOICES_STD]);
	tally_put(&w->pitch, &out[HARMONIES_PITCH_MEAN],
		  &out[HARMONIES_PITCH_STD]);
	tally_put(&w->width, &out[HARMONIES_WIDTH_MEAN],
		  &out[HARMONIES_WIDTH_STD]);
	tally_put(&w->top, &out[HARMONIES_TOP_MEAN], &out[HARMONIES_TOP_STD]);
	out[HARMONIES_TOP_STEP] = (float)(w->steps / (double)(w->n - 1));
	out[HARMONIES_TOP_HELD] = (float)(w->held / (double)(w->n - 1));
}

void harmonies_measure(const float *blocks, size_t n,
		       float out[HARMONIES_COUNT])
{
	struct work w = { .n = n };

	for (int i = 0; i < HARMONIES_COUNT; i++)
		out[i] = NAN;
	if (n < LEAST)
		return;
	w.classes = mem_alloc(n * sizeof(*w.classes));
	w.smooth = mem_alloc(n * sizeof(*w.smooth));
	read_blocks(&w, blocks);
	smooth(&w);
	intervals(&w, out);
	harmony(&w, out);
	changes(&w, out);
	places(&w, out);
	free(w.classes);
	free(w.smooth);
}
