/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/textdata.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "learn/textnetformat.h"

const struct textdata_options textdata_defaults = { .wide_words = 3,
						    .wide_characters = 10,
						    .deep_words = 3,
						    .deep_pairs = 4,
						    .deep_characters = 8,
						    .group = { 1, 1, 0.5F } };

struct seen { /* a gram while counting */
	uint64_t hash;
	float texts;   /* that hold it, as their sources count */
	uint32_t last; /* text + 1 */
	uint32_t wide, deep;
};

struct counts {
	struct seen *slots;
	size_t count, cap; /* cap: a power of two */
};

static struct seen *find(const struct counts *c, uint64_t hash)
{
	size_t i = hash & (c->cap - 1);

	while (c->slots[i].last && c->slots[i].hash != hash)
		i = (i + 1) & (c->cap - 1);
	return &c->slots[i];
}

static void grow(struct counts *c)
{
	struct counts larger = { NULL, c->count, c->cap ? 2 * c->cap : 1024 };

	larger.slots = mem_zalloc(larger.cap, sizeof(*larger.slots));
	for (size_t i = 0; i < c->cap; i++)
		if (c->slots[i].last)
			*find(&larger, c->slots[i].hash) = c->slots[i];
	free(c->slots);
	*c = larger;
}

static void count_gram(struct counts *c, uint64_t hash, uint32_t text,
		       float count)
{
	struct seen *s;

	if (2 * c->count >= c->cap)
		grow(c);
	s = find(c, hash);
	if (!s->last) {
		*s = (struct seen){ hash, 0, 0, TEXTDATA_NONE, TEXTDATA_NONE };
		c->count++;
	}
	if (s->last != text + 1) {
		s->last = text + 1;
		s->texts += count;
	}
}

static uint32_t enter(struct textvocabulary *v, const struct seen *s,
		      size_t texts)
{
	MEM_ROOM(v->hash, v->count + 1, v->cap);
	MEM_ROOM(v->rarity, v->count + 1, v->rarity_cap);
	v->hash[v->count] = s->hash;
	/* to sixteenths, from 1 to 255, as a model keeps it */
	v->rarity[v->count] =
	    fminf(fmaxf(rintf(16 * logf(1 + (float)texts / s->texts)), 1),
		  255) /
	    16;
	return (uint32_t)v->count++;
}

struct reader {
	struct utterance utterance;
	struct textcues_found cues;
	struct textgrams grams;
	struct counts counts;
	float *rarity;
	size_t rarity_cap;
};

static void read_text(struct reader *r, const struct textcues *cues,
		      struct span text)
{
	utterance_read(&r->utterance, text);
	textcues_read(cues, &r->utterance, &r->cues);
	textgrams_read(&r->grams, &r->utterance, &r->cues);
}

static void add_grams(struct textdata *d, struct reader *r)
{
	const struct textgrams *g = &r->grams;
	const struct textdata_options *o = &d->options;
	size_t n = d->gram_count;

	MEM_ROOM(r->rarity, g->count, r->rarity_cap);
	MEM_ROOM(d->gram, n + g->count, d->gram_cap);
	MEM_ROOM(d->weight, n + g->count, d->weight_cap);
	for (size_t i = 0; i < g->count; i++) {
		struct seen *s = find(&r->counts, g->items[i].hash);
		uint32_t least = g->items[i].group == TEXTGRAM_CHARACTERS
				     ? o->wide_characters
				     : o->wide_words;

		if (s->wide == TEXTDATA_NONE && s->texts >= (float)least)
			s->wide = enter(&d->wide, s, d->labelled->count);
		d->gram[n + i] = s->wide;
		r->rarity[i] =
		    s->wide == TEXTDATA_NONE ? 0 : d->wide.rarity[s->wide];
	}
	textnet_weigh(g->items, g->count, r->rarity, o->group, d->weight + n);
	for (size_t i = n; i < n + g->count; i++)
		if (d->gram[i] != TEXTDATA_NONE) {
			d->gram[d->gram_count] = d->gram[i];
			d->weight[d->gram_count++] = d->weight[i];
		}
}

