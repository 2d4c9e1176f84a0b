/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/calibration.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/cholesky.h"

#define ROUNDS 100     /* of Newton's method; a dozen do */
#define DESCENT 1e-4   /* of the slope's promise, to accept a step */
#define STEP_MIN 1e-10 /* of the Newton step: below it rounding decides */
#define DAMPING 1e-12  /* of the weight, where curvature is nought */
/* Of the rows' weight. A step that promises less than this is taken in full
 * and is the last: sums of losses do not show it, and what it leaves is of the
 * order of its square. */
#define SETTLED 1e-11

/* ln(1 + exp(f)), without overflow. */
static double softplus(double f)
{
	return fmax(f, 0) + log1p(exp(-fabs(f)));
}

/* --- one label --- */

struct platt {
	const float *z, *target, *weight;
	size_t n;
	double mean, deviation; /* of z: the fit is on standard scores */
	double yes, no;         /* what targets 1 and 0 count as */
	double total;           /* weight */
};

struct platt_sums {
	double loss, g[2],
	    h[3]; /* h: slope slope, slope offset, offset offset */
};

static double row_weight(const struct platt *f, size_t i)
{
	double w = f->weight ? (double)f->weight[i] : 1;

	return isfinite(f->z[i]) && isfinite(f->target[i]) && isfinite(w) &&
		       w > 0
		   ? w
		   : 0;
}

/* Weight, mean and deviation; false: no weight. */
static bool platt_scale(struct platt *f)
{
	double side[2] = { 0 }, squares = 0;

	for (size_t i = 0; i < f->n; i++) {
		double w = row_weight(f, i);

		if (w <= 0)
			continue;
		side[0] += w * (1 - (double)f->target[i]);
		side[1] += w * (double)f->target[i];
		f->mean += w * (double)f->z[i];
		f->total += w;
	}
	if (f->total <= 0)
		return false;
	f->mean /= f->total;
	for (size_t i = 0; i < f->n; i++) {
		double w = row_weight(f, i);
		double d = w > 0 ? (double)f->z[i] - f->mean : 0;

		squares += w * d * d;
	}
	f->deviation = sqrt(squares / f->total);
	f->yes = (side[1] + 1) / (side[1] + 2);
	f->no = 1 / (side[0] + 2);
	return true;
}

static void platt_at(const struct platt *f, const double x[2],
		     struct platt_sums *s)
{
	memset(s, 0, sizeof(*s));
	for (size_t i = 0; i < f->n; i++) {
		double w = row_weight(f, i), u, t, a, p;

		if (w <= 0)
			continue;
		u = f->deviation > 0
			? ((double)f->z[i] - f->mean) / f->deviation
			: 0;
		t = (double)f->target[i];
		t = t * f->yes + (1 - t) * f->no;
		a = x[0] * u + x[1];
		p = 1 / (1 + exp(-a));
		s->loss += w * (softplus(a) - t * a);
		s->g[0] += w * (p - t) * u;
		s->g[1] += w * (p - t);
		s->h[0] += w * p * (1 - p) * u * u;
		s->h[1] += w * p * (1 - p) * u;
		s->h[2] += w * p * (1 - p);
	}
}

/* The Newton step of the gradient and curvature in s. */
static void platt_step(const struct platt *f, const struct platt_sums *s,
		       double d[2])
{
	double a = s->h[0] + DAMPING * f->total;
	double c = s->h[2] + DAMPING * f->total;
	double det = a * c - s->h[1] * s->h[1];

	d[0] = -(c * s->g[0] - s->h[1] * s->g[1]) / det;
	d[1] = -(a * s->g[1] - s->h[1] * s->g[0]) / det;
}

static void platt_fit(const struct platt *f, double x[2])
{
	struct platt_sums s, next;

	platt_at(f, x, &s);
	for (int round = 0; round < ROUNDS; round++) {
		double d[2], y[2], promise, step = 1;

		platt_step(f, &s, d);
		promise = s.g[0] * d[0] + s.g[1] * d[1];
		if (-promise < SETTLED * f->total) {
			x[0] += d[0];
			x[1] += d[1];
			return;
		}
		for (;; step /= 2) {
			if (step < STEP_MIN)
				return;
			y[0] = x[0] + step * d[0];
			y[1] = x[1] + step * d[1];
			platt_at(f, y, &next);
			if (next.loss <= s.loss + DESCENT * step * promise)
				break;
		}
		memcpy(x, y, sizeof(y));
		s = next;
	}
}

