/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures of retrieval, one of each kind a request, and their means with 95 %
 * intervals by drawing the requests anew. */
#ifndef WORDFIGURES_H
#define WORDFIGURES_H

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/random.h"

enum { DRAWS = 1000 };

struct figures { /* of one way, by question */
	double *ndcg, *reciprocal, *first, *recall;
};

static inline int by_number(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static inline double mean(const double *x, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += x[i];
	return sum / (double)n;
}

/* The ends of the middle 95 % of the means of n drawn anew. */
static inline void interval(const double *x, size_t n, double ends[2])
{
	double means[DRAWS];
	struct random r;

	random_seed(&r, 6, 0);
	for (size_t d = 0; d < DRAWS; d++) {
		means[d] = 0;
		for (size_t i = 0; i < n; i++)
			means[d] += x[random_below(&r, n)];
		means[d] /= (double)n;
	}
	qsort(means, DRAWS, sizeof(*means), by_number);
	ends[0] = means[DRAWS / 40];
	ends[1] = means[DRAWS - 1 - DRAWS / 40];
}

static inline struct figures figures_new(size_t n)
{
	double *all = mem_zalloc(4 * n + 1, sizeof(*all));

	return (struct figures){ all, all + n, all + 2 * n, all + 3 * n };
}

static inline void report(const char *name, const struct figures *f, size_t n,
			  const struct figures *other)
{
	double ends[2];

	interval(f->ndcg, n, ends);
	printf("%s\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%zu", name,
	       mean(f->ndcg, n), ends[0], ends[1], mean(f->reciprocal, n),
	       mean(f->first, n), mean(f->recall, n), n);
	if (other) {
		double *gain = mem_zalloc(n + 1, sizeof(*gain));

		for (size_t i = 0; i < n; i++)
			gain[i] = f->ndcg[i] - other->ndcg[i];
		interval(gain, n, ends);
		printf("\t%+.4f\t%+.4f\t%+.4f", mean(gain, n), ends[0],
		       ends[1]);
		free(gain);
	}
	putchar('\n');
}

#endif
