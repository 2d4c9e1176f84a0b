/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "learn/treesformat.h"

struct cutting {
	struct trees_rows *r;
	const float *x;
	int bins;
	float **sorted; /* [threads][n] */
};

static int by_value(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

/* Below b and not below a < b. */
static float midway(float a, float b)
{
	float m = (float)(((double)a + (double)b) / 2);

	return m < b ? m : a;
}

/* Edges between values at equal numbers of rows; of few values, between all.
 * Returns the bins. */
static size_t cut(const float *v, size_t n, size_t bins, float *edge)
{
	size_t values = n > 0, edges = 0, done = 0;

	for (size_t i = 1; i < n; i++)
		values += v[i] > v[i - 1];
	for (size_t i = 1; i < n && edges + 1 < bins; i++) {
		if (!(v[i] > v[i - 1]))
			continue;
		if (values > bins &&
		    (double)(i - done) * (double)(bins - edges) <
			(double)(n - done))
			continue;
		edge[edges++] = midway(v[i - 1], v[i]);
		done = i;
	}
	return edges + 1;
}

static uint8_t bin_of(const float *edge, size_t bins, float v)
{
	size_t lo = 0, hi = bins - 1;

	if (isnan(v))
		return TREES_MISSING;
	while (lo < hi) {
		size_t at = (lo + hi) / 2;

		if (v <= edge[at])
			hi = at;
		else
			lo = at + 1;
	}
	return (uint8_t)lo;
}

static void cut_feature(void *ctx, size_t d, int thread)
{
	const struct cutting *c = ctx;
	struct trees_rows *r = c->r;
	float *v = c->sorted[thread], *edge = r->edge + d * (TREES_BINS - 1);
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		float x = c->x[i * r->dims + d];

		if (isfinite(x))
			v[n++] = x;
	}
	qsort(v, n, sizeof(*v), by_value);
	r->bins[d] = (uint16_t)cut(v, n, (size_t)c->bins, edge);
	for (size_t i = 0; i < r->n; i++)
		r->bin[d * r->n + i] =
		    bin_of(edge, r->bins[d], c->x[i * r->dims + d]);
}

struct trees_rows *trees_rows_new(const float *x, size_t n, size_t dims,
				  int bins, int threads, struct err *err)
{
	struct trees_rows *r;
	struct cutting c = { .x = x, .bins = bins };

	if (bins < 2 || bins > TREES_BINS || !dims || dims > TREES_DIMS ||
	    n > UINT32_MAX) {
		err_set(err, ERR_DATA, "trees",
			"trees on %zu features in %d bins: expected 1 to %d "
			"features in 2 to %d bins",
			dims, bins, TREES_DIMS, TREES_BINS);
		return NULL;
	}
	threads = threads < 1 ? 1 : threads;
	r = mem_zalloc(1, sizeof(*r));
	r->n = n;
	r->dims = dims;
	r->bin = mem_zalloc(n + 1, dims);
	r->edge = mem_zalloc(dims, (TREES_BINS - 1) * sizeof(*r->edge));
	r->bins = mem_zalloc(dims, sizeof(*r->bins));
	c.r = r;
	c.sorted = mem_zalloc((size_t)threads, sizeof(*c.sorted));
	for (int i = 0; i < threads; i++)
		c.sorted[i] = mem_zalloc(n + 1, sizeof(**c.sorted));
	parallel_for(threads, dims, cut_feature, &c);
	for (int i = 0; i < threads; i++)
		free(c.sorted[i]);
	free(c.sorted);
	return r;
}

void trees_rows_free(struct trees_rows *r)
{
	if (!r)
		return;
	free(r->bin);
	free(r->edge);
	free(r->bins);
	free(r);
}
