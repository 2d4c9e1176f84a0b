/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/textnetloss.h"

#include <math.h>

#include "math/vector.h"

/* Each returns the loss and adds to g[columns]. */

static double loss_labels(const float *class_weight, const struct texthead *h,
			  const float *z, const float *y, float *g)
{
	double loss = 0;

	for (size_t k = h->first; k < h->first + h->count; k++) {
		float p = 1 / (1 + expf(-z[k]));
		float w = y[k] > 0.5F ? class_weight[k] : 1;

		if (isnan(y[k]))
			continue;
		g[k] += w * (p - y[k]);
		loss -= (double)(w * (y[k] * logf(p + 1e-7F) +
				      (1 - y[k]) * logf(1 - p + 1e-7F)));
	}
	return loss;
}

static double loss_class(const float *class_weight, const struct texthead *h,
			 const float *z, const float *y, float *g)
{
	float p[TEXTHEADS_COLUMNS], most = -INFINITY, sum = 0, w = 0;
	double loss = 0;

	if (isnan(y[h->first]))
		return 0;
	for (size_t k = h->first; k < h->first + h->count; k++)
		most = fmaxf(most, z[k]);
	for (size_t k = h->first; k < h->first + h->count; k++) {
		sum += p[k - h->first] = expf(z[k] - most);
		w += y[k] * class_weight[k];
	}
	for (size_t k = h->first; k < h->first + h->count; k++) {
		float q = p[k - h->first] / sum;

		g[k] += w * (q - y[k]);
		loss -= (double)(w * y[k] * logf(q + 1e-7F));
	}
	return loss;
}

static double loss_regression(const struct texthead *h, const float *z,
			      const float *y, float *g)
{
	double loss = 0;

	for (size_t i = 0; i < h->count; i++) {
		size_t k = h->first + i;
		float e;

		if (isnan(y[k]))
			continue;
		e = z[k] -
		    (float)(((double)y[k] - h->mean[i]) / h->deviation[i]);
		g[k] += fminf(fmaxf(e, -2), 2);
		loss += (double)(e * e) / 2;
	}
	return loss;
}

double textnetloss(const struct textheads *heads, const float *class_weight,
		   const float *z, const float *y, float weight,
		   float *gradient, size_t padded)
{
	double sum = 0;

	memset(gradient, 0, padded * sizeof(*gradient));
	for (size_t i = 0; i < heads->count; i++) {
		const struct texthead *h = &heads->head[i];
		float w = weight * (float)h->weight;
		double loss;

		if (h->kind == TEXTHEAD_LABELS)
			loss = loss_labels(class_weight, h, z, y, gradient);
		else if (h->kind == TEXTHEAD_CLASS)
			loss = loss_class(class_weight, h, z, y, gradient);
		else
			loss = loss_regression(h, z, y, gradient);
		vector_scale(gradient + h->first, w, h->count);
		sum += loss * (double)w;
	}
	return sum;
}
