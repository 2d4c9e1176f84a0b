/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/bridge.h"

#include <math.h>

#include "math/vector.h"

const char *const bridge_sections[] = { "bridge.info", "bridge.from",
					"bridge.to", "bridge.weights", NULL };

int bridge_open(struct bridge *b, const struct pack *p, struct err *err)
{
	const struct bridge_info *d;
	size_t weights;

	*b = (struct bridge){ .info = NULL };
	if (!pack_get(p, "bridge.info").p)
		return 0;
	d = pack_array(p, "bridge.info", sizeof(*d), 1, NULL, err);
	if (!d)
		return -1;
	if (!d->from || d->from > BRIDGE_DIM_MAX || !d->to ||
	    d->to > BRIDGE_DIM_MAX || !(d->skill >= 0 && d->skill <= 2) ||
	    !(d->mood_skill >= 0 && d->mood_skill <= 2))
		return err_set(err, ERR_DATA, "corrupt",
			       "a map from text to sound of %u to %u numbers "
			       "and a skill of %g: fit it anew (make refit)",
			       d->from, d->to, (double)d->skill);
	weights = (size_t)d->from * d->to;
	b->mean =
	    pack_array(p, "bridge.from", sizeof(float), d->from, NULL, err);
	if (!b->mean)
		return -1;
	b->add = pack_array(p, "bridge.to", sizeof(float), d->to, NULL, err);
	if (!b->add)
		return -1;
	b->weights =
	    pack_array(p, "bridge.weights", sizeof(float), weights, NULL, err);
	if (!b->weights)
		return -1;
	b->info = d;
	return 0;
}

static bool all_finite(const float *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return false;
	return true;
}

int bridge_check(const struct bridge *b, size_t from, size_t to,
		 struct err *err)
{
	const struct bridge_info *d = b->info;

	if (d->from != from || d->to != to)
		return err_set(err, ERR_DATA, "corrupt",
			       "a map from text to sound of %u to %u numbers, "
			       "%zu to %zu are expected: fit it anew (make "
			       "refit)",
			       d->from, d->to, from, to);
	if (!all_finite(b->mean, from) || !all_finite(b->add, to) ||
	    !all_finite(b->weights, from * to))
		return err_set(err, ERR_DATA, "corrupt",
			       "a map from text to sound has numbers that are "
			       "none: fit it anew (make refit)");
	return 0;
}

int bridge_apply(const struct bridge *b, const float *text, float *sound)
{
	const struct bridge_info *d = b->info;
	float x[BRIDGE_DIM_MAX];

	if (!d || !(d->skill > 0))
		return -1;
	for (size_t i = 0; i < d->from; i++)
		x[i] = text[i] - b->mean[i];
	for (size_t k = 0; k < d->to; k++)
		sound[k] = b->add[k] +
			   vector_dot(x, b->weights + k * d->from, d->from);
	for (size_t k = 0; k < d->to; k++)
		if (!isfinite(sound[k]))
			return -1;
	return vector_normalise(sound, d->to) > 0 ? 0 : -1;
}
