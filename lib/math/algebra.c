/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/algebra.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

static void hold_to_one(void)
{
	openblas_set_num_threads(1);
}

/* OpenBLAS sums in another order when it splits work over threads. */
static void one_thread(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, hold_to_one);
}

void algebra_gemm(double *c, const double *a, bool a_t, const double *b,
		  bool b_t, size_t m, size_t n, size_t k)
{
	one_thread();
	if (!m || !n)
		return;
	cblas_dgemm(CblasRowMajor, a_t ? CblasTrans : CblasNoTrans,
		    b_t ? CblasTrans : CblasNoTrans, (int)m, (int)n, (int)k, 1,
		    a,
		    (int)(a_t ? m
			  : k ? k
			      : 1),
		    b, (int)(b_t ? (k ? k : 1) : n), 0, c, (int)n);
}

static bool finite_all(const double *x, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return false;
	return true;
}

static void fix_sign(double *v, size_t n)
{
	size_t i, peak = 0;

	for (i = 1; i < n; i++)
		if (fabs(v[i]) > fabs(v[peak]))
			peak = i;
	if (n && v[peak] < 0)
		for (i = 0; i < n; i++)
			v[i] = -v[i];
}

static void reverse_rows(double *a, double *values, size_t n)
{
	size_t i, j;

	for (i = 0; i < n / 2; i++) {
		double t = values[i];

		values[i] = values[n - 1 - i];
		values[n - 1 - i] = t;
		for (j = 0; j < n; j++) {
			t = a[i * n + j];
			a[i * n + j] = a[(n - 1 - i) * n + j];
			a[(n - 1 - i) * n + j] = t;
		}
	}
}

int algebra_eigen(double *a, size_t n, double *values, struct err *err)
{
	size_t i;

	one_thread();
	if (!n)
		return 0;
	if (!finite_all(a, n * n))
		return err_set(err, ERR_DATA, "numeric",
			       "matrix to decompose is not finite");
	/* The upper triangle by rows is the lower by columns, and columns of
	 * eigenvectors are then rows. */
	if (LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'L', (int)n, a, (int)n,
			   values))
		return err_set(err, ERR_DATA, "numeric",
			       "eigenvalues of a %zu x %zu matrix did not "
			       "converge",
			       n, n);
	reverse_rows(a, values, n);
	for (i = 0; i < n; i++)
		fix_sign(a + i * n, n);
	return 0;
}

/* A column that the columns before it explain but for rounding. */
static bool singular(const double *factor, const double *diagonal, size_t k)
{
	size_t i;

	for (i = 0; i < k; i++) {
		double left = factor[i * k + i];

		if (left * left <= 1e-13 * diagonal[i])
			return true;
	}
	return false;
}

int algebra_ridge(double *x, const double *a, const double *y,
		  const double *ridge, size_t n, size_t k, size_t m,
		  struct err *err)
{
	double *normal = mem_zalloc(k * k, sizeof(*normal));
	double *diagonal = mem_zalloc(k, sizeof(*diagonal));
	size_t i;
	int rc = 0;

	algebra_gemm(normal, a, true, a, false, k, k, n);
	algebra_gemm(x, a, true, y, false, k, m, n);
	for (i = 0; i < k; i++)
		diagonal[i] = normal[i * k + i] += ridge[i];
	if (!finite_all(normal, k * k) || !finite_all(x, k * m))
		rc = err_set(err, ERR_DATA, "numeric",
			     "least squares: input is not finite");
	else if (k && m &&
		 (LAPACKE_dposv(LAPACK_ROW_MAJOR, 'U', (int)k, (int)m, normal,
				(int)k, x, (int)m) ||
		  singular(normal, diagonal, k)))
		rc = err_set(err, ERR_DATA, "numeric",
			     "least squares: the %zu columns are dependent; "
			     "use a larger ridge",
			     k);
	free(normal);
	free(diagonal);
	return rc;
}
