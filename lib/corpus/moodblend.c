/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodblend.h"

#include <math.h>
#include <stdbool.h>

void moodblend_init(struct moodblend *b, double spread)
{
	*b = (struct moodblend){ .spread = spread };
}

double moodblend_add(struct moodblend *b, double guess, double spread,
		     double weight, int group, double shared)
{
	struct moodblend_part *p;
	double precision;

	if (!(spread > 0) || !(weight > 0) || !isfinite(guess) ||
	    b->count == MOODBLEND_PARTS)
		return 0;
	precision = 1 / (spread * spread) - 1 / (b->spread * b->spread);
	if (!(precision > 0))
		return 0;
	p = &b->parts[b->count++];
	*p = (struct moodblend_part){
		.value = guess / (spread * spread * precision),
		.precision = precision * weight,
		.group = group,
		.shared = shared,
	};
	return p->precision;
}

/* Is another one of the group surer, or as sure and earlier? */
static bool is_second(const struct moodblend *b, size_t i)
{
	const struct moodblend_part *p = &b->parts[i];

	for (size_t j = 0; p->group && j < b->count; j++) {
		const struct moodblend_part *q = &b->parts[j];

		if (q->group == p->group &&
		    (q->precision > p->precision ||
		     (q->precision == p->precision && j < i)))
			return true;
	}
	return false;
}

double moodblend_result(const struct moodblend *b, double *mean, double *spread)
{
	double before = 1 / (b->spread * b->spread);
	double p[MOODBLEND_PARTS], all = 0, sum = 0, chi = 0, width;

	*mean = 0;
	*spread = b->spread;
	for (size_t i = 0; i < b->count; i++) {
		p[i] = b->parts[i].precision;
		if (is_second(b, i))
			p[i] *= 1 - b->parts[i].shared;
		all += p[i];
		sum += p[i] * b->parts[i].value;
	}
	if (!(all > 0))
		return 0;
	for (size_t i = 0; i < b->count; i++) {
		double d = b->parts[i].value - sum / all;

		chi += p[i] * d * d;
	}
	*mean = sum / (before + all);
	width = fmax(1, (chi + MOODBLEND_EVEN) /
			    ((double)b->count - 1 + MOODBLEND_EVEN)) /
		(before + all);
	*spread = fmin(b->spread, sqrt(width));
	return 1 - *spread * *spread * before;
}
