/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mono sound at any rate to another, as a stream (soxr, high quality). Where
 * the two are the same it is a copy.
 */
#ifndef MOODPIPE_RESAMPLE_H
#define MOODPIPE_RESAMPLE_H

#include <stddef.h>

#include "base/err.h"

#define RESAMPLE_RATE 22050 /* what features are measured at */

struct samples { /* an owned, growing array; zeroed is empty */
	float *v;
	size_t count, cap;
};

struct resample;
/* From rate to `to`, Hz. NULL, ERR_RECORD: a rate that cannot be converted. */
struct resample *resample_new(double rate, double to, struct err *err);
void resample_free(struct resample *r);
/* Appends what n more samples give to out; in NULL: the end, what is left. */
int resample_add(struct resample *r, const float *in, size_t n,
		 struct samples *out, struct err *err);

#endif