int calibration_platt(const float *z, const float *target, const float *weight,
		      size_t n, double *slope, double *offset)
{
	struct platt f = { .z = z, .target = target, .weight = weight, .n = n };
	double x[2] = { 0 }, mean = 0;

	*slope = 1;
	*offset = 0;
	if (!platt_scale(&f))
		return -1;
	for (size_t i = 0; i < n; i++) {
		double w = row_weight(&f, i);
		double t = w > 0 ? (double)target[i] : 0;

		mean += w * (t * f.yes + (1 - t) * f.no);
	}
	mean /= f.total;
	x[1] = log(mean / (1 - mean)); /* the best for logits all equal */
	platt_fit(&f, x);
	*slope = f.deviation > 0 ? x[0] / f.deviation : 0;
	*offset = x[1] - *slope * f.mean;
	return 0;
}

/* --- one class of k --- */

struct classes {
	const float *z, *targets;
	size_t n, k;
};

/* The sum of a row's targets, 0: leave it out. */
static double row_sum(const struct classes *c, size_t i)
{
	double sum = 0;

	for (size_t j = 0; j < c->k; j++) {
		if (!isfinite(c->z[i * c->k + j]))
			return 0;
		sum += (double)c->targets[i * c->k + j];
	}
	return isfinite(sum) && sum > 0 ? sum : 0;
}

static size_t rows_used(const struct classes *c)
{
	size_t used = 0;

	for (size_t i = 0; i < c->n; i++)
		used += row_sum(c, i) > 0;
	return used;
}

/* p = softmax(slope z + offset), offset NULL: none; returns ln of the sum of
 * the exponentials. */
static double softmax(const float *z, double slope, const double *offset,
		      size_t k, double *p)
{
	double top = -INFINITY, sum = 0;

	for (size_t j = 0; j < k; j++) {
		p[j] = slope * (double)z[j] + (offset ? offset[j] : 0);
		top = fmax(top, p[j]);
	}
	for (size_t j = 0; j < k; j++)
		sum += p[j] = exp(p[j] - top);
	for (size_t j = 0; j < k; j++)
		p[j] /= sum;
	return top + log(fmax(sum, 1)); /* at least 1: the top one */
}

/* The loss's derivative by the slope, and its own derivative. */
static double slope_gradient(const struct classes *c, double slope, double *p,
			     double *curve)
{
	double gradient = 0;

	*curve = 0;
	for (size_t i = 0; i < c->n; i++) {
		const float *z = c->z + i * c->k, *t = c->targets + i * c->k;
		double sum = row_sum(c, i), mean = 0, told = 0, square = 0;

		if (sum <= 0)
			continue;
		softmax(z, slope, NULL, c->k, p);
		for (size_t j = 0; j < c->k; j++) {
			mean += p[j] * (double)z[j];
			told += (double)t[j] / sum * (double)z[j];
		}
		for (size_t j = 0; j < c->k; j++)
			square += p[j] * ((double)z[j] - mean) *
				  ((double)z[j] - mean);
		gradient += mean - told;
		*curve += square;
	}
	return gradient;
}

int calibration_temperature(const float *z, const float *targets, size_t n,
			    size_t k, double *slope)
{
	struct classes c = { z, targets, n, k };
	double lo = 0, hi = 1, at = 1, curve, gradient, *p;

	*slope = 1;
	if (!rows_used(&c))
		return -1;
	p = mem_zalloc(k, sizeof(*p));
	if (slope_gradient(&c, 0, p, &curve) >= 0)
		hi = at = 0;
	while (hi > 0 && hi < CALIBRATION_SLOPE_MAX &&
	       slope_gradient(&c, hi, p, &curve) < 0) {
		lo = hi;
		at = hi = fmin(2 * hi, CALIBRATION_SLOPE_MAX);
	}
	for (int round = 0; round < ROUNDS && hi > lo; round++) {
		double step;

		gradient = slope_gradient(&c, at, p, &curve);
		*(gradient < 0 ? &lo : &hi) = at;
		step = gradient / curve;
		if (fabs(step) <= 1e-12 * at)
			break;
		at -= step;
		if (!(at > lo && at < hi))
			at = lo + (hi - lo) / 2;
	}
	*slope = at;
	free(p);
	return 0;
}

