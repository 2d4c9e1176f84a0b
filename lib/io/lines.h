/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Blocks of whole lines from a list of files, for readers that hand many
 * lines at a time to another thread.
 */
#ifndef MOODPIPE_LINES_H
#define MOODPIPE_LINES_H

#include "io/input.h"

struct lines {
	char **files;
	int nfiles, next; /* next: to be opened */
	struct input *in;
	struct str carry; /* read, not yet handed out */
	size_t batch;     /* lines per block; 0: by size */
};

/* No files: standard input. The array is borrowed. */
void lines_init(struct lines *l, char **files, int nfiles, size_t batch);
void lines_release(struct lines *l);
/* Replaces *block with the next whole lines, all of one file, each with its
 * newline (a missing last one is added), and *file with that file's name,
 * valid for the life of l. 1, 0 at the end, -1. */
int lines_read(struct lines *l, struct str *block, const char **file,
	       struct err *err);

#endif
