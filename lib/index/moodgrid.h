/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The exact k nearest points in the plane of valence and arousal, or in space
 * with dominance: a packed R-tree (Roussopoulos & Leifker 1985) whose order is
 * that of a k-d tree. Points lie in blocks of 64, boxes around 16 blocks side
 * by side, boxes around 16 of those, and so on; sizes follow from the number of
 * points, there are no links. A search takes boxes from the nearest on, until
 * the next cannot hold a better one. The answer is what a comparison with every
 * point gives, bit for bit, equal distances by row: the distance to a box is
 * computed with the same roundings as that to a point, and a box knows its
 * lowest row. So many points in one place cost no more than others.
 *
 * Bytes: man index(5), mood.grid. Nothing is read before it is needed; damaged
 * bytes give wrong answers, nothing worse.
 */
#ifndef MOODPIPE_MOODGRID_H
#define MOODPIPE_MOODGRID_H

#include "base/err.h"
#include "base/str.h"
#include "math/topk.h"

enum { MOODGRID_AXES = 3, MOODGRID_LEVELS = 8 };

/*
 * axis[dims][rows], dims 2 or 3; rows below 2^32 - 1. A row with a coordinate
 * that is not finite is left out. The bytes, to be freed, and their size: the
 * same for any number of threads.
 */
void *moodgrid_build(const float *const *axis, size_t dims, size_t rows,
		     int threads, size_t *size);

struct moodgrid {
	size_t dims, rows, points, blocks;
	size_t levels; /* of boxes; 0: no points */
	struct {
		const char *groups; /* of 16 boxes */
		size_t boxes;
	} level[MOODGRID_LEVELS]; /* 0: around blocks */
	const char *block;
};
/* A view of bytes (at a multiple of 4), which must outlive it. -1, ERR_DATA:
 * not a grid of that many rows. */
int moodgrid_view(struct moodgrid *g, struct span bytes, size_t rows,
		  struct err *err);

/* A thread's scratch: zeroed at first, grows, is released at last. */
struct moodgrid_work {
	uint64_t *found, *spare;
	size_t found_cap, spare_cap;
	struct moodgrid_node {
		uint64_t bound;
		uint32_t level, index;
	} * nodes;
	size_t nodes_cap;
};
void moodgrid_work_release(struct moodgrid_work *w);

/*
 * The k rows nearest to at[dims] among those that allowed[rows] (NULL: all)
 * lets through: out[k] = (-distance, row), nearest first, equal distances by
 * row. Distance = sqrtf of the sum of squared differences, first axis first.
 * Returns their number, which is k unless fewer points are allowed; 0 where a
 * coordinate of at is NaN.
 */
size_t moodgrid_search(const struct moodgrid *g, struct moodgrid_work *w,
		       const float *at, const uint8_t *allowed, size_t k,
		       struct topk_item *out);

/* The same answer from the columns axis[dims][rows] themselves, by comparing
 * every allowed row. */
size_t moodgrid_compare(const float *const *axis, size_t dims, size_t rows,
			struct moodgrid_work *w, const float *at,
			const uint8_t *allowed, size_t k,
			struct topk_item *out);

/* Fewer rows than one in so many are found faster by comparing them. */
#define MOODGRID_SELECTIVE 100
/* Whichever of the two is faster, where allowed[] (NULL: all) lets `count` rows
 * through. axis: the columns that g is of. */
size_t moodgrid_nearest(const struct moodgrid *g, const float *const *axis,
			struct moodgrid_work *w, const float *at,
			const uint8_t *allowed, size_t count, size_t k,
			struct topk_item *out);

#endif
