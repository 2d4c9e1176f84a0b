/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The audio file that a record names: audio{path, sha256}, below the folder
 * that the caller calls the root of relative paths.
 */
#ifndef MOODPIPE_TRACKAUDIO_H
#define MOODPIPE_TRACKAUDIO_H

#include "corpus/track.h"

struct trackaudio {        /* zeroed is valid; reusable */
	struct str path;   /* root included */
	struct str sha256; /* or empty */
	struct str named;  /* as in the record */
};
void trackaudio_release(struct trackaudio *a);

/* 1; 0: the record names none; -1, ERR_RECORD "missing": a path that cannot be
 * used (NUL in it; with a root, ".." in a relative one). root: or NULL. */
int trackaudio_find(struct trackaudio *a, const struct record *r,
		    const char *root, struct err *err);

/* The 64-bit digest of the sound that the record names: of its sha256 member,
 * or else of the file's bytes; one number for all that cannot be read, and 0
 * where it names none. */
uint64_t trackaudio_digest(struct trackaudio *a, const struct record *r,
			   const char *root);

/* Opens what was found, read-only, whatever it is; waits for nothing. -1:
 * ERR_RECORD "missing". */
int trackaudio_open(struct trackaudio *a, struct err *err);

#endif
