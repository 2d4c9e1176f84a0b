/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One layer: attention and feed-forward, each behind a residual and a norm. */
#include "encoder/passlayers.h"

#include <stdlib.h>

#include "base/mem.h"

struct part { /* of what is kept */
	float **p;
	size_t n;
};

static void add_part(struct part *parts, size_t *count, float **p, size_t n)
{
	parts[(*count)++] = (struct part){ p, n };
}

static void add_states(const struct encoderpass *e, struct pass_kept *k,
		       struct part *parts, size_t *count)
{
	size_t states = e->tokens * e->config->hidden;
	float **all[] = { &k->query,    &k->key,   &k->value, &k->context,
			  &k->attended, &k->inner, &k->summed };

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		add_part(parts, count, all[i], states);
	add_part(parts, count, &k->feed, e->tokens * e->config->intermediate);
	add_part(parts, count, &k->attended_stats, 2 * e->tokens);
	add_part(parts, count, &k->summed_stats, 2 * e->tokens);
}

static void lay_out(const struct encoderpass *e, size_t layer,
		    struct pass_kept *k)
{
	const struct encoder_config *c = e->config;
	struct part parts[32];
	size_t count = 0, total = 0, first;
	size_t relative = pass_relative_rows(e, &first);

	add_states(e, k, parts, &count);
	if (c->family == ENCODER_DEBERTA_V2) {
		add_part(parts, &count, &k->pos_key, relative * c->hidden);
		add_part(parts, &count, &k->pos_query, relative * c->hidden);
	}
	for (size_t i = 0; i < PASS_LINEARS; i++) {
		const struct adapter *a = &e->layers[layer].linear[i].adapter;
		bool positions = i == PASS_AT(ENCODER_POS_KEY) ||
				 i == PASS_AT(ENCODER_POS_QUERY);
		size_t rows = positions ? relative : e->tokens;

		if (a->a)
			add_part(parts, &count, &k->low[i],
				 rows * a->a->dims[0]);
		if (a->a && i < 2)
			add_part(parts, &count, &k->low_positions[i],
				 relative * a->a->dims[0]);
	}
	for (size_t i = 0; i < count; i++)
		total += parts[i].n;
	if (total > k->cap) {
		free(k->block);
		k->block = mem_zalloc(total, sizeof(float));
		k->cap = total;
	}
	total = 0;
	for (size_t i = 0; i < count; i++) {
		*parts[i].p = k->block + total;
		total += parts[i].n;
	}
}

/* --- positions of disentangled attention --- */

struct over_positions { /* a linear layer over the relative table */
	struct pass_linear linear;
	float *low;
};

static struct over_positions over_positions(const struct encoderpass *e,
					    size_t layer,
					    const struct pass_kept *k,
					    bool query)
{
	const struct pass_linear *linear = e->layers[layer].linear;
	size_t i = query ? PASS_AT(ENCODER_QUERY) : PASS_AT(ENCODER_KEY);
	size_t own =
	    query ? PASS_AT(ENCODER_POS_QUERY) : PASS_AT(ENCODER_POS_KEY);
	struct over_positions o;

	if (!e->config->share_key)
		return (struct over_positions){ linear[own], k->low[own] };
	o = (struct over_positions){ linear[i], k->low_positions[i] };
	o.linear.place += PLACE_POSITIONS; /* not the tokens' mask */
	return o;
}

static const float *dropped_positions(struct encoderpass *e, size_t layer,
				      size_t rows)
{
	struct dropmask mask =
	    pass_mask(e, e->config->dropout, pass_place(layer, PLACE_RELATIVE));
	size_t hidden = e->config->hidden;
	float *out;

	if (!mask.below)
		return e->relative_states.p;
	out = pass_scratch(e, SCRATCH_POSITIONS, rows * hidden);
	pass_drop(e, &mask, e->relative_states.p, rows, hidden, out);
	return out;
}

static void positions(struct encoderpass *e, size_t layer, struct pass_kept *k)
{
	size_t first, rows = pass_relative_rows(e, &first);
	const float *x;

	if (!rows)
		return;
	x = dropped_positions(e, layer, rows);
	for (int query = 0; query < 2; query++) {
		struct over_positions o = over_positions(e, layer, k, query);

		if (query ? e->config->p2c : e->config->c2p)
			pass_linear(e, &o.linear, x, rows, o.low,
				    query ? k->pos_query : k->pos_key);
	}
}

static void positions_backward(struct encoderpass *e, size_t layer,
			       const struct pass_kept *k)
{
	size_t first, rows = pass_relative_rows(e, &first);
	struct dropmask mask =
	    pass_mask(e, e->config->dropout, pass_place(layer, PLACE_RELATIVE));
	size_t hidden = e->config->hidden;
	const float *x;
	float *dx = NULL;

	if (!rows)
		return;
	x = dropped_positions(e, layer, rows);
	if (e->positions_trained) {
		dx = pass_scratch(e, SCRATCH_SIDE, rows * hidden);
		memset(dx, 0, rows * hidden * sizeof(*dx));
	}
	for (int query = 0; query < 2; query++) {
		struct over_positions o = over_positions(e, layer, k, query);

		if (query ? e->config->p2c : e->config->c2p)
			pass_linear_backward(
			    e, &o.linear, x, o.low,
			    e->scratch[query ? SCRATCH_POS_QUERY
					     : SCRATCH_POS_KEY]
				.p,
			    rows, dx, true);
	}
	if (dx)
		pass_drop_add(e, &mask, dx, rows, hidden,
			      e->scratch[SCRATCH_RELATIVE].p);
}

