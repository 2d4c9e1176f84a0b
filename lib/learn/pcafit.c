/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "learn/pca.h"
#include "learn/pcaformat.h"
#include "math/algebra.h"

/* Rows whose covariance is added at once. */
enum { BLOCK = 256 };

struct fit {
	struct pca_info info;
	char *names; /* [inputs][FEAT_NAME] */
	size_t width;
	double *sum, *squares, *shift; /* [width] */
	uint64_t *present;             /* [width] */
	struct pca_stat *stats;        /* [width]; NULL: the first time */
	double *cov, *part;            /* [width][width] */
	double *block;                 /* [BLOCK][width] */
	size_t filled;
	float *x; /* [width] */
};

static struct fit *fit_new(const struct feat_schema *columns)
{
	struct fit *f = mem_zalloc(1, sizeof(*f));
	size_t i, w;

	f->info.dim = PCA_DIM;
	f->info.inputs = columns->count;
	f->info.key = feat_schema_find(columns, "key");
	f->info.mode = feat_schema_find(columns, "mode");
	f->names = mem_zalloc(columns->count, FEAT_NAME);
	for (i = 0; i < columns->count; i++)
		memcpy(f->names + i * FEAT_NAME, columns->columns[i].name,
		       FEAT_NAME);
	w = f->width = pca_width(columns->count, f->info.key);
	f->sum = mem_zalloc(w, sizeof(*f->sum));
	f->squares = mem_zalloc(w, sizeof(*f->squares));
	f->shift = mem_zalloc(w, sizeof(*f->shift));
	f->present = mem_zalloc(w, sizeof(*f->present));
	f->x = mem_zalloc(w, sizeof(*f->x));
	f->block = mem_zalloc(BLOCK * w, sizeof(*f->block));
	f->cov = mem_zalloc(w * w, sizeof(*f->cov));
	f->part = mem_zalloc(w * w, sizeof(*f->part));
	return f;
}

static void fit_free(struct fit *f)
{
	if (!f)
		return;
	free(f->names);
	free(f->sum);
	free(f->squares);
	free(f->shift);
	free(f->present);
	free(f->stats);
	free(f->cov);
	free(f->part);
	free(f->block);
	free(f->x);
	free(f);
}

static int fit_check(const struct fit *f, const struct feat_schema *s,
		     const char *name, struct err *err)
{
	size_t i;

	if (s->count != f->info.inputs)
		return err_set(err, ERR_DATA, "schema",
			       "%s: %u columns, the files before have %u: "
			       "give feature files of one stage",
			       name, s->count, f->info.inputs);
	for (i = 0; i < s->count; i++)
		if (strcmp(s->columns[i].name, f->names + i * FEAT_NAME))
			return err_set(err, ERR_DATA, "schema",
				       "%s: column %zu is \"%s\", in the files "
				       "before \"%s\": give feature files of "
				       "one stage",
				       name, i, s->columns[i].name,
				       f->names + i * FEAT_NAME);
	return 0;
}

/* Sums about the first value met, so that large offsets cost no digits. */
static void add_first(struct fit *f)
{
	size_t i;

	for (i = 0; i < f->width; i++) {
		double v = (double)f->x[i];

		if (isnan(v))
			continue;
		if (!f->present[i]++)
			f->shift[i] = v;
		v -= f->shift[i];
		f->sum[i] += v;
		f->squares[i] += v * v;
	}
}

static void flush(struct fit *f)
{
	size_t i, n = f->width * f->width;

	if (!f->filled)
		return;
	algebra_gemm(f->part, f->block, true, f->block, false, f->width,
		     f->width, f->filled);
	for (i = 0; i < n; i++)
		f->cov[i] += f->part[i];
	f->filled = 0;
}

static void fit_add(struct fit *f, const struct feat_row *row)
{
	size_t i;

	pca_expand(row->values, NULL, f->info.inputs, f->info.key, f->info.mode,
		   f->x);
	if (!f->stats) {
		f->info.rows++;
		add_first(f);
		return;
	}
	pca_standardise(f->x, f->stats, f->width);
	for (i = 0; i < f->width; i++)
		f->block[f->filled * f->width + i] = (double)f->x[i];
	if (++f->filled == BLOCK)
		flush(f);
}

