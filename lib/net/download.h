/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The errand of fetch-audio: the beginning of a file into the store, a row
 * into the journal. A file is kept when its first bytes are those of a known
 * audio format and a decoder can make sound of it.
 */
#ifndef MOODPIPE_DOWNLOAD_H
#define MOODPIPE_DOWNLOAD_H

#include "net/errand.h"

struct download {
	const char *store; /* the directory, prepared */
	struct history *history;
	size_t max_bytes;     /* of one file */
	size_t budget;        /* bytes in all, 0: any number */
	int64_t now, max_age; /* seconds */
	/* Tries to decode a file: 1 it is sound, 0 it is not, -1. */
	int (*decodes)(const char *path, struct err *err);

	size_t bytes;             /* received so far */
	struct history_fetch row; /* scratch */
};

/* Sets the callbacks of e, and its ctx to d. */
void download_errand(struct download *d, struct errand *e);
void download_release(struct download *d);

#endif
