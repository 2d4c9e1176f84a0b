/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Feature files of the shards of one corpus, read as if they were one: all
 * must come from the same recipe and hold the same columns.
 */
#ifndef MOODPIPE_FEATSET_H
#define MOODPIPE_FEATSET_H

#include "io/feat.h"

struct featset;
/* NULL, ERR_DATA: not feature files, or of different recipes or columns. */
struct featset *featset_open(const char *const *paths, size_t count,
			     struct err *err);
void featset_close(struct featset *s);
const struct feat_schema *featset_schema(const struct featset *s);
/* The row of that key, the set's own memory until the next call; *row NULL
 * where there is none. Cheap when keys are asked for in ascending order. */
int featset_find(struct featset *s, uint64_t key, const struct feat_row **row,
		 struct err *err);

#endif
