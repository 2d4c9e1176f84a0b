/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The vectors of an index for others' tools: as a .npy matrix of float32, as
 * files of FAISS (faissfile.h), and the tracks' ids, one a line, in the same
 * order. Vectors are of unit length, in the order of rows; those of text are
 * what the index holds, int8 times a scale.
 */
#ifndef MOODPIPE_INDEXEXPORT_H
#define MOODPIPE_INDEXEXPORT_H

#include <stdio.h>

#include "index/generation.h"

enum indexexport_format {
	INDEXEXPORT_NPY,
	INDEXEXPORT_FLAT,    /* IndexFlatIP */
	INDEXEXPORT_IVFFLAT, /* IndexIVFFlat over the lists of text */
	INDEXEXPORT_IDS,
	INDEXEXPORT_FORMATS
};
/* "npy", "flat", "ivfflat", "ids"; INDEXEXPORT_FORMATS: none of them. */
enum indexexport_format indexexport_format(struct span name);

enum indexexport_what {
	INDEXEXPORT_TEXT,
	INDEXEXPORT_AUDIO, /* components of measured features */
	INDEXEXPORT_CNN,   /* a network's */
	INDEXEXPORT_WHATS
};
/* "text", "audio", "cnn"; INDEXEXPORT_WHATS: none of them. */
enum indexexport_what indexexport_what(struct span name);

/* name is out's, for messages. -1: ERR_DATA, the index has no such vectors, or
 * no lists (text is compared exactly); ERR_ENV. */
int indexexport(const struct generation *g, enum indexexport_what what,
		enum indexexport_format format, int threads, FILE *out,
		const char *name, struct err *err);

#endif
