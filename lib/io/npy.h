/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * NumPy array files, format 1.0 to 3.0 (numpy.lib.format): a matrix of numbers
 * in, one of float32 out. Written: version 1.0, '<f4', C order, the header
 * padded to a multiple of 64 bytes. Read: '<f4' or '<f8', C order, one or two
 * dimensions (one: a single column); everything else is refused.
 */
#ifndef MOODPIPE_NPY_H
#define MOODPIPE_NPY_H

#include <stdio.h>

#include "io/input.h"

int npy_write_header(FILE *out, uint64_t rows, uint32_t columns,
		     struct err *err);

struct npy {
	struct input *in;
	uint64_t rows, done; /* done: given by npy_read */
	uint32_t columns;
	bool wide; /* float64 in the file */
	char *row; /* one, as in the file */
};

/* "-": stdin; gzip is recognised. Opened or not, close it. */
int npy_open(struct npy *n, const char *path, struct err *err);
void npy_close(struct npy *n);
/* The next row into row[columns]: 1, 0 at the end, -1 (ERR_DATA: the file ends
 * early, or goes on behind its last row). */
int npy_read(struct npy *n, float *row, struct err *err);

#endif
