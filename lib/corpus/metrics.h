/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Measures of rankings (Manning, Raghavan & Schuetze 2008, chapter 8). rel[i]
 * is the judged relevance of rank i + 1, 0 where it is not relevant or not
 * judged; anything above 0 is relevant. Ranks behind n count as not relevant.
 */
#ifndef MOODPIPE_METRICS_H
#define MOODPIPE_METRICS_H

#include <stddef.h>

/* Relevant among the first k, by k. */
double metrics_precision(const double *rel, size_t n, size_t k);
/* Relevant among the first k, by `relevant`, all there are (0 where none). */
double metrics_recall(const double *rel, size_t n, size_t k, size_t relevant);
/* DCG / ideal DCG, DCG = sum of rel_i / log2(i + 1) (Jarvelin & Kekalainen
 * 2002, linear gain). all[m]: every judged relevance, largest first. */
double metrics_ndcg(const double *rel, size_t n, size_t k, const double *all,
		    size_t m);
double metrics_reciprocal_rank(const double *rel, size_t n);
double metrics_average_precision(const double *rel, size_t n, size_t relevant);
/* The p-th quantile (0-1) of x[n], sorted ascending, by nearest rank. */
double metrics_quantile(const double *x, size_t n, double p);

#endif
