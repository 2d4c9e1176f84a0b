/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Density of points in the square [-1, 1] x [-1, 1], and its contours: a
 * histogram of MOODCONTOUR_SIDE cells a side, smoothed by a Gaussian of
 * Silverman's width (Density Estimation, 1986), and the lines around the
 * densest regions that hold a given share of the weight, by marching squares
 * (Lorensen & Cline 1987, in two dimensions).
 */
#ifndef MOODPIPE_MOODCONTOUR_H
#define MOODPIPE_MOODCONTOUR_H

#include "base/str.h"

enum { MOODCONTOUR_SIDE = 128 };

struct moodcontour { /* zeroed: empty */
	/* [y][x], y upwards; a border of empty cells all around */
	double cells[MOODCONTOUR_SIDE + 2][MOODCONTOUR_SIDE + 2];
	double count, all; /* points; their weights */
	double square[2], sum[2];
};
/* weight: not negative. Points outside are held at the edge. */
void moodcontour_add(struct moodcontour *c, double x, double y, double weight);
/* To be called once, when all are added. */
void moodcontour_smooth(struct moodcontour *c);
/* The least density among the densest cells that hold that share. */
double moodcontour_level(const struct moodcontour *c, double share);
/* Appends an SVG path of the lines around what is as dense or denser, filled by
 * either rule; x and y run from (left, bottom) over side units, y downwards.
 * Appends nothing where nothing is that dense. */
void moodcontour_path(const struct moodcontour *c, double level, double left,
		      double bottom, double side, struct str *out);

#endif
