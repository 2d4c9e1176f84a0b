/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodmodelfit.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "io/pack.h"
#include "learn/kernelridge.h"
#include "math/algebra.h"

/* Settled once: choosing them anew for each set of tracks costs more by chance
 * than it gains. */
static const double power = 0.5;   /* of relevance */
static const double stretch = 0.5; /* of the distance over its mean */
/* What is tried; settled within the tracks given. */
static const double ridges[] = { 0.05, 0.1, 0.2, 0.4 };
enum { FOLDS = 5, RIDGES = sizeof(ridges) / sizeof(*ridges), SEED = 7 };

struct fitting {
	const struct moodset *set;
	const uint32_t *rows;
	size_t n, dims;
	double *x;    /* [n][dims], standardised */
	float *codes; /* [n][dims][RAMPS], of weight 1 */
	double *y;    /* [n][AXES] */
	uint8_t *fold;
	double *guess; /* [RIDGES][n][AXES], of the fold not shown */
	struct err errs[FOLDS];
};

static int ascending(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

/* Middle, mean and scale of column c among the tracks, and its values. */
static void standardise(struct fitting *f, size_t c,
			struct moodmodel_column *out, float *scratch)
{
	double mean = 0, square = 0;
	size_t there = 0;

	for (size_t i = 0; i < f->n; i++) {
		float v = f->set->values[f->rows[i] * f->dims + c];

		if (isfinite(v))
			scratch[there++] = v;
	}
	qsort(scratch, there, sizeof(*scratch), ascending);
	out->middle = there ? scratch[there / 2] : 0;
	for (size_t i = 0; i < there; i++)
		mean += scratch[i];
	mean += (double)(f->n - there) * out->middle;
	mean /= (double)f->n;
	for (size_t i = 0; i < there; i++)
		square += (scratch[i] - mean) * (scratch[i] - mean);
	square += (double)(f->n - there) * (out->middle - mean) *
		  (out->middle - mean);
	square = sqrt(square / (double)f->n);
	out->mean = (float)mean;
	out->scale = square > 1e-6 * fabs(mean) + 1e-12
			 ? (float)(1 / square)
			 : 0; /* a constant column */
	for (size_t i = 0; i < f->n; i++) {
		float x = moodmodel_input(
		    out, f->set->values[f->rows[i] * f->dims + c]);

		f->x[i * f->dims + c] = x;
		moodmodel_code(x, 1,
			       f->codes + (i * f->dims + c) * MOODMODEL_RAMPS);
	}
}

/* F statistic, up to a factor, of the regression of axis o on column c, over
 * the tracks of at[n]. */
static double relevance(const struct fitting *f, const uint32_t *at, size_t n,
			size_t c, size_t o)
{
	double x = 0, y = 0, xx = 0, yy = 0, xy = 0, r2;

	for (size_t i = 0; i < n; i++) {
		double a = f->x[at[i] * f->dims + c];
		double b = f->y[at[i] * MOODMODEL_AXES + o];

		x += a;
		y += b;
		xx += a * a;
		yy += b * b;
		xy += a * b;
	}
	xx -= x * x / (double)n;
	yy -= y * y / (double)n;
	xy -= x * y / (double)n;
	if (!(xx > 1e-9 * (double)n) || !(yy > 1e-9 * (double)n))
		return 0;
	r2 = fmin(xy * xy / (xx * yy), 0.999);
	return r2 / (1 - r2);
}

/* Relevances of the columns, the mean over the axes of each brought to the mean
 * 1: out[dims]. */
static void weigh(const struct fitting *f, const uint32_t *at, size_t n,
		  double *out)
{
	double *one = mem_alloc(f->dims * sizeof(*one));

	for (size_t c = 0; c < f->dims; c++)
		out[c] = 0;
	for (size_t o = 0; o < MOODMODEL_AXES; o++) {
		double sum = 0;

		for (size_t c = 0; c < f->dims; c++)
			sum += one[c] = relevance(f, at, n, c, o);
		for (size_t c = 0; c < f->dims && sum > 0; c++)
			out[c] += one[c] / sum;
	}
	free(one);
}

/* Weights whose squares are relevance to a power over the root of how many a
 * family has, their sum 1. */
static void sharpen(const struct moodset *s, const double *relevances,
		    double *weights)
{
	double *size = mem_zalloc(s->families.count, sizeof(*size)), sum = 0;

	for (size_t c = 0; c < s->dims; c++)
		size[s->family[c]]++;
	for (size_t c = 0; c < s->dims; c++)
		sum += weights[c] =
		    pow(relevances[c], power) / sqrt(size[s->family[c]]);
	for (size_t c = 0; c < s->dims; c++)
		weights[c] = sum > 0 ? sqrt(weights[c] / sum) : 0;
	free(size);
}

static void centre(const struct fitting *f, const uint32_t *at, size_t n,
		   double *y, double mean[MOODMODEL_AXES])
{
	for (size_t o = 0; o < MOODMODEL_AXES; o++) {
		mean[o] = 0;
		for (size_t i = 0; i < n; i++)
			mean[o] += f->y[at[i] * MOODMODEL_AXES + o] / (double)n;
		for (size_t i = 0; i < n; i++)
			y[i * MOODMODEL_AXES + o] =
			    f->y[at[i] * MOODMODEL_AXES + o] - mean[o];
	}
}

/* Distances of each two rows, between whose codes they are the square. */
static double *distances(const struct fitting *f, const double *weights)
{
	size_t k = f->dims * MOODMODEL_RAMPS, n = f->n;
	double *w = mem_alloc(n * k * sizeof(*w));
	double *d = mem_alloc(n * n * sizeof(*d));
	double *square = mem_alloc(n * sizeof(*square));

	for (size_t i = 0; i < n * k; i++)
		w[i] = (double)f->codes[i] * weights[i % k / MOODMODEL_RAMPS];
	algebra_gemm(d, w, false, w, true, n, n, k);
	for (size_t i = 0; i < n; i++)
		square[i] = d[i * n + i];
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			d[i * n + j] =
			    fmax(square[i] + square[j] - 2 * d[i * n + j], 0);
	free(square);
	free(w);
	return d;
}

/* Among the rows at[n], each with itself, too. */
static double mean_distance(const struct fitting *f, const double *d,
			    const uint32_t *at, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			sum += d[at[i] * f->n + at[j]];
	return fmax(sum / (double)n / (double)n, 1e-12);
}

/* Coefficients from at[n], guesses of the others. */
static int guess(struct fitting *f, const double *d, double width, double ridge,
		 const uint32_t *at, size_t n, int fold, double *out,
		 struct err *err)
{
	double *k = mem_alloc(n * n * sizeof(*k)), mean[MOODMODEL_AXES];
	double *y = mem_alloc(n * MOODMODEL_AXES * sizeof(*y));
	double *c = mem_alloc(n * MOODMODEL_AXES * sizeof(*c));
	int rc;

	centre(f, at, n, y, mean);
	for (size_t i = 0; i < n; i++)
		for (size_t j = i; j < n; j++)
			k[i * n + j] = exp(-width * d[at[i] * f->n + at[j]]);
	rc = kernelridge(k, y, ridge, n, MOODMODEL_AXES, c, err);
	for (size_t i = 0; !rc && i < f->n; i++) {
		double *to = out + i * MOODMODEL_AXES;

		if (f->fold[i] != fold)
			continue;
		memcpy(to, mean, sizeof(mean));
		for (size_t j = 0; j < n; j++) {
			double v = exp(-width * d[i * f->n + at[j]]);

			for (size_t o = 0; o < MOODMODEL_AXES; o++)
				to[o] += v * c[j * MOODMODEL_AXES + o];
		}
	}
	free(k);
	free(y);
	free(c);
	return rc;
}

/* One fold, all ridges. */
static void try(void *ctx, size_t task, int thread)
{
	struct fitting *f = ctx;
	size_t n = 0, cells = f->n * MOODMODEL_AXES;
	int fold = (int)task, rc = 0;
	uint32_t *at = mem_alloc(f->n * sizeof(*at));
	double *w = mem_alloc(f->dims * sizeof(*w)), *d, width;

	(void)thread;
	for (size_t i = 0; i < f->n; i++)
		if (f->fold[i] != fold)
			at[n++] = (uint32_t)i;
	weigh(f, at, n, w);
	sharpen(f->set, w, w);
	d = distances(f, w);
	width = stretch / mean_distance(f, d, at, n);
	for (size_t i = 0; i < RIDGES && !rc; i++)
		rc = guess(f, d, width, ridges[i], at, n, fold,
			   f->guess + i * cells, &f->errs[task]);
	free(d);
	free(w);
	free(at);
}

static size_t choose(const struct fitting *f)
{
	size_t cells = f->n * MOODMODEL_AXES, best = 0;
	double least = INFINITY;

	for (size_t k = 0; k < RIDGES; k++) {
		double sum = 0;

		for (size_t i = 0; i < cells; i++) {
			double d = f->guess[k * cells + i] - f->y[i];

			sum += d * d;
		}
		if (sum < least) {
			least = sum;
			best = k;
		}
	}
	return best;
}

/* Mean log likelihood of the labels' quadrants. */
static double likelihood(const struct fitting *f, const double *guesses,
			 float sharpness)
{
	double sum = 0;

	for (size_t i = 0; i < f->n; i++) {
		const double *y = f->y + i * MOODMODEL_AXES;
		float axes[MOODMODEL_AXES], p[4];

		for (int o = 0; o < MOODMODEL_AXES; o++)
			axes[o] =
			    (float)guesses[i * MOODMODEL_AXES + (size_t)o];
		moodmodel_quadrants(axes, sharpness, p);
		sum += log(p[moodset_quadrant(y[MOODMODEL_VALENCE],
					      y[MOODMODEL_AROUSAL])]);
	}
	return sum / (double)f->n;
}

/* Errors and sharpness, by the guesses of the folds. */
static void calibrate(const struct fitting *f, const double *guesses,
		      struct moodmodel_head *h)
{
	double best = -INFINITY;

	for (size_t o = 0; o < 2; o++) {
		double sum = 0;

		for (size_t i = 0; i < f->n; i++) {
			double d = guesses[i * MOODMODEL_AXES + o];

			d = fmax(-1, fmin(1, d)) - f->y[i * MOODMODEL_AXES + o];
			sum += d * d;
		}
		h->spread[o] = (float)sqrt(sum / (double)f->n);
	}
	for (int i = 5; i <= 40; i++) {
		double l = likelihood(f, guesses, (float)i / 10);

		if (l > best) {
			best = l;
			h->sharpness = (float)i / 10;
		}
	}
}

/* Weights of the random features, from all tracks. */
static int settle(struct fitting *f, struct moodmodelfit *m, struct err *err)
{
	size_t n = f->n, features = kernelmap_features(&m->parts.map);
	float *x = mem_alloc(f->dims * MOODMODEL_RAMPS * sizeof(*x));
	float *one = mem_alloc(features * sizeof(*one));
	double *z = mem_alloc(n * features * sizeof(*z)), mean[MOODMODEL_AXES];
	double *k = mem_alloc(n * n * sizeof(*k));
	double *y = mem_alloc(n * MOODMODEL_AXES * sizeof(*y));
	double *c = mem_alloc(n * MOODMODEL_AXES * sizeof(*c));
	double *w = mem_alloc(features * MOODMODEL_AXES * sizeof(*w));
	uint32_t *all = mem_alloc(n * sizeof(*all));
	int rc;

	for (size_t i = 0; i < n; i++) {
		all[i] = (uint32_t)i;
		for (size_t j = 0; j < f->dims; j++)
			moodmodel_code((float)f->x[i * f->dims + j],
				       m->columns[j].weight,
				       x + j * MOODMODEL_RAMPS);
		kernelmap_apply(&m->parts.map, x, one);
		for (size_t j = 0; j < features; j++)
			z[i * features + j] = one[j];
	}
	algebra_gemm(k, z, false, z, true, n, n, features);
	centre(f, all, n, y, mean);
	rc = kernelridge(k, y, m->head.ridge, n, MOODMODEL_AXES, c, err);
	if (!rc)
		algebra_gemm(w, c, true, z, false, MOODMODEL_AXES, features, n);
	m->weights = mem_zalloc(MOODMODEL_AXES * features, sizeof(float));
	for (size_t i = 0; !rc && i < MOODMODEL_AXES * features; i++)
		m->weights[i] = (float)w[i];
	for (size_t o = 0; o < MOODMODEL_AXES; o++)
		m->head.constant[o] = (float)mean[o];
	m->parts.weights = m->weights;
	free(x);
	free(one);
	free(z);
	free(k);
	free(y);
	free(c);
	free(w);
	free(all);
	return rc;
}

static int check(const struct fitting *f, struct err *err)
{
	bool seen[FOLDS] = { false };
	double low[2] = { 1, 1 }, high[2] = { -1, -1 };

	for (size_t i = 0; i < f->n; i++) {
		seen[f->fold[i]] = true;
		for (size_t o = 0; o < 2; o++) {
			double y = f->y[i * MOODMODEL_AXES + o];

			low[o] = fmin(low[o], y);
			high[o] = fmax(high[o], y);
		}
	}
	for (int k = 0; k < FOLDS; k++)
		if (!seen[k] || f->n < MOODMODELFIT_LEAST)
			return err_set(err, ERR_DATA, "few",
				       "%zu labelled tracks with features; at "
				       "least %d of %d groups (artists) are "
				       "needed",
				       f->n, MOODMODELFIT_LEAST, FOLDS);
	for (int o = 0; o < 2; o++)
		if (!(low[o] < high[o]))
			return err_set(err, ERR_DATA, "labels",
				       "all labels of %s are %g: there is "
				       "nothing to learn",
				       o ? "arousal" : "valence", low[o]);
	return 0;
}

static int explore(struct fitting *f, int threads, struct err *err)
{
	f->guess = mem_zalloc(RIDGES * f->n * MOODMODEL_AXES, sizeof(double));
	parallel_for(threads, FOLDS, try, f);
	for (size_t i = 0; i < FOLDS; i++)
		if (f->errs[i].status) {
			*err = f->errs[i];
			return -1;
		}
	return 0;
}

static int fit(struct fitting *f, struct moodmodelfit *m, int threads,
	       struct err *err)
{
	size_t best, cells = f->n * MOODMODEL_AXES;
	uint32_t *all;
	double *w, *d, width;

	if (check(f, err) || explore(f, threads, err))
		return -1;
	best = choose(f);
	m->head.relevance = (float)power;
	m->head.stretch = (float)stretch;
	m->head.ridge = (float)ridges[best];
	calibrate(f, f->guess + best * cells, &m->head);
	all = mem_alloc(f->n * sizeof(*all));
	for (size_t i = 0; i < f->n; i++)
		all[i] = (uint32_t)i;
	w = mem_alloc(f->dims * sizeof(*w));
	weigh(f, all, f->n, w);
	sharpen(f->set, w, w);
	d = distances(f, w);
	width = stretch / mean_distance(f, d, all, f->n);
	for (size_t c = 0; c < f->dims; c++)
		m->columns[c].weight = (float)(w[c] * sqrt(2 * width));
	free(d);
	free(w);
	free(all);
	return settle(f, m, err);
}

int moodmodelfit(struct moodmodelfit *m, const struct moodset *s,
		 const uint32_t *rows, size_t n, int threads, struct err *err)
{
	struct fitting f = { .set = s, .rows = rows, .n = n, .dims = s->dims };
	float *scratch = mem_alloc(n * sizeof(*scratch));
	int rc;

	m->columns = mem_zalloc(s->dims, sizeof(*m->columns));
	f.x = mem_alloc(n * s->dims * sizeof(*f.x));
	f.codes = mem_alloc(n * s->dims * MOODMODEL_RAMPS * sizeof(*f.codes));
	f.y = mem_alloc(n * MOODMODEL_AXES * sizeof(*f.y));
	f.fold = mem_alloc(n);
	for (size_t c = 0; c < s->dims; c++) {
		struct moodmodel_column *to = &m->columns[c];

		memcpy(to->name, s->columns[c].name, sizeof(to->name));
		to->version = s->columns[c].version;
		standardise(&f, c, to, scratch);
	}
	for (size_t i = 0; i < n; i++) {
		const struct moodset_row *row = &s->rows[rows[i]];
		double *y = f.y + i * MOODMODEL_AXES;

		y[MOODMODEL_VALENCE] = row->valence;
		y[MOODMODEL_AROUSAL] = row->arousal;
		y[MOODMODEL_BOTH] = row->valence * row->arousal;
	}
	moodset_folds(s, rows, n, FOLDS, SEED, f.fold);
	m->head = (struct moodmodel_head){
		.dims = (uint32_t)s->dims,
		.projections = MOODMODEL_PROJECTIONS,
		.seed = SEED,
		.rows = n,
	};
	kernelmap_init(&m->parts.map, s->dims * MOODMODEL_RAMPS,
		       MOODMODEL_PROJECTIONS, SEED);
	m->parts.head = &m->head;
	m->parts.columns = m->columns;
	rc = fit(&f, m, threads, err);
	free(scratch);
	free(f.x);
	free(f.codes);
	free(f.y);
	free(f.fold);
	free(f.guess);
	return rc;
}

void moodmodelfit_release(struct moodmodelfit *m)
{
	free(m->columns);
	free(m->weights);
	kernelmap_release(&m->parts.map);
	*m = (struct moodmodelfit){ .weights = NULL };
}

int moodmodelfit_write(const struct moodmodelfit *m, FILE *out, struct err *err)
{
	size_t features = kernelmap_features(&m->parts.map);
	struct pack_writer *w =
	    pack_writer_new(out, MOODMODEL_KIND, MOODMODEL_VERSION, err);
	int rc;

	if (!w)
		return -1;
	rc = pack_section(w, "head", &m->head, sizeof(m->head), err) ||
	     pack_section(w, "columns", m->columns,
			  m->head.dims * sizeof(*m->columns), err) ||
	     pack_section(w, "weights", m->weights,
			  MOODMODEL_AXES * features * sizeof(float), err);
	return pack_writer_end(w, NULL, rc ? NULL : err) || rc ? -1 : 0;
}
