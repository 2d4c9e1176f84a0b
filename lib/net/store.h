/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The audio folder: files named by the SHA-256 of their bytes, ab/<hex>.<ext>
 * under one directory. A file in the making is a part: .part-<digest of its
 * URL> beside a note of where it is from, so that whoever wants that URL next,
 * in whatever process, goes on where the last one was stopped. A finished part
 * is flushed and renamed.
 */
#ifndef MOODPIPE_STORE_H
#define MOODPIPE_STORE_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct store_part { /* zeroed is valid: none */
	int fd;
	bool open;             /* and locked */
	bool touched;          /* was open before */
	bool shared;           /* goes by the URL's name */
	struct str path, note; /* its files */
	struct str validator;  /* ETag or Last-Modified of the bytes, or empty:
				 * they are good for this process only */
	size_t size;
	uint64_t total; /* of the whole file, 0: unknown */
};

/* Creates the directory where needed and removes parts that nobody has taken up
 * for 30 days before `now`, and dead processes' private ones. */
int store_prepare(const char *dir, int64_t now, struct err *err);

/* Names the part of a URL and says what there is of it (size, validator,
 * total); nothing is opened. */
void store_find(struct store_part *p, const char *dir, struct span url);
/* Opens the part that was found or paused, made where there is none; size may
 * be another than it was. One that another process has open gets a private,
 * empty twin. */
int store_open(struct store_part *p, struct err *err);
/* Closes it until the next store_open: open files are few. */
void store_pause(struct store_part *p);
/* Throws its bytes away and notes what the next ones will be of. */
int store_restart(struct store_part *p, struct span validator, uint64_t total,
		  struct err *err);
int store_write(struct store_part *p, const void *bytes, size_t n,
		struct err *err);
/* Replaces *out with the first n bytes at most. */
int store_read(const struct store_part *p, size_t n, struct str *out,
	       struct err *err);
int store_cut(struct store_part *p, size_t size, struct err *err);
/* Gives it its name; *sha256 is replaced by the hex digest. Ends p. */
int store_keep(struct store_part *p, const char *dir, const char *ext,
	       struct str *sha256, struct err *err);
/* Ends p, leaving what can be taken up later; or removing it. */
void store_close(struct store_part *p);
void store_drop(struct store_part *p);

/* Replaces *path with "ab/<sha256>.<ext>", relative to the directory. -1: not
 * a digest and an extension (nothing else may become a path). */
int store_path(struct span sha256, struct span ext, struct str *path);
bool store_has(const char *dir, const struct str *path);

/* Gives each file of the store to each(): its digest, path relative to dir,
 * and size. Stops at the first -1. */
int store_each(const char *dir, void *ctx,
	       int (*each)(void *ctx, struct span sha256, const char *path,
			   uint64_t size, struct err *err),
	       struct err *err);

#endif