static void fit_second(struct fit *f)
{
	size_t i;

	f->stats = mem_zalloc(f->width, sizeof(*f->stats));
	for (i = 0; i < f->width; i++) {
		double n = (double)f->present[i], mean, var;

		if (!f->present[i])
			continue;
		mean = f->sum[i] / n;
		var = f->squares[i] / n - mean * mean;
		mean += f->shift[i];
		f->stats[i].mean = (float)mean;
		/* Less than float can tell apart counts as constant. */
		if (var > 0 && sqrt(var) > 1e-6 * fabs(mean) &&
		    sqrt(var) > 1e-30)
			f->stats[i].scale = (float)(1 / sqrt(var));
	}
}

static float *components(struct fit *f, double power, struct err *err)
{
	size_t w = f->width, i, j;
	float *c = mem_zalloc(PCA_DIM * w, sizeof(*c));
	double *values = mem_zalloc(w, sizeof(*values));

	flush(f);
	for (i = 0; i < w * w && f->info.rows; i++)
		f->cov[i] /= (double)f->info.rows;
	if (algebra_eigen(f->cov, w, values, err)) {
		free(c);
		free(values);
		return NULL;
	}
	for (i = 0; i < PCA_DIM && i < w; i++) {
		double scale = values[i] > 1e-9 * values[0] && values[i] > 0
				   ? pow(values[i], -power / 2)
				   : 0;

		for (j = 0; j < w; j++)
			c[i * w + j] = (float)(f->cov[i * w + j] * scale);
	}
	free(values);
	return c;
}

static int fit_write(struct fit *f, double power, FILE *out,
		     uint8_t digest[HASH_SIZE], struct err *err)
{
	float *c = components(f, power, err);
	struct pack_writer *w;
	int rc;

	if (!c)
		return -1;
	f->info.power = power;
	w = pack_writer_new(out, PCA_KIND, PCA_VERSION, err);
	if (!w) {
		free(c);
		return -1;
	}
	rc = pack_section(w, "pca.info", &f->info, sizeof(f->info), err) ||
	     pack_section(w, "pca.columns", f->names,
			  f->info.inputs * (size_t)FEAT_NAME, err) ||
	     pack_section(w, "pca.stats", f->stats,
			  f->width * sizeof(*f->stats), err) ||
	     pack_section(w, "pca.components", c,
			  PCA_DIM * f->width * sizeof(*c), err);
	free(c);
	if (rc) {
		pack_writer_end(w, NULL, NULL);
		return -1;
	}
	return pack_writer_end(w, digest, err);
}

static bool worth(const struct feat_row *row)
{
	return row->method == FEAT_METHOD_MEASURED &&
	       feat_status_measured(row->status);
}

/* Every measured row of one file into the fit, which the first file makes. */
static int add_file(struct fit **fit, const char *path, uint64_t *seen,
		    struct err *err)
{
	struct feat *f = feat_open(path, err);
	struct feat_row *row;
	int rc;

	if (!f)
		return -1;
	if (!*fit)
		*fit = fit_new(feat_schema(f));
	rc = fit_check(*fit, feat_schema(f), path, err);
	row = feat_row_new(feat_schema(f));
	while (!rc && (rc = feat_read(f, row, err)) > 0) {
		if (worth(row))
			fit_add(*fit, row);
		(*seen)++;
		rc = 0;
	}
	feat_row_free(row);
	feat_close(f);
	return rc;
}

int pca_fit(const char *const *paths, size_t n, double power, FILE *out,
	    uint64_t *seen, uint64_t *used, uint8_t digest[HASH_SIZE],
	    struct err *err)
{
	struct fit *f = NULL;
	size_t i;
	int rc = 0;

	*seen = 0;
	for (i = 0; i < 2 * n && !rc; i++) {
		if (i == n)
			fit_second(f);
		rc = add_file(&f, paths[i % n], seen, err);
	}
	*seen /= 2;
	if (!rc && f) {
		*used = f->info.rows;
		rc = fit_write(f, power, out, digest, err);
	}
	fit_free(f);
	return rc;
}
