/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/encoderwide.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"
#include "encoder/encoderwideparts.h"
#include "learn/textgrams.h"
#include "learn/textnetformat.h"
#include "math/vector.h"
#include "text/utf8.h"

struct encoderwide_work {
	struct utterance utterance;
	struct textcues_found cues;
	struct textgrams grams;
	struct str folded;
	float *rarity, *weight;
	size_t rarity_cap, weight_cap;
	struct encoderwide_inputs inputs;
};

struct encoderwide *encoderwide_new(const struct encoderwide_options *o,
				    const struct textcues *cues, size_t columns)
{
	struct encoderwide *w = mem_zalloc(1, sizeof(*w));

	w->options = *o;
	w->cues = *cues;
	w->columns = columns;
	w->rarity = mem_zalloc(o->buckets, sizeof(*w->rarity));
	for (size_t k = 0; k < ENCODERWIDE_FIELDS; k++)
		w->rate[k] = 1;
	return w;
}

void encoderwide_free(struct encoderwide *w)
{
	if (!w)
		return;
	free(w->rarity);
	free(w->weights);
	str_release(&w->rows);
	free(w);
}

size_t encoderwide_inputs(const struct encoderwide *w)
{
	return w->options.buckets + ENCODERWIDE_DENSE;
}

size_t encoderwide_columns(const struct encoderwide *w)
{
	return w->columns;
}

const struct encoderwide_options *
encoderwide_options(const struct encoderwide *w)
{
	return &w->options;
}

struct encoderwide_work *encoderwide_work_new(void)
{
	return mem_zalloc(1, sizeof(struct encoderwide_work));
}

void encoderwide_work_free(struct encoderwide_work *k)
{
	if (!k)
		return;
	utterance_release(&k->utterance);
	textgrams_release(&k->grams);
	str_release(&k->folded);
	free(k->rarity);
	free(k->weight);
	free(k->inputs.items);
	free(k);
}

/* --- fields --- */

/* A number as its kind counts it; false where the field does not tell one. */
static bool field_number(enum encoderwide_kind kind, struct span s, double *out)
{
	const char *colon = memchr(s.p ? s.p : "", ':', s.n);
	int minutes;

	if (kind == ENCODERWIDE_HOUR && colon) {
		size_t n = (size_t)(colon - s.p);

		if (num_double((struct span){ s.p, n }, out) ||
		    num_int((struct span){ colon + 1, s.n - n - 1 }, 0, 59,
			    &minutes))
			return false;
		*out += minutes / 60.0;
		return *out >= 0 && *out < 24;
	}
	if (num_double(s, out))
		return false;
	if (kind == ENCODERWIDE_HOUR)
		return *out >= 0 && *out <= 24;
	if (kind == ENCODERWIDE_COUNT) {
		if (*out < 0)
			return false;
		*out = log1p(*out);
	}
	return fabs(*out) < 1e9;
}

static void put(struct encoderwide_inputs *out, size_t index, double value)
{
	MEM_ROOM(out->items, out->count + 1, out->cap);
	out->items[out->count++] =
	    (struct encoderwide_input){ (uint32_t)index, (float)value };
}

/* Each tag, folded, is an input of its own, of the same share of 1. */
static void read_tags(const struct encoderwide *w, struct encoderwide_work *k,
		      size_t field, struct span s,
		      struct encoderwide_inputs *out)
{
	size_t first = out->count;

	while (s.n) {
		const char *comma = memchr(s.p, ',', s.n);
		size_t n = comma ? (size_t)(comma - s.p) : s.n;
		struct span tag = span_trim((struct span){ s.p, n });

		str_reset(&k->folded);
		str_printf(&k->folded, "%s=", w->options.field[field].name);
		utf8_fold_name(tag, &k->folded);
		if (tag.n)
			put(out,
			    hash_mix(k->folded.p, k->folded.n) &
				(w->options.buckets - 1),
			    1);
		n += comma ? 1 : 0;
		s = (struct span){ s.p + n, s.n - n };
	}
	for (size_t i = first; i < out->count; i++)
		out->items[i].value = 1 / sqrtf((float)(out->count - first));
}

static void read_field(const struct encoderwide *w, struct encoderwide_work *k,
		       size_t field, struct span s,
		       struct encoderwide_inputs *out)
{
	enum encoderwide_kind kind = w->options.field[field].kind;
	size_t at = w->options.buckets + TEXTCUES + 2 * field;
	double v;

	if (!s.n)
		return;
	if (kind == ENCODERWIDE_TAGS) {
		read_tags(w, k, field, s, out);
	} else if (field_number(kind, s, &v)) {
		if (kind == ENCODERWIDE_HOUR) {
			put(out, at, sin(M_PI * v / 12));
			put(out, at + 1, cos(M_PI * v / 12));
			return;
		}
		v = (v - (double)w->mean[field]) * (double)w->rate[field];
		put(out, at, fmin(fmax(v, -4), 4));
		put(out, at + 1, 1); /* it is there */
	}
}

/* --- texts --- */

static void read_grams(const struct encoderwide *w, struct encoderwide_work *k,
		       struct encoderwide_inputs *out)
{
	const struct textgrams *g = &k->grams;
	const float norms[TEXTGRAM_GROUPS] = { (float)w->options.words,
					       (float)w->options.characters,
					       (float)w->options.labels };
	uint64_t mask = w->options.buckets - 1;

