/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Dense linear algebra for fitting: the one place that calls BLAS and LAPACK
 * (OpenBLAS, held to one thread: its results then depend only on arguments and
 * type of processor). Matrices are row-major, tightly packed. Applying a model
 * uses vector.h, matmul.h and linear.h instead, so that a row never depends on
 * its batch.
 */
#ifndef MOODPIPE_ALGEBRA_H
#define MOODPIPE_ALGEBRA_H

#include <stddef.h>

#include "base/err.h"

/* c[m][n] = a b, with a[m][k] (a_t: a is stored [k][m]) and b[k][n] (b_t: b is
 * stored [n][k]). */
void algebra_gemm(double *c, const double *a, bool a_t, const double *b,
		  bool b_t, size_t m, size_t n, size_t k);

/* Symmetric a[n][n] (upper triangle read): eigenvalues, largest first, in
 * values[n]; row i of a becomes the unit eigenvector of values[i], its sign
 * such that the entry of largest magnitude (the first of equals) is positive.
 * -1, ERR_DATA: not finite or not converged. */
int algebra_eigen(double *a, size_t n, double *values, struct err *err);

/* Least squares with ridge: x[k][m] minimises |a x - y|^2 + sum_j
 * ridge[j] |x_j|^2, a[n][k], y[n][m], by Cholesky of the normal equations.
 * ridge[j] >= 0; -1, ERR_DATA: singular or not finite. */
int algebra_ridge(double *x, const double *a, const double *y,
		  const double *ridge, size_t n, size_t k, size_t m,
		  struct err *err);

#endif
