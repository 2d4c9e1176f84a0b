/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Symmetric positive definite systems without BLAS: the same bits on every
 * processor, as what goes into an index or a shipped model needs. For large ones
 * whose bits may differ, algebra.h.
 */
#ifndef MOODPIPE_CHOLESKY_H
#define MOODPIPE_CHOLESKY_H

#include <stddef.h>

/* a[n][n], of which the lower triangle is read, plus ridge on its diagonal, is
 * l l'; l takes the triangle's place. -1: not positive definite or not finite;
 * a is then spoilt. */
int cholesky_factor(double *a, size_t n, double ridge);
/* x[n][m] such that l l' x is what x was. */
void cholesky_solve(const double *l, size_t n, double *x, size_t m);

#endif
