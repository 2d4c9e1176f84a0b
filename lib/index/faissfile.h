/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vectors as files of FAISS (Johnson, Douze & Jegou 2017; the layout is that of
 * its index_write.cpp, version 1.7.3, which later ones read): IndexFlatIP, and
 * IndexIVFFlat of inner products whose coarse quantiser is an IndexFlatIP of
 * the centroids. faiss.read_index opens them. Written in one pass: a caller
 * with byte-precision vectors turns them into floats as it goes.
 */
#ifndef MOODPIPE_FAISSFILE_H
#define MOODPIPE_FAISSFILE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

struct faissfile;

/* count vectors of dim floats (1 to 2^24) to come; an id is a position. name
 * is for messages. out stays the caller's. NULL, ERR_ENV: cannot be written. */
struct faissfile *faissfile_flat(FILE *out, const char *name, size_t dim,
				 size_t count, struct err *err);
/* centroids[nlist][dim], nlist > 0; size[nlist]: the vectors of each list, to
 * come list by list. nprobe: the lists that FAISS searches by default. */
struct faissfile *faissfile_ivfflat(FILE *out, const char *name, size_t dim,
				    const float *centroids,
				    const uint64_t *size, size_t nlist,
				    size_t nprobe, struct err *err);
/* The next n vectors; ids[n] of a flat file must be NULL. */
int faissfile_put(struct faissfile *f, const float *vectors,
		  const uint32_t *ids, size_t n, struct err *err);
/* Frees f (NULL is fine). -1: not written, or (ERR_DATA) fewer vectors than
 * told; faissfile_put refuses more. */
int faissfile_end(struct faissfile *f, struct err *err);

#endif
