/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tensors of .safetensors files as they lie on the disk, mapped: opening reads
 * the headers alone, and a process holds only the pages it touches. One file,
 * or the shards that a model.safetensors.index.json names (weight_map). Files
 * are taken as hostile: header length, names, types, shapes, offsets (inside
 * the file, as long as the shape says, not overlapping) are checked on opening;
 * a file that shrinks while it is read ends the process with SIGBUS, as any
 * mapping.
 */
#ifndef MOODPIPE_TENSORMAP_H
#define MOODPIPE_TENSORMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

#define TENSORMAP_DIMS 8

enum tensormap_type { /* of one number */
		      TENSORMAP_F32,
		      TENSORMAP_F16,
		      TENSORMAP_BF16,
		      TENSORMAP_F64,
		      TENSORMAP_I64,   /* position_ids and the like */
		      TENSORMAP_OTHER, /* listed, but not read: I32, BOOL */
		      TENSORMAP_TYPES,
};

struct tensormap_tensor {
	const char *name, *path; /* path: of its file, for messages */
	enum tensormap_type type;
	const char *dtype; /* the type as the file spells it */
	int ndim;
	size_t dims[TENSORMAP_DIMS], count; /* count: their product */
	const void *bytes;                  /* may be unaligned */
	size_t size;                        /* of the bytes */
};

struct tensormap; /* read-only: any thread */
/* path: a .safetensors file, or an index of shards, which lie beside it. NULL:
 * ERR_ENV, it cannot be read; ERR_DATA, the message says what is wrong. */
struct tensormap *tensormap_open(const char *path, struct err *err);
/* The same of an open .safetensors file; path is for messages. */
struct tensormap *tensormap_open_fd(int fd, const char *path, struct err *err);
void tensormap_close(struct tensormap *m);

size_t tensormap_count(const struct tensormap *m);
/* In order of names. */
const struct tensormap_tensor *tensormap_at(const struct tensormap *m,
					    size_t i);
/* NULL where there is none of that name. */
const struct tensormap_tensor *tensormap_find(const struct tensormap *m,
					      const char *name);
/* Whether its numbers can be had as floats: of the first four types. */
bool tensormap_readable(const struct tensormap_tensor *t);
/* Numbers from to from + n, as floats; of one that is readable. */
void tensormap_floats(const struct tensormap_tensor *t, size_t from, size_t n,
		      float *out);
/* The numbers where they lie, if they are aligned F32; else NULL. */
const float *tensormap_view(const struct tensormap_tensor *t);
/* Gives the tensor's pages back; they come again where they are read. */
void tensormap_done(const struct tensormap_tensor *t);

/* "F16 [30522, 384]" */
void tensormap_shape(const struct tensormap_tensor *t, struct str *out);

#endif
