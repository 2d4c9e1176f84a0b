/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ridge regression in the dual (Saunders, Gammerman & Vovk, ICML 1998), for few
 * rows of many numbers: the coefficients c of (k + ridge I) c = y, where k holds
 * the kernels of each two rows.
 */
#ifndef MOODPIPE_KERNELRIDGE_H
#define MOODPIPE_KERNELRIDGE_H

#include <stddef.h>

#include "base/err.h"

/* c[n][m] of the symmetric k[n][n] (upper triangle read) and y[n][m]. -1,
 * ERR_DATA: not positive definite, or not finite. */
int kernelridge(const double *k, const double *y, double ridge, size_t n,
		size_t m, double *c, struct err *err);

#endif
