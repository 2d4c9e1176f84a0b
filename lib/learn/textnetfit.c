/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/textnetfit.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "learn/rowtable.h"
#include "learn/textnetloss.h"
#include "math/random.h"
#include "math/vector.h"

const struct textnetfit_options textnetfit_wide = { .shape = { .wide = 1 },
						    .epochs = 8,
						    .batch = 16,
						    .rate = 1e-3,
						    .decay = 0.01,
						    .wide_rate = 1,
						    .wide_start = 10,
						    .wide_decay = 2e-4,
						    .wide_dropout = 0.3,
						    .pool_dropout = 0.2,
						    .hidden_dropout = 0.3,
						    .seed = 1 };

const struct textnetfit_options textnetfit_deep = {
	.shape = { .dim = 32, .filters = 96, .hidden = 64 },
	.epochs = 4,
	.batch = 16,
	.rate = 2e-3,
	.decay = 0.01,
	.row_rate = 0.03,
	.row_start = 1e-3,
	.row_spread = 0.05,
	.token_dropout = 0.2,
	.pool_dropout = 0.3,
	.hidden_dropout = 0.3,
	.seed = 1
};

static const double momentum = 0.9, inertia = 0.999, tiny = 1e-7;

struct fit {
	const struct textdata *d;
	const struct textheads *heads;
	const struct textnetfit_options *o;
	struct textnet_layout l;
	size_t columns, padded;
	float *numbers, *gradient, *first, *second; /* [l.count] */
	float *wide, *wide_squares;                 /* [vocabulary][padded] */
	float *rows, *row_squares; /* [vocabulary][dim], [vocabulary] */
	float *class_weight;       /* [columns] */
	struct random random;
	long step, steps, batches;
	int filled; /* texts in the batch */
	/* of the text at hand */
	struct textnet_pass pass;
	float *token_gradient, *pooled_gradient, *hidden_gradient;
	float *pooled_mask, *hidden_mask;
	uint8_t *dropped;
	size_t dropped_cap;
};

/* --- beginning --- */

static void start_numbers(struct fit *f)
{
	const struct textnet_shape *s = &f->o->shape;
	float *n = f->numbers;

	for (size_t i = 0; i < f->l.filter_bias; i++)
		n[i] = (float)(random_normal(&f->random) *
			       sqrt(2.0 / (3.0 * s->dim)));
	for (size_t i = f->l.inner; i < f->l.inner_bias; i++)
		n[i] = (float)(random_normal(&f->random) *
			       sqrt(1.0 / (double)f->l.pooled));
	for (size_t i = f->l.outer; i < f->l.skip; i++)
		n[i] = (float)(random_normal(&f->random) *
			       sqrt(1.0 / (s->hidden + 1)) / 2);
}

/* Biases begin where the labels' shares are; rare labels may weigh more. */
static void start_heads(struct fit *f, const uint32_t *texts, size_t n)
{
	const struct textheads *hs = f->heads;
	double sum[TEXTHEADS_COLUMNS] = { 0 }, told[TEXTHEADS_COLUMNS] = { 0 };

	for (size_t i = 0; i < n; i++) {
		const float *t = labelled_target(f->d->labelled, texts[i]);

		for (size_t k = 0; k < f->columns; k++)
			if (!isnan(t[k])) {
				sum[k] += (double)t[k];
				told[k]++;
			}
	}
	for (size_t i = 0; i < hs->count; i++) {
		const struct texthead *h = &hs->head[i];

		for (size_t k = h->first; k < h->first + h->count; k++) {
			double share = (sum[k] + 1) / (told[k] + 2), even = 0.5;

			f->class_weight[k] = 1;
			if (h->kind == TEXTHEAD_REGRESSION)
				continue;
			if (h->kind == TEXTHEAD_LABELS)
				f->numbers[f->l.bias + k] =
				    (float)log(share / (1 - share));
			else
				even = 1 / (double)h->count;
			f->class_weight[k] =
			    (float)pow(even / share, h->balance);
		}
	}
}

