/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is an index one of these inputs? It has the tracks that a build of them would
 * give it, no more and no fewer, and was made with the models, networks, tables
 * and recipes (indexmeta.h) that they are of; what it has copies of is the same.
 */
#ifndef MOODPIPE_INDEXAGREE_H
#define MOODPIPE_INDEXAGREE_H

#include "corpus/indexinputs.h"

/* path: of generation_open. files: records. -1: ERR_DATA where they disagree,
 * naming the first thing that does; else as indexinputs_open. */
int indexagree(const char *path, const struct indexinput_paths *inputs,
	       char **files, int count, struct err *err);

#endif
