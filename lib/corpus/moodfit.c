/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodfit.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/algebra.h"

enum { AXES = 2, LEAST_PER_TERM = 5 };

void moodfit_release(struct moodfit *f)
{
	free(f->terms);
	free(f->labels);
	*f = (struct moodfit){ 0 };
}

void moodfit_add(struct moodfit *f, const float *values, double valence,
		 double arousal)
{
	size_t k = f->formula->count;
	double *row;

	MEM_ROOM(f->terms, (f->count + 1) * k, f->terms_cap);
	MEM_ROOM(f->labels, (f->count + 1) * AXES, f->labels_cap);
	row = f->terms + f->count * k;
	for (size_t i = 0; i < k; i++) {
		row[i] = moodformula_term(&f->formula->terms[i], values);
		if (isnan(row[i]))
			row[i] = 0.5;
	}
	f->labels[f->count * AXES] = valence;
	f->labels[f->count * AXES + 1] = arousal;
	f->count++;
}

static void put_term(struct str *out, const struct moodformula_term *t,
		     bool falls, double valence, double arousal)
{
	double low = falls ? t->high : t->low, high = falls ? t->low : t->high;

	str_printf(out, "%s\t%s\t%s\t%s\t%g\t%g\t%.4f\t%.4f\tfitted\n",
		   t->name, t->feature, t->by[0] ? t->by : "-",
		   t->below ? "below" : "ramp", low, high, valence, arousal);
}

/* label = 2 (sum of weight * term + constant) - 1; a term v of weight -w is
 * the falling term 1 - v of weight w, and -w more in the constant. */
static void write_axis(const struct moodfit *f, const double *x, int axis,
		       double *constant, struct str *out)
{
	size_t k = f->formula->count;

	*constant = (x[k * AXES + (size_t)axis] + 1) / 2;
	for (size_t i = 0; i < k; i++) {
		const struct moodformula_term *t = &f->formula->terms[i];
		double w = x[i * AXES + (size_t)axis] / 2;
		bool falls = w < 0 && !t->below;

		if (w < 0 && t->below)
			continue;	/* has no falling form */
		if (falls)
			*constant += w;
		w = fabs(w);
		put_term(out, t, falls, axis ? 0 : w, axis ? w : 0);
	}
}

int moodfit_write(const struct moodfit *f, struct str *out, struct err *err)
{
	size_t n = f->count, k = f->formula->count;
	double *a, *x, *ridge, constant[AXES];
	int rc;

	if (n < LEAST_PER_TERM * (k + 1))
		return err_set(err, ERR_DATA, "labels",
			       "%zu labelled tracks with features; at least "
			       "%zu are needed for %zu terms", n,
			       LEAST_PER_TERM * (k + 1), k);
	a = mem_zalloc(n, (k + 1) * sizeof(*a));
	x = mem_zalloc(k + 1, AXES * sizeof(*x));
	ridge = mem_zalloc(k + 1, sizeof(*ridge));
	for (size_t i = 0; i < n; i++) {
		memcpy(a + i * (k + 1), f->terms + i * k, k * sizeof(*a));
		a[i * (k + 1) + k] = 1;	/* the constant, not held back */
	}
	for (size_t i = 0; i < k; i++)
		ridge[i] = MOODFIT_RIDGE;
	rc = algebra_ridge(x, a, f->labels, ridge, n, k + 1, AXES, err);
	if (!rc) {
		for (int axis = 0; axis < AXES; axis++)
			write_axis(f, x, axis, &constant[axis], out);
		str_printf(out, "constant\t-\t-\tone\t-\t-\t%.4f\t%.4f\t"
				"fitted\n", constant[0], constant[1]);
	}
	free(a);
	free(x);
	free(ridge);
	return rc;
}
