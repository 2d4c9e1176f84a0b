/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Spherical k-means (Dhillon & Modha 2001) of int8 rows: centroids are unit
 * vectors, held as int8 and scale like the rows, and a row belongs to the one
 * with the largest inner product. Random seeding from a sample; a centroid
 * without rows is given one of the most crowded. The same for any number of
 * threads. Any data will do: equal rows and zero rows leave centroids empty.
 */
#ifndef MOODPIPE_KMEANS_H
#define MOODPIPE_KMEANS_H

#include <stddef.h>
#include <stdint.h>

struct kmeans_rows {
	const int8_t *q;    /* [count][dim] */
	const float *scale; /* [count]: unit vector = scale * q; 0: zero row */
	size_t count, dim;  /* dim at most DOTMAX_DIM */
};

struct kmeans_options {
	size_t k;          /* at least 1 */
	size_t per_centre; /* rows of the sample per centroid; 0: 64 */
	int iterations;    /* 0: 10 */
	int threads;
	uint64_t seed;
};

/* Fills q[k][dim] and scale[k]. Needs count >= 1. */
void kmeans_fit(const struct kmeans_rows *rows, const struct kmeans_options *o,
		int8_t *q, float *scale);

/* The centroid of each row in list[count] (the first of equals). */
void kmeans_assign(const struct kmeans_rows *rows, const int8_t *q,
		   const float *scale, size_t k, int threads, uint32_t *list);

#endif
