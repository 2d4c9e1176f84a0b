/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/classscores.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define BINS 10
#define LEAST 1e-7 /* probabilities are held to in logarithms */

static bool whole(const float *p, const float *target, size_t k)
{
	for (size_t j = 0; j < k; j++)
		if (isnan(p[j]) || isnan(target[j]))
			return false;
	return true;
}

/* The sum of a whole row's targets; 0: the row is left out. */
static double class_sum(const float *p, const float *target, size_t k)
{
	double sum = 0;

	if (!whole(p, target, k))
		return 0;
	for (size_t j = 0; j < k; j++)
		sum += (double)target[j];
	return sum > 0 ? sum : 0;
}

static size_t highest(const float *x, size_t k)
{
	size_t best = 0;

	for (size_t j = 1; j < k; j++)
		if (x[j] > x[best])
			best = j;
	return best;
}

static double ratio(double a, double b)
{
	return b > 0 ? a / b : 0;
}

/* Fills in what follows from the counts of k labels. */
static void summarise(struct classscores_one *one, size_t k,
		      struct classscores *all)
{
	double occurs = 0, told = 0, hits = 0, f1 = 0;

	for (size_t j = 0; j < k; j++) {
		struct classscores_one *o = &one[j];
		double both = (double)o->hits;

		o->precision = ratio(both, (double)o->told);
		o->recall = ratio(both, (double)o->occurs);
		o->f1 = ratio(2 * both, (double)o->told + (double)o->occurs);
		all->counted += o->occurs || o->told;
		occurs += (double)o->occurs;
		told += (double)o->told;
		hits += both;
		f1 += o->f1;
	}
	all->macro_f1 = ratio(f1, (double)all->counted);
	all->micro_precision = ratio(hits, told);
	all->micro_recall = ratio(hits, occurs);
	all->micro_f1 = ratio(2 * hits, told + occurs);
}

static void no_rows(struct classscores *all)
{
	all->accuracy = all->macro_f1 = NAN;
	all->micro_precision = all->micro_recall = all->micro_f1 = NAN;
}

void classscores_labels(const float *p, const float *target,
			const double *threshold, size_t n, size_t k,
			struct classscores_one *one, struct classscores *all)
{
	struct classscores_one *own = mem_zalloc(k ? k : 1, sizeof(*own));
	size_t right = 0;

	memset(all, 0, sizeof(*all));
	for (size_t i = 0; i < n; i++, p += k, target += k) {
		if (!whole(p, target, k))
			continue;
		all->rows++;
		for (size_t j = 0; j < k; j++) {
			double least = threshold ? threshold[j] : .5;
			bool told = (double)p[j] >= least;
			bool occurs = target[j] >= .5f;

			own[j].told += told;
			own[j].occurs += occurs;
			own[j].hits += told && occurs;
			right += told == occurs;
		}
	}
	summarise(own, k, all);
	all->accuracy = ratio((double)right, (double)all->rows * (double)k);
	if (!all->rows)
		no_rows(all);
	if (one)
		memcpy(one, own, k * sizeof(*one));
	free(own);
}

void classscores_classes(const float *p, const float *target, size_t n,
			 size_t k, struct classscores_one *one,
			 size_t *confusion, struct classscores *all)
{
	struct classscores_one *own = mem_zalloc(k ? k : 1, sizeof(*own));

	memset(all, 0, sizeof(*all));
	if (confusion)
		memset(confusion, 0, k * k * sizeof(*confusion));
	for (size_t i = 0; i < n; i++, p += k, target += k) {
		size_t is, told;

		if (class_sum(p, target, k) <= 0)
			continue;
		is = highest(target, k);
		told = highest(p, k);
		all->rows++;
		own[is].occurs++;
		own[told].told++;
		own[is].hits += is == told;
		if (confusion)
			confusion[is * k + told]++;
	}
	summarise(own, k, all);
	all->accuracy = all->micro_f1;
	if (!all->rows)
		no_rows(all);
	if (one)
		memcpy(one, own, k * sizeof(*one));
	free(own);
}

/* --- probabilities --- */

struct bins {
	double p[BINS], outcome[BINS], total;
};

static void bin_add(struct bins *b, double p, double outcome)
{
	double at = floor(fmin(fmax(p, 0), 1) * BINS);
	size_t i = at < BINS ? (size_t)at : BINS - 1;

	b->p[i] += p;
	b->outcome[i] += outcome;
	b->total++;
}

/* A bin's share times the difference of its means is the difference of its
 * sums by the total. */
static double bin_error(const struct bins *b)
{
	double sum = 0;

	for (size_t i = 0; i < BINS; i++)
		sum += fabs(b->p[i] - b->outcome[i]);
	return b->total > 0 ? sum / b->total : NAN;
}

double classscores_ece_labels(const float *p, const float *target, size_t n,
			      size_t k)
{
	struct bins b = { 0 };

	for (size_t i = 0; i < n; i++, p += k, target += k)
		for (size_t j = 0; whole(p, target, k) && j < k; j++)
			bin_add(&b, (double)p[j], (double)target[j]);
	return bin_error(&b);
}

