/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The audio folder: files named by the SHA-256 of their bytes, ab/<hex>.<ext>
 * under one directory. A file is written beside its place, flushed, renamed;
 * what a killed process left half-written is swept away by the next one.
 */
#ifndef MOODPIPE_STORE_H
#define MOODPIPE_STORE_H

#include <stdio.h>

#include "base/err.h"
#include "base/hash.h"
#include "net/sniff.h"

struct store_file { /* a file in the making; zeroed is valid */
	FILE *f;
	struct str temp; /* its path for now */
	struct hash *hash;
	char head[SNIFF_SIZE];
	size_t size;
};

/* Creates the directory where needed and removes dead processes' leftovers. */
int store_prepare(const char *dir, struct err *err);

/* Begins a file, or begins f anew. */
int store_begin(struct store_file *f, const char *dir, struct err *err);
int store_write(struct store_file *f, const void *p, size_t n);
/* Everything written so far is in the file of path f->temp. */
int store_flush(struct store_file *f, struct err *err);
struct span store_head(const struct store_file *f); /* first bytes */
/* Gives it its name; *sha256 is replaced by the hex digest. Ends f. */
int store_keep(struct store_file *f, const char *dir, const char *ext,
	       struct str *sha256, struct err *err);
/* Ends f, removing what there is; also after store_keep. */
void store_drop(struct store_file *f);

/* Replaces *path with "ab/<sha256>.<ext>", relative to the directory. -1: not
 * a digest and an extension (nothing else may become a path). */
int store_path(struct span sha256, struct span ext, struct str *path);
bool store_has(const char *dir, const struct str *path);

#endif
