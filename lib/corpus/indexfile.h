/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What build-index does with a whole index file: write one, check one, give
 * one's vectors to others' tools. */
#ifndef MOODPIPE_INDEXFILE_H
#define MOODPIPE_INDEXFILE_H

#include "corpus/indexinputs.h"

/* Writes the rows of w and what indexinputs_open opened to path, whole or not
 * at all; name: the generation's. -1 as indexwriter_write, indexinputs_write;
 * ERR_ENV: the file cannot be written. */
int indexfile_write(const char *path, struct indexwriter *w,
		    const struct indexinputs *in, struct index_counts *counts,
		    char name[GENERATION_NAME], struct err *err);

/* Checks all that indexcheck.h checks of the index at path (a directory or a
 * file), and that the tables and models which requests are read with can be
 * read. -1, ERR_DATA: the message names the file; ERR_ENV: no index there, no
 * room in $TMPDIR. */
int indexfile_verify(const char *path, int threads, char name[GENERATION_NAME],
		     struct err *err);

/* Writes vectors (indexexport.h) to output, atomically; NULL or "-": to
 * standard output. format NULL: npy. ERR_USAGE: no such vectors or format. */
int indexfile_export(const char *path, const char *what, const char *format,
		     int threads, const char *output, struct err *err);

#endif
