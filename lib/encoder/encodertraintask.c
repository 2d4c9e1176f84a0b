/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/encodertraintask.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "encoder/encoderpass.h"
#include "encoder/infonce.h"
#include "learn/textnetloss.h"
#include "math/vector.h"

struct part { /* of the work on one batch */
	struct encodertraintask *t;
	const uint32_t *rows;
	size_t n; /* rows */
	struct encoder_batch batch;
	size_t tokens;
	bool train;
	uint64_t seed;
	float *logits; /* the caller's, or NULL */
	struct encodertraintask_told *told;
};

void encodertraintask_release(struct encodertraintask *t)
{
	maskwords_release(&t->mask);
	free(t->tokens);
	free(t->start);
	free(t->places);
	free(t->was);
	free(t->outputs);
	free(t->gradients);
	free(t->states);
}

void encodertraintask_weigh(struct encodertraintask *t)
{
	const struct textheads *heads = &t->config->heads;
	const struct labelled *l = &t->data->labelled;

	for (size_t i = 0; i < heads->count; i++) {
		const struct texthead *h = &heads->head[i];

		for (size_t k = h->first; k < h->first + h->count; k++) {
			double sum = 0, n = 0, even, share;

			for (size_t j = 0; j < l->count; j++) {
				float y = labelled_target(l, j)[k];

				if (t->data->held[j] || isnan(y))
					continue;
				sum += (double)y;
				n++;
			}
			even = h->kind == TEXTHEAD_LABELS
				   ? 0.5
				   : 1 / (double)h->count;
			share = (sum + 1) / (n + 2);
			t->class_weight[k] =
			    h->kind == TEXTHEAD_REGRESSION
				? 1
				: (float)pow(even / share, h->balance);
		}
	}
}

/* --- the batch --- */

static void gather(struct part *p)
{
	struct encodertraintask *t = p->t;
	int sides = t->config->task == ENCODERTRAIN_PAIRS ? 2 : 1;
	size_t at = 0, sequence = 0;

	MEM_ROOM(t->start, (size_t)sides * p->n + 1, t->start_cap);
	for (int s = 0; s < sides; s++)
		for (size_t i = 0; i < p->n; i++) {
			const struct encodertraindata_side *x =
			    &t->data->rows[p->rows[i]].side[s];

			t->start[sequence++] = at;
			MEM_ROOM(t->tokens, at + x->count, t->token_cap);
			memcpy(t->tokens + at, t->data->tokens + x->first,
			       x->count * sizeof(*t->tokens));
			at += x->count;
		}
	t->start[sequence] = at;
	p->tokens = at;
	p->batch = (struct encoder_batch){ sequence, t->start, t->tokens };
}

static float *outputs(struct encodertraintask *t, size_t n)
{
	MEM_ROOM(t->outputs, n + 1, t->output_cap);
	return t->outputs;
}

static float *gradients(struct encodertraintask *t, size_t n)
{
	MEM_ROOM(t->gradients, n + 1, t->gradient_cap);
	return t->gradients;
}

static float *states(struct part *p)
{
	MEM_ROOM(p->t->states, p->tokens * p->t->model->hidden + 1,
		 p->t->state_cap);
	return p->t->states;
}

static const float *forward(struct part *p, struct err *err)
{
	return encoderpass_forward(p->t->pass, &p->batch, p->train, p->seed,
				   err);
}

/* --- heads --- */

/* Sums of the wide inputs to logits, or their gradients back. */
static void pass_wide(struct part *p, float *logits, const float *gradient)
{
	const struct encodertraintask *t = p->t;
	size_t columns = t->config->heads.columns;

	for (size_t i = 0; t->wide && i < p->n; i++) {
		const struct encodertraindata_row *r =
		    &t->data->rows[p->rows[i]];

		for (size_t k = 0; k < r->wide_count; k++) {
			const struct encoderwide_input *x =
			    &t->data->wide.items[r->wide + k];
			size_t at = x->index * columns;

			if (logits)
				vector_axpy(logits + i * columns, x->value,
					    t->wide->value + at, columns);
			else
				vector_axpy(t->wide->gradient + at, x->value,
					    gradient + i * columns, columns);
		}
	}
}

