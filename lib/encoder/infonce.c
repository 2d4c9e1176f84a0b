/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/infonce.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/vector.h"

static bool counts(const struct infonce_batch *x, size_t i, size_t j)
{
	return i == j ||
	       (x->same_a[i] != x->same_a[j] && x->same_b[i] != x->same_b[j]);
}

/* Cross entropy along row i (or, across, column i) of the similarities s; adds
 * weight times its gradient to g. */
static double entropy(const struct infonce_batch *x, const double *s,
		      bool across, size_t i, double weight, double *g)
{
	double most = -INFINITY, sum = 0;

	for (size_t j = 0; j < x->n; j++)
		if (counts(x, i, j))
			most =
			    fmax(most, s[across ? j * x->n + i : i * x->n + j]);
	for (size_t j = 0; j < x->n; j++)
		if (counts(x, i, j))
			sum +=
			    exp(s[across ? j * x->n + i : i * x->n + j] - most);
	for (size_t j = 0; j < x->n; j++) {
		size_t at = across ? j * x->n + i : i * x->n + j;

		if (counts(x, i, j))
			g[at] += weight * (exp(s[at] - most) / sum - (i == j));
	}
	return weight * (most + log(fmax(sum, 1e-300)) - s[i * x->n + i]);
}

double infonce(const struct infonce_batch *x, float *gradient_a,
	       float *gradient_b)
{
	double *s = mem_zalloc(x->n * x->n + 1, sizeof(*s));
	double *g = mem_zalloc(x->n * x->n + 1, sizeof(*g));
	double loss = 0, weight = x->symmetric ? 0.5 : 1;
	size_t d = x->dim;

	for (size_t i = 0; i < x->n; i++)
		for (size_t j = 0; j < x->n; j++)
			s[i * x->n + j] =
			    (double)vector_dot(x->a + i * d, x->b + j * d, d) /
			    x->temperature;
	for (size_t i = 0; i < x->n; i++) {
		loss += entropy(x, s, false, i, weight, g);
		if (x->symmetric)
			loss += entropy(x, s, true, i, weight, g);
	}
	memset(gradient_a, 0, x->n * d * sizeof(*gradient_a));
	memset(gradient_b, 0, x->n * d * sizeof(*gradient_b));
	for (size_t i = 0; i < x->n; i++)
		for (size_t j = 0; j < x->n; j++) {
			float w = (float)(g[i * x->n + j] / x->temperature);

			vector_axpy(gradient_a + i * d, w, x->b + j * d, d);
			vector_axpy(gradient_b + j * d, w, x->a + i * d, d);
		}
	free(s);
	free(g);
	return loss;
}

double infonce_recall(const struct infonce_batch *x)
{
	size_t hits = 0, d = x->dim;

	for (size_t i = 0; i < x->n; i++) {
		float own = vector_dot(x->a + i * d, x->b + i * d, d);
		bool best = true;

		for (size_t j = 0; j < x->n && best; j++)
			best = i == j || !counts(x, i, j) ||
			       vector_dot(x->a + i * d, x->b + j * d, d) < own;
		hits += best;
	}
	return x->n ? (double)hits / (double)x->n : NAN;
}
