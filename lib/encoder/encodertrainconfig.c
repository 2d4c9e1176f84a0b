/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/encodertrainconfig.h"

#include <math.h>

#include "io/input.h"
#include "io/json.h"

enum { CONFIG_MAX = 1 << 22 };

/* What a configuration may set, by name. */
struct setting {
	const char *name;
	enum { REAL, INT, WORD, SIZE, LONG, SINGLE, FLAG } kind;
	size_t offset;
	double least, most;
};

#define SET(kind, of, field, least, most)                                      \
	{                                                                      \
#field, kind, offsetof(struct of, field), least, most          \
	}
#define TOP(kind, field, least, most)                                          \
	SET(kind, encodertrain_config, field, least, most)
#define END                                                                    \
	{                                                                      \
		NULL, REAL, 0, 0, 0                                            \
	}

static const struct setting top_settings[] = {
	TOP(INT, epochs, 1, 100000),
	TOP(INT, patience, 0, 1000),
	TOP(WORD, batch, 1, 1 << 24),
	TOP(WORD, rows, 0, 1 << 20),
	TOP(WORD, accumulate, 1, 1 << 16),
	TOP(WORD, tokens, 4, ENCODER_POSITIONS_MAX),
	TOP(WORD, save, 0, 1e9),
	TOP(WORD, seed, 0, 1e9),
	TOP(REAL, rate, 0, 1),
	TOP(REAL, head_rate, 0, 1),
	TOP(REAL, wide_rate, 0, 10),
	TOP(REAL, wide_decay, 0, 10),
	TOP(REAL, warmup, 0, 0.99),
	TOP(REAL, clip, 0, 1e6),
	TOP(REAL, held, 0, 0.9),
	TOP(REAL, share, 0.01, 0.9),
	TOP(REAL, temperature, 1e-3, 10),
	TOP(FLAG, frozen, 0, 1),
	TOP(FLAG, bf16, 0, 1),
	TOP(FLAG, checkpointing, 0, 1),
	TOP(FLAG, whole_words, 0, 1),
	TOP(FLAG, symmetric, 0, 1),
	{ "decay", REAL, offsetof(struct encodertrain_config, optimiser.decay),
	  0, 10 },
	{ "beta1", REAL, offsetof(struct encodertrain_config, optimiser.beta1),
	  0, 0.99999 },
	{ "beta2", REAL, offsetof(struct encodertrain_config, optimiser.beta2),
	  0, 0.99999 },
	END
};

static const struct setting shape_settings[] = {
	SET(WORD, encodertrain_shape, hidden, 8, ENCODER_HIDDEN_MAX),
	SET(WORD, encodertrain_shape, layers, 1, ENCODER_LAYERS_MAX),
	SET(WORD, encodertrain_shape, heads, 1, 128),
	SET(WORD, encodertrain_shape, intermediate, 8, 4 * ENCODER_HIDDEN_MAX),
	SET(WORD, encodertrain_shape, positions, 8, ENCODER_POSITIONS_MAX),
	SET(REAL, encodertrain_shape, dropout, 0, 0.9),
	END
};

static const struct setting vocabulary_settings[] = {
	SET(SIZE, wordpiecefit_options, size, 16, ENCODER_VOCABULARY_MAX),
	SET(SIZE, wordpiecefit_options, alphabet, 2, 100000),
	SET(LONG, wordpiecefit_options, occurrence, 1, 1e9),
	SET(FLAG, wordpiecefit_options, lowercase, 0, 1), END
};

static const struct setting lora_settings[] = {
	SET(SIZE, lora_options, rank, 1, 1024),
	SET(SINGLE, lora_options, alpha, 1e-3, 1e5),
	SET(SINGLE, lora_options, dropout, 0, 0.9), END
};

static const struct setting wide_settings[] = {
	SET(WORD, encoderwide_options, buckets, 16, 1 << 24),
	SET(WORD, encoderwide_options, least, 1, 1e6),
	SET(REAL, encoderwide_options, words, 0, 10),
	SET(REAL, encoderwide_options, characters, 0, 10),
	SET(REAL, encoderwide_options, labels, 0, 10),
	SET(FLAG, encoderwide_options, cues, 0, 1),
	END
};

