/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/cholesky.h"

#include <math.h>

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

int cholesky_factor(double *a, size_t n, double ridge)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j <= i; j++) {
			double *at = a + i * n;
			double d = at[j] - dot(at, a + j * n, j);

			if (i > j) {
				at[j] = d / a[j * n + j];
				continue;
			}
			d += ridge;
			if (!(d > 0) || !isfinite(d))
				return -1;
			at[i] = sqrt(d);
		}
	return 0;
}

void cholesky_solve(const double *l, size_t n, double *x, size_t m)
{
	for (size_t i = 0; i < n; i++)
		for (size_t o = 0; o < m; o++) {
			double d = x[i * m + o];

			for (size_t j = 0; j < i; j++)
				d -= l[i * n + j] * x[j * m + o];
			x[i * m + o] = d / l[i * n + i];
		}
	for (size_t i = n; i-- > 0;)
		for (size_t o = 0; o < m; o++) {
			double d = x[i * m + o] / l[i * n + i];

			x[i * m + o] = d;
			for (size_t j = 0; j < i; j++)
				x[j * m + o] -= l[i * n + j] * d;
		}
}
