/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/textcalibrate.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "learn/calibration.h"
#include "math/algebra.h"

/* Rows labelled for a head: their logits and targets, to free. */
static size_t labelled_rows(const struct texthead *h, const struct labelled *l,
			    const float *logit, float **z, float **y)
{
	size_t n = 0, columns = l->columns;

	*z = mem_zalloc(l->count * h->count + 1, sizeof(float));
	*y = mem_zalloc(l->count * h->count + 1, sizeof(float));
	for (size_t i = 0; i < l->count; i++) {
		const float *target = labelled_target(l, i);

		if (isnan(target[h->first]))
			continue;
		memcpy(*z + n * h->count, logit + i * columns + h->first,
		       h->count * sizeof(float));
		memcpy(*y + n * h->count, target + h->first,
		       h->count * sizeof(float));
		n++;
	}
	return n;
}

static void calibrate_labels(struct texthead *h, const float *z, const float *y,
			     size_t n)
{
	float *zk = mem_zalloc(n + 1, sizeof(float));
	float *yk = mem_zalloc(n + 1, sizeof(float));

	for (size_t k = 0; k < h->count; k++) {
		for (size_t i = 0; i < n; i++) {
			zk[i] = z[i * h->count + k];
			yk[i] = y[i * h->count + k];
		}
		calibration_platt(zk, yk, NULL, n, &h->slope[k], &h->offset[k]);
		if (h->calibration == TEXTHEAD_ISOTONIC)
			h->knots[k] =
			    calibration_isotonic(zk, yk, n, h->knot_x[k],
						 h->knot_y[k], TEXTHEADS_KNOTS);
		for (size_t i = 0; i < n; i++)
			zk[i] =
			    (float)texthead_probability(h, k, (double)zk[i]);
		h->threshold[k] = calibration_threshold(zk, yk, n, NULL);
	}
	free(zk);
	free(yk);
}

static void calibrate_class(struct texthead *h, const float *z, const float *y,
			    size_t n)
{
	double slope;

	if (h->calibration == TEXTHEAD_TEMPERATURE)
		calibration_temperature(z, y, n, h->count, &slope);
	else
		calibration_vector(z, y, n, h->count, &slope, h->offset);
	for (size_t k = 0; k < h->count; k++)
		h->slope[k] = slope;
}

/* Ridge regression of a stacked head on logits and cues: weights and constant
 * of each column to `to`. */
static int stack_head(const struct texthead *h, const struct labelled *l,
		      const float *logit, const float *cues, double ridge,
		      float *to, struct err *err)
{
	size_t columns = l->columns, k = columns + TEXTCUES + 1, n = 0;
	double *a = mem_zalloc((l->count + 1) * k, sizeof(double));
	double *y = mem_zalloc((l->count + 1) * h->count, sizeof(double));
	double *x = mem_zalloc(k * h->count, sizeof(double));
	double *ridges = mem_zalloc(k, sizeof(double));
	int rc;

	for (size_t i = 0; i < l->count; i++) {
		const float *target = labelled_target(l, i) + h->first;

		if (isnan(target[0]))
			continue;
		for (size_t j = 0; j < columns; j++)
			a[n * k + j] = (double)logit[i * columns + j];
		for (size_t j = 0; j < TEXTCUES; j++)
			a[n * k + columns + j] = (double)cues[i * TEXTCUES + j];
		a[n * k + k - 1] = 1;
		for (size_t j = 0; j < h->count; j++)
			y[n * h->count + j] =
			    ((double)target[j] - h->mean[j]) / h->deviation[j];
		n++;
	}
	for (size_t j = 0; j + 1 < k; j++)
		ridges[j] = ridge;
	ridges[k - 1] = 1e-6;
	rc = algebra_ridge(x, a, y, ridges, n, k, h->count, err);
	for (size_t j = 0; j < h->count && !rc; j++)
		for (size_t i = 0; i < k; i++)
			to[j * k + i] = (float)x[i * h->count + j];
	free(a);
	free(y);
	free(x);
	free(ridges);
	return rc;
}

int textcalibrate(struct textheads *heads, const struct labelled *l,
		  const float *logit, const float *cues, double ridge,
		  float **stack, struct err *err)
{
	size_t k = heads->columns + TEXTCUES + 1, at = 0;

	*stack = mem_zalloc(heads->columns * k + 1, sizeof(float));
	for (size_t i = 0; i < heads->count; i++) {
		struct texthead *h = &heads->head[i];
		float *z, *y;
		size_t n = labelled_rows(h, l, logit, &z, &y);

		if (h->kind == TEXTHEAD_LABELS)
			calibrate_labels(h, z, y, n);
		else if (h->kind == TEXTHEAD_CLASS)
			calibrate_class(h, z, y, n);
		free(z);
		free(y);
		if (!h->stacked)
			continue;
		if (stack_head(h, l, logit, cues, ridge, *stack + at, err))
			return err_prefix(err, "%s", h->name);
		at += h->count * k;
	}
	return 0;
}

void textcalibrate_spread(struct textheads *heads, const struct labelled *l,
			  const float *value)
{
	for (size_t i = 0; i < heads->count; i++) {
		struct texthead *h = &heads->head[i];

		for (size_t k = 0; k < h->count; k++) {
			double n = 0, sum = 0;

			for (size_t j = 0; j < l->count; j++) {
				size_t at = j * l->columns + h->first + k;
				double e =
				    (double)l->targets[at] - (double)value[at];

				if (isnan(e))
					continue;
				n++;
				sum += e * e;
			}
			h->spread[k] = n > 0 ? sqrt(sum / n) : 0;
		}
	}
}