static void start(struct fit *f, const uint32_t *texts, size_t n)
{
	const struct textnet_shape *s = &f->o->shape;
	size_t wide = f->d->wide.count * f->padded, rows = f->d->deep.count;

	f->numbers = mem_zalloc(f->l.count, sizeof(float));
	f->gradient = mem_zalloc(f->l.count, sizeof(float));
	f->first = mem_zalloc(f->l.count, sizeof(float));
	f->second = mem_zalloc(f->l.count, sizeof(float));
	f->class_weight = mem_zalloc(f->columns, sizeof(float));
	random_seed(&f->random, f->o->seed, 0);
	start_numbers(f);
	start_heads(f, texts, n);
	if (s->wide) {
		f->wide = mem_zalloc(wide + 1, sizeof(float));
		f->wide_squares = mem_alloc((wide + 1) * sizeof(float));
		for (size_t i = 0; i < wide; i++)
			f->wide_squares[i] = (float)f->o->wide_start;
	}
	if (s->dim) {
		f->rows = mem_alloc((rows * s->dim + 1) * sizeof(float));
		f->row_squares = mem_alloc((rows + 1) * sizeof(float));
		for (size_t i = 0; i < rows * s->dim; i++)
			f->rows[i] = (float)(random_normal(&f->random) *
					     f->o->row_spread);
		for (size_t i = 0; i < rows; i++)
			f->row_squares[i] = (float)f->o->row_start;
	}
	f->pass.tokens =
	    mem_zalloc((UTTERANCE_TOKENS + 2) * s->dim + 1, sizeof(float));
	f->pass.pooled = mem_zalloc(f->l.pooled, sizeof(float));
	f->pass.hidden = mem_zalloc(s->hidden + 1, sizeof(float));
	f->pass.from = mem_zalloc(s->dim + s->filters + 1, sizeof(uint16_t));
	f->token_gradient =
	    mem_zalloc((UTTERANCE_TOKENS + 2) * s->dim + 1, sizeof(float));
	f->pooled_gradient = mem_zalloc(f->l.pooled, sizeof(float));
	f->hidden_gradient = mem_zalloc(s->hidden + 1, sizeof(float));
	f->pooled_mask = mem_zalloc(f->l.pooled, sizeof(float));
	f->hidden_mask = mem_zalloc(s->hidden + 1, sizeof(float));
}

static void finish(struct fit *f)
{
	free(f->gradient);
	free(f->first);
	free(f->second);
	free(f->class_weight);
	free(f->wide);
	free(f->wide_squares);
	free(f->rows);
	free(f->row_squares);
	free(f->pass.tokens);
	free(f->pass.pooled);
	free(f->pass.hidden);
	free(f->pass.from);
	free(f->token_gradient);
	free(f->pooled_gradient);
	free(f->hidden_gradient);
	free(f->pooled_mask);
	free(f->hidden_mask);
	free(f->dropped);
}

/* --- forward --- */

/* Sixteen bits a number: enough for a share. */
static bool drop(struct fit *f, double share, uint64_t *bits, int *left)
{
	bool yes;

	if (!*left) {
		*bits = random_u64(&f->random);
		*left = 4;
	}
	yes = (double)(*bits & 0xFFFF) < share * 65536;
	*bits >>= 16;
	(*left)--;
	return yes;
}

static void mask(struct fit *f, double share, float *values, float *masks,
		 size_t n)
{
	float keep = (float)(1 / (1 - share));
	uint64_t bits = 0;
	int left = 0;

	for (size_t i = 0; i < n; i++) {
		masks[i] = drop(f, share, &bits, &left) ? 0 : keep;
		values[i] *= masks[i];
	}
}

static void add_wide(struct fit *f, const struct textdata_text *t, bool train,
		     float *logit)
{
	double share = train ? f->o->wide_dropout : 0;
	float keep = (float)(1 / (1 - share));
	uint64_t bits = 0;
	int left = 0;

	MEM_ROOM(f->dropped, t->gram_count, f->dropped_cap);
	for (size_t i = 0; i < t->gram_count; i++) {
		size_t gram = f->d->gram[t->grams + i];

		f->dropped[i] = train && drop(f, share, &bits, &left);
		if (!f->dropped[i])
			vector_axpy(logit, keep * f->d->weight[t->grams + i],
				    f->wide + gram * f->padded, f->padded);
	}
}

