/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calibration: from what a classifier answers to probabilities that come true,
 * fitted on rows it was not trained on. Rows with a number in them that is not
 * finite are left out; sums are in double precision and in the order of the
 * rows, so that the same rows give the same bits. Working memory is freed
 * before the return.
 *
 * Functions that fit return 0, or -1 where there is nothing to fit on (no
 * rows; no weight): then the results are those of no calibration, slope 1 and
 * offset 0.
 */
#ifndef MOODPIPE_CALIBRATION_H
#define MOODPIPE_CALIBRATION_H

#include <stddef.h>

#define CALIBRATION_SLOPE_MAX 1000.0
#define CALIBRATION_CLASSES 64 /* k of calibration_vector at most */

/* One label: p = 1 / (1 + exp(-(slope z + offset))), of greatest likelihood for
 * logit z[n] and target[n] in [0, 1] (soft ones count in part for either side),
 * weight[n] >= 0 or NULL (1 each). As Platt, "Probabilistic outputs for support
 * vector machines" (1999), targets 1 and 0 are taken as (N1 + 1) / (N1 + 2) and
 * 1 / (N0 + 2), N1 and N0 the sums of both sides, so that labels seen seldom
 * or always one way get finite numbers. Newton with backtracking after Lin, Lin
 * & Weng (Machine Learning 68, 2007), on standardised logits. Equal logits:
 * slope 0, the offset the log odds. */
int calibration_platt(const float *z, const float *target, const float *weight,
		      size_t n, double *slope, double *offset);

/* One class of k: p = softmax(slope z), logits z[n][k], targets[n][k] >= 0 of
 * which a row's are divided by their sum (rows of none are left out). The slope
 * of greatest likelihood in [0, CALIBRATION_SLOPE_MAX] (Guo, Pleiss, Sun &
 * Weinberger, ICML 2017; theirs is the temperature, 1 / slope): the root of a
 * rising function, by Newton within a bracket. 0: logits that tell nothing. */
int calibration_temperature(const float *z, const float *targets, size_t n,
			    size_t k, double *slope);
/* The same with an offset per class: softmax(slope z + offset[k]), k at most
 * CALIBRATION_CLASSES. Slope and offsets carry a penalty of half their squared
 * distance from 1 and 0, about the weight of one row: it makes the answer
 * unique (the offsets sum to 0) and finite where a class never occurs. */
int calibration_vector(const float *z, const float *targets, size_t n, size_t k,
		       double *slope, double *offset);

/* A rising curve through score[n] and target[n] (any numbers): least squares by
 * pooling adjacent violators, equal scores pooled first (Ayer et al. 1955). Each
 * pool is a knot at its mean score and mean target (centred isotonic
 * regression: Oron & Flournoy, Statistics in Biopharmaceutical Research 9,
 * 2017); while they are more than max_knots (>= 1), the two neighbours whose
 * union costs the least squared error are made one. Returns the knots, 0 for no
 * rows, in knots_x and knots_y [max_knots], both strictly rising (one knot where
 * nothing rises). O(n log n). */
size_t calibration_isotonic(const float *score, const float *target, size_t n,
			    double *knots_x, double *knots_y, size_t max_knots);
/* On the curve: linear between knots, level beyond the first and last. NaN for
 * NaN; the score itself where there are no knots. */
double calibration_isotonic_apply(const double *knots_x, const double *knots_y,
				  size_t count, double score);

/* The threshold with the best F1 for "yes where p >= threshold", target >= 0.5
 * meaning yes: midway between the neighbours it divides (0 below the lowest),
 * the highest of equally good ones. 1 where no target is yes. The F1 in *f1
 * (NULL: not wanted). */
double calibration_threshold(const float *p, const float *target, size_t n,
			     double *f1);

#endif