/* One row's part in the loss, its gradient and curvature (lower triangle);
 * parameter 0 is the slope, 1 + j the offset of class j. */
static double vector_row(const float *z, const float *t, double sum, size_t k,
			 const double *x, double *p, double *g, double *h)
{
	double loss = softmax(z, x[0], x + 1, k, p), mean = 0, square = 0;

	for (size_t j = 0; j < k; j++) {
		loss -= (double)t[j] / sum * (x[0] * (double)z[j] + x[1 + j]);
		mean += p[j] * (double)z[j];
	}
	if (!g)
		return loss;
	for (size_t j = 0; j < k; j++) {
		double d = p[j] - (double)t[j] / sum;
		double *row = h + (1 + j) * (k + 1);

		g[0] += d * (double)z[j];
		g[1 + j] += d;
		square += p[j] * ((double)z[j] - mean) * ((double)z[j] - mean);
		row[0] += p[j] * ((double)z[j] - mean);
		for (size_t l = 0; l < j; l++)
			row[1 + l] -= p[j] * p[l];
		row[1 + j] += p[j] * (1 - p[j]);
	}
	h[0] += square;
	return loss;
}

/* The penalised loss at x; with g[k + 1] and h[k + 1][k + 1] also those. */
static double vector_at(const struct classes *c, const double *x, double *p,
			double *g, double *h)
{
	size_t m = c->k + 1;
	double loss = 0;

	for (size_t j = 0; j < m; j++) {
		double away = x[j] - (j ? 0 : 1);

		loss += away * away / 2;
		if (!g)
			continue;
		g[j] = away;
		memset(h + j * m, 0, m * sizeof(*h));
		h[j * m + j] = 1;
	}
	for (size_t i = 0; i < c->n; i++) {
		double sum = row_sum(c, i);

		if (sum > 0)
			loss +=
			    vector_row(c->z + i * c->k, c->targets + i * c->k,
				       sum, c->k, x, p, g, h);
	}
	return loss;
}

/* Newton from x on; work holds p[m], g[m], d[m], y[m], h[m][m]. */
static void vector_fit(const struct classes *c, double rows, double *x,
		       double *work)
{
	size_t m = c->k + 1;
	double *p = work, *g = p + m, *d = g + m, *y = d + m, *h = y + m;

	for (int round = 0; round < ROUNDS; round++) {
		double loss = vector_at(c, x, p, g, h), promise = 0, step = 1;

		if (cholesky_factor(h, m, 0))
			return; /* not finite */
		memcpy(d, g, m * sizeof(*d));
		cholesky_solve(h, m, d, 1);
		for (size_t j = 0; j < m; j++)
			promise += g[j] * d[j];
		for (;; step /= 2) {
			for (size_t j = 0; j < m; j++)
				y[j] = x[j] - step * d[j];
			if (promise < SETTLED * rows || step < STEP_MIN ||
			    vector_at(c, y, p, NULL, NULL) <=
				loss - DESCENT * step * promise)
				break;
		}
		memcpy(x, y, m * sizeof(*x));
		if (promise < SETTLED * rows || step < STEP_MIN)
			return;
	}
}

int calibration_vector(const float *z, const float *targets, size_t n, size_t k,
		       double *slope, double *offset)
{
	struct classes c = { z, targets, n, k };
	double x[CALIBRATION_CLASSES + 1] = { 1 };
	size_t rows = k <= CALIBRATION_CLASSES ? rows_used(&c) : 0;
	double *work;

	*slope = 1;
	for (size_t j = 0; j < k; j++)
		offset[j] = 0;
	if (!rows)
		return -1;
	work = mem_zalloc((k + 1) * (k + 5), sizeof(*work));
	vector_fit(&c, (double)rows, x, work);
	free(work);
	*slope = x[0];
	memcpy(offset, x + 1, k * sizeof(*offset));
	return 0;
}
