/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/kernelridge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Four sums: the additions do not wait for each other. */
static double dot(const double *a, const double *b, size_t n)
{
	double s[4] = { 0 };
	size_t i;

	for (i = 0; i + 4 <= n; i += 4)
		for (int k = 0; k < 4; k++)
			s[k] += a[i + k] * b[i + k];
	for (; i < n; i++)
		s[0] += a[i] * b[i];
	return (s[0] + s[1]) + (s[2] + s[3]);
}

/* Cholesky's factor, lower, in rows of l. */
static int factor(const double *k, double ridge, size_t n, double *l)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j <= i; j++) {
			double *at = l + i * n;
			double d = k[j * n + i] - dot(at, l + j * n, j);

			if (i > j) {
				at[j] = d / l[j * n + j];
				continue;
			}
			d += ridge;
			if (!(d > 0) || !isfinite(d))
				return -1;
			at[i] = sqrt(d);
		}
	return 0;
}

static void substitute(const double *l, size_t n, size_t m, double *c)
{
	for (size_t i = 0; i < n; i++)
		for (size_t o = 0; o < m; o++) {
			double d = c[i * m + o];

			for (size_t j = 0; j < i; j++)
				d -= l[i * n + j] * c[j * m + o];
			c[i * m + o] = d / l[i * n + i];
		}
	for (size_t i = n; i-- > 0;)
		for (size_t o = 0; o < m; o++) {
			double d = c[i * m + o] / l[i * n + i];

			c[i * m + o] = d;
			for (size_t j = 0; j < i; j++)
				c[j * m + o] -= l[i * n + j] * d;
		}
}

int kernelridge(const double *k, const double *y, double ridge, size_t n,
		size_t m, double *c, struct err *err)
{
	double *l = mem_zalloc(n * n, sizeof(*l));
	int rc = factor(k, ridge, n, l);

	memcpy(c, y, n * m * sizeof(*c));
	if (!rc)
		substitute(l, n, m, c);
	free(l);
	return rc ? err_set(err, ERR_DATA, "singular",
			    "%zu rows whose kernels have no inverse with a "
			    "ridge of %g: more ridge, or finite numbers",
			    n, ridge)
		  : 0;
}
