/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files that exist whole or not at all: written beside their final name,
 * flushed to disk, then renamed.
 */
#ifndef MOODPIPE_ATOMIC_H
#define MOODPIPE_ATOMIC_H

#include <stdio.h>

#include "base/err.h"

struct atomic;

/* Opens a temporary file in path's folder (NULL or "-": stdout, not atomic). It
 * has no name where the file system can do that: a killed process leaves
 * nothing; else it is called path.tmp-XXXXXX. */
struct atomic *atomic_open(const char *path, struct err *err);
FILE *atomic_file(struct atomic *a);
const char *atomic_name(const struct atomic *a); /* for messages */
/* Flush, fsync, rename; frees a in any case. -1: path is as it was. Also the
 * place that notices a full disk on stdout. */
int atomic_commit(struct atomic *a, struct err *err);
/* Like commit, but leaves path and its time untouched when the content is the
 * same already; *changed may be NULL. */
int atomic_commit_changed(struct atomic *a, bool *changed, struct err *err);
void atomic_abort(struct atomic *a); /* removes the temporary; NULL is fine */

/* mkdir -p of a path (or of its parent). */
int atomic_mkdirs(const char *path, bool parent_only, struct err *err);

#endif
