/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/timbrenet.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/cholesky.h"

static bool fits(const struct timbrenet *n, const int16_t *scores, size_t i)
{
	const int16_t *s = scores + (size_t)n->row[i] * TIMBRE_AXES;

	for (int k = 0; k < TIMBRE_AXES; k++)
		if (s[k] == TIMBRE_NO)
			return false;
	return n->measured[n->row[i]] != 0;
}

/* The places of vectors to fit on; returns their number. */
static size_t choose(const struct timbrenet *n, const int16_t *scores,
		     uint32_t chosen[TIMBRENET_MOST])
{
	size_t all = 0, met = 0, kept = 0, step;

	for (size_t i = 0; i < n->count; i++)
		all += fits(n, scores, i);
	if (!all)
		return 0;
	step = (all + TIMBRENET_MOST - 1) / TIMBRENET_MOST;
	for (size_t i = 0; i < n->count; i++)
		if (fits(n, scores, i) && met++ % step == 0)
			chosen[kept++] = (uint32_t)i;
	return kept;
}

struct normal { /* equations; the lower half of a is filled */
	size_t n;
	double *a; /* [n][n] */
	double *x; /* [n][TIMBRE_AXES]: right sides, then solutions */
};

/* v with a constant behind. */
static void add_row(struct normal *e, const double *v, const int16_t *scores)
{
	for (size_t p = 0; p < e->n; p++) {
		double *row = e->a + p * e->n;

		for (size_t q = 0; q <= p; q++)
			row[q] += v[p] * v[q];
		for (size_t k = 0; k < TIMBRE_AXES; k++)
			e->x[p * TIMBRE_AXES + k] += v[p] * scores[k];
	}
}

/* x[dim + 1][TIMBRE_AXES], the last row for the constant. */
static int fit(const struct timbrenet *n, const int16_t *scores,
	       const uint32_t *chosen, size_t count, double *x)
{
	struct normal e = { .n = n->dim + 1, .x = x };
	double *v = mem_zalloc(e.n, sizeof(*v));
	int rc;

	e.a = mem_zalloc(e.n * e.n, sizeof(*e.a));
	v[n->dim] = 1;
	for (size_t i = 0; i < count; i++) {
		for (size_t d = 0; d < n->dim; d++)
			v[d] = (double)n->vectors[chosen[i] * n->dim + d];
		add_row(&e, v,
			scores + (size_t)n->row[chosen[i]] * TIMBRE_AXES);
	}
	/* The vectors are of unit length. */
	for (size_t d = 0; d < n->dim; d++)
		e.a[d * e.n + d] +=
		    TIMBRENET_RIDGE * (double)count / (double)n->dim;
	rc = cholesky_factor(e.a, e.n, 0);
	if (!rc)
		cholesky_solve(e.a, e.n, x, TIMBRE_AXES);
	free(e.a);
	free(v);
	return rc;
}

static int16_t rounded(double v)
{
	return v > INT16_MAX    ? INT16_MAX
	       : v < -INT16_MAX ? -INT16_MAX
				: (int16_t)lrint(v);
}

static void apply(const struct timbrenet *n, const double *x, int16_t *scores)
{
	for (size_t i = 0; i < n->count; i++) {
		const float *v = n->vectors + i * n->dim;
		int16_t *s = scores + (size_t)n->row[i] * TIMBRE_AXES;
		bool measured = n->measured[n->row[i]];

		for (size_t k = 0; k < TIMBRE_AXES; k++) {
			double sum = x[n->dim * TIMBRE_AXES + k];

			for (size_t d = 0; d < n->dim; d++)
				sum += (double)v[d] * x[d * TIMBRE_AXES + k];
			if (measured && s[k] != TIMBRE_NO)
				sum = (sum + s[k]) / 2;
			s[k] = rounded(sum);
		}
	}
}

bool timbrenet_refine(const struct timbrenet *n, int16_t *scores)
{
	uint32_t *chosen;
	double *x;
	size_t count;
	bool done = false;

	if (n->count < TIMBRENET_LEAST || n->dim > TIMBRENET_DIM)
		return false;
	for (size_t i = 0; i < n->count; i++)
		if (n->row[i] >= n->rows)
			return false;
	chosen = mem_alloc(TIMBRENET_MOST * sizeof(*chosen));
	x = mem_zalloc((n->dim + 1) * TIMBRE_AXES, sizeof(*x));
	count = choose(n, scores, chosen);
	if (count >= TIMBRENET_LEAST && count > 2 * n->dim &&
	    !fit(n, scores, chosen, count, x)) {
		apply(n, x, scores);
		done = true;
	}
	free(chosen);
	free(x);
	return done;
}
