/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tracks that stand in the same playlists: of each the strongest, by the cosine
 * of their memberships, which is the number of lists with both over the root of
 * the product of the numbers of lists with either.
 */
#ifndef MOODPIPE_TOGETHER_H
#define MOODPIPE_TOGETHER_H

#include "index/generation.h"

enum {
	TOGETHER_MAX = 32, /* of a row */
	/* A list of more rows says nothing: it is somebody's whole library. */
	TOGETHER_LIST_MAX = 500,
};

struct together_item {
	uint32_t row;
	float weight; /* (0, 1], in steps of 1/255 */
};
/* Those of a row, the strongest first; 0: none, or damaged. */
size_t together_get(const struct generation *g, size_t row,
		    struct together_item out[TOGETHER_MAX]);

#endif
