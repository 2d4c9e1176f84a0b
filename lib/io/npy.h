/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * NumPy array files, format 1.0 to 3.0 (numpy.lib.format): a matrix of numbers
 * in, one of float32 out. Written: version 1.0, '<f4', C order, the header
 * padded to a multiple of 64 bytes. Read: '<f4' or '<f8', C order; a matrix of
 * one or two dimensions (one: a single column) by rows, or a tensor of up to
 * NPY_DIMS by values; everything else is refused.
 */
#ifndef MOODPIPE_NPY_H
#define MOODPIPE_NPY_H

#include <stdio.h>

#include "io/input.h"

int npy_write_header(FILE *out, uint64_t rows, uint32_t columns,
		     struct err *err);

#define NPY_DIMS 8

struct npy {
	struct input *in;
	int ndim;
	size_t dims[NPY_DIMS], count; /* count: their product */
	uint64_t rows, done; /* done: rows (of a tensor, values) given */
	uint32_t columns;
	bool wide, tensor; /* wide: float64 in the file */
	char *row;         /* one, or a piece, as in the file */
};

/* "-": stdin; gzip is recognised. Opened or not, close it. */
int npy_open(struct npy *n, const char *path, struct err *err);
void npy_close(struct npy *n);
/* The next row into row[columns]: 1, 0 at the end, -1 (ERR_DATA: the file ends
 * early, or goes on behind its last row). */
int npy_read(struct npy *n, float *row, struct err *err);

/* A tensor from in, which is n's from now on: dims and count are its shape, not
 * believed before the values have been read. Close it in any case. */
int npy_open_tensor(struct npy *n, struct input *in, struct err *err);
/* The next values, at most max > 0, into out: how many, 0 at the end, -1 as
 * npy_read. */
ssize_t npy_read_values(struct npy *n, float *out, size_t max, struct err *err);

#endif