static void store(const struct setting *s, void *to, double v)
{
	void *p = (char *)to + s->offset;

	if (s->kind == REAL)
		*(double *)p = v;
	else if (s->kind == INT)
		*(int *)p = (int)v;
	else if (s->kind == WORD)
		*(uint32_t *)p = (uint32_t)v;
	else if (s->kind == SIZE)
		*(size_t *)p = (size_t)v;
	else if (s->kind == LONG)
		*(uint64_t *)p = (uint64_t)v;
	else if (s->kind == SINGLE)
		*(float *)p = (float)v;
	else
		*(bool *)p = v != 0;
}

static int read_setting(const struct setting *s, struct span value, void *to,
			struct err *err)
{
	double v;
	bool flag;

	if (s->kind == FLAG) {
		if (json_bool(value, &flag))
			return err_set(err, ERR_DATA, "config",
				       "%s: true or false expected", s->name);
		store(s, to, flag);
		return 0;
	}
	if (json_number(value, &v) || !(v >= s->least && v <= s->most) ||
	    (s->kind != REAL && s->kind != SINGLE && v != floor(v)))
		return err_set(err, ERR_DATA, "config",
			       "%s: a %snumber from %g to %g expected", s->name,
			       s->kind == REAL || s->kind == SINGLE ? ""
								    : "whole ",
			       s->least, s->most);
	store(s, to, v);
	return 0;
}

/* Sets what object has; a member that is neither a setting nor one of `others`
 * is an error. */
static int read_settings(const struct setting *settings, struct span object,
			 const char *const *others, const char *of, void *to,
			 struct err *err)
{
	struct span name, value;
	size_t pos = 0;

	if (json_type(object) != JSON_OBJECT)
		return err_set(err, ERR_DATA, "config",
			       "%s: an object expected", of);
	while (json_member(object, &pos, &name, &value)) {
		const struct setting *s = settings;
		size_t other = 0;

		while (s->name && !json_name_is(name, s->name))
			s++;
		while (others[other] && !json_name_is(name, others[other]))
			other++;
		if (!s->name && others[other])
			continue;
		if (!s->name)
			return err_set(err, ERR_DATA, "config",
				       "%s: \"%.*s\" is no setting", of,
				       (int)name.n, name.p);
		if (read_setting(s, value, to, err))
			return err_prefix(err, "%s", of);
	}
	return 0;
}

/* The number of the word that value is; -1, ERR_DATA; `otherwise` if absent. */
static int read_choice(struct span object, const char *name,
		       const char *const *words, int otherwise, struct err *err)
{
	struct span value = json_get(object, name);
	struct str s = { 0 }, list = { 0 };
	int k = 0;

	if (!value.p)
		return otherwise;
	json_string(value, &s);
	while (words[k] && strcmp(str_z(&s), words[k]) != 0) {
		str_printf(&list, "%s%s", k ? ", " : "", words[k]);
		k++;
	}
	if (!words[k])
		k = err_set(err, ERR_DATA, "config", "%s is one of: %s", name,
			    str_z(&list));
	str_release(&s);
	str_release(&list);
	return k;
}

static int read_lora(struct encodertrain_config *c, struct span object,
		     struct err *err)
{
	static const char *const others[] = { "targets", NULL };
	struct span targets = json_get(object, "targets");

	c->has_lora = true;
	c->lora = (struct lora_options){ 8, 16, 0, NULL };
	if (read_settings(lora_settings, object, others, "lora", &c->lora, err))
		return -1;
	if (!targets.p)
		str_puts(&c->lora_targets, "all-linear");
	else if (json_string(targets, &c->lora_targets))
		return err_set(err, ERR_DATA, "config",
			       "lora: targets: names of projections divided by "
			       "commas, or all-linear, expected");
	c->lora.targets = str_z(&c->lora_targets);
	return 0;
}

static int read_field(struct encoderwide_options *w, struct span object,
		      struct err *err)
{
	static const char *const members[] = { "name", "kind", NULL };
	static const char *const kinds[] = { "tags", "number", "count", "hour",
					     NULL };
	struct str name = { 0 };
	int kind;

