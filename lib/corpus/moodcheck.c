/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodcheck.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "corpus/moodmodelfit.h"

static void line(struct str *out, const char *set, const char *name, double v)
{
	str_printf(out, "%s\t%s\t", set, name);
	if (isfinite(v))
		str_fixed(out, v, 4);
	else
		str_puts(out, "-");
	str_putc(out, '\n');
}

static int quadrant_of(const struct moodmodel_guess *g)
{
	int best = 0;

	for (int q = 1; q < 4; q++)
		if (g->quadrant[q] > g->quadrant[best])
			best = q;
	return best;
}

static int quadrant_label(const struct moodset_row *r)
{
	return moodset_quadrant(r->valence, r->arousal);
}

/* Mean of right[count] (NAN: does not count) and its standard error, the
 * groups' sums being what varies. */
static void share(const struct moodset *s, const double *right, double *mean,
		  double *error)
{
	size_t groups = s->groups.count, n = 0;
	double *off = mem_zalloc(groups ? groups : 1, sizeof(*off));

	*mean = *error = 0;
	for (size_t i = 0; i < s->count; i++)
		if (!isnan(right[i])) {
			*mean += right[i];
			n++;
		}
	*mean /= (double)n;
	for (size_t i = 0; i < s->count; i++)
		if (!isnan(right[i]))
			off[s->rows[i].group] += right[i] - *mean;
	for (size_t g = 0; g < groups; g++)
		*error += off[g] * off[g];
	*error = sqrt(*error) / (double)n;
	free(off);
}

static void confusion(const struct moodset *s,
		      const struct moodmodel_guess *guesses, double m[4][4])
{
	memset(m, 0, 16 * sizeof(m[0][0]));
	for (size_t i = 0; i < s->count; i++)
		m[quadrant_label(&s->rows[i])][quadrant_of(&guesses[i])]++;
}

static double macro_f1(double m[4][4])
{
	double sum = 0;
	int there = 0;

	for (int q = 0; q < 4; q++) {
		double labelled = 0, taken = 0;

		for (int k = 0; k < 4; k++) {
			labelled += m[q][k];
			taken += m[k][q];
		}
		if (labelled + taken == 0)
			continue;
		there++;
		sum += 2 * m[q][q] / (labelled + taken);
	}
	return sum / there;
}

static void print_confusion(double m[4][4], const char *set, struct str *out)
{
	for (int q = 0; q < 4; q++) {
		double all = m[q][0] + m[q][1] + m[q][2] + m[q][3];

		for (int k = 0; k < 4; k++) {
			char name[] = "Q1-as-Q1";

			name[1] = (char)('1' + q);
			name[7] = (char)('1' + k);
			if (all > 0)
				line(out, set, name, m[q][k] / all);
		}
	}
}

static double label_of(const struct moodset_row *r, int axis)
{
	return axis ? r->arousal : r->valence;
}

static double guess_of(const struct moodmodel_guess *g, int axis)
{
	return axis ? (double)g->arousal : (double)g->valence;
}

static double correlation(const struct moodset *s,
			  const struct moodmodel_guess *g, int axis)
{
	double x = 0, y = 0, xx = 0, yy = 0, xy = 0, n = (double)s->count;

	for (size_t i = 0; i < s->count; i++) {
		double a = label_of(&s->rows[i], axis);
		double b = guess_of(&g[i], axis);

		x += a / n;
		y += b / n;
		xx += a * a / n;
		yy += b * b / n;
		xy += a * b / n;
	}
	return (xy - x * y) / sqrt((xx - x * x) * (yy - y * y));
}

/* Halves and correlation of an axis. */
static void axis_figures(const struct moodset *s,
			 const struct moodmodel_guess *g, int axis,
			 const char *set, struct str *out)
{
	double *right = mem_alloc((s->count + 1) * sizeof(*right));
	double mean, error;

	for (size_t i = 0; i < s->count; i++) {
		double y = label_of(&s->rows[i], axis);

		right[i] =
		    y == 0 ? NAN : (y > 0) == (guess_of(&g[i], axis) > 0);
	}
	share(s, right, &mean, &error);
	line(out, set, axis ? "arousal-half" : "valence-half", mean);
	line(out, set, axis ? "arousal-half-error" : "valence-half-error",
	     error);
	line(out, set, axis ? "arousal-r" : "valence-r",
	     correlation(s, g, axis));
	free(right);
}

