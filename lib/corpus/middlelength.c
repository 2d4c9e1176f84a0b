/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/middlelength.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

enum { ROWS = 4096 };

bool middlelength_known(float seconds)
{
	return seconds > 0 && isfinite(seconds);
}

static int by_size(const void *a, const void *b)
{
	const float *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double middlelength_of(const struct generation *g)
{
	float *known = mem_zalloc(ROWS, sizeof(*known));
	size_t step = g->count / ROWS + (g->count % ROWS > 0), n = 0;
	double middle;

	for (size_t i = 0; g->duration && i < g->count; i += step)
		if (middlelength_known(g->duration[i]))
			known[n++] = g->duration[i];
	qsort(known, n, sizeof(*known), by_size);
	middle = n ? (double)known[n / 2] : 0;
	free(known);
	return middle;
}
