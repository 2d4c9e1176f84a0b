/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One utterance through a member of a network: shared by use and training. */
#include <math.h>

#include "learn/textnetformat.h"
#include "math/vector.h"

static void pool_words(const struct textnet_shape *s, struct textnet_pass *p)
{
	float *sum = p->pooled, *most = p->pooled + s->dim;
	float share = 1 / sqrtf((float)p->count + 1);

	for (size_t k = 0; k < s->dim; k++) {
		float total = 0, best = p->count ? -INFINITY : 0;
		size_t at = 0;

		for (size_t t = 1; t <= p->count; t++) {
			float v = p->tokens[t * s->dim + k];

			total += v;
			if (v > best) {
				best = v;
				at = t;
			}
		}
		sum[k] = total * share;
		most[k] = best;
		p->from[k] = (uint16_t)at;
	}
}

static void pool_filters(const struct textnet_shape *s, const float *numbers,
			 const struct textnet_layout *l, struct textnet_pass *p)
{
	size_t span = 3 * (size_t)s->dim;

	for (size_t f = 0; f < s->filters; f++) {
		const float *w = numbers + l->filter + f * span;
		float best = 0;
		size_t at = 0;

		for (size_t t = 1; t <= p->count; t++) {
			float v =
			    numbers[l->filter_bias + f] +
			    vector_dot(w, p->tokens + (t - 1) * s->dim, span);

			if (v > best) {
				best = v;
				at = t;
			}
		}
		p->pooled[2 * s->dim + f] = best;
		p->from[s->dim + f] = (uint16_t)at;
	}
}

void textnet_pool(const struct textnet_shape *s, const float *numbers,
		  size_t columns, struct textnet_pass *p)
{
	struct textnet_layout l = textnet_layout(s, columns);

	if (!s->dim)
		return;
	pool_words(s, p);
	pool_filters(s, numbers, &l, p);
}

void textnet_hidden(const struct textnet_shape *s, const float *numbers,
		    size_t columns, struct textnet_pass *p)
{
	struct textnet_layout l = textnet_layout(s, columns);

	for (size_t h = 0; h < s->hidden; h++) {
		float v = numbers[l.inner_bias + h] +
			  vector_dot(numbers + l.inner + h * l.pooled,
				     p->pooled, l.pooled);

		p->hidden[h] = v > 0 ? v : 0;
	}
}

void textnet_outputs(const struct textnet_shape *s, const float *numbers,
		     size_t columns, const struct textnet_pass *p, float *logit)
{
	struct textnet_layout l = textnet_layout(s, columns);

	for (size_t k = 0; k < columns; k++) {
		const float *outer = numbers + l.outer + k * s->hidden;
		const float *skip = numbers + l.skip + k * l.pooled;

		logit[k] += numbers[l.bias + k] +
			    vector_dot(outer, p->hidden, s->hidden) +
			    vector_dot(skip, p->pooled, l.pooled);
	}
}

void textnet_scale_cues(const float *mean, const float *rate,
			const float value[TEXTCUES], float out[TEXTCUES])
{
	for (size_t i = 0; i < TEXTCUES; i++)
		out[i] = fminf(fmaxf((value[i] - mean[i]) * rate[i], -4), 4);
}

void textnet_weigh(const struct textgram *grams, size_t count,
		   const float *rarity, const float group[TEXTGRAM_GROUPS],
		   float *weight)
{
	float norm[TEXTGRAM_GROUPS] = { 0 };

	for (size_t i = 0; i < count; i++) {
		float w = rarity[i];

		if (w > 0 && grams[i].count > 1)
			w *= 1 + logf((float)grams[i].count);
		weight[i] = w;
		norm[grams[i].group] += w * w;
	}
	for (int g = 0; g < TEXTGRAM_GROUPS; g++)
		norm[g] = group[g] / sqrtf(norm[g] + 1e-9F);
	for (size_t i = 0; i < count; i++)
		weight[i] *= norm[grams[i].group];
}
