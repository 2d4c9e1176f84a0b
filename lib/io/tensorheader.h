/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The header of a .safetensors file (huggingface.co/docs/safetensors): JSON
 * that says of each tensor {"dtype", "shape", "data_offsets"}, offsets counted
 * from the header's end. "__metadata__" is passed over. Read in one pass: a
 * model of 800 tensors in some tenths of a millisecond.
 */
#ifndef MOODPIPE_TENSORHEADER_H
#define MOODPIPE_TENSORHEADER_H

#include "io/tensormap.h"

#define TENSORHEADER_MAX ((size_t)16 << 20) /* bytes */
#define TENSORHEADER_TENSORS ((size_t)1 << 16)

struct tensorheader { /* zeroed is empty */
	struct tensormap_tensor *items;
	size_t count, cap;
	char *names; /* where those of the tensors stand */
	size_t used;
};
void tensorheader_release(struct tensorheader *h);

/* What the header says of the size bytes at data, which lie behind it: types,
 * shapes and offsets fit each other, no two tensors overlap, and none of the
 * bytes is left over, as the format wants it. path is for messages and outlives
 * the header. -1: ERR_DATA. */
int tensorheader_parse(struct tensorheader *h, struct span text,
		       const unsigned char *data, size_t size, const char *path,
		       struct err *err);

/* -1, ERR_DATA "PATH: not a whole .safetensors file: WHAT; ..." */
int tensorheader_broken(const char *path, const char *what, struct err *err);

#endif
