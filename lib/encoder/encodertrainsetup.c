/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/json.h"
#include "encoder/encodertrainparts.h"
#include "io/atomic.h"
#include "io/input.h"
#include "io/pack.h"
#include "io/packformat.h"
#include "learn/textnetformat.h"

/* --- base and tokenizer --- */

static int open_base(struct encodertraining *t, struct err *err)
{
	const struct encodertrain_config *c = &t->config;
	struct str adapter = { 0 };
	bool is_adapter;

	str_puts(&t->base_path, t->o->base ? t->o->base : "");
	if (!t->base_path.n)
		str_span(&t->base_path, span_str(&c->base));
	if (c->has_shape) {
		if (t->o->base)
			return err_set(err, ERR_USAGE, "usage",
				       "--base, and \"shape\" in %s: one of "
				       "them",
				       t->o->config);
		return 0;
	}
	if (!t->base_path.n)
		return err_set(err, ERR_DATA, "config",
			       "%s: neither \"base\", a model's folder (or "
			       "--base), nor \"shape\", for a new one",
			       t->o->config);
	str_printf(&adapter, "%s/adapter_config.json", t->base_path.p);
	is_adapter = !access(adapter.p, F_OK);
	str_release(&adapter);
	if (is_adapter)
		return err_set(err, ERR_DATA, "config",
			       "%s is an adapter: merge it into its base first "
			       "(--merge)",
			       t->base_path.p);
	t->base = encoderfolder_open(t->base_path.p, err);
	if (!t->base || encoderfolder_digest(t->base, t->base_digest, err))
		return -1;
	t->tokenizer = t->base->tokenizer;
	return 0;
}

/* Fits the vocabulary of a new encoder and opens its tokenizer. */
static int make_tokenizer(struct encodertraining *t, struct err *err)
{
	const struct labelled *l = &t->data.labelled;
	struct span *texts = mem_alloc((2 * l->count + 1) * sizeof(*texts));
	struct str path = { 0 };
	struct atomic *a = NULL;
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < l->count; i++) {
		if (t->data.held[i])
			continue;
		texts[n++] = l->items[i].text;
		if (t->config.task == ENCODERTRAIN_PAIRS)
			texts[n++] = labelled_field(l, i, 0);
	}
	rc = wordpiecefit(texts, n, &t->config.vocabulary, &t->tokenizer_json,
			  err);
	free(texts);
	encodertrain_path(t, "tokenizer.json", &path);
	if (!rc && (a = atomic_open(path.p, err)))
		fwrite(t->tokenizer_json.p, 1, t->tokenizer_json.n,
		       atomic_file(a));
	if (!a || atomic_commit(a, err) ||
	    !(t->own = tokenizer_open(path.p, err)))
		rc = -1;
	t->tokenizer = t->own;
	str_release(&path);
	return rc;
}

/* --- texts --- */

/* Means, deviations and shares of the heads' columns, without what is kept
 * aside. */