double classscores_ece_classes(const float *p, const float *target, size_t n,
			       size_t k)
{
	struct bins b = { 0 };

	for (size_t i = 0; i < n; i++, p += k, target += k) {
		double sum = class_sum(p, target, k);
		size_t top = highest(p, k);

		if (sum > 0)
			bin_add(&b, (double)p[top], (double)target[top] / sum);
	}
	return bin_error(&b);
}

/* A measure of one cell: probability p, target t. */
typedef double cell_fn(double p, double t);

static double hold(double p)
{
	return fmin(fmax(p, LEAST), 1 - LEAST);
}

static double log_loss_label(double p, double t)
{
	return -t * log(hold(p)) - (1 - t) * log(1 - hold(p));
}

static double log_loss_class(double p, double t)
{
	return -t * log(hold(p));
}

static double mean_of_cells(const float *p, const float *target, size_t n,
			    size_t k, cell_fn *measure)
{
	double sum = 0, cells = 0;

	for (size_t i = 0; i < n; i++, p += k, target += k) {
		if (!whole(p, target, k))
			continue;
		cells += (double)k;
		for (size_t j = 0; j < k; j++)
			sum += measure((double)p[j], (double)target[j]);
	}
	return cells > 0 ? sum / cells : NAN;
}

static double mean_of_rows(const float *p, const float *target, size_t n,
			   size_t k, cell_fn *measure)
{
	double sum = 0, rows = 0;

	for (size_t i = 0; i < n; i++, p += k, target += k) {
		double whole_row = class_sum(p, target, k);

		if (whole_row <= 0)
			continue;
		rows++;
		for (size_t j = 0; j < k; j++)
			sum += measure((double)p[j],
				       (double)target[j] / whole_row);
	}
	return rows > 0 ? sum / rows : NAN;
}

double classscores_log_loss_labels(const float *p, const float *target,
				   size_t n, size_t k)
{
	return mean_of_cells(p, target, n, k, log_loss_label);
}

double classscores_log_loss_classes(const float *p, const float *target,
				    size_t n, size_t k)
{
	return mean_of_rows(p, target, n, k, log_loss_class);
}

/* --- numbers --- */

/* Mean and squares about it; of a constant, whose mean may be off by a
 * rounding, squares of 0. */
struct spread {
	double mean, squares, least, most;
};

static bool paired(const float *a, const float *b, size_t i)
{
	return !isnan(a[i]) && !isnan(b[i]);
}

/* Of a where both are numbers. */
static struct spread spread_of(const float *a, const float *b, size_t n,
			       size_t stride)
{
	struct spread s = { .least = INFINITY, .most = -INFINITY };
	double rows = 0;

	for (size_t i = 0; i < n * stride; i += stride) {
		if (!paired(a, b, i))
			continue;
		rows++;
		s.mean += (double)a[i];
		s.least = fmin(s.least, (double)a[i]);
		s.most = fmax(s.most, (double)a[i]);
	}
	s.mean /= rows;
	for (size_t i = 0; i < n * stride && s.most > s.least; i += stride)
		if (paired(a, b, i))
			s.squares +=
			    ((double)a[i] - s.mean) * ((double)a[i] - s.mean);
	return s;
}

double classscores_pearson(const float *a, const float *b, size_t n,
			   size_t stride)
{
	struct spread x = spread_of(a, b, n, stride);
	struct spread y = spread_of(b, a, n, stride);
	double products = 0;

	for (size_t i = 0; i < n * stride; i += stride)
		if (paired(a, b, i))
			products +=
			    ((double)a[i] - x.mean) * ((double)b[i] - y.mean);
	return x.squares > 0 && y.squares > 0
		   ? products / sqrt(x.squares * y.squares)
		   : NAN;
}

static double mean_difference(const float *a, const float *b, size_t n,
			      size_t stride, bool squared)
{
	double sum = 0, rows = 0;

	for (size_t i = 0; i < n * stride; i += stride) {
		double d = fabs((double)a[i] - (double)b[i]);

		if (!paired(a, b, i))
			continue;
		rows++;
		sum += squared ? d * d : d;
	}
	return rows > 0 ? sum / rows : NAN;
}

double classscores_mae(const float *a, const float *b, size_t n, size_t stride)
{
	return mean_difference(a, b, n, stride, false);
}

struct ranked {
	float p;
	bool is;
};

/* Equal ones of either kind in any order: only their numbers are used. */
static int by_p(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return x->p < y->p ? -1 : x->p > y->p;
}

double classscores_auc(const float *p, const float *target, size_t n,
		       size_t stride)
{
	struct ranked *rows = mem_zalloc(n ? n : 1, sizeof(*rows));
	double below = 0, yes = 0, wins = 0; /* below: not true, lower p */
	size_t m = 0;

	for (size_t i = 0; i < n * stride; i += stride)
		if (!isnan(p[i]) && !isnan(target[i]))
			rows[m++] = (struct ranked){ p[i], target[i] >= .5f };
	qsort(rows, m, sizeof(*rows), by_p);
	for (size_t i = 0, end; i < m; i = end) {
		double is = 0, others = 0;

		for (end = i; end < m && rows[end].p == rows[i].p; end++)
			*(rows[end].is ? &is : &others) += 1;
		wins += is * (below + others / 2);
		yes += is;
		below += others;
	}
	free(rows);
	return yes > 0 && below > 0 ? wins / yes / below : NAN;
}