static int run_heads(struct part *p, struct err *err)
{
	struct encodertraintask *t = p->t;
	const struct textheads *heads = &t->config->heads;
	const struct labelled *l = &t->data->labelled;
	size_t columns = heads->columns;
	float *z = outputs(t, p->n * columns);
	float *g = gradients(t, p->n * columns), *back;

	if (!forward(p, err) ||
	    encoderpass_classify(t->pass, p->train, p->seed ^ 1, z, err))
		return -1;
	pass_wide(p, z, NULL);
	for (size_t i = 0; i < p->n; i++) {
		uint32_t text = t->data->rows[p->rows[i]].text;

		p->told->loss +=
		    textnetloss(heads, t->class_weight, z + i * columns,
				labelled_target(l, text), l->items[text].weight,
				g + i * columns, columns);
	}
	p->told->count += (double)p->n;
	if (p->logits)
		memcpy(p->logits, z, p->n * columns * sizeof(*z));
	if (!p->train)
		return 0;
	pass_wide(p, NULL, g);
	back = states(p);
	encoderpass_classify_backward(t->pass, g, back);
	encoderpass_backward(t->pass, back);
	return 0;
}

/* --- pairs --- */

static int run_pairs(struct part *p, struct err *err)
{
	struct encodertraintask *t = p->t;
	size_t dim = t->model->hidden, n = p->n;
	float *v = outputs(t, 2 * n * dim), *g = gradients(t, 2 * n * dim);
	uint64_t *same = mem_zalloc(2 * n, sizeof(*same));
	struct infonce_batch x = { v,
				   v + n * dim,
				   same,
				   same + n,
				   n,
				   dim,
				   t->config->temperature,
				   t->config->symmetric };
	float *back;

	for (size_t i = 0; i < n; i++)
		for (size_t s = 0; s < 2; s++)
			same[s * n + i] =
			    t->data->rows[p->rows[i]].side[s].same;
	if (!forward(p, err)) {
		free(same);
		return -1;
	}
	encoderpass_pool(t->pass, t->pooling, true, v);
	p->told->loss += infonce(&x, g, g + n * dim);
	p->told->count += (double)n;
	p->told->hits += infonce_recall(&x) * (double)n;
	free(same);
	if (!p->train)
		return 0;
	back = states(p);
	encoderpass_pool_backward(t->pass, g, back);
	encoderpass_backward(t->pass, back);
	return 0;
}

/* --- masked words --- */

static int run_words(struct part *p, struct err *err)
{
	struct encodertraintask *t = p->t;
	size_t count = 0, hits = 0, vocabulary = t->model->vocabulary;
	float *z, *back;

	MEM_ROOM(t->places, p->tokens, t->place_cap);
	MEM_ROOM(t->was, p->tokens, t->was_cap);
	for (size_t i = 0; i < p->n; i++) {
		size_t first = t->start[i], n = t->start[i + 1] - first;
		struct random r;

		random_seed(&r, p->seed, i);
		count +=
		    maskwords_apply(&t->mask, &r, t->tokens + first, n, first,
				    t->places + count, t->was + count);
	}
	if (!count)
		return 0;
	z = outputs(t, count * vocabulary);
	if (!forward(p, err) ||
	    encoderpass_words(t->pass, t->places, count, z, err))
		return -1;
	p->told->loss += maskwords_loss(z, t->was, count, vocabulary, &hits);
	p->told->count += (double)count;
	p->told->hits += (double)hits;
	if (!p->train)
		return 0;
	back = states(p);
	encoderpass_words_backward(t->pass, z, back);
	encoderpass_backward(t->pass, back);
	return 0;
}

int encodertraintask_run(struct encodertraintask *t, const uint32_t *rows,
			 size_t n, bool train, uint64_t seed, float *logits,
			 struct encodertraintask_told *told, struct err *err)
{
	struct part p = { .t = t,
			  .rows = rows,
			  .n = n,
			  .train = train,
			  .seed = seed,
			  .logits = logits,
			  .told = told };

	gather(&p);
	if (t->config->task == ENCODERTRAIN_HEADS)
		return run_heads(&p, err);
	if (t->config->task == ENCODERTRAIN_PAIRS)
		return run_pairs(&p, err);
	return run_words(&p, err);
}