static void add_token(struct fit *f, size_t token, float *to)
{
	const struct textdata *d = f->d;
	size_t dim = f->o->shape.dim, from = d->inner_start[token];
	size_t end = d->inner_start[token + 1];
	float share = end > from ? 1 / sqrtf((float)(end - from)) : 0;

	if (d->word[token] != TEXTDATA_NONE)
		vector_axpy(to, 1, f->rows + d->word[token] * dim, dim);
	if (d->pair[token] != TEXTDATA_NONE)
		vector_axpy(to, 1, f->rows + d->pair[token] * dim, dim);
	for (size_t i = from; i < end; i++)
		vector_axpy(to, share, f->rows + d->inner[i] * dim, dim);
}

static void read_tokens(struct fit *f, const struct textdata_text *t,
			bool train)
{
	struct textnet_pass *p = &f->pass;
	size_t dim = f->o->shape.dim;

	p->count = 0;
	for (size_t i = 0; i < t->token_count; i++)
		if (!train || random_uniform(&f->random) >= f->o->token_dropout)
			p->kept[p->count++] = t->tokens + i;
	if (!p->count && t->token_count)
		p->kept[p->count++] = t->tokens;
	memset(p->tokens, 0, (p->count + 2) * dim * sizeof(float));
	for (size_t i = 0; i < p->count; i++)
		add_token(f, p->kept[i], p->tokens + (i + 1) * dim);
}

static void forward(struct fit *f, const struct textdata_text *t, bool train,
		    float *logit)
{
	const struct textnet_shape *s = &f->o->shape;
	float *cues = f->pass.pooled + f->l.pooled - TEXTCUES;

	memset(logit, 0, f->padded * sizeof(*logit));
	if (s->wide)
		add_wide(f, t, train, logit);
	if (s->dim) {
		read_tokens(f, t, train);
		textnet_pool(s, f->numbers, f->columns, &f->pass);
	}
	memcpy(cues, t->cues, sizeof(t->cues));
	if (train)
		mask(f, f->o->pool_dropout, f->pass.pooled, f->pooled_mask,
		     f->l.pooled);
	textnet_hidden(s, f->numbers, f->columns, &f->pass);
	if (train)
		mask(f, f->o->hidden_dropout, f->pass.hidden, f->hidden_mask,
		     s->hidden);
	textnet_outputs(s, f->numbers, f->columns, &f->pass, logit);
}

static double losses(const struct fit *f, size_t text, const float *z, float *g)
{
	const struct labelled *l = f->d->labelled;

	return textnetloss(f->heads, f->class_weight, z,
			   labelled_target(l, text), l->items[text].weight, g,
			   f->padded);
}

/* --- backward --- */

static void back_outputs(struct fit *f, const float *g)
{
	const struct textnet_shape *s = &f->o->shape;
	const struct textnet_layout *l = &f->l;

	memset(f->pooled_gradient, 0, l->pooled * sizeof(float));
	memset(f->hidden_gradient, 0, (s->hidden + 1) * sizeof(float));
	for (size_t k = 0; k < f->columns; k++) {
		size_t outer = l->outer + k * s->hidden;
		size_t skip = l->skip + k * l->pooled;

		if (g[k] == 0)
			continue;
		f->gradient[l->bias + k] += g[k];
		vector_axpy(f->hidden_gradient, g[k], f->numbers + outer,
			    s->hidden);
		vector_axpy(f->gradient + outer, g[k], f->pass.hidden,
			    s->hidden);
		vector_axpy(f->pooled_gradient, g[k], f->numbers + skip,
			    l->pooled);
		vector_axpy(f->gradient + skip, g[k], f->pass.pooled,
			    l->pooled);
	}
	for (size_t h = 0; h < s->hidden; h++) {
		size_t inner = l->inner + h * l->pooled;
		float e = f->hidden_gradient[h] * f->hidden_mask[h];

		if (f->pass.hidden[h] <= 0 || e == 0)
			continue;
		f->gradient[l->inner_bias + h] += e;
		vector_axpy(f->pooled_gradient, e, f->numbers + inner,
			    l->pooled);
		vector_axpy(f->gradient + inner, e, f->pass.pooled, l->pooled);
	}
	for (size_t i = 0; i < l->pooled; i++)
		f->pooled_gradient[i] *= f->pooled_mask[i];
}

