/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/reliability.h"

#include <math.h>

void reliability_add(struct reliability *r, double match, bool relevant)
{
	size_t bin;

	if (isnan(match))
		return;
	match = fmin(fmax(match, 0), 1);
	bin = (size_t)(match * RELIABILITY_BINS);
	bin = bin < RELIABILITY_BINS ? bin : RELIABILITY_BINS - 1;
	r->bin[bin].count++;
	r->bin[bin].relevant += relevant;
	r->bin[bin].match += match;
	r->count++;
}

double reliability_error(const struct reliability *r)
{
	double sum = 0;

	for (int i = 0; i < RELIABILITY_BINS; i++)
		sum += fabs(r->bin[i].match - (double)r->bin[i].relevant);
	return r->count ? sum / (double)r->count : NAN;
}
