/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A directory of generations: <name>.idx files and the symlink `current`,
 * which is swapped by rename. Readers need no lock; writers hold one.
 */
#ifndef MOODPIPE_PUBLISH_H
#define MOODPIPE_PUBLISH_H

#include "index/generation.h"

/* Makes the directory, takes its lock and removes what a killed build left.
 * Returns a descriptor to close, or -1 (ERR_ENV: another build holds it). */
int publish_begin(const char *dir, struct err *err);
/* Replaces *path with where the new generation is to be written. */
const char *publish_path(const char *dir, struct str *path);
/* Gives the file at publish_path its name, points `current` at it and removes
 * all but it and the generation that was current. *changed is false where
 * that generation was current already and whole: nothing is then touched. */
int publish_end(const char *dir, const char *name, bool *changed,
		struct err *err);

#endif
