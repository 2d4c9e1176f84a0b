/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An inverted file over unit vectors that are held as int8 rows with a scale
 * (generation.h: text, text_scale). Rows lie in lists by their nearest centroid
 * (kmeans.h), each as a code of one bit per dimension of what is left of it
 * (codes.h). A search estimates the centroids from codes of their own,
 * compares the best of them exactly, scans the codes of the nprobe nearest
 * lists, and scores the shortlist that the estimates give by the int8 rows
 * themselves: scores are those of an exact scan, bit for bit, and nprobe and
 * shortlist are the dials of recall. It touches the lists it probes and no
 * others. Fewer rows than IVF_EXACT_BELOW have no lists and are scanned.
 *
 * Positions count the int8 rows; rows[] says which row of the index stands at
 * a position. Bytes are trusted nowhere: what points outside is passed over.
 */
#ifndef MOODPIPE_IVF_H
#define MOODPIPE_IVF_H

#include "base/err.h"
#include "base/str.h"
#include "math/topk.h"

/* Below this, scanning every row is as fast from a cold process as probing. */
#define IVF_EXACT_BELOW 10000

struct ivf_rows {
	size_t count, dim;
	const int8_t *q;      /* [count][dim] */
	const float *scale;   /* [count]: unit vector = scale * q */
	const uint32_t *rows; /* [count], distinct; NULL: 0, 1, ... */
	size_t total;         /* rows of the index, of allowed[] */
};

struct ivf {
	struct ivf_rows rows;
	size_t nlist; /* 0: none, every search is exact */
	size_t blocks;
	size_t nprobe, shortlist; /* defaults */
	size_t fitted;            /* rows that the centroids were fitted on */
	const float *scale;       /* of centroids, [nlist] */
	const uint32_t *first;    /* [nlist + 1] */
	const int8_t *centroids;  /* [nlist][dim] */
	const uint8_t *coarse, *lists;
};

/* The dimensions that bytes say; 0: too few bytes, or more than CODES_DIM. */
size_t ivf_dim(struct span bytes);
/* Looks at bytes, 64-aligned, which are to outlive v, as do the arrays of
 * rows. -1, ERR_DATA: they are no inverted file of so many rows and
 * dimensions. Touches the first page. */
int ivf_view(struct ivf *v, struct span bytes, const struct ivf_rows *rows,
	     struct err *err);
/* Every invariant: each position in one list and one only, lists in order,
 * free places where they belong. Reads all. */
int ivf_verify(const struct ivf *v, struct err *err);

struct ivf_query {
	const int8_t *q; /* [dim] */
	float scale;     /* unit vector = scale * q */
	/* 0: the defaults. The shortlist is never shorter than 2 k. */
	size_t nprobe, shortlist;
};

/* A thread's scratch, for searches of v; grows to what they need. */
struct ivf_work;
struct ivf_work *ivf_work_new(const struct ivf *v);
void ivf_work_free(struct ivf_work *w);

/*
 * The k best rows by inner product among those that allowed[total] (bytes;
 * NULL: all) lets through, best first, equal scores by row, in out[k]; returns
 * their number, min(k, rows allowed that have a vector). Few allowed rows are
 * compared exactly; else a filter has more lists probed, and on until enough
 * are left. With nprobe of nlist or more, every row is compared. Of the
 * shortlist, a row whose estimate lies 2.5 standard deviations below the k-th
 * score so far is passed over.
 */
size_t ivf_search(const struct ivf *v, struct ivf_work *w,
		  const struct ivf_query *q, const uint8_t *allowed, size_t k,
		  struct topk_item *out);
/* The same where it is known that `eligible` rows are allowed. */
size_t ivf_search_among(const struct ivf *v, struct ivf_work *w,
			const struct ivf_query *q, const uint8_t *allowed,
			size_t eligible, size_t k, struct topk_item *out);
/* The same by comparing every row. */
size_t ivf_search_exact(const struct ivf *v, struct ivf_work *w,
			const struct ivf_query *q, const uint8_t *allowed,
			size_t k, struct topk_item *out);

#endif
