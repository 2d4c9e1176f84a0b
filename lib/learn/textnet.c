/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/textnet.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "learn/rowtable.h"
#include "learn/textnetformat.h"
#include "math/vector.h"

const char *const textnet_sections[] = {
	"net.info",   "net.heads",  "net.cues",   "net.numbers", "net.wide.0",
	"net.deep.0", "net.wide.1", "net.deep.1", "net.wide.2",  "net.deep.2",
	"net.wide.3", "net.deep.3", NULL
};

/* Bounds on what a model may say of itself. */
enum { DIM_MAX = 1024, FILTERS_MAX = 4096, HIDDEN_MAX = 4096 };

struct member {
	struct textnet_shape shape;
	struct textnet_layout layout;
	const float *numbers;
	struct rowtable wide, deep;
};

struct textnet {
	const struct textnet_info *info;
	struct textheads heads;
	struct textcues cues;
	const float *cue_mean, *cue_rate, *stack;
	struct member members[TEXTNET_MEMBERS];
	size_t columns, padded;      /* padded: of a row of grams */
	size_t dim, filters, hidden; /* the largest of the members */
};

struct textnet_work {
	struct utterance utterance;
	struct textcues_found cues;
	float scaled[TEXTCUES];
	struct textgrams grams;
	const struct rowtable_row **rows;
	float *rarity, *weight;
	size_t rows_cap, rarity_cap, weight_cap;
	struct textnet_pass pass;
	float *sums;
};

/* --- opening --- */

static int bad(struct err *err, const char *what)
{
	return err_set(err, ERR_DATA, "corrupt",
		       "a network of texts %s: fit or fetch it anew", what);
}

static int open_info(struct textnet *n, const struct pack *p, struct err *err)
{
	const struct textnet_info *i =
	    pack_array(p, "net.info", sizeof(*i), 1, NULL, err);

	if (!i)
		return -1;
	if (i->utterance != UTTERANCE_VERSION || i->cues != TEXTCUES_VERSION ||
	    i->grams != TEXTGRAMS_VERSION)
		return err_set(err, ERR_DATA, "version",
			       "a network of texts for utterances %u, cues %u, "
			       "grams %u; expected %d, %d, %d: fit it anew",
			       i->utterance, i->cues, i->grams,
			       UTTERANCE_VERSION, TEXTCUES_VERSION,
			       TEXTGRAMS_VERSION);
	if (!i->columns || i->columns > TEXTHEADS_COLUMNS || !i->members ||
	    i->members > TEXTNET_MEMBERS || i->stacked > i->columns || i->zero)
		return bad(err, "of an unknown shape");
	for (size_t m = 0; m < i->members; m++) {
		const struct textnet_shape *s = &i->shape[m];

		if (s->wide > 1 || s->dim > DIM_MAX || s->dim % TEXTNET_LANES ||
		    s->filters > FILTERS_MAX || s->hidden > HIDDEN_MAX ||
		    (s->filters && !s->dim))
			return bad(err, "of an unknown shape");
	}
	for (int g = 0; g < TEXTGRAM_GROUPS; g++)
		if (!isfinite(i->group[g]))
			return bad(err, "without norms");
	n->info = i;
	n->columns = i->columns;
	n->padded =
	    (n->columns + TEXTNET_LANES - 1) / TEXTNET_LANES * TEXTNET_LANES;
	return 0;
}

static int open_rows(struct rowtable *t, const struct pack *p, const char *kind,
		     size_t member, size_t dim, struct err *err)
{
	char name[PACK_NAME];
	struct span s;

	snprintf(name, sizeof(name), "net.%s.%zu", kind, member);
	s = pack_get(p, name);
	if (!s.p)
		return bad(err, "that lacks a section");
	if (rowtable_view(t, s, err))
		return err_prefix(err, "%s", name);
	return t->dim == dim ? 0 : bad(err, "with rows of another width");
}

static int open_members(struct textnet *n, const struct pack *p,
			struct err *err)
{
	size_t at = 2 * (size_t)TEXTCUES, count;
	const float *numbers =
	    pack_array(p, "net.numbers", sizeof(float), SIZE_MAX, &count, err);

