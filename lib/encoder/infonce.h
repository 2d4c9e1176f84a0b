/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loss of contrastive pairs (InfoNCE, van den Oord et al. 2018): of each
 * pair (a, b) the cross entropy of finding b among the b of all pairs of a batch
 * by cosine over temperature, and, symmetric, also a among all a (Radford et al.
 * 2021). What only looks like a negative, because its a or its b is the same
 * text as the pair's own, is left out.
 */
#ifndef MOODPIPE_INFONCE_H
#define MOODPIPE_INFONCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct infonce_batch {
	const float *a, *b;     /* [n][dim], of length 1 */
	const uint64_t *same_a; /* [n], equal of equal texts */
	const uint64_t *same_b;
	size_t n, dim;
	double temperature;
	bool symmetric;
};

/* The sum over pairs (of both ways: of their mean), and its gradients [n][dim],
 * which are written. */
double infonce(const struct infonce_batch *x, float *gradient_a,
	       float *gradient_b);
/* The share of pairs whose b is nearer to a than all others that are no
 * false negatives: recall at 1. */
double infonce_recall(const struct infonce_batch *x);

#endif
