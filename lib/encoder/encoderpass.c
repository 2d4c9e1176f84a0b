/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/encoderpass.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "encoder/passlayers.h"

/* --- what it is made of --- */

struct finder { /* looks parameters up by name */
	const struct encoder_config *config;
	struct parameters *p;
	struct str name;
	bool missed;
	struct err *err;
};

static struct parameter *find(struct finder *f, enum encoder_tensor t,
			      size_t layer)
{
	struct parameter *p;

	if (!encoder_has(f->config, t) || f->missed)
		return NULL;
	encoder_name(f->config, t, layer, &f->name);
	p = parameters_find(f->p, str_z(&f->name));
	if (!p) {
		f->missed = true;
		err_set(f->err, ERR_DATA, "model",
			"there is no parameter %s of the encoder",
			str_z(&f->name));
	}
	return p;
}

static struct pass_norm find_norm(struct finder *f, enum encoder_tensor t,
				  size_t layer)
{
	return (struct pass_norm){ find(f, t, layer), find(f, t + 1, layer) };
}

static struct pass_linear find_linear(struct finder *f, enum encoder_tensor t,
				      size_t layer)
{
	struct pass_linear l = { .weight = find(f, t, layer) };

	if (t != ENCODER_PROJECTION)
		l.bias = find(f, t + 1, layer);
	if (l.weight) {
		l.out = l.weight->dims[0];
		l.in = l.weight->dims[1];
	}
	return l;
}

static void find_layer(struct finder *f, size_t layer, struct pass_layer *l)
{
	for (int i = 0; i < PASS_LINEARS; i++) {
		enum encoder_tensor t = ENCODER_QUERY + 2 * i;

		if (t == ENCODER_ATTENTION_NORM || t == ENCODER_FEED_NORM)
			continue;
		l->linear[i] = find_linear(f, t, layer);
		l->linear[i].place =
		    pass_place(layer, PLACE_ADAPTERS) + (uint64_t)i;
	}
	l->attention_norm = find_norm(f, ENCODER_ATTENTION_NORM, layer);
	l->feed_norm = find_norm(f, ENCODER_FEED_NORM, layer);
}

/* Heads are there or not. */
static void find_heads(struct encoderpass *e, struct finder *f)
{
	struct finder head = *f;

	head.err = NULL;
	head.name = (struct str){ 0 };
	e->pooler = find_linear(&head, ENCODER_POOLER, 0);
	e->classifier = find_linear(&head, ENCODER_CLASSIFIER, 0);
	if (head.missed)
		e->pooler = e->classifier = (struct pass_linear){ 0 };
	str_release(&head.name);
	pass_find_words(e, f->p);
}

struct encoderpass *encoderpass_new(const struct encoder_config *c,
				    struct parameters *p,
				    const struct encoderpass_options *o,
				    struct err *err)
{
	struct encoderpass *e = mem_zalloc(1, sizeof(*e));
	struct finder f = { .config = c, .p = p, .err = err };
	size_t threads = o->threads > 1 ? (size_t)o->threads : 1;

	e->config = c;
	e->options = *o;
	e->options.threads = (int)threads;
	e->products = mem_zalloc(threads, sizeof(*e->products));
	e->threads = mem_zalloc(threads, sizeof(*e->threads));
	e->layers = mem_zalloc(c->layers, sizeof(*e->layers));
	e->kept = mem_zalloc(c->layers + 1, sizeof(*e->kept));
	e->words = find(&f, ENCODER_WORDS, 0);
	e->positions = find(&f, ENCODER_POSITIONS, 0);
	e->types = find(&f, ENCODER_TYPES, 0);
	e->embedding_norm = find_norm(&f, ENCODER_EMBEDDING_NORM, 0);
	e->projection = find_linear(&f, ENCODER_PROJECTION, 0);
	e->relative = find(&f, ENCODER_RELATIVE, 0);
	e->relative_norm = find_norm(&f, ENCODER_RELATIVE_NORM, 0);
	e->convolution = find(&f, ENCODER_CONVOLUTION, 0);
	e->convolution_bias = find(&f, ENCODER_CONVOLUTION_BIAS, 0);
	e->convolution_norm = find_norm(&f, ENCODER_CONVOLUTION_NORM, 0);
	for (size_t i = 0; i < c->layers; i++)
		find_layer(&f, i, &e->layers[i]);
	if (!f.missed)
		find_heads(e, &f);
	str_release(&f.name);
	if (!f.missed)
		return e;
	encoderpass_free(e);
	return NULL;
}

static void release_threads(struct encoderpass *e)
{
	for (int i = 0; i < e->options.threads; i++) {
		struct pass_attention_work *w = &e->threads[i];

		matmul_work_release(&e->products[i]);
		matmul_work_release(&w->product);
		free(w->scores.p);
		free(w->gradients.p);
		free(w->rows.p);
		free(w->by_query.p);
		free(w->by_key.p);
		free(w->by_query_back.p);
		free(w->by_key_back.p);
	}
	free(e->threads);
	free(e->products);
}

void encoderpass_free(struct encoderpass *e)
{
	struct pass_buffer *const all[] = {
		&e->states,          &e->embedded,        &e->projected,
		&e->embedding_stats, &e->relative_states, &e->relative_summed,
		&e->relative_stats,  &e->convolved,       &e->convolved_summed,
		&e->convolved_stats, &e->by_offset,       &e->head.in,
		&e->head.feed,       &e->head.active,     &e->pooled.vectors,
		&e->pooled.lengths,  &e->told.in,         &e->told.feed,
		&e->told.active,     &e->told.states,     &e->told.stats,
		&e->embedded_low,
	};

	if (!e)
		return;
	release_threads(e);
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		free(all[i]->p);
	for (int i = 0; i < SCRATCHES; i++)
		free(e->scratch[i].p);
	for (size_t i = 0; i <= e->config->layers; i++)
		free(e->kept[i].block);
	free(e->kept);
	free(e->layers);
	free(e->places);
	free(e->offset_rows);
	free(e);
}

