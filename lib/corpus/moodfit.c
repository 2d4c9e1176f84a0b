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

/* label = 2 (sum of weight * term + constant) - 1; a term v of weight -w is
 * the falling term 1 - v of weight w, and -w more in the constant. x holds the
 * weights and, last, the constant. */
static void write_axis(const struct moodfit *f, const double *x, int axis,
		       double *constant, struct str *out)
{
	size_t k = f->formula->count;

	*constant = (x[k] + 1) / 2;
	for (size_t i = 0; i < k; i++) {
		struct moodformula_term t = f->formula->terms[i];
		double w = x[i] / 2;

		if (w < 0) {
			double low = t.low;

			t.low = t.high;
			t.high = low;
			*constant += w;
			w = -w;
		}
		moodformula_put(out, &t, axis ? 0 : w, axis ? w : 0, "fitted");
	}
}

/* Terms of shape below have no falling form: those whose weight comes out
 * negative are left out, which is a column of zeros, and the rest is fitted
 * again. a is [count][k + 1]. */
static int fit_axis(const struct moodfit *f, int axis, double *a, double *x,
		    const double *ridge, struct err *err)
{
	size_t n = f->count, k = f->formula->count;
	double *label = mem_zalloc(n, sizeof(*label));
	bool again = true;
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		label[i] = f->labels[i * AXES + (size_t)axis];
		memcpy(a + i * (k + 1), f->terms + i * k, k * sizeof(*a));
		a[i * (k + 1) + k] = 1; /* the constant, not held back */
	}
	while (again && !rc) {
		again = false;
		rc = algebra_ridge(x, a, label, ridge, n, k + 1, 1, err);
		for (size_t i = 0; !rc && i < k; i++) {
			if (!f->formula->terms[i].below || !(x[i] < 0))
				continue;
			for (size_t r = 0; r < n; r++)
				a[r * (k + 1) + i] = 0;
			again = true;
		}
	}
	free(label);
	return rc;
}

int moodfit_write(const struct moodfit *f, struct str *out, struct err *err)
{
	size_t n = f->count, k = f->formula->count;
	double *a, *x, *ridge, constant[AXES];
	int rc = 0;

	if (AXES * k > MOODFORMULA_TERMS)
		return err_set(err, ERR_DATA, "formula",
			       "a formula of %zu terms cannot be refitted, at "
			       "most %d can: each becomes two",
			       k, MOODFORMULA_TERMS / AXES);
	if (n < LEAST_PER_TERM * (k + 1))
		return err_set(err, ERR_DATA, "labels",
			       "%zu labelled tracks with features; at least "
			       "%zu are needed for %zu terms",
			       n, LEAST_PER_TERM * (k + 1), k);
	a = mem_zalloc(n, (k + 1) * sizeof(*a));
	x = mem_zalloc(k + 1, sizeof(*x));
	ridge = mem_zalloc(k + 1, sizeof(*ridge));
	for (size_t i = 0; i < k; i++)
		ridge[i] = MOODFIT_RIDGE;
	for (int axis = 0; axis < AXES && !rc; axis++) {
		rc = fit_axis(f, axis, a, x, ridge, err);
		if (!rc)
			write_axis(f, x, axis, &constant[axis], out);
	}
	if (!rc)
		moodformula_put(out, NULL, constant[0], constant[1], "fitted");
	free(a);
	free(x);
	free(ridge);
	return rc;
}
