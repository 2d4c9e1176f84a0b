/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Principal components of feature rows. Columns are standardised, limited to
 * PCA_LIMIT deviations, projected on the strongest components and divided by
 * lambda^(power/2); rows are then scaled to unit length, as cosine is what
 * they are compared by. A column "key" (0-11 from C) becomes two coordinates
 * on the circle of fifths, minor keys (column "mode" 0) at their relative
 * major. A missing value counts as the mean. Only rows given to the fit shape
 * the model; with none, it says so and gives nothing. A model is a pack of
 * kind "moodpca", sections pca.info, pca.columns, pca.stats, pca.components.
 */
#ifndef MOODPIPE_PCA_H
#define MOODPIPE_PCA_H

#include "io/feat.h"
#include "io/pack.h"

#define PCA_KIND "moodpca"
#define PCA_VERSION 1
#define PCA_DIM 64
#define PCA_LIMIT 4.0f
/* Of the ten nearest of another artist, the share in the same mood quadrant
 * (524 excerpts of Panda et al. 2018, 243 columns): power 0 0.503, 0.5 0.481,
 * 1 0.415. */
#define PCA_POWER 0.0

/* Fits on the measured rows of feature files of one stage (regular files; each
 * is read twice) and writes the model. power: 0 plain components, 1 whitened.
 * *seen and *used count rows. -1, ERR_DATA: other columns than the first's. */
int pca_fit(const char *const *paths, size_t n, double power, FILE *out,
	    uint64_t *seen, uint64_t *used, uint8_t digest[HASH_SIZE],
	    struct err *err);

extern const char *const pca_sections[]; /* NULL-ended */

struct pca;
/* A view of p, which must outlive it. NULL, ERR_DATA. */
struct pca *pca_open(const struct pack *p, struct err *err);
void pca_free(struct pca *m);
uint64_t pca_rows(const struct pca *m); /* fitted on; 0: empty */

/* Where the model's columns are in a schema; -1, ERR_DATA where one lacks. */
struct pca_view {
	int *column; /* [inputs] */
	size_t count;
};
int pca_bind(const struct pca *m, const struct feat_schema *s, const char *name,
	     struct pca_view *view, struct err *err);
void pca_view_release(struct pca_view *view);
/* Unit-length out[PCA_DIM] from a row's values[]; -1 (out all NaN) where there
 * is no value, or nothing to say. */
int pca_apply(const struct pca *m, const struct pca_view *view,
	      const float *values, float out[PCA_DIM]);

#endif