static void back_pool(struct fit *f)
{
	const struct textnet_shape *s = &f->o->shape;
	struct textnet_pass *p = &f->pass;
	size_t dim = s->dim, span = 3 * dim;
	float share = 1 / sqrtf((float)p->count + 1);

	memset(f->token_gradient, 0, (p->count + 2) * dim * sizeof(float));
	for (size_t t = 1; t <= p->count; t++)
		vector_axpy(f->token_gradient + t * dim, share,
			    f->pooled_gradient, dim);
	for (size_t k = 0; k < dim && p->count; k++)
		f->token_gradient[p->from[k] * dim + k] +=
		    f->pooled_gradient[dim + k];
	for (size_t i = 0; i < s->filters; i++) {
		float e = f->pooled_gradient[2 * dim + i];
		size_t at = p->from[dim + i], w = f->l.filter + i * span;

		if (!at || e == 0)
			continue;
		f->gradient[f->l.filter_bias + i] += e;
		vector_axpy(f->token_gradient + (at - 1) * dim, e,
			    f->numbers + w, span);
		vector_axpy(f->gradient + w, e, p->tokens + (at - 1) * dim,
			    span);
	}
}

/* Adagrad with one step size a row. */
static void move_row(struct fit *f, uint32_t row, float share, float squares,
		     const float *g, float rate)
{
	size_t dim = f->o->shape.dim;

	if (row == TEXTDATA_NONE)
		return;
	f->row_squares[row] += squares * share * share;
	vector_axpy(f->rows + row * dim,
		    -rate * share / sqrtf(f->row_squares[row]), g, dim);
}

static void move_rows(struct fit *f, float rate)
{
	const struct textdata *d = f->d;
	size_t dim = f->o->shape.dim;

	for (size_t i = 0; i < f->pass.count; i++) {
		size_t token = f->pass.kept[i];
		size_t from = d->inner_start[token];
		size_t end = d->inner_start[token + 1];
		const float *g = f->token_gradient + (i + 1) * dim;
		float share = end > from ? 1 / sqrtf((float)(end - from)) : 0;
		float squares = vector_dot(g, g, dim) / (float)dim;

		if (squares <= 0)
			continue;
		move_row(f, d->word[token], 1, squares, g, rate);
		move_row(f, d->pair[token], 1, squares, g, rate);
		for (size_t k = from; k < end; k++)
			move_row(f, d->inner[k], share, squares, g, rate);
	}
}

static void move_wide(struct fit *f, const struct textdata_text *t,
		      const float *g, float rate)
{
	float keep = (float)(1 / (1 - f->o->wide_dropout));
	float decay = 1 - rate * (float)f->o->wide_decay;

	for (size_t i = 0; i < t->gram_count; i++) {
		size_t at = f->d->gram[t->grams + i] * f->padded;
		float v = keep * f->d->weight[t->grams + i];
		float *w = f->wide + at, *q = f->wide_squares + at;

		if (f->dropped[i])
			continue;
		for (size_t k = 0; k < f->padded; k++) {
			float e = v * g[k];

			q[k] += e * e;
			w[k] = w[k] * decay - rate * e / sqrtf(q[k]);
		}
	}
}

static void move_numbers(struct fit *f, float rate)
{
	double n = (double)++f->batches;
	float bias =
	    (float)(sqrt(1 - pow(inertia, n)) / (1 - pow(momentum, n)));
	float share = 1 / (float)f->filled, m = (float)momentum;
	float v = (float)inertia, decay = 1 - rate * (float)f->o->decay;

	for (size_t i = 0; i < f->l.count; i++) {
		float g = f->gradient[i] * share;

		f->first[i] = m * f->first[i] + (1 - m) * g;
		f->second[i] = v * f->second[i] + (1 - v) * g * g;
		if (i < f->l.bias)
			f->numbers[i] *= decay;
		f->numbers[i] -= rate * bias * f->first[i] /
				 (sqrtf(f->second[i]) + (float)tiny);
		f->gradient[i] = 0;
	}
	f->filled = 0;
}

/* The share of its rates that a step has. */
static double pace(const struct fit *f)
{
	double done = (double)f->step / (double)f->steps, rise = f->o->warmup;

	if (done < rise)
		return done / rise;
	done = (done - rise) / (1 - rise);
	switch (f->o->schedule) {
	case TEXTNET_COSINE:
		return (1 + cos(M_PI * done)) / 2;
	case TEXTNET_CONSTANT:
		return 1;
	case TEXTNET_LINEAR:
		break;
	}
	return 1 - done;
}