	MEM_ROOM(k->rarity, g->count, k->rarity_cap);
	MEM_ROOM(k->weight, g->count, k->weight_cap);
	for (size_t i = 0; i < g->count; i++)
		k->rarity[i] = norms[g->items[i].group] > 0
				   ? w->rarity[g->items[i].hash & mask]
				   : 0;
	textnet_weigh(g->items, g->count, k->rarity, norms, k->weight);
	for (size_t i = 0; i < g->count; i++)
		if (k->rarity[i] > 0)
			put(out, g->items[i].hash & mask, (double)k->weight[i]);
}

static void read_utterance(const struct encoderwide *w,
			   struct encoderwide_work *k, struct span text)
{
	utterance_read(&k->utterance, text);
	textcues_read(&w->cues, &k->utterance, &k->cues);
	textgrams_read(&k->grams, &k->utterance, &k->cues);
}

void encoderwide_read(const struct encoderwide *w, struct encoderwide_work *k,
		      struct span text, const struct span *fields,
		      struct encoderwide_inputs *out)
{
	float cues[TEXTCUES];

	read_utterance(w, k, text);
	read_grams(w, k, out);
	if (w->options.cues) {
		textnet_scale_cues(w->cue_mean, w->cue_rate, k->cues.value,
				   cues);
		for (size_t i = 0; i < TEXTCUES; i++)
			if (cues[i] != 0)
				put(out, w->options.buckets + i,
				    (double)cues[i]);
	}
	for (size_t i = 0; fields && i < w->options.field_count; i++)
		read_field(w, k, i, fields[i], out);
}

/* --- fitting --- */

struct sums { /* of a number over texts */
	double n, sum, squares;
};

static void add(struct sums *s, double v)
{
	s->n++;
	s->sum += v;
	s->squares += v * v;
}

static void describe(const struct sums *s, float *mean, float *rate)
{
	double m = s->n > 0 ? s->sum / s->n : 0;
	double d = s->n > 0 ? sqrt(fmax(s->squares / s->n - m * m, 0)) : 0;

	*mean = (float)m;
	*rate = d > 1e-3 ? (float)(1 / d) : 0;
}

/* Buckets a text holds count once: the last text that held one is kept. */
static void count_grams(struct encoderwide *w, struct encoderwide_work *k,
			uint32_t text, uint32_t *last)
{
	for (size_t i = 0; i < k->grams.count; i++) {
		size_t b = k->grams.items[i].hash & (w->options.buckets - 1);

		if (last[b] != text + 1)
			w->rarity[b]++;
		last[b] = text + 1;
	}
}

void encoderwide_fit(struct encoderwide *w, const struct labelled *l,
		     const bool *held)
{
	struct encoderwide_work *k = encoderwide_work_new();
	uint32_t *last = mem_zalloc(w->options.buckets, sizeof(*last));
	struct sums cues[TEXTCUES] = { 0 }, fields[ENCODERWIDE_FIELDS] = { 0 };
	double texts = 0, v;

	for (size_t i = 0; i < l->count; i++) {
		if (held && held[i])
			continue;
		texts++;
		read_utterance(w, k, l->items[i].text);
		count_grams(w, k, (uint32_t)i, last);
		for (size_t c = 0; c < TEXTCUES; c++)
			add(&cues[c], (double)k->cues.value[c]);
		for (size_t c = 0; c < w->options.field_count; c++)
			if (field_number(w->options.field[c].kind,
					 labelled_field(l, i, c), &v))
				add(&fields[c], v);
	}
	for (size_t c = 0; c < TEXTCUES; c++)
		describe(&cues[c], &w->cue_mean[c], &w->cue_rate[c]);
	for (size_t c = 0; c < w->options.field_count; c++)
		describe(&fields[c], &w->mean[c], &w->rate[c]);
	for (size_t b = 0; b < w->options.buckets; b++) {
		double n = (double)w->rarity[b];

		w->rarity[b] =
		    n < w->options.least
			? 0
			: (float)(fmin(fmax(rint(16 * log(1 + texts / n)), 1),
				       255) /
				  16);
	}
	free(last);
	encoderwide_work_free(k);
}

void encoderwide_add(const struct encoderwide *w,
		     const struct encoderwide_input *inputs, size_t count,
		     float *logits)
{
	for (size_t i = 0; i < count; i++)
		vector_axpy(logits, inputs[i].value,
			    w->weights + inputs[i].index * w->columns,
			    w->columns);
}

void encoderwide_logits(const struct encoderwide *w, struct encoderwide_work *k,
			const struct span *texts, size_t count, float *logits)
{
	for (size_t i = 0; i < count; i++) {
		k->inputs.count = 0;
		encoderwide_read(w, k, texts[i], NULL, &k->inputs);
		encoderwide_add(w, k->inputs.items, k->inputs.count,
				logits + i * w->columns);
	}
}

void encoderwide_hash(const struct encoderwide *w, struct hash *h)
{
	const struct encoderwide_options *o = &w->options;
	double norms[] = { o->words, o->characters, o->labels, o->cues,
			   o->buckets };

	hash_add(h, norms, sizeof(norms));
	hash_add(h, w->rarity, o->buckets * sizeof(*w->rarity));
	hash_add(h, w->cue_mean, sizeof(w->cue_mean));
	hash_add(h, w->cue_rate, sizeof(w->cue_rate));
	hash_add(h, w->cues.rows, w->cues.count * sizeof(*w->cues.rows));
	if (w->weights)
		hash_add(h, w->weights,
			 encoderwide_inputs(w) * w->columns *
			     sizeof(*w->weights));
}
