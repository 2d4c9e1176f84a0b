/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Named arrays of numbers, as trained networks are published: all tensors of a
 * file, in memory, as float32. Two formats, told apart by their first bytes:
 * .safetensors (safetensors.h) and .npz (npz.h). A file is taken as hostile:
 * names, shapes and sizes are checked against what is there, and no more than
 * TENSORS_VALUES numbers are read.
 */
#ifndef MOODPIPE_TENSORS_H
#define MOODPIPE_TENSORS_H

#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"

#define TENSORS_DIMS 8
#define TENSORS_MAX 4096                 /* in one file */
#define TENSORS_VALUES ((size_t)1 << 29) /* 2 GB; VGGish has 72 million */

struct tensor {
	char *name;
	int ndim;
	size_t dims[TENSORS_DIMS], count; /* count: their product; 1 for none */
	float *values;                    /* [count], row-major */
};

struct tensors { /* zeroed is empty */
	struct tensor *items;
	size_t count, cap;
	size_t values; /* of all items */
};
void tensors_release(struct tensors *t);

/* Reads the file into *t, which is empty before; digest (may be NULL) becomes
 * the SHA-256 of its bytes. -1: ERR_ENV, it cannot be read; ERR_DATA, it is
 * neither of the two, or broken. The message names file and tensor. */
int tensors_load(struct tensors *t, const char *path, uint8_t digest[HASH_SIZE],
		 struct err *err);

/* NULL where there is none of that name. */
struct tensor *tensors_find(const struct tensors *t, const char *name);
/* "3 x 3 x 64 x 128", "a single number" */
void tensor_shape(const struct tensor *t, struct str *out);

/* For the readers of formats: a new tensor of that shape without values, whose
 * count is within what may still be read. The pointer is good until the next.
 * NULL, ERR_DATA: too many, too large, or the name is there already. */
struct tensor *tensors_add(struct tensors *t, const char *path,
			   struct span name, const size_t *dims, int ndim,
			   struct err *err);

#endif
