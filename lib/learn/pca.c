/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/pca.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "learn/pcaformat.h"
#include "math/vector.h"

const char *const pca_sections[] = { "pca.info", "pca.columns", "pca.stats",
				     "pca.components", NULL };

struct pca {
	const struct pca_info *info;
	const char *columns;          /* [inputs][FEAT_NAME] */
	const struct pca_stat *stats; /* [width] */
	const float *components;      /* [PCA_DIM][width] */
};

static bool closed(const char *names, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!memchr(names + i * FEAT_NAME, 0, FEAT_NAME))
			return false;
	return true;
}

struct pca *pca_open(const struct pack *p, struct err *err)
{
	struct pca m = { 0 }, *out;
	size_t inputs, width;

	m.info = pack_array(p, "pca.info", sizeof(*m.info), 1, NULL, err);
	if (!m.info)
		return NULL;
	inputs = m.info->inputs;
	width = pca_width(inputs, m.info->key);
	if (m.info->dim != PCA_DIM || inputs > FEAT_COLUMNS_MAX ||
	    m.info->key >= (int64_t)inputs || m.info->mode >= (int64_t)inputs) {
		err_set(err, ERR_DATA, "corrupt",
			"audio model of %u dimensions and %zu columns, "
			"expected %d dimensions: fit it anew (make refit)",
			m.info->dim, inputs, PCA_DIM);
		return NULL;
	}
	m.columns = pack_array(p, "pca.columns", FEAT_NAME, inputs, NULL, err);
	m.stats = !m.columns ? NULL
			     : pack_array(p, "pca.stats", sizeof(*m.stats),
					  width, NULL, err);
	m.components = !m.stats ? NULL
				: pack_array(p, "pca.components", sizeof(float),
					     PCA_DIM * width, NULL, err);
	if (!m.components)
		return NULL;
	if (!closed(m.columns, inputs)) {
		err_set(err, ERR_DATA, "corrupt",
			"audio model with a column name that does not end: "
			"fit it anew (make refit)");
		return NULL;
	}
	out = mem_alloc(sizeof(*out));
	*out = m;
	return out;
}

void pca_free(struct pca *m)
{
	free(m);
}

uint64_t pca_rows(const struct pca *m)
{
	return m->info->rows;
}

int pca_bind(const struct pca *m, const struct feat_schema *s, const char *name,
	     struct pca_view *view, struct err *err)
{
	size_t i;

	view->count = m->info->inputs;
	view->column = mem_zalloc(view->count, sizeof(*view->column));
	for (i = 0; i < view->count; i++) {
		const char *column = m->columns + i * FEAT_NAME;

		view->column[i] = feat_schema_find(s, column);
		if (view->column[i] < 0) {
			pca_view_release(view);
			return err_set(err, ERR_DATA, "schema",
				       "%s: no column \"%s\", which the model "
				       "was fitted on: give the features it "
				       "belongs to, or fit it anew (make "
				       "refit)",
				       name, column);
		}
	}
	return 0;
}

void pca_view_release(struct pca_view *view)
{
	free(view->column);
	*view = (struct pca_view){ 0 };
}

void pca_expand(const float *values, const int *column, size_t inputs,
		int64_t key, int64_t mode, float *out)
{
	size_t i, n = 0;

	for (i = 0; i < inputs; i++) {
		float v = values[column ? column[i] : (int)i];
		double turn;

		if ((int64_t)i != key) {
			out[n++] = isfinite(v) ? v : NAN;
			continue;
		}
		if (!(v >= 0 && v < 12)) {
			out[n++] = NAN;
			out[n++] = NAN;
			continue;
		}
		if (mode >= 0 && values[column ? column[mode] : mode] == 0)
			v += 3;
		turn = 2 * acos(-1) * fmod(7.0 * (double)v, 12) / 12;
		out[n++] = (float)cos(turn);
		out[n++] = (float)sin(turn);
	}
}

size_t pca_standardise(float *x, const struct pca_stat *stats, size_t width)
{
	size_t i, n = 0;

	for (i = 0; i < width; i++) {
		float z = (x[i] - stats[i].mean) * stats[i].scale;

		n += !isnan(x[i]);
		x[i] =
		    !isfinite(z) ? 0 : fminf(fmaxf(z, -PCA_LIMIT), PCA_LIMIT);
	}
	return n;
}

int pca_apply(const struct pca *m, const struct pca_view *view,
	      const float *values, float out[PCA_DIM])
{
	size_t width = pca_width(m->info->inputs, m->info->key), i;
	float *x = mem_alloc((width + 1) * sizeof(*x));
	bool any;

	pca_expand(values, view->column, view->count, m->info->key,
		   m->info->mode, x);
	any = m->info->rows && pca_standardise(x, m->stats, width) > 0;
	for (i = 0; i < PCA_DIM && any; i++)
		out[i] = vector_dot(m->components + i * width, x, width);
	free(x);
	if (any && vector_normalise(out, PCA_DIM) > 0)
		return 0;
	for (i = 0; i < PCA_DIM; i++)
		out[i] = NAN;
	return -1;
}
