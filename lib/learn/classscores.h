/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How good predictions are. Matrices are p[n][k] and target[n][k], row-major;
 * rows with a NaN in p or in target are left out, everywhere. Every function
 * with no row left answers NaN (counts: 0). Sums are in double precision and in
 * the order of the rows.
 *
 * Labels: any of k, each on its own; a label is true where target >= 0.5, told
 * where p >= threshold.
 * Classes: one of k; the true one has the highest target, the told one the
 * highest p (the first of equals). Rows whose targets sum to 0 are left out.
 * Numbers: columns of any matrices, walked with a stride: a + column, stride k.
 */
#ifndef MOODPIPE_CLASSSCORES_H
#define MOODPIPE_CLASSSCORES_H

#include <stddef.h>

/* Of one label or class. */
struct classscores_one {
	size_t occurs, told, hits; /* true, predicted, both */
	/* hits / told, hits / occurs, 2 hits / (told + occurs); 0 for 0/0 */
	double precision, recall, f1;
};

struct classscores {
	size_t rows;
	/* Labels: cells that are right; classes: rows that are. In parts. */
	double accuracy;
	/* The mean f1 of labels that occur or are told; how many those are. */
	double macro_f1;
	size_t counted;
	/* Over the sums of all labels. Of classes all three are accuracy. */
	double micro_precision, micro_recall, micro_f1;
};

/* threshold[k], NULL: 0.5 each. one[k] may be NULL. */
void classscores_labels(const float *p, const float *target,
			const double *threshold, size_t n, size_t k,
			struct classscores_one *one, struct classscores *all);
/* confusion[k][k]: rows with true class i and told class j; may be NULL, as
 * one[k] may. */
void classscores_classes(const float *p, const float *target, size_t n,
			 size_t k, struct classscores_one *one,
			 size_t *confusion, struct classscores *all);

/* Expected calibration error (Naeini, Cooper & Hauskrecht, AAAI 2015): over ten
 * bins of p of equal width (the last with 1 in it), the sum of the bin's share
 * times |mean p - mean outcome|. Labels: all n k cells in the same bins, the
 * outcome is the target itself (soft ones count in part). Classes: the highest p
 * of each row, the outcome the target of that class, as a share of the row's
 * targets. */
double classscores_ece_labels(const float *p, const float *target, size_t n,
			      size_t k);
double classscores_ece_classes(const float *p, const float *target, size_t n,
			       size_t k);

/* Natural logarithms, p held to [1e-7, 1 - 1e-7]. Labels: mean over cells of
 * -t ln p - (1 - t) ln(1 - p). Classes: mean over rows of -sum_j t_j ln p_j,
 * t divided by its sum. */
double classscores_log_loss_labels(const float *p, const float *target,
				   size_t n, size_t k);
double classscores_log_loss_classes(const float *p, const float *target,
				    size_t n, size_t k);

/* Of a[i stride] against b[i stride], i < n. Pearson: NaN where either is
 * constant. */
double classscores_pearson(const float *a, const float *b, size_t n,
			   size_t stride);
double classscores_mae(const float *a, const float *b, size_t n, size_t stride);

/* The area under the ROC curve of one label: how often a row where it is true
 * has the higher p than one where it is not, equal ones half (Mann & Whitney
 * 1947). NaN where all or none are true. O(n log n). */
double classscores_auc(const float *p, const float *target, size_t n,
		       size_t stride);

#endif
