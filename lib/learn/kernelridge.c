/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/kernelridge.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/cholesky.h"

int kernelridge(const double *k, const double *y, double ridge, size_t n,
		size_t m, double *c, struct err *err)
{
	double *l = mem_zalloc(n * n, sizeof(*l));
	int rc;

	for (size_t i = 0; i < n; i++) /* the lower triangle, from the upper */
		for (size_t j = 0; j <= i; j++)
			l[i * n + j] = k[j * n + i];
	rc = cholesky_factor(l, n, ridge);
	memcpy(c, y, n * m * sizeof(*c));
	if (!rc)
		cholesky_solve(l, n, c, m);
	free(l);
	return rc ? err_set(err, ERR_DATA, "singular",
			    "%zu rows whose kernels have no inverse with a "
			    "ridge of %g: more ridge, or finite numbers",
			    n, ridge)
		  : 0;
}
