/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sections of a pack of kind "moodsense" (moodmodel.h), little-endian: "head"
 * one struct moodmodel_head; "columns" [dims] struct moodmodel_column; "weights"
 * float [MOODMODEL_AXES][features], of the kernel's random features.
 *
 * A column's value v, or its middle where v is missing, becomes x = (v - mean)
 * scale, and x becomes MOODMODEL_RAMPS numbers, one after the other rising from
 * 0 to weight * sqrt(MOODMODEL_STEP) over a step each: the square of the distance
 * of two such codes is weight^2 |x - y|, less half a step at most, x and y held
 * within +-MOODMODEL_STEP * MOODMODEL_RAMPS / 2, so that the Gaussian kernel of
 * codes is the Laplacian one of columns. What kernelmap.h makes of all codes,
 * times the weights, plus the constants, are the axes.
 */
#ifndef MOODPIPE_MOODMODELFORMAT_H
#define MOODPIPE_MOODMODELFORMAT_H

#include "corpus/moodmodel.h"
#include "learn/kernelmap.h"

#define MOODMODEL_KIND "moodsense"
#define MOODMODEL_VERSION 2
#define MOODMODEL_RAMPS 7
#define MOODMODEL_STEP 0.8f /* deviations; all ramps: +-2.8 */
#define MOODMODEL_DIMS (KERNELMAP_DIMS / MOODMODEL_RAMPS) /* columns */
#define MOODMODEL_CLAMP 4.0f       /* of x, where it is weighed */
#define MOODMODEL_PROJECTIONS 8192 /* a quarter costs a point of accuracy */
/* Least share of the columns, by their squared weight, that a row must have. */
#define MOODMODEL_LEAST 0.5

/* What is regressed on: with labels of +-1 these three say the quadrant. */
enum {
	MOODMODEL_VALENCE,
	MOODMODEL_AROUSAL,
	MOODMODEL_BOTH, /* valence times arousal */
	MOODMODEL_AXES
};

struct moodmodel_head {
	uint32_t dims, projections;
	uint64_t seed, rows; /* of the projections; tracks learnt from */
	float constant[MOODMODEL_AXES];
	float spread[2]; /* valence, arousal */
	float sharpness; /* of the quadrants' probabilities */
	/* For people: distances over their mean are stretched by that, the
	 * ridge chosen, the power of relevance. */
	float stretch, ridge, relevance;
	uint32_t reserved[2];
};

struct moodmodel_column {
	char name[FEAT_NAME];
	uint32_t version; /* of the column; 0: any */
	float middle, mean, scale, weight;
};

/* Probabilities of Q1 to Q4 from the axes: of each (1 +- v +- a +- va) / 4, held
 * above a hundredth, to the power of sharpness, brought to the sum 1. */
void moodmodel_quadrants(const float axes[MOODMODEL_AXES], float sharpness,
			 float out[4]);
/* x, within +-MOODMODEL_CLAMP. */
float moodmodel_input(const struct moodmodel_column *c, float value);
/* x as the kernel has it. */
void moodmodel_code(float x, float weight, float out[MOODMODEL_RAMPS]);

#define MOODMODEL_FEATURES ((size_t)2 * KERNELMAP_DIMS) /* at most */
struct moodmodel_parts {
	const struct moodmodel_head *head;
	const struct moodmodel_column *columns;
	const float *weights;
	struct kernelmap map;
};
/* Values of the columns, in their order, to the axes; NaN: missing. Returns the
 * share that is there, by squared weight. */
double moodmodel_axes(const struct moodmodel_parts *m, const float *values,
		      float out[MOODMODEL_AXES]);
void moodmodel_guess_of(const struct moodmodel_head *h,
			const float axes[MOODMODEL_AXES],
			struct moodmodel_guess *out);

#endif
