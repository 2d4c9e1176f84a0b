/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Truncated singular value decomposition of a large sparse matrix by
 * randomised subspace iteration with a Rayleigh-Ritz step (Halko, Martinsson &
 * Tropp 2011, algorithms 4.4 and 5.3), on the right side only: memory is two
 * float matrices of [cols][rank + 32], however many rows there are. The work
 * is split by columns of the subspace, so the result is the same bytes for any
 * number of threads.
 */
#ifndef MOODPIPE_LSA_H
#define MOODPIPE_LSA_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct lsa_matrix { /* compressed rows */
	size_t rows, cols;
	const size_t *start;   /* [rows + 1] */
	const uint32_t *index; /* [start[rows]], < cols */
	const float *value;
	/* May follow: rows that are dense over a share of the columns. */
	size_t dense_rows, dense_cols;
	const uint32_t *dense_index; /* [dense_cols], < cols, each once */
	const float *dense;          /* [dense_cols][dense_rows] */
};

/* Right singular vectors v[cols][rank] (each column of unit length) and
 * singular values sigma[rank], largest first; where the matrix has a lower
 * rank, what remains is zero. iterations: 4 is plenty for text. */
int lsa_fit(const struct lsa_matrix *x, size_t rank, int iterations,
	    uint64_t seed, int threads, float *v, double *sigma,
	    struct err *err);

/* Bytes lsa_fit allocates, apart from its arguments. */
size_t lsa_memory(size_t cols, size_t rank);

#endif
