/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ids of a records file, by the key that feature rows are joined by, and
 * in the order of the file. Records that failed count: they have rows, too.
 */
#ifndef MOODPIPE_IDMAP_H
#define MOODPIPE_IDMAP_H

#include "base/err.h"
#include "base/table.h"

struct idmap {
	struct table by_key; /* 8 bytes of key: place in names, plus 1 */
	struct str names;    /* ids, each with a NUL */
	uint64_t *keys;      /* [count], in file order */
	size_t count, cap;
};

/* A zeroed map is empty. -1: malformed, a record without an id, or an id that
 * occurs twice (ERR_DATA, with file and line). */
int idmap_load(struct idmap *m, const char *path, struct err *err);
void idmap_release(struct idmap *m);
/* NULL where no record has that key. */
const char *idmap_find(const struct idmap *m, uint64_t key);

#endif
