/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tables of relative positions: MPNet's one bias for each head and bucket of
 * distances (buckets of Raffel et al. 2020), DeBERTa's states for each clipped
 * distance or bucket (He et al. 2021, 2023).
 */
#include "encoder/passlayers.h"

#include <stdlib.h>

#include "base/mem.h"
#include "encoder/relativeplace.h"

size_t pass_relative_rows(const struct encoderpass *e, size_t *first)
{
	const struct encoder_config *c = e->config;
	size_t last;

	*first = 0;
	if (c->family != ENCODER_DEBERTA_V2 || !c->relative || !e->longest)
		return 0;
	/* Rows rise with i - j, offsets with j - i. */
	*first = e->offset_rows[2 * e->longest - 2];
	last = e->offset_rows[0];
	return last - *first + 1;
}

static void find_rows(struct encoderpass *e)
{
	const struct encoder_config *c = e->config;
	size_t n = 2 * e->longest - 1;

	MEM_ROOM(e->offset_rows, n, e->offsets_cap);
	for (size_t o = 0; o < n; o++) {
		ptrdiff_t d = (ptrdiff_t)o - (ptrdiff_t)(e->longest - 1);

		e->offset_rows[o] = c->family == ENCODER_MPNET
					? relativeplace_mpnet(d, c->buckets)
					: relativeplace_deberta(c, -d);
	}
}

static void bias_by_offset(struct encoderpass *e)
{
	size_t heads = e->config->heads, n = 2 * e->longest - 1;
	float *out = pass_room(&e->by_offset, heads * n);

	for (size_t h = 0; h < heads; h++)
		for (size_t o = 0; o < n; o++)
			out[h * n + o] =
			    e->relative->value[e->offset_rows[o] * heads + h];
}

void pass_relative(struct encoderpass *e)
{
	const struct encoder_config *c = e->config;
	size_t first, rows, hidden = c->hidden;
	const float *from;
	float *states;

	if (!e->relative)
		return;
	find_rows(e);
	if (c->family == ENCODER_MPNET) {
		bias_by_offset(e);
		return;
	}
	rows = pass_relative_rows(e, &first);
	from = e->relative->value + first * hidden;
	states = pass_room(&e->relative_states, rows * hidden);
	if (c->relative_norm)
		pass_norm(e, &e->relative_norm, NULL, from, NULL, rows, hidden,
			  pass_room(&e->relative_summed, rows * hidden), states,
			  pass_room(&e->relative_stats, 2 * rows));
	else
		memcpy(states, from, rows * hidden * sizeof(*states));
}

static void offsets_backward(struct encoderpass *e)
{
	size_t heads = e->config->heads, n = 2 * e->longest - 1;
	const float *by_offset = e->scratch[SCRATCH_OFFSETS].p;

	for (size_t h = 0; h < heads; h++)
		for (size_t o = 0; o < n; o++)
			e->relative->gradient[e->offset_rows[o] * heads + h] +=
			    by_offset[h * n + o];
}

void pass_relative_backward(struct encoderpass *e)
{
	size_t first, rows, hidden = e->config->hidden;
	float *dy;

	if (!e->positions_trained)
		return;
	if (e->config->family == ENCODER_MPNET) {
		offsets_backward(e);
		return;
	}
	rows = pass_relative_rows(e, &first);
	dy = e->scratch[SCRATCH_RELATIVE].p;
	if (e->config->relative_norm)
		pass_norm_backward(e, &e->relative_norm, e->relative_summed.p,
				   e->relative_stats.p, dy, rows, hidden, dy);
	if (e->relative->gradient)
		for (size_t i = 0; i < rows * hidden; i++)
			e->relative->gradient[first * hidden + i] += dy[i];
}
