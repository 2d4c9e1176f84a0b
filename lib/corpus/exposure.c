/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/exposure.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

void exposure_add(struct exposure *e, struct span id)
{
	++*table_put(&e->seen, id);
	e->total++;
}

void exposure_release(struct exposure *e)
{
	table_release(&e->seen);
}

double exposure_coverage(const struct exposure *e, size_t tracks)
{
	double share = (double)e->seen.count / (double)tracks;

	return tracks ? fmin(share, 1) : NAN;
}

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

double exposure_gini(const struct exposure *e, size_t tracks)
{
	size_t shown = e->seen.count, n = tracks > shown ? tracks : shown;
	uint64_t *times;
	double sum = 0;

	if (!shown)
		return NAN;
	times = mem_zalloc(shown, sizeof(*times));
	for (size_t i = 0; i < shown; i++)
		times[i] = e->seen.entries[i].value;
	qsort(times, shown, sizeof(*times), ascending);
	/* ranks are among all n, those never shown first */
	for (size_t i = 0; i < shown; i++)
		sum += (double)(n - shown + i + 1) * (double)times[i];
	free(times);
	return 2 * sum / ((double)n * e->total) - ((double)n + 1) / (double)n;
}
