/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sections of an audio model (pca.h), little-endian: pca.info one struct
 * pca_info; pca.columns [inputs][FEAT_NAME] names; pca.stats [width] struct
 * pca_stat; pca.components float [PCA_DIM][width], already divided by
 * lambda^(power/2). width = inputs, plus one where "key" is among them.
 */
#ifndef MOODPIPE_PCAFORMAT_H
#define MOODPIPE_PCAFORMAT_H

#include <stddef.h>
#include <stdint.h>

struct pca_info {
	uint32_t dim, inputs;
	int64_t key, mode; /* places of these columns, or -1 */
	uint64_t rows;     /* the fit's; 0: an empty model */
	double power;
};

struct pca_stat {
	float mean, scale; /* scale 0: a constant column */
};

static inline size_t pca_width(size_t inputs, int64_t key)
{
	return inputs + (key >= 0);
}

/* One row's inputs (values[column[i]], or values[i]) as width numbers. */
void pca_expand(const float *values, const int *column, size_t inputs,
		int64_t key, int64_t mode, float *out);
/* In place; NaN becomes 0. Returns how many were there. */
size_t pca_standardise(float *x, const struct pca_stat *stats, size_t width);

#endif