void moodcheck_figures(const struct moodset *s,
		       const struct moodmodel_guess *guesses, const char *set,
		       struct str *out)
{
	double *right = mem_alloc((s->count + 1) * sizeof(*right));
	double mean, error, m[4][4], loss = 0;

	for (size_t i = 0; i < s->count; i++) {
		int q = quadrant_label(&s->rows[i]);

		right[i] = q == quadrant_of(&guesses[i]);
		loss -= log(fmax((double)guesses[i].quadrant[q], 1e-9));
	}
	share(s, right, &mean, &error);
	confusion(s, guesses, m);
	line(out, set, "tracks", (double)s->count);
	line(out, set, "groups", (double)s->groups.count);
	line(out, set, "accuracy", mean);
	line(out, set, "accuracy-error", error);
	line(out, set, "macro-f1", macro_f1(m));
	for (int axis = 0; axis < 2; axis++)
		axis_figures(s, guesses, axis, set, out);
	line(out, set, "log-loss", loss / (double)s->count);
	print_confusion(m, set, out);
	free(right);
}

void moodcheck_majority(const struct moodset *s, const char *set,
			struct str *out)
{
	double quadrants[4] = { 0 }, best = 0;

	for (size_t i = 0; i < s->count; i++)
		quadrants[quadrant_label(&s->rows[i])]++;
	for (int q = 0; q < 4; q++)
		best = fmax(best, quadrants[q]);
	line(out, set, "accuracy", best / (double)s->count);
	for (int axis = 0; axis < 2; axis++) {
		double up = 0, down = 0;

		for (size_t i = 0; i < s->count; i++) {
			double y = label_of(&s->rows[i], axis);

			up += y > 0;
			down += y < 0;
		}
		line(out, set, axis ? "arousal-half" : "valence-half",
		     fmax(up, down) / (up + down));
	}
}

void moodcheck_formula(const struct moodset *s, const char *set,
		       struct str *out)
{
	struct moodmodel_guess *g = mem_zalloc(s->count + 1, sizeof(*g));

	for (size_t i = 0; i < s->count; i++) {
		const double *f = s->rows[i].formula;
		int q = moodset_quadrant(f[0], f[1]);

		g[i].valence = isnan(f[0]) ? 0 : (float)f[0];
		g[i].arousal = isnan(f[1]) ? 0 : (float)f[1];
		g[i].quadrant[q] = 1;
	}
	moodcheck_figures(s, g, set, out);
	free(g);
}

struct nested {
	const struct moodset *set;
	const uint8_t *fold;
	struct moodmodel_guess *guesses;
	struct err *errs; /* [folds] */
};

static void one_fold(void *ctx, size_t k, int thread)
{
	struct nested *n = ctx;
	const struct moodset *s = n->set;
	struct moodmodelfit fit = { .weights = NULL };
	uint32_t *rows = mem_alloc((s->count + 1) * sizeof(*rows));
	size_t count = 0;

	(void)thread;
	for (size_t i = 0; i < s->count; i++)
		if (n->fold[i] != k)
			rows[count++] = (uint32_t)i;
	if (!moodmodelfit(&fit, s, rows, count, 1, &n->errs[k]))
		for (size_t i = 0; i < s->count; i++) {
			float axes[MOODMODEL_AXES];

			if (n->fold[i] != k)
				continue;
			moodmodel_axes(&fit.parts, s->values + i * s->dims,
				       axes);
			moodmodel_guess_of(&fit.head, axes, &n->guesses[i]);
		}
	moodmodelfit_release(&fit);
	free(rows);
}

int moodcheck_folds(const struct moodset *s, int folds, uint64_t seed,
		    int threads, struct moodmodel_guess *guesses,
		    struct err *err)
{
	uint8_t *fold = mem_alloc(s->count + 1);
	struct nested n = { s, fold, guesses, NULL };
	int rc = 0;

	n.errs = mem_zalloc((size_t)folds, sizeof(*n.errs));
	moodset_folds(s, NULL, s->count, folds, seed, fold);
	parallel_for(threads, (size_t)folds, one_fold, &n);
	for (int k = 0; k < folds && !rc; k++)
		if (n.errs[k].status) {
			*err = n.errs[k];
			rc = err_prefix(err, "without fold %d of %d", k + 1,
					folds);
		}
	free(n.errs);
	free(fold);
	return rc;
}