void encoderpass_adapt(struct encoderpass *e, enum encoder_tensor t,
		       size_t layer, const struct adapter *a)
{
	if (t == ENCODER_WORDS)
		e->words_adapter = *a;
	else
		e->layers[layer].linear[PASS_AT(t)].adapter = *a;
}

/* --- what is trained --- */

static bool trained(const struct parameter *p)
{
	return p && p->gradient;
}

static bool layer_trained(const struct encoderpass *e, size_t layer)
{
	const struct pass_layer *l = &e->layers[layer];

	for (int i = 0; i < PASS_LINEARS; i++)
		if (pass_linear_trained(&l->linear[i]))
			return true;
	return pass_norm_trained(&l->attention_norm) ||
	       pass_norm_trained(&l->feed_norm);
}

static void find_trained(struct encoderpass *e)
{
	e->embeddings_trained = trained(e->words) || trained(e->positions) ||
				trained(e->types) ||
				pass_adapter_trained(&e->words_adapter) ||
				pass_norm_trained(&e->embedding_norm) ||
				pass_linear_trained(&e->projection);
	e->positions_trained =
	    trained(e->relative) || pass_norm_trained(&e->relative_norm);
	e->lowest = 0;
	if (e->embeddings_trained || e->positions_trained ||
	    trained(e->convolution) || trained(e->convolution_bias) ||
	    pass_norm_trained(&e->convolution_norm))
		return;
	while (e->lowest < e->config->layers && !layer_trained(e, e->lowest))
		e->lowest++;
}

/* --- forward --- */

static struct pass_kept *kept(struct encoderpass *e, size_t layer)
{
	bool shared = e->options.checkpointing || layer < e->lowest;

	return &e->kept[shared ? e->config->layers : layer];
}

bool pass_finite(const float *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return false;
	return true;
}

static void find_batch(struct encoderpass *e, const struct encoder_batch *b)
{
	e->batch = b;
	e->tokens = b->sequences ? b->start[b->sequences] : 0;
	e->longest = 0;
	for (size_t s = 0; s < b->sequences; s++) {
		size_t n = b->start[s + 1] - b->start[s];

		if (n > e->longest)
			e->longest = n;
	}
}

const float *encoderpass_forward(struct encoderpass *e,
				 const struct encoder_batch *b, bool train,
				 uint64_t seed, struct err *err)
{
	const struct encoder_config *c = e->config;
	const float *last;

	find_batch(e, b);
	e->train = train;
	e->seed = seed;
	find_trained(e);
	pass_room(&e->states, (c->layers + 1) * e->tokens * c->hidden + 1);
	if (pass_check(e, err))
		return NULL;
	if (!e->tokens)
		return e->states.p;
	pass_embedding(e);
	pass_relative(e);
	for (size_t i = 0; i < c->layers; i++) {
		float *out = pass_states(e, i + 1);

		pass_layer(e, i, kept(e, i), out);
		if (!i && e->convolution)
			pass_convolution(e, out);
	}
	last = pass_states(e, c->layers);
	if (pass_finite(last, e->tokens * c->hidden))
		return last;
	err_set(err, ERR_RECORD, "finite",
		"the encoder gives values that are not finite: its weights are "
		"damaged, or the learning rate is too high");
	return NULL;
}

/* --- back --- */

static void clear(struct encoderpass *e, enum pass_scratch s, size_t n)
{
	memset(pass_scratch(e, s, n + 1), 0, n * sizeof(float));
}

static void clear_positions(struct encoderpass *e)
{
	size_t first, rows;

	if (!e->positions_trained)
		return;
	if (e->config->family == ENCODER_MPNET) {
		clear(e, SCRATCH_OFFSETS,
		      e->config->heads * (2 * e->longest - 1));
		return;
	}
	rows = pass_relative_rows(e, &first);
	clear(e, SCRATCH_RELATIVE, rows * e->config->hidden);
}

static void layer_again(struct encoderpass *e, size_t layer)
{
	if (e->options.checkpointing)
		pass_layer(e, layer, kept(e, layer),
			   pass_scratch(e, SCRATCH_AGAIN,
					e->tokens * e->config->hidden));
}

void encoderpass_backward(struct encoderpass *e, const float *gradient)
{
	size_t n = e->tokens * e->config->hidden;
	float *dy, *beside = NULL;

	if (!e->tokens || e->lowest == e->config->layers)
		return;
	dy = pass_scratch(e, SCRATCH_BACK, n);
	memcpy(dy, gradient, n * sizeof(*dy));
	clear_positions(e);
	for (size_t i = e->config->layers; i-- > e->lowest;) {
		layer_again(e, i);
		if (!i && e->convolution) {
			if (e->embeddings_trained)
				beside = pass_scratch(e, SCRATCH_CONVOLVED, n);
			pass_convolution_backward(e, dy, beside);
		}
		pass_layer_backward(e, i, kept(e, i), dy,
				    i > e->lowest || e->embeddings_trained);
	}
	pass_relative_backward(e);
	for (size_t i = 0; beside && i < n; i++)
		dy[i] += beside[i];
	if (e->embeddings_trained)
		pass_embedding_backward(e, dy);
}
