/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/optimiser.h"

#include <math.h>

#include "base/mem.h"
#include "math/vector.h"

const struct optimiser_options optimiser_defaults = {
	.beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .decay = 0.01
};

double optimiser_share(enum optimiser_schedule s, size_t step, size_t steps,
		       size_t warmup)
{
	double gone;

	if (step < warmup)
		return (double)(step + 1) / (double)warmup;
	if (s == OPTIMISER_CONSTANT || steps <= warmup)
		return 1;
	gone = (double)(step - warmup) / (double)(steps - warmup);
	gone = fmin(gone, 1);
	return s == OPTIMISER_LINEAR ? 1 - gone : (1 + cos(M_PI * gone)) / 2;
}

/* In eight interleaved sums, so that they need not wait for each other. */
static double squares(const float *x, size_t n)
{
	double s[8] = { 0 };
	size_t i = 0;

	for (; i + 8 <= n; i += 8)
		for (size_t k = 0; k < 8; k++)
			s[k] += (double)x[i + k] * (double)x[i + k];
	for (; i < n; i++)
		s[0] += (double)x[i] * (double)x[i];
	return ((s[0] + s[4]) + (s[2] + s[6])) +
	       ((s[1] + s[5]) + (s[3] + s[7]));
}

void optimiser_scale(const struct parameters *p, float factor)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->items[i]->gradient)
			vector_scale(p->items[i]->gradient, factor,
				     p->items[i]->count);
}

double optimiser_clip(const struct parameters *p, double most)
{
	double sum = 0, norm;

	for (size_t i = 0; i < p->count; i++)
		if (p->items[i]->gradient)
			sum +=
			    squares(p->items[i]->gradient, p->items[i]->count);
	norm = sqrt(sum);
	if (most > 0 && norm > most && isfinite(norm))
		optimiser_scale(p, (float)(most / norm));
	return norm;
}

static void step_one(struct parameter *p, double rate,
		     const struct optimiser_options *o, uint64_t step)
{
	float *restrict m = p->moment[0], *restrict v = p->moment[1];
	float *restrict w = p->value;
	const float *restrict g = p->gradient;
	float b1 = (float)o->beta1, b2 = (float)o->beta2, eps = (float)o->eps;
	float keep = p->decays ? (float)(1 - rate * o->decay) : 1;
	float lift1 = (float)(rate / (1 - pow(o->beta1, (double)step)));
	float lift2 = (float)(1 / sqrt(1 - pow(o->beta2, (double)step)));

	for (size_t i = 0; i < p->count; i++) {
		m[i] = b1 * m[i] + (1 - b1) * g[i];
		v[i] = b2 * v[i] + (1 - b2) * g[i] * g[i];
		w[i] = keep * w[i] - lift1 * m[i] / (sqrtf(v[i]) * lift2 + eps);
	}
}

void optimiser_step(const struct parameters *p, const double *rate,
		    const struct optimiser_options *o, uint64_t step)
{
	for (size_t i = 0; i < p->count; i++) {
		struct parameter *q = p->items[i];

		if (!q->gradient)
			continue;
		for (int k = 0; k < 2; k++)
			if (!q->moment[k])
				q->moment[k] =
				    mem_zalloc(q->count, sizeof(float));
		step_one(q, rate[i], o, step);
	}
}
