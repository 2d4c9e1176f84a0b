/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Moving parameters along their gradients: Adam with decoupled weight decay
 * (AdamW: Loshchilov & Hutter 2019), gradients clipped by their common norm
 * (Pascanu et al. 2013), and rates that rise and fall with the step.
 * Deterministic: sums are in double precision and in the order of parameters.
 */
#ifndef MOODPIPE_OPTIMISER_H
#define MOODPIPE_OPTIMISER_H

#include "encoder/parameters.h"

enum optimiser_schedule {
	OPTIMISER_LINEAR,  /* falls to 0 at the last step */
	OPTIMISER_COSINE,  /* the same along half a cosine */
	OPTIMISER_CONSTANT /* stays */
};

struct optimiser_options {
	double beta1, beta2, eps;
	double decay; /* of parameters that decay, times the rate */
};
extern const struct optimiser_options optimiser_defaults;

/* The share of the rate in step 0 <= step < steps: rises from 1 / warmup in the
 * first to 1 in step warmup - 1, then as the schedule says. */
double optimiser_share(enum optimiser_schedule s, size_t step, size_t steps,
		       size_t warmup);

/* Euclidean norm over the gradients of all trained parameters; scaled so that
 * it is at most `most` (0: left alone). Returns the norm before. NaN or infinite:
 * nothing is scaled. */
double optimiser_clip(const struct parameters *p, double most);
void optimiser_scale(const struct parameters *p, float factor);

/* One step, counted from 1, of the trained parameters; rate[i] of p->items[i].
 * Makes moments where there are none. Gradients stay as they are. */
void optimiser_step(const struct parameters *p, const double *rate,
		    const struct optimiser_options *o, uint64_t step);

#endif