	if (!numbers)
		return -1;
	for (size_t m = 0; m < n->info->members; m++) {
		struct member *k = &n->members[m];

		k->shape = n->info->shape[m];
		k->layout = textnet_layout(&k->shape, n->columns);
		k->numbers = numbers + at;
		at += k->layout.count;
		if ((k->shape.wide &&
		     open_rows(&k->wide, p, "wide", m, n->padded, err)) ||
		    (k->shape.dim &&
		     open_rows(&k->deep, p, "deep", m, k->shape.dim, err)))
			return -1;
		n->dim = k->shape.dim > n->dim ? k->shape.dim : n->dim;
		n->filters = k->shape.filters > n->filters ? k->shape.filters
							   : n->filters;
		n->hidden =
		    k->shape.hidden > n->hidden ? k->shape.hidden : n->hidden;
	}
	n->stack = numbers + at;
	at += n->info->stacked * (n->columns + TEXTCUES + 1);
	if (at != count)
		return bad(err, "with another count of numbers");
	for (size_t i = 0; i < count; i++)
		if (!isfinite(numbers[i]))
			return bad(err, "with numbers that are not finite");
	n->cue_mean = numbers;
	n->cue_rate = numbers + TEXTCUES;
	return 0;
}

static int open_heads(struct textnet *n, const struct pack *p, struct err *err)
{
	struct span json = pack_get(p, "net.heads"), cues;
	size_t stacked = 0;

	if (!json.p)
		return bad(err, "without heads");
	if (textheads_read(&n->heads, json, err))
		return -1;
	for (size_t i = 0; i < n->heads.count; i++)
		if (n->heads.head[i].stacked)
			stacked += n->heads.head[i].count;
	if (n->heads.columns != n->columns || stacked != n->info->stacked)
		return bad(err, "whose heads do not fit");
	cues = pack_get(p, "net.cues");
	return textcues_view(&n->cues, cues.p, cues.n, err);
}

struct textnet *textnet_open(const struct pack *p, struct err *err)
{
	struct textnet *n = mem_zalloc(1, sizeof(*n));

	if (open_info(n, p, err) || open_heads(n, p, err) ||
	    open_members(n, p, err)) {
		free(n);
		return NULL;
	}
	return n;
}

void textnet_free(struct textnet *n)
{
	free(n);
}

const struct textheads *textnet_heads(const struct textnet *n)
{
	return &n->heads;
}

struct textnet_work *textnet_work_new(const struct textnet *n)
{
	struct textnet_work *w = mem_zalloc(1, sizeof(*w));
	size_t pooled = 2 * n->dim + n->filters + TEXTCUES;

	w->pass.tokens =
	    mem_zalloc((UTTERANCE_TOKENS + 2) * n->dim + 1, sizeof(float));
	w->pass.pooled = mem_zalloc(pooled, sizeof(float));
	w->pass.hidden = mem_zalloc(n->hidden + 1, sizeof(float));
	w->pass.from = mem_zalloc(n->dim + n->filters + 1, sizeof(uint16_t));
	w->sums = mem_zalloc(n->dim + n->padded, sizeof(float));
	return w;
}

void textnet_work_free(struct textnet_work *w)
{
	if (!w)
		return;
	utterance_release(&w->utterance);
	textgrams_release(&w->grams);
	free(w->rows);
	free(w->rarity);
	free(w->weight);
	free(w->pass.tokens);
	free(w->pass.pooled);
	free(w->pass.hidden);
	free(w->pass.from);
	free(w->sums);
	free(w);
}

const struct utterance *textnet_utterance(const struct textnet_work *w)
{
	return &w->utterance;
}

/* --- reading --- */

/* Rows and weights of the utterance's grams. */
static void look_up_grams(const struct textnet *n, const struct member *m,
			  struct textnet_work *w)
{
	size_t count = w->grams.count;

	MEM_ROOM(w->rows, count, w->rows_cap);
	MEM_ROOM(w->rarity, count, w->rarity_cap);
	MEM_ROOM(w->weight, count, w->weight_cap);
	for (size_t i = 0; i < count; i++) {
		w->rows[i] = rowtable_find(&m->wide, w->grams.items[i].hash);
		w->rarity[i] = w->rows[i] ? rowtable_rarity(w->rows[i]) : 0;
	}
	textnet_weigh(w->grams.items, count, w->rarity, n->info->group,
		      w->weight);
}

