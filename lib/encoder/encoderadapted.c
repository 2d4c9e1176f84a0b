/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/encoderadapted.h"

#include <math.h>

#include "base/mem.h"
#include "encoder/loranames.h"

int encoderadapted_read(struct encoderadapted *a, const struct encoderfolder *f,
			struct err *err)
{
	const struct encoder_config *c = &f->config;
	struct str name = { 0 };

	/* Heads to be replaced; what is none stays no number. */
	for (int t = ENCODER_HEAD_FIRST; t < ENCODER_TENSORS; t++) {
		enum encoder_tensor head = (enum encoder_tensor)t;
		size_t dims[3];
		int ndim;

		if (!encoder_has(c, head))
			continue;
		ndim = encoder_dims(c, head, dims);
		encoder_name(c, head, 0, &name);
		parameters_add(&a->parameters, str_z(&name), dims, ndim)
		    ->value[0] = NAN;
	}
	str_release(&name);
	return lora_read(c, f->path, &a->options, &a->parameters, NULL, NULL,
			 err);
}

void encoderadapted_release(struct encoderadapted *a)
{
	parameters_release(&a->parameters);
	matmul_work_release(&a->work);
}

bool encoderadapted_has(const struct encoderadapted *a,
			const struct encoder_config *c, enum encoder_tensor t,
			size_t layer)
{
	return a->parameters.count && lora_adaptable(c, t) &&
	       lora_find(c, &a->parameters, t, layer).a;
}

void encoderadapted_add(struct encoderadapted *a,
			const struct encoder_config *c, enum encoder_tensor t,
			size_t layer, size_t from, size_t n, float *weights)
{
	struct lora_pair pair = lora_find(c, &a->parameters, t, layer);
	size_t rank = pair.a->dims[0], in = pair.a->dims[1];
	float scale = a->options.alpha / (float)rank;
	float *b = pair.b->value + from * rank;

	/* B is scaled where it lies: each row is used once. */
	for (size_t i = 0; i < n * rank; i++)
		b[i] *= scale;
	matmul(&a->work, weights, in, true, (struct matrix){ b, rank, false },
	       (struct matrix){ pair.a->value, in, false }, n, in, rank);
}

static float *turned(const struct parameter *p, float factor)
{
	size_t rows = p->dims[0], columns = p->dims[1];
	float *x = mem_alloc((p->count + 1) * sizeof(*x));

	for (size_t i = 0; i < columns; i++)
		for (size_t k = 0; k < rows; k++)
			x[i * rows + k] = factor * p->value[k * columns + i];
	return x;
}

bool encoderadapted_words(const struct encoderadapted *a,
			  const struct encoder_config *c, size_t *rank,
			  float **low, float **up)
{
	struct lora_pair pair = lora_find(c, &a->parameters, ENCODER_WORDS, 0);

	if (!pair.a)
		return false;
	*rank = pair.a->dims[0];
	*low = turned(pair.a, a->options.alpha / (float)*rank);
	*up = turned(pair.b, 1);
	return true;
}

const float *encoderadapted_head(const struct encoderadapted *a,
				 const struct encoder_config *c,
				 enum encoder_tensor t)
{
	struct str name = { 0 };
	const struct parameter *p;

	encoder_name(c, t, 0, &name);
	p = parameters_find(&a->parameters, str_z(&name));
	str_release(&name);
	return p && !isnan(p->value[0]) ? p->value : NULL;
}
