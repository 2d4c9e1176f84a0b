/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Feature files to and from matrices (npy.h): values only, one row per row.
 */
#ifndef MOODPIPE_FEATMATRIX_H
#define MOODPIPE_FEATMATRIX_H

#include "io/feat.h"
#include "io/idmap.h"
#include "io/npy.h"

/* The rest of f as a .npy file. Of a pipe, whose row count comes last, the
 * rows wait in a temporary file. */
int featmatrix_export(struct feat *f, FILE *out, struct err *err);

/* Fills an empty schema with comma-separated column names and the recipe of an
 * import. -1: an empty, long or repeated name (ERR_USAGE). */
int featmatrix_schema(struct feat_schema *s, const char *stage,
		      const char *columns, struct err *err);

/* A feature file of n's rows, the i-th keyed by the i-th id; numbers of rows
 * and columns must agree. Values that are not finite are missing; the others
 * are marked measured, or imputed where the method is another. */
int featmatrix_import(struct npy *n, const struct idmap *ids,
		      const struct feat_schema *s, enum feat_method method,
		      FILE *out, struct err *err);

#endif