static void add_wide(const struct textnet *n, const struct member *m,
		     struct textnet_work *w, float *logit)
{
	float *sum = w->sums;

	look_up_grams(n, m, w);
	memset(sum, 0, n->padded * sizeof(*sum));
	for (size_t i = 0; i < w->grams.count; i++)
		if (w->rows[i])
			rowtable_add(w->rows[i], n->padded, w->weight[i], sum);
	for (size_t k = 0; k < n->columns; k++)
		logit[k] += sum[k];
}

static void add_row(const struct member *m, uint64_t hash, float weight,
		    float *to)
{
	const struct rowtable_row *r = rowtable_find(&m->deep, hash);

	if (r)
		rowtable_add(r, m->shape.dim, weight, to);
}

static void add_deep(const struct member *m, struct textnet_work *w)
{
	const struct textgrams *g = &w->grams;
	size_t dim = m->shape.dim;

	w->pass.count = w->utterance.count;
	memset(w->pass.tokens, 0, (w->pass.count + 2) * dim * sizeof(float));
	for (size_t t = 0; t < w->pass.count; t++) {
		float *to = w->pass.tokens + (t + 1) * dim;
		size_t from = g->inner_start[t], end = g->inner_start[t + 1];
		size_t known = 0;

		/* the vectors of the inner grams share 1 / sqrt(known) */
		memset(w->sums, 0, dim * sizeof(float));
		for (size_t i = from; i < end; i++) {
			const struct rowtable_row *r =
			    rowtable_find(&m->deep, g->inner[i]);

			if (!r)
				continue;
			known++;
			rowtable_add(r, dim, 1, w->sums);
		}
		if (known)
			vector_axpy(to, 1 / sqrtf((float)known), w->sums, dim);
		add_row(m, g->word[t], 1, to);
		add_row(m, g->pair[t], 1, to);
	}
}

static unsigned known_words(const struct textnet *n,
			    const struct textnet_work *w)
{
	const struct member *m = &n->members[0];
	const struct rowtable *rows = m->shape.wide ? &m->wide : &m->deep;
	bool listed[UTTERANCE_TOKENS] = { false };
	unsigned known = 0;

	for (size_t i = 0; i < w->cues.count; i++)
		listed[w->cues.labels[i].token] = true;
	for (size_t t = 0; t < w->utterance.count; t++)
		known += w->utterance.tokens[t].kind == UTTERANCE_WORDS &&
			 (listed[t] ||
			  rowtable_find(rows, w->grams.word[t]) != NULL);
	return known;
}

/* Adds the outputs of the utterance at hand to logit, times weight. */
static void run(const struct textnet *n, struct textnet_work *w, float weight,
		float *logit)
{
	float sum[TEXTHEADS_COLUMNS] = { 0 };

	textnet_scale_cues(n->cue_mean, n->cue_rate, w->cues.value, w->scaled);
	for (size_t i = 0; i < n->info->members; i++) {
		const struct member *m = &n->members[i];

		if (m->shape.wide)
			add_wide(n, m, w, sum);
		if (m->shape.dim) {
			add_deep(m, w);
			textnet_pool(&m->shape, m->numbers, n->columns,
				     &w->pass);
		}
		memcpy(w->pass.pooled + m->layout.pooled - TEXTCUES, w->scaled,
		       sizeof(w->scaled));
		textnet_hidden(&m->shape, m->numbers, n->columns, &w->pass);
		textnet_outputs(&m->shape, m->numbers, n->columns, &w->pass,
				sum);
	}
	for (size_t k = 0; k < n->columns; k++)
		logit[k] += weight * sum[k] / (float)n->info->members;
}

/* x, held to what every later step can bear; NaN is the least. */
static double bounded(double x)
{
	return fmin(fmax(x, -1e6), 1e6);
}