static uint32_t deep_number(struct textdata *d, struct reader *r, uint64_t hash,
			    uint32_t least)
{
	struct seen *s = find(&r->counts, hash);

	if (s->deep == TEXTDATA_NONE && s->texts >= (float)least)
		s->deep = enter(&d->deep, s, d->labelled->count);
	return s->deep;
}

static void add_tokens(struct textdata *d, struct reader *r)
{
	const struct textgrams *g = &r->grams;
	size_t n = r->utterance.count, at = d->token_count;

	MEM_ROOM(d->word, at + n, d->word_cap);
	MEM_ROOM(d->pair, at + n, d->pair_cap);
	MEM_ROOM(d->inner_start, at + n + 1, d->start_cap);
	for (size_t t = 0; t < n; t++) {
		d->word[at + t] =
		    deep_number(d, r, g->word[t], d->options.deep_words);
		d->pair[at + t] =
		    deep_number(d, r, g->pair[t], d->options.deep_pairs);
		d->inner_start[at + t] = d->inner_count;
		for (size_t i = g->inner_start[t]; i < g->inner_start[t + 1];
		     i++) {
			uint32_t k = deep_number(d, r, g->inner[i],
						 d->options.deep_characters);

			if (k == TEXTDATA_NONE)
				continue;
			MEM_ROOM(d->inner, d->inner_count + 1, d->inner_cap);
			d->inner[d->inner_count++] = k;
		}
	}
	d->token_count += n;
	d->inner_start[d->token_count] = d->inner_count;
}

static void scale_cues(struct textdata *d)
{
	size_t n = d->labelled->count;

	for (size_t k = 0; k < TEXTCUES; k++) {
		double sum = 0, squares = 0, mean, deviation;

		for (size_t i = 0; i < n; i++)
			sum += (double)d->texts[i].cues[k];
		mean = n ? sum / (double)n : 0;
		for (size_t i = 0; i < n; i++) {
			double e = (double)d->texts[i].cues[k] - mean;

			squares += e * e;
		}
		deviation = n ? sqrt(squares / (double)n) : 0;
		d->cue_mean[k] = (float)mean;
		d->cue_rate[k] = deviation > 1e-3 ? (float)(1 / deviation) : 0;
	}
	for (size_t i = 0; i < n; i++)
		textnet_scale_cues(d->cue_mean, d->cue_rate, d->texts[i].cues,
				   d->texts[i].cues);
}

void textdata_make(struct textdata *d, const struct labelled *l,
		   const struct textcues *cues,
		   const struct textdata_options *o)
{
	struct reader r = { .counts = { 0 } };

	*d = (struct textdata){ .labelled = l, .options = *o };
	d->texts = mem_zalloc(l->count + 1, sizeof(*d->texts));
	grow(&r.counts);
	for (size_t i = 0; i < l->count; i++) {
		read_text(&r, cues, l->items[i].text);
		for (size_t k = 0; k < r.grams.count; k++)
			count_gram(&r.counts, r.grams.items[k].hash,
				   (uint32_t)i, l->items[i].count);
	}
	for (size_t i = 0; i < l->count; i++) {
		struct textdata_text *t = &d->texts[i];

		read_text(&r, cues, l->items[i].text);
		memcpy(t->cues, r.cues.value, sizeof(t->cues));
		t->grams = d->gram_count;
		add_grams(d, &r);
		t->gram_count = d->gram_count - t->grams;
		t->tokens = d->token_count;
		add_tokens(d, &r);
		t->token_count = (uint32_t)(d->token_count - t->tokens);
	}
	scale_cues(d);
	utterance_release(&r.utterance);
	textgrams_release(&r.grams);
	free(r.counts.slots);
	free(r.rarity);
}

void textdata_release(struct textdata *d)
{
	free(d->wide.hash);
	free(d->wide.rarity);
	free(d->deep.hash);
	free(d->deep.rarity);
	free(d->texts);
	free(d->gram);
	free(d->weight);
	free(d->word);
	free(d->pair);
	free(d->inner_start);
	free(d->inner);
	*d = (struct textdata){ 0 };
}
