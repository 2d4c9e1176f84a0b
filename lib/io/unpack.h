/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The files in an archive, one after the other, unpacked by a sandboxed worker
 * (archive.h has the kinds and limits) and streamed: nothing is written to
 * disk, no more than a buffer is held. Names are bytes from the archive: text
 * to show, never a path to open.
 */
#ifndef MOODPIPE_UNPACK_H
#define MOODPIPE_UNPACK_H

#include <sys/types.h>

#include "io/window.h"

enum unpack_kind { UNPACK_FILE, UNPACK_LINK, UNPACK_OTHER };

struct unpack_entry {
	enum unpack_kind kind;
	struct span name; /* any bytes, until the next entry; empty: the file
			   * is compressed, but no archive */
};

struct unpack;
/* Unpacks the archive of which w has read only what is still in it: w's bytes
 * are fed to the worker as it wants them. path: the file itself where it can
 * be opened again, which lets a zip be read by its directory; else NULL. w and
 * path are the caller's, w must outlive it. NULL: ERR_ENV. */
struct unpack *unpack_open(struct window *w, const char *path, struct err *err);
void unpack_close(struct unpack *u);

/* The next entry, the rest of the last one is passed over: 1; 0: the archive
 * ends, whole; -1: ERR_DATA, it goes no further (truncated, damaged, a bomb,
 * the worker died), or what reading w said. */
int unpack_next(struct unpack *u, struct unpack_entry *e, struct err *err);

/* Up to n bytes of the entry's file; 0 at its end; -1: ERR_RECORD, the rest of
 * this file is unreadable (the next entry may be fine), else as unpack_next. */
ssize_t unpack_read(struct unpack *u, void *p, size_t n, struct err *err);

#endif