	if (w->field_count == ENCODERWIDE_FIELDS)
		return err_set(err, ERR_DATA, "config",
			       "wide: %d fields at most", ENCODERWIDE_FIELDS);
	json_string(json_get(object, "name"), &name);
	kind = json_only(object, members, err)
		   ? -1
		   : read_choice(object, "kind", kinds, ENCODERWIDE_TAGS, err);
	if (kind >= 0 && (!name.n || name.n >= ENCODERWIDE_NAME))
		kind = err_set(err, ERR_DATA, "config",
			       "a field's name has 1 to %d bytes",
			       ENCODERWIDE_NAME - 1);
	if (kind >= 0) {
		memcpy(w->field[w->field_count].name, name.p, name.n + 1);
		w->field[w->field_count++].kind = (enum encoderwide_kind)kind;
	}
	str_release(&name);
	return kind < 0 ? err_prefix(err, "wide: fields") : 0;
}

static int read_wide(struct encodertrain_config *c, struct span object,
		     struct err *err)
{
	static const char *const others[] = { "fields", NULL };
	struct span fields = json_get(object, "fields"), e;
	size_t pos = 0;

	c->has_wide = true;
	c->wide = (struct encoderwide_options){ .buckets = 1 << 15,
						.least = 3,
						.words = 1,
						.characters = 1,
						.labels = 0.5,
						.cues = true };
	if (read_settings(wide_settings, object, others, "wide", &c->wide, err))
		return -1;
	if (c->wide.buckets & (c->wide.buckets - 1))
		return err_set(err, ERR_DATA, "config",
			       "wide: buckets: a power of two expected");
	while (json_each(fields, &pos, &e))
		if (read_field(&c->wide, e, err))
			return -1;
	return 0;
}

static int read_new(struct encodertrain_config *c, struct span json,
		    struct err *err)
{
	static const char *const none[] = { NULL };
	struct span shape = json_get(json, "shape");
	struct span vocabulary = json_get(json, "vocabulary");

	c->vocabulary = wordpiecefit_defaults;
	c->shape = (struct encodertrain_shape){ 128, 2, 2, 512, 128, 0.1 };
	if (vocabulary.p && !shape.p)
		return err_set(err, ERR_DATA, "config",
			       "a vocabulary is for a new encoder: \"shape\" "
			       "is missing");
	if (!shape.p)
		return 0;
	c->has_shape = true;
	if (read_settings(shape_settings, shape, none, "shape", &c->shape,
			  err) ||
	    (vocabulary.p &&
	     read_settings(vocabulary_settings, vocabulary, none, "vocabulary",
			   &c->vocabulary, err)))
		return -1;
	if (c->shape.hidden % c->shape.heads)
		return err_set(err, ERR_DATA, "config",
			       "shape: hidden %u is no multiple of heads %u",
			       c->shape.hidden, c->shape.heads);
	return 0;
}

static int read_lists(struct encodertrain_config *c, struct span json,
		      struct err *err)
{
	static const char *const check_members[] = { "name", "sources", NULL };
	struct span heads = json_get(json, "heads"), e;
	size_t pos = 0;

	c->sources = json_get(json, "sources");
	c->checks = json_get(json, "checks");
	if (json_type(c->sources) != JSON_ARRAY ||
	    (c->checks.p && json_type(c->checks) != JSON_ARRAY))
		return err_set(err, ERR_DATA, "config",
			       "sources and checks are arrays, and there must "
			       "be sources");
	while (json_each(c->checks, &pos, &e))
		if (json_type(json_get(e, "name")) != JSON_STRING ||
		    json_only(e, check_members, err))
			return err_set(err, ERR_DATA, "config",
				       "a check has \"name\" and \"sources\"");
	if (c->task == ENCODERTRAIN_HEADS)
		return textheads_read(&c->heads, heads, err);
	return heads.p ? err_set(err, ERR_DATA, "config",
				 "heads are for task \"heads\"")
		       : 0;
}

