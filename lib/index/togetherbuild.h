/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing what stands together in playlists; together.h. */
#ifndef MOODPIPE_TOGETHERBUILD_H
#define MOODPIPE_TOGETHERBUILD_H

#include "index/generation.h"

struct together_lists {
	size_t rows;           /* of the index */
	size_t count;          /* of lists */
	const uint32_t *first; /* [count + 1] */
	const uint32_t *row;   /* [first[count]], ascending in a list; < rows */
	int threads;
};
/* Writes together.rows, .first and .weight. -1: ERR_ENV; ERR_DATA, more than
 * 2^32 of them. */
int together_write(const struct together_lists *l, struct pack_writer *pw,
		   struct err *err);

#endif
