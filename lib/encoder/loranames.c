/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/loranames.h"

#include <stdlib.h>

#include "base/mem.h"
#include "encoder/passwords.h"
#include "io/json.h"

bool lora_adaptable(const struct encoder_config *c, enum encoder_tensor t)
{
	switch (t) {
	case ENCODER_WORDS:
	case ENCODER_QUERY:
	case ENCODER_KEY:
	case ENCODER_VALUE:
	case ENCODER_POS_KEY:
	case ENCODER_POS_QUERY:
	case ENCODER_ATTENTION_OUT:
	case ENCODER_FEED:
	case ENCODER_FEED_OUT:
		return encoder_has(c, t);
	default:
		return false;
	}
}

bool lora_each(const struct encoder_config *c, struct lora_place *at)
{
	enum { OF_LAYER = ENCODER_HEAD_FIRST - ENCODER_LAYER_FIRST };

	for (;;) {
		size_t i = at->next++;

		at->layer = i ? (i - 1) / OF_LAYER : 0;
		at->tensor = ENCODER_WORDS;
		if (i)
			at->tensor = (enum encoder_tensor)(ENCODER_LAYER_FIRST +
							   (i - 1) % OF_LAYER);
		if (at->layer >= c->layers)
			return false;
		if (lora_adaptable(c, at->tensor))
			return true;
	}
}

void lora_dims(const struct encoder_config *c, enum encoder_tensor t,
	       size_t rank, size_t a[2], size_t b[2])
{
	bool table = t == ENCODER_WORDS;
	size_t dims[3];

	encoder_dims(c, t, dims);
	a[0] = b[1] = rank;
	a[1] = dims[table ? 0 : 1];
	b[0] = dims[table ? 1 : 0];
}

void lora_put_factor(enum encoder_tensor t, char which, struct str *name)
{
	str_printf(
	    name, t == ENCODER_WORDS ? ".lora_embedding_%c" : ".lora_%c.weight",
	    which);
}

static void strip_weight(struct str *name)
{
	static const char tail[] = ".weight";
	size_t n = sizeof(tail) - 1;

	if (name->n > n && !strcmp(str_z(name) + name->n - n, tail)) {
		name->n -= n;
		name->p[name->n] = '\0';
	}
}

void lora_module(const struct encoder_config *c, enum encoder_tensor t,
		 size_t layer, struct str *out)
{
	encoder_name(c, t, layer, out);
	strip_weight(out);
}

static struct parameter *find_factor(const struct parameters *p,
				     enum encoder_tensor t, struct str *module,
				     char which)
{
	size_t was = module->n;
	struct parameter *found;

	lora_put_factor(t, which, module);
	found = parameters_find(p, str_z(module));
	module->n = was;
	return found;
}

struct lora_pair lora_find(const struct encoder_config *c,
			   const struct parameters *p, enum encoder_tensor t,
			   size_t layer)
{
	struct str module = { 0 };
	struct lora_pair pair = { 0 };

	if (!lora_adaptable(c, t))
		return pair;
	lora_module(c, t, layer, &module);
	pair.a = find_factor(p, t, &module, 'A');
	pair.b = find_factor(p, t, &module, 'B');
	str_release(&module);
	return pair.a && pair.b ? pair : (struct lora_pair){ 0 };
}

struct lora_pair lora_put(const struct encoder_config *c,
			  const struct lora_options *o, enum encoder_tensor t,
			  size_t layer, struct parameters *p,
			  struct encoderpass *e)
{
	struct lora_pair pair = lora_find(c, p, t, layer);
	struct adapter a = { .scale = o->alpha / (float)o->rank,
			     .dropout = o->dropout };
	struct str name = { 0 };
	size_t a_dims[2], b_dims[2], was;

