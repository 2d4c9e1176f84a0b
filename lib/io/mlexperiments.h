/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The experiments of an MLflow file store (mlruns.h) and the little YAML that
 * its meta.yaml files are made of.
 */
#ifndef MOODPIPE_MLEXPERIMENTS_H
#define MOODPIPE_MLEXPERIMENTS_H

#include "base/err.h"
#include "base/str.h"

/* Puts the id of the active experiment of that name in *id and the URI of its
 * folder ("file:///...") in *uri. One that is not there is made, under the
 * least number that is free (deleted ones keep theirs), with that time in
 * milliseconds since 1970; a store that is not there is made with experiment 0,
 * "Default". The store's folder is locked meanwhile (flock). -1: ERR_ENV. */
int mlexperiments_find(const char *dir, struct span name, int64_t now,
		       struct str *id, struct str *uri, struct err *err);

/* Appends text as a YAML scalar in double quotes: ASCII only, all else as
 * escapes. */
void mlexperiments_quote(struct str *out, struct span text);
/* Appends the value of a top-level scalar of a YAML document: plain, or in
 * single or double quotes, folded over lines or not. False: there is none. */
bool mlexperiments_member(struct span yaml, const char *key, struct str *out);
/* Appends text, with U+FFFD for every byte that is no part of UTF-8. */
void mlexperiments_utf8(struct str *out, struct span text);

/* A file that readers see whole or not at all (atomic.h). */
int mlexperiments_write(const char *path, struct span text, struct err *err);

#endif