static int check_sense(const struct encodertrain_config *c, struct err *err)
{
	const char *wrong = NULL;

	if (c->task != ENCODERTRAIN_HEADS && c->has_wide)
		wrong = "wide is for task \"heads\"";
	else if (c->has_shape && c->base.n)
		wrong = "base and shape: one of them";
	else if (c->has_shape && (c->has_lora || c->frozen))
		wrong = "a new encoder is random: neither lora nor frozen";
	else if (c->task == ENCODERTRAIN_WORDS && c->has_lora)
		wrong = "masked words: without lora";
	else if (c->frozen && !c->has_lora && c->task != ENCODERTRAIN_HEADS)
		wrong = "frozen: only task \"heads\" has heads to move";
	else if (c->patience && !(c->held > 0))
		wrong = "patience needs held, a share kept aside";
	else if (c->task == ENCODERTRAIN_PAIRS && c->rows == 1)
		wrong = "pairs need rows of 2 and more, to have negatives";
	for (size_t i = 0; i < c->heads.count; i++)
		if (c->heads.head[i].stacked)
			wrong = "heads of an encoder are not stacked";
	return wrong ? err_set(err, ERR_DATA, "config", "%s", wrong) : 0;
}

static int read_top(struct encodertrain_config *c, struct span json,
		    struct err *err)
{
	static const char *const others[] = {
		"name",       "about",    "task",    "base",   "shape",
		"vocabulary", "heads",    "sources", "checks", "wide",
		"lora",       "schedule", "pooling", NULL
	};
	static const char *const tasks[] = { "heads", "pairs", "words", NULL };
	static const char *const schedules[] = { "linear", "cosine", "constant",
						 NULL };
	static const char *const poolings[] = { "mean", "cls", NULL };
	struct span lora = json_get(json, "lora"),
		    wide = json_get(json, "wide");
	struct span base = json_get(json, "base");
	int task = read_choice(json, "task", tasks, ENCODERTRAIN_HEADS, err);
	int schedule =
	    read_choice(json, "schedule", schedules, OPTIMISER_LINEAR, err);
	int pooling = read_choice(json, "pooling", poolings, 0, err);

	if (task < 0 || schedule < 0 || pooling < 0)
		return -1;
	c->task = (enum encodertrain_task)task;
	c->schedule = (enum optimiser_schedule)schedule;
	c->pooling = pooling ? POOLING_CLS : POOLING_MEAN;
	if (c->task == ENCODERTRAIN_PAIRS)
		c->rows = 64;
	if (base.p && json_string(base, &c->base))
		return err_set(err, ERR_DATA, "config",
			       "base: a folder expected");
	if (read_settings(top_settings, json, others, "the configuration", c,
			  err) ||
	    read_new(c, json, err) || (lora.p && read_lora(c, lora, err)) ||
	    (wide.p && read_wide(c, wide, err)) || read_lists(c, json, err))
		return -1;
	return check_sense(c, err);
}

int encodertrain_config_read(struct encodertrain_config *c, const char *path,
			     struct err *err)
{
	const char *why = NULL, *end;
	struct span json;

	*c = (struct encodertrain_config){ .epochs = 3,
					   .batch = 2048,
					   .accumulate = 1,
					   .tokens = 128,
					   .save = 500,
					   .seed = 1,
					   .rate = 5e-5,
					   .head_rate = 5e-4,
					   .wide_rate = 5e-3,
					   .warmup = 0.06,
					   .clip = 1,
					   .share = 0.15,
					   .temperature = 0.05,
					   .symmetric = true,
					   .optimiser = optimiser_defaults };
	if (input_slurp(path, CONFIG_MAX, &c->text, err))
		return -1;
	json = span_trim(span_str(&c->text));
	end = json_skip(json.p, json.p + json.n, &why);
	if (!end || end != json.p + json.n || json_type(json) != JSON_OBJECT)
		return err_set(err, ERR_DATA, "config",
			       "%s: no JSON object: %s", path,
			       why ? why : "something else");
	return read_top(c, json, err) ? err_prefix(err, "%s", path) : 0;
}

void encodertrain_config_release(struct encodertrain_config *c)
{
	str_release(&c->text);
	str_release(&c->base);
	str_release(&c->lora_targets);
}