static void describe_heads(struct encodertraining *t)
{
	struct textheads *heads = &t->config.heads;
	const struct labelled *l = &t->data.labelled;

	for (size_t i = 0; i < heads->count; i++) {
		struct texthead *h = &heads->head[i];

		for (size_t k = 0; k < h->count; k++) {
			double n = 0, sum = 0, squares = 0, mean;

			for (size_t j = 0; j < l->count; j++) {
				double y =
				    (double)labelled_target(l, j)[h->first + k];

				if (t->data.held[j] || isnan(y))
					continue;
				n++;
				sum += y;
				squares += y * y;
			}
			mean = n > 0 ? sum / n : 0;
			h->mean[k] = h->share[k] = mean;
			h->deviation[k] =
			    n > 0 ? sqrt(fmax(squares / n - mean * mean, 0))
				  : 1;
			if (!(h->deviation[k] > 1e-9))
				h->deviation[k] = 1;
		}
	}
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static int make_data(struct encodertraining *t, struct err *err)
{
	const struct encodertrain_config *c = &t->config;
	struct labelled *l = &t->data.labelled;

	t->reading.tokenizer = t->tokenizer;
	t->reading.tokens_max = least(c->tokens, t->base ? t->base->tokens_max
							 : c->shape.positions);
	if (t->base && c->task == ENCODERTRAIN_PAIRS) {
		t->reading.prefix[0] = t->base->query_prefix;
		t->reading.prefix[1] = t->base->passage_prefix;
	}
	if (tokenizer_added(t->tokenizer, false) + 1 > t->reading.tokens_max)
		return err_set(err, ERR_DATA, "config",
			       "tokens: %zu leave no room for a text",
			       t->reading.tokens_max);
	if (c->has_wide) {
		if (textcuefile_load(&t->cues, t->o->cues, err))
			return -1;
		t->wide =
		    encoderwide_new(&c->wide, &t->cues.cues, c->heads.columns);
		encoderwide_fit(t->wide, l, t->data.held);
	}
	describe_heads(t);
	encodertraindata_make(&t->data, &t->reading, t->wide);
	t->train = mem_alloc((t->data.count + 1) * sizeof(*t->train));
	t->held = mem_alloc((t->data.count + 1) * sizeof(*t->held));
	t->order = mem_alloc((t->data.count + 1) * sizeof(*t->order));
	for (size_t i = 0; i < t->data.count; i++)
		if (t->data.held[t->data.rows[i].text])
			t->held[t->held_count++] = (uint32_t)i;
		else
			t->train[t->train_count++] = (uint32_t)i;
	if (!t->train_count ||
	    (c->task == ENCODERTRAIN_PAIRS && t->train_count < 2))
		return err_set(err, ERR_DATA, "config",
			       "too few texts to train on: %zu",
			       t->train_count);
	if (c->held > 0 && !t->held_count)
		return err_set(err, ERR_DATA, "config",
			       "held: no text falls into a share of %g",
			       c->held);
	return 0;
}

/* --- parameters --- */

static bool same_head(const struct encodertraining *t)
{
	return t->base &&
	       encoder_config_same_labels(&t->base->config, &t->model);
}

static struct parameter *named(struct encodertraining *t, enum encoder_tensor k)
{
	struct str name = { 0 };
	struct parameter *p;

	encoder_name(&t->model, k, 0, &name);
	p = parameters_find(&t->parameters, str_z(&name));
	str_release(&name);
	return p;
}

/* Logits of numbers are in deviations from their mean while training. A head
 * that begins anew tells how frequent its labels are. */
static void start_head(struct encodertraining *t)
{
	struct parameter *w = named(t, ENCODER_CLASSIFIER);
	struct parameter *b = named(t, ENCODER_CLASSIFIER_BIAS);
	const struct textheads *heads = &t->config.heads;
	size_t n = w->dims[1];

	for (size_t i = 0; i < heads->count; i++) {
		const struct texthead *h = &heads->head[i];

		for (size_t k = 0; k < h->count; k++) {
			double share = fmin(fmax(h->share[k], 1e-4), 0.9999);
			float *bias = &b->value[h->first + k];

			if (h->kind == TEXTHEAD_REGRESSION && same_head(t)) {
				float d = (float)h->deviation[k];

				for (size_t j = 0; j < n; j++)
					w->value[(h->first + k) * n + j] /= d;
				*bias = (*bias - (float)h->mean[k]) / d;
			} else if (!same_head(t)) {
				*bias = h->kind == TEXTHEAD_LABELS
					    ? (float)log(share / (1 - share))
					: h->kind == TEXTHEAD_CLASS
					    ? (float)log(share)
					    : 0;
			}
		}
	}
}

static void set_rates(struct encodertraining *t)
{
	const struct encodertrain_config *c = &t->config;
	const struct parameter *heads[] = { named(t, ENCODER_POOLER),
					    named(t, ENCODER_POOLER_BIAS),
					    named(t, ENCODER_CLASSIFIER),
					    named(t, ENCODER_CLASSIFIER_BIAS) };
	bool all = !c->has_lora && !c->frozen;

	t->rates = mem_zalloc(t->parameters.count + 1, sizeof(*t->rates));
	for (size_t i = 0; i < t->parameters.count; i++) {
		struct parameter *p = t->parameters.items[i];
		bool head = p == t->task.wide;

		t->rates[i] = head ? c->wide_rate : c->rate;
		for (int k = 0; k < 4; k++)
			if (p == heads[k]) {
				t->rates[i] = c->head_rate;
				head = true;
			}
		if ((all || head) && !p->gradient)
			parameter_train(p, true);
	}
}

static int make_parameters(struct encodertraining *t, struct err *err)
{
	const struct encodertrain_config *c = &t->config;
	struct encoderpass_options pass = { c->bf16, c->checkpointing,
					    t->o->threads };
	unsigned heads = c->task == ENCODERTRAIN_HEADS ? ENCODERPASS_CLASSIFIER
			 : c->task == ENCODERTRAIN_WORDS ? ENCODERPASS_WORDS
							 : 0;

	if (encoderpass_parameters(&t->model, t->base, c->seed, heads,
				   &t->parameters, err))
		return -1;
	if (heads == ENCODERPASS_CLASSIFIER)
		start_head(t);
	if (t->wide) {
		size_t dims[2] = { encoderwide_inputs(t->wide),
				   encoderwide_columns(t->wide) };

		t->task.wide =
		    parameters_add(&t->parameters, "wide.weight", dims, 2);
	}
	set_rates(t);
	t->pass = encoderpass_new(&t->model, &t->parameters, &pass, err);
	if (!t->pass)
		return -1;
	if (c->has_lora) {
		if (lora_add(&t->model, &c->lora, c->seed, &t->parameters,
			     t->pass, err))
			return -1;
		free(t->rates);
		set_rates(t);
	}
	return 0;
}

static int make_task(struct encodertraining *t, struct err *err)
{
	struct encodertraintask *k = &t->task;
	unsigned pooling = t->base ? t->base->pooling : t->config.pooling;

	k->config = &t->config;
	k->model = &t->model;
	k->data = &t->data;
	k->pass = t->pass;
	k->pooling = (enum encoder_pooling)pooling;
	encodertraintask_weigh(k);
	if (t->config.task == ENCODERTRAIN_PAIRS &&
	    ((pooling & (pooling - 1)) || pooling == POOLING_MAX ||
	     (t->base && t->base->dense_count)))
		return err_set(err, ERR_DATA, "config",
			       "%s: vectors of several poolings, of their "
			       "maximum or with layers behind are not trained",
			       t->base_path.p);
	if (t->config.task != ENCODERTRAIN_WORDS)
		return 0;
	if (maskwords_init(&k->mask, t->tokenizer, t->config.share,
			   t->config.whole_words, err))
		return -1;
	if (k->mask.vocabulary > t->model.vocabulary)
		k->mask.vocabulary = t->model.vocabulary;
	return 0;
}

static void take_digest(struct encodertraining *t)
{
	struct hash *h = hash_new();
	struct span rows = { (const char *)t->cues.cues.rows,
			     t->cues.cues.count * sizeof(*t->cues.cues.rows) };

	hash_add(h, t->config.text.p, t->config.text.n);
	hash_add(h, t->base_digest, HASH_SIZE);
	hash_add(h, str_z(&t->model_json), t->model_json.n);
	hash_add(h, str_z(&t->tokenizer_json), t->tokenizer_json.n);
	hash_add(h, rows.p ? rows.p : "", rows.n);
	encodertraindata_hash(&t->data, h);
	hash_end(h, t->state.digest);
	hash_free(h);
}

/* That the texts of checks can be read: not only behind hours of training. */
static int try_checks(const struct encodertraining *t, struct err *err)
{
	struct span check;
	size_t pos = 0;
	int rc = 0;

	while (!rc && json_each(t->config.checks, &pos, &check)) {
		struct encodertraindata d = { .count = 0 };

		rc = encodertraindata_read(&d, &t->reading,
					   json_get(check, "sources"), 0, err);
		encodertraindata_release(&d);
	}
	return rc;
}

int encodertrain_setup(struct encodertraining *t, struct err *err)
{
	t->reading.config = &t->config;
	t->reading.folder = t->o->sources;
	if (encodertrain_config_read(&t->config, t->o->config, err) ||
	    open_base(t, err) ||
	    encodertraindata_read(&t->data, &t->reading, t->config.sources,
				  t->config.held, err))
		return -1;
	if (!t->base && make_tokenizer(t, err))
		return -1;
	if (t->o->vocabulary)
		return t->base ? err_set(err, ERR_USAGE, "usage",
					 "--vocabulary: the base has one")
			       : 0;
	if (try_checks(t, err) || encodertrain_describe(t, err) ||
	    make_data(t, err) || make_parameters(t, err) || make_task(t, err))
		return -1;
	take_digest(t);
	return 0;
}

void encodertrain_release(struct encodertraining *t)
{
	encodertraintask_release(&t->task);
	if (t->pass)
		encoderpass_free(t->pass);
	parameters_release(&t->parameters);
	free(t->rates);
	free(t->train);
	free(t->held);
	free(t->order);
	encodertrainstate_release(&t->state);
	encodertraindata_release(&t->data);
	encoderwide_free(t->wide);
	textcuefile_release(&t->cues);
	tokenizer_free(t->own);
	str_release(&t->tokenizer_json);
	if (t->model_json.n)
		encoder_config_release(&t->model);
	str_release(&t->model_json);
	encoderfolder_close(t->base);
	str_release(&t->base_path);
	encodertrain_config_release(&t->config);
}
