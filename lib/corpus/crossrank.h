/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The best of a scored list, read together with the request by a cross-encoder
 * (Nogueira & Cho 2019): what it says of each is scaled to the scores there are
 * among them, and mixed in by the share that words have in the request's
 * weights. So those read keep their places before the others, and a request for
 * a mood is not decided by words.
 */
#ifndef MOODPIPE_CROSSRANK_H
#define MOODPIPE_CROSSRANK_H

#include "corpus/scoring.h"

enum { CROSSRANK_TOP = 20, CROSSRANK_BUDGET_MS = 2000 };

struct crossrank;
/* path: the folder of an encoder with one label, or two (the second says "it
 * fits"), which is opened meanwhile. NULL: ERR_ENV, it cannot be started; ERR_USAGE, no
 * such precision. */
struct crossrank *crossrank_new(const char *path, const char *precision,
				struct err *err);
void crossrank_free(struct crossrank *x);
/* Waits for the folder to be open. -1: it cannot be, or has another head. */
int crossrank_ready(struct crossrank *x, struct err *err);
const char *crossrank_name(const struct crossrank *x);

struct crossrank_how {
	size_t top;       /* so many are read, at most */
	double budget;    /* seconds of this request */
	float weight;     /* of words, [0, 1] */
	struct span text; /* of the request */
};
/* Changes scores, contributions and the order of s[count], the best first.
 * Returns how many were read: 0, where there was no time for them, with *late,
 * or nothing to read. SIZE_MAX: an error. */
size_t crossrank_apply(struct crossrank *x, const struct crossrank_how *how,
		       const struct generation *g, struct scored *s,
		       size_t count, bool *late, struct err *err);

#endif
