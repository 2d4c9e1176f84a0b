/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An inverted file in bytes, man index(5): header, scale float[nlist], first
 * uint32[nlist + 1], centroids int8[nlist][dim], blocks of centroids, blocks of
 * rows; each part from a multiple of 64 on, the last from one of 4096. Blocks
 * are those of codes.h. List l is the blocks first[l] to before first[l + 1].
 */
#ifndef MOODPIPE_IVFFORMAT_H
#define MOODPIPE_IVFFORMAT_H

#include "index/codes.h"

#define IVF_LISTS 65536 /* at most */

struct ivf_header {
	uint32_t dim, nlist;        /* nlist 0: no lists, nothing follows */
	uint64_t count;             /* rows */
	uint32_t nprobe, shortlist; /* defaults of a search */
	uint32_t blocks;
	uint32_t fitted; /* rows that the centroids were fitted on */
	uint32_t zero[8];
};
_Static_assert(sizeof(struct ivf_header) == 64, "64 bytes");

struct ivf_layout { /* offsets */
	size_t scale, first, centroids, coarse, lists, size;
};

static inline size_t ivf_up(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

/* dim and nlist within bounds. */
static inline struct ivf_layout ivf_layout(size_t dim, size_t nlist,
					   size_t blocks)
{
	struct ivf_layout l = { .scale = sizeof(struct ivf_header) };

	l.first = ivf_up(l.scale + nlist * sizeof(float), 64);
	l.centroids = ivf_up(l.first + (nlist + 1) * sizeof(uint32_t), 64);
	l.coarse = ivf_up(l.centroids + nlist * dim, 64);
	l.lists = ivf_up(l.coarse + (nlist + CODES_BLOCK - 1) / CODES_BLOCK *
					codes_block_size(dim),
			 4096);
	l.size = l.lists + blocks * codes_block_size(dim);
	if (!nlist)
		l.size = sizeof(struct ivf_header);
	return l;
}

#endif
