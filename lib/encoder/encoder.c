/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/encoder.h"

#include <stdlib.h>

#include "base/mem.h"
#include "encoder/encoderparts.h"
#include "math/largepages.h"

#define CHUNK_TOKENS 256 /* through all layers at a time */

struct encoder_work *encoder_work_new(const struct encoder *e)
{
	struct encoder_work *w = mem_zalloc(1, sizeof(*w));
	size_t width = e->config->embedding > e->config->hidden
			   ? e->config->embedding
			   : e->config->hidden;

	w->encoder = e;
	w->row = mem_zalloc(width, sizeof(*w->row));
	return w;
}

void encoder_work_free(struct encoder_work *w)
{
	if (!w)
		return;
	linear_work_release(&w->linear);
	attention_work_release(&w->attention);
	relativebias_release(&w->bias);
	free(w->states);
	free(w->firsts);
	free(w->inner);
	free(w->row);
	free(w);
}

void encoder_watched(struct encoder_work *w, encoder_watch *watch, void *ctx)
{
	w->watch = watch;
	w->watch_ctx = ctx;
}

static int check_sequence(const struct encoder_config *c,
			  const struct subword *t, size_t n, struct err *err)
{
	if (!n || n > c->tokens_max ||
	    (c->positions && n + c->position_first > c->positions))
		return err_set(err, ERR_RECORD, "length",
			       "a sequence of %zu tokens, the model takes 1 to "
			       "%zu",
			       n, c->tokens_max);
	for (size_t i = 0; i < n; i++) {
		if (t[i].id < 0 || (size_t)t[i].id >= c->vocabulary)
			return err_set(err, ERR_RECORD, "token",
				       "token %ld, the model knows 0 to %zu: "
				       "is tokenizer.json another model's?",
				       (long)t[i].id, c->vocabulary - 1);
		if (c->family != ENCODER_ROBERTA && c->types &&
		    t[i].type >= c->types)
			return err_set(err, ERR_RECORD, "token",
				       "a token of segment %d, the model knows "
				       "%zu",
				       t[i].type, c->types);
	}
	return 0;
}

/* The highest bit is set where the exponent is all ones. */
static uint32_t odd(const float *x)
{
	uint32_t bits;

	memcpy(&bits, x, sizeof(bits));
	return (bits & 0x7f800000) + 0x00800000;
}

static bool finite_all(const float *x, size_t n)
{
	uint32_t any[16] = { 0 };
	size_t i = 0;

	for (; i + 16 <= n; i += 16)
		for (int j = 0; j < 16; j++)
			any[j] |= odd(x + i + j);
	for (; i < n; i++)
		any[0] |= odd(x + i);
	for (int j = 1; j < 16; j++)
		any[0] |= any[j];
	return !(any[0] & 0x80000000);
}

/* The end of the chunk that begins with sequence first: as many as fit, at
 * least one; all of them where somebody watches. */
static size_t chunk_end(const struct encoder_work *w,
			const struct encoder_batch *b, size_t first)
{
	size_t last = first + 1;

	while (
	    last < b->sequences &&
	    (w->watch || b->start[last + 1] - b->start[first] <= CHUNK_TOKENS))
		last++;
	return last;
}

static void make_room(const struct encoder *e, struct encoder_work *w,
		      size_t sequences, size_t tokens)
{
	size_t inner = (encoder_inner(e, sequences, tokens) + 15) / 16 * 16;
	size_t need = inner + encoder_side(e, tokens);

	if (need > w->inner_cap) {
		free(w->inner);
		w->inner = largepages_scratch(need * sizeof(*w->inner));
		w->inner_cap = need;
	}
	w->side = w->inner + inner;
}

static int check_batch(const struct encoder *e, const struct encoder_batch *b,
		       struct err *err)
{
	for (size_t s = 0; s < b->sequences; s++)
		if (check_sequence(e->config, b->token + b->start[s],
				   b->start[s + 1] - b->start[s], err))
			return -1;
	return 0;
}

static int check_finite(const struct encoder *e, const float *x, size_t n,
			struct err *err)
{
	return finite_all(x, n)
		   ? 0
		   : err_set(err, ERR_RECORD, "finite",
			     "%s: the model gives values that are not finite: "
			     "are its weights damaged?",
			     e->folder->path);
}

/* Of sequences first to last, in x. */
static void apply_chunk(const struct encoder *e, struct encoder_work *w,
			const struct encoder_batch *b, size_t first,
			size_t last, bool firsts_only, float *x)
{
	make_room(e, w, last - first, b->start[last] - b->start[first]);
	encoder_embed(e, w, b, first, last, x);
	encoder_layers(e, w, b, first, last, firsts_only, x);
}

const float *encoder_apply(const struct encoder *e, struct encoder_work *w,
			   const struct encoder_batch *b, struct err *err)
{
	size_t hidden = e->config->hidden, last;
	size_t tokens = b->sequences ? b->start[b->sequences] : 0;

	if (check_batch(e, b, err))
		return NULL;
	if (tokens * hidden + 1 > w->states_cap) {
		free(w->states);
		w->states_cap = tokens * hidden + 1;
		w->states =
		    largepages_scratch(w->states_cap * sizeof(*w->states));
	}
	for (size_t s = 0; s < b->sequences; s = last) {
		last = chunk_end(w, b, s);
		apply_chunk(e, w, b, s, last, false,
			    w->states + b->start[s] * hidden);
	}
	if (check_finite(e, w->states, tokens * hidden, err))
		return NULL;
	return w->states;
}

const float *encoder_firsts(const struct encoder *e, struct encoder_work *w,
			    const struct encoder_batch *b, struct err *err)
{
	size_t hidden = e->config->hidden, last;

	if (check_batch(e, b, err))
		return NULL;
	MEM_ROOM(w->firsts, b->sequences * hidden + 1, w->firsts_cap);
	for (size_t s = 0; s < b->sequences; s = last) {
		last = chunk_end(w, b, s);
		MEM_ROOM(w->states, (b->start[last] - b->start[s]) * hidden,
			 w->states_cap);
		apply_chunk(e, w, b, s, last, true, w->states);
		memcpy(w->firsts + s * hidden, w->states,
		       (last - s) * hidden * sizeof(*w->firsts));
	}
	if (check_finite(e, w->firsts, b->sequences * hidden, err))
		return NULL;
	return w->firsts;
}

int encoder_classify(const struct encoder *e, struct encoder_work *w,
		     const struct encoder_batch *b, float *logits,
		     struct err *err)
{
	const struct encoder_config *c = e->config;
	size_t hidden = c->hidden;
	const float *firsts;

	if (!e->classifier)
		return err_set(err, ERR_DATA, "model",
			       "%s: has no classification head: its "
			       "model.safetensors holds no classifier",
			       e->folder->path);
	firsts = encoder_firsts(e, w, b, err);
	if (!firsts)
		return -1;
	for (size_t s = 0; s < b->sequences; s++) {
		linear_apply(e->pooler, &w->linear, firsts + s * hidden, hidden,
			     1, c->pooler_function, w->side, hidden);
		linear_apply(e->classifier, &w->linear, w->side, hidden, 1,
			     LINEAR_IDENTITY, logits + s * c->labels,
			     c->labels);
	}
	return check_finite(e, logits, b->sequences * c->labels, err);
}