/* --- forward --- */

/* Not kept: computing it again costs less than its room. */
static const float *active(struct encoderpass *e, const struct pass_kept *k)
{
	size_t wide = e->config->intermediate;
	float *out = pass_scratch(e, SCRATCH_ACTIVE, e->tokens * wide);

	pass_function(e, e->config->activation, k->feed, e->tokens, wide, out);
	return out;
}

static void linear(struct encoderpass *e, size_t layer, enum encoder_tensor t,
		   const struct pass_kept *k, const float *x, float *y)
{
	pass_linear(e, &e->layers[layer].linear[PASS_AT(t)], x, e->tokens,
		    k->low[PASS_AT(t)], y);
}

void pass_layer(struct encoderpass *e, size_t layer, struct pass_kept *k,
		float *out)
{
	const struct encoder_config *c = e->config;
	const struct pass_layer *l = &e->layers[layer];
	const float *x = pass_states(e, layer);
	struct dropmask mask;

	lay_out(e, layer, k);
	linear(e, layer, ENCODER_QUERY, k, x, k->query);
	linear(e, layer, ENCODER_KEY, k, x, k->key);
	linear(e, layer, ENCODER_VALUE, k, x, k->value);
	positions(e, layer, k);
	pass_attention(e, layer, k);
	linear(e, layer, ENCODER_ATTENTION_OUT, k, k->context, k->attended);
	mask = pass_mask(e, c->dropout, pass_place(layer, PLACE_ATTENTION_OUT));
	pass_norm(e, &l->attention_norm, &mask, k->attended, x, e->tokens,
		  c->hidden, k->attended, k->inner, k->attended_stats);
	linear(e, layer, ENCODER_FEED, k, k->inner, k->feed);
	linear(e, layer, ENCODER_FEED_OUT, k, active(e, k), k->summed);
	mask = pass_mask(e, c->dropout, pass_place(layer, PLACE_FEED_OUT));
	pass_norm(e, &l->feed_norm, &mask, k->summed, k->inner, e->tokens,
		  c->hidden, k->summed, out, k->summed_stats);
}

/* --- back --- */

static void linear_backward(struct encoderpass *e, size_t layer,
			    enum encoder_tensor t, const struct pass_kept *k,
			    const float *x, const float *dy, float *dx,
			    bool add)
{
	pass_linear_backward(e, &e->layers[layer].linear[PASS_AT(t)], x,
			     k->low[PASS_AT(t)], dy, e->tokens, dx, add);
}

/* What dropout lets through of a gradient; the gradient itself without. */
static const float *undropped(struct encoderpass *e, size_t layer,
			      unsigned place, const float *dy)
{
	struct dropmask mask =
	    pass_mask(e, e->config->dropout, pass_place(layer, place));
	size_t hidden = e->config->hidden;
	float *out;

	if (!mask.below)
		return dy;
	out = pass_scratch(e, SCRATCH_SIDE, e->tokens * hidden);
	pass_drop(e, &mask, dy, e->tokens, hidden, out);
	return out;
}

static void feed_backward(struct encoderpass *e, size_t layer,
			  const struct pass_kept *k, float *dy)
{
	const struct encoder_config *c = e->config;
	float *wide =
	    pass_scratch(e, SCRATCH_WIDE, e->tokens * c->intermediate);

	pass_norm_backward(e, &e->layers[layer].feed_norm, k->summed,
			   k->summed_stats, dy, e->tokens, c->hidden, dy);
	linear_backward(e, layer, ENCODER_FEED_OUT, k, active(e, k),
			undropped(e, layer, PLACE_FEED_OUT, dy), wide, false);
	pass_function_backward(e, c->activation, k->feed, wide, e->tokens,
			       c->intermediate, wide);
	linear_backward(e, layer, ENCODER_FEED, k, k->inner, wide, dy, true);
}

void pass_layer_backward(struct encoderpass *e, size_t layer,
			 struct pass_kept *k, float *dy, bool input)
{
	size_t hidden = e->config->hidden, n = e->tokens * hidden;
	const float *x = pass_states(e, layer);
	float *context = pass_scratch(e, SCRATCH_CONTEXT, n);
	float *query = pass_scratch(e, SCRATCH_QUERY, n);
	float *key = pass_scratch(e, SCRATCH_KEY, n);
	float *value = pass_scratch(e, SCRATCH_VALUE, n);

	feed_backward(e, layer, k, dy);
	pass_norm_backward(e, &e->layers[layer].attention_norm, k->attended,
			   k->attended_stats, dy, e->tokens, hidden, dy);
	linear_backward(e, layer, ENCODER_ATTENTION_OUT, k, k->context,
			undropped(e, layer, PLACE_ATTENTION_OUT, dy), context,
			false);
	pass_attention_backward(e, layer, k, context, query, key, value);
	linear_backward(e, layer, ENCODER_QUERY, k, x, query, input ? dy : NULL,
			true);
	linear_backward(e, layer, ENCODER_KEY, k, x, key, input ? dy : NULL,
			true);
	linear_backward(e, layer, ENCODER_VALUE, k, x, value, input ? dy : NULL,
			true);
	positions_backward(e, layer, k);
}