static double learn(struct fit *f, size_t text)
{
	const struct textdata_text *t = &f->d->texts[text];
	float z[TEXTHEADS_COLUMNS + TEXTNET_LANES];
	float g[TEXTHEADS_COLUMNS + TEXTNET_LANES];
	double share = pace(f), loss;

	f->step++;
	forward(f, t, true, z);
	loss = losses(f, text, z, g);
	back_outputs(f, g);
	if (f->o->shape.dim) {
		back_pool(f);
		move_rows(f, (float)(f->o->row_rate * share));
	}
	if (f->o->shape.wide)
		move_wide(f, t, g, (float)(f->o->wide_rate * share));
	if (++f->filled == f->o->batch)
		move_numbers(f, (float)(f->o->rate * share));
	return loss;
}

/* --- the run --- */

static double held_loss(struct fit *f, const uint8_t *fold, int held)
{
	float z[TEXTHEADS_COLUMNS + TEXTNET_LANES];
	float g[TEXTHEADS_COLUMNS + TEXTNET_LANES];
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < f->d->labelled->count; i++) {
		if (fold[i] != held)
			continue;
		forward(f, &f->d->texts[i], false, z);
		sum += losses(f, i, z, g);
		n++;
	}
	return n ? sum / (double)n : NAN;
}

static void keep_best(const struct fit *f, struct textnetfit_member *out)
{
	const struct textdata *d = f->d;

	memcpy(out->numbers, f->numbers, f->l.count * sizeof(float));
	if (f->o->shape.wide)
		rowtable_write(&out->wide, d->wide.hash, d->wide.rarity,
			       f->wide, d->wide.count, f->padded);
	if (f->o->shape.dim)
		rowtable_write(&out->deep, d->deep.hash, d->deep.rarity,
			       f->rows, d->deep.count, f->o->shape.dim);
}

static void run(struct fit *f, uint32_t *texts, size_t n, const uint8_t *fold,
		int held, textnetfit_report *report, void *ctx,
		struct textnetfit_member *out)
{
	double best = INFINITY;
	int since = 0;

	for (int epoch = 1; epoch <= f->o->epochs; epoch++) {
		struct textnetfit_progress p = { epoch, 0, NAN };
		bool last = epoch == f->o->epochs || epoch == f->o->stop;

		random_shuffle(&f->random, texts, n);
		for (size_t i = 0; i < n; i++)
			p.loss += learn(f, texts[i]) / (double)n;
		if (f->filled) /* an epoch's last batch may be short */
			move_numbers(f, (float)(f->o->rate * pace(f)));
		if (held >= 0 && (report || f->o->patience))
			p.held = held_loss(f, fold, held);
		if (report)
			report(ctx, &p);
		if (f->o->patience && !isnan(p.held)) {
			since = p.held < best ? 0 : since + 1;
			last = last || since == f->o->patience;
			if (p.held >= best && out->epochs) {
				if (last)
					return;
				continue;
			}
			best = p.held;
		} else if (!last || best < INFINITY) {
			continue; /* NaN replaces nothing */
		}
		out->epochs = epoch;
		keep_best(f, out);
		if (last)
			return;
	}
}

void textnetfit_member(const struct textdata *d, const struct textheads *heads,
		       const uint8_t *fold, int held,
		       const struct textnetfit_options *o,
		       textnetfit_report *report, void *ctx,
		       struct textnetfit_member *out)
{
	struct fit f = { .d = d, .heads = heads, .o = o };
	uint32_t *texts = mem_alloc((d->labelled->count + 1) * sizeof(*texts));
	size_t n = 0;

	for (size_t i = 0; i < d->labelled->count; i++)
		if (held < 0 || fold[i] != held)
			texts[n++] = (uint32_t)i;
	f.columns = heads->columns;
	f.padded =
	    (f.columns + TEXTNET_LANES - 1) / TEXTNET_LANES * TEXTNET_LANES;
	f.l = textnet_layout(&o->shape, f.columns);
	f.steps = (long)n * o->epochs;
	*out = (struct textnetfit_member){ .shape = o->shape };
	out->numbers = mem_zalloc(f.l.count, sizeof(float));
	start(&f, texts, n);
	run(&f, texts, n, fold, held, report, ctx, out);
	free(f.numbers);
	finish(&f);
	free(texts);
}

void textnetfit_release(struct textnetfit_member *m)
{
	str_release(&m->wide);
	str_release(&m->deep);
	free(m->numbers);
	m->numbers = NULL;
}