	if (!pair.a) {
		lora_dims(c, t, o->rank, a_dims, b_dims);
		lora_module(c, t, layer, &name);
		was = name.n;
		lora_put_factor(t, 'A', &name);
		pair.a = parameters_add(p, str_z(&name), a_dims, 2);
		name.n = was;
		lora_put_factor(t, 'B', &name);
		pair.b = parameters_add(p, str_z(&name), b_dims, 2);
		str_release(&name);
		pair.a->decays = pair.b->decays = true;
		parameter_train(pair.a, true);
		parameter_train(pair.b, true);
	}
	a.a = pair.a;
	a.b = pair.b;
	if (e)
		encoderpass_adapt(e, t, layer, &a);
	return pair;
}

/* --- names that PEFT finds modules by --- */

struct modules { /* all that may, and whether they carry an adapter */
	char **name;
	bool *adapted;
	size_t count, cap, adapted_cap;
};

static void add_module(struct modules *m, const char *name, bool adapted)
{
	MEM_ROOM(m->name, m->count + 1, m->cap);
	MEM_ROOM(m->adapted, m->count + 1, m->adapted_cap);
	m->name[m->count] = mem_strdup(name);
	m->adapted[m->count++] = adapted;
}

static void find_modules(const struct encoder_config *c,
			 const struct parameters *p, struct modules *m)
{
	static const char *const others[] = {
		"pooler.dense",
		"classifier.dense",
		"pre_classifier",
		"classifier",
		"cls.predictions.transform.dense",
		"lm_head.dense",
		"vocab_transform",
		"embeddings.embed_proj",
	};
	struct lora_place at = { 0 };
	struct str name = { 0 };

	while (lora_each(c, &at)) {
		lora_module(c, at.tensor, at.layer, &name);
		add_module(m, str_z(&name),
			   lora_find(c, p, at.tensor, at.layer).a);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		add_module(m, others[i], false);
	str_release(&name);
}

static void release_modules(struct modules *m)
{
	for (size_t i = 0; i < m->count; i++)
		free(m->name[i]);
	free(m->name);
	free(m->adapted);
}

/* PEFT's test: the whole name, or its end behind a dot. */
static bool named(const char *module, const char *by)
{
	size_t n = strlen(module), k = strlen(by);

	return n >= k && !strcmp(module + n - k, by) &&
	       (n == k || module[n - k - 1] == '.');
}

static bool names_adapted_only(const struct modules *m, const char *by)
{
	for (size_t i = 0; i < m->count; i++)
		if (!m->adapted[i] && named(m->name[i], by))
			return false;
	return true;
}

/* The shortest end of a module's name that names adapted ones only. */
static const char *shortest(const struct modules *m, const char *module)
{
	const char *end = module + strlen(module), *by = end;

	while (by > module) {
		by--;
		if (*by == '.' && names_adapted_only(m, by + 1))
			return by + 1;
	}
	return module;
}

void lora_targets(const struct encoder_config *c, const struct parameters *p,
		  struct str *out)
{
	struct modules m = { 0 };
	struct str quoted = { 0 };
	size_t begin = out->n;

	find_modules(c, p, &m);
	str_putc(out, '[');
	for (size_t i = 0; i < m.count; i++) {
		if (!m.adapted[i])
			continue;
		str_reset(&quoted);
		json_put_string(&quoted, span_of(shortest(&m, m.name[i])));
		if (strstr(str_z(out) + begin, str_z(&quoted)))
			continue;
		if (out->n > begin + 1)
			str_puts(out, ", ");
		str_span(out, span_str(&quoted));
	}
	str_putc(out, ']');
	str_release(&quoted);
	release_modules(&m);
}

/* --- heads beside adapters --- */

bool lora_head(const struct encoder_config *c, int i, struct str *name,
	       struct str *full)
{
	int words = i - (ENCODER_TENSORS - ENCODER_HEAD_FIRST);

	str_reset(name);
	str_reset(full);
	if (words >= 0) {
		str_puts(name, pass_words_name(c, words));
		str_puts(full, pass_words_name(c, words));
		return true;
	}
	if (!encoder_has(c, ENCODER_HEAD_FIRST + i))
		return false;
	encoder_name(c, ENCODER_HEAD_FIRST + i, 0, name);
	encoder_full_name(c, ENCODER_HEAD_FIRST + i, 0, full);
	return true;
}