static void calibrate_class(const struct texthead *h, const float *logit,
			    float *value)
{
	double z[TEXTHEADS_COLUMNS], most = -INFINITY, sum = 0;

	for (size_t k = 0; k < h->count; k++) {
		z[k] = h->slope[k] * (double)logit[k] + h->offset[k];
		most = fmax(most, z[k]);
	}
	for (size_t k = 0; k < h->count; k++)
		sum += z[k] = exp(z[k] - most);
	for (size_t k = 0; k < h->count; k++)
		value[k] = (float)(z[k] / sum);
}

void textnet_calibrate(const struct textnet *n, const float *logit,
		       const float *cues, float *value)
{
	const float *stack = n->stack;

	for (size_t i = 0; i < n->heads.count; i++) {
		const struct texthead *h = &n->heads.head[i];
		const float *z = logit + h->first;
		float *v = value + h->first;

		if (h->kind == TEXTHEAD_CLASS)
			calibrate_class(h, z, v);
		for (size_t k = 0; k < h->count; k++) {
			double x = (double)z[k];

			if (h->kind == TEXTHEAD_LABELS)
				v[k] = (float)texthead_probability(h, k, x);
			if (h->kind != TEXTHEAD_REGRESSION)
				continue;
			if (h->stacked) {
				const float *c = stack + n->columns;

				x = bounded(
				    (double)(vector_dot(stack, logit,
							n->columns) +
					     vector_dot(c, cues, TEXTCUES) +
					     c[TEXTCUES]));
				stack += n->columns + TEXTCUES + 1;
			}
			v[k] = (float)(h->mean[k] + h->deviation[k] * x);
		}
	}
}

static size_t read_utterance(const struct textnet *n, struct textnet_work *w,
			     struct span text)
{
	size_t taken = utterance_read(&w->utterance, text);

	textcues_read(&n->cues, &w->utterance, &w->cues);
	textgrams_read(&w->grams, &w->utterance, &w->cues);
	return taken;
}

void textnet_read(const struct textnet *n, struct textnet_work *w,
		  struct span text, size_t limit, struct textnet_told *told)
{
	*told = (struct textnet_told){ 0 };
	if (limit && text.n > limit)
		text.n = limit;
	do {
		size_t taken = read_utterance(n, w, text);
		float weight = (float)w->utterance.count;

		text.p += taken;
		text.n -= taken;
		told->tokens += (unsigned)w->utterance.count;
		told->words += w->cues.words;
		told->known += known_words(n, w);
		/* a text without tokens counts as one of weight 1 */
		if (!told->tokens && !text.n)
			weight = 1;
		run(n, w, weight, told->logit);
		vector_axpy(told->cues, weight, w->scaled, TEXTCUES);
	} while (text.n);
	if (told->tokens) {
		float share = 1 / (float)told->tokens;

		vector_scale(told->logit, share, n->columns);
		vector_scale(told->cues, share, TEXTCUES);
	}
	for (size_t k = 0; k < n->columns; k++)
		told->logit[k] = (float)bounded((double)told->logit[k]);
	textnet_calibrate(n, told->logit, told->cues, told->value);
}

void textnet_parts(const struct textnet *n, struct textnet_work *w,
		   struct span text, const float *direction,
		   float parts[UTTERANCE_TOKENS])
{
	float padded[TEXTHEADS_COLUMNS + TEXTNET_LANES] = { 0 };

	memset(parts, 0, UTTERANCE_TOKENS * sizeof(*parts));
	memcpy(padded, direction, n->columns * sizeof(*padded));
	read_utterance(n, w, text);
	for (size_t i = 0; i < n->info->members; i++) {
		const struct member *m = &n->members[i];

		if (!m->shape.wide)
			continue;
		look_up_grams(n, m, w);
		for (size_t k = 0; k < w->grams.count; k++) {
			const struct textgram *g = &w->grams.items[k];
			const struct rowtable_row *r = w->rows[k];
			float part;

			if (!r)
				continue;
			part = w->weight[k] *
			       rowtable_dot(r, n->padded, padded) /
			       (float)((g->last - g->first + 1) *
				       n->info->members);
			for (size_t t = g->first; t <= g->last; t++)
				parts[t] += part;
		}
	}
	for (size_t t = 0; t < UTTERANCE_TOKENS; t++)
		parts[t] = (float)bounded((double)parts[t]);
}
