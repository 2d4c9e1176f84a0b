/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/loranames.h"

#include <stdlib.h>

#include "base/mem.h"
#include "encoder/passwords.h"
#include "io/json.h"

bool lora_adaptable(const struct encoder_config *c, enum encoder_tensor t)
{
	switch (t) {
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
				     struct str *module, char which)
{
	size_t was = module->n;
	struct parameter *found;

	str_printf(module, ".lora_%c.weight", which);
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
	pair.a = find_factor(p, &module, 'A');
	pair.b = find_factor(p, &module, 'B');
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
	size_t dims[3], was;

	if (!pair.a) {
		encoder_dims(c, t, dims);
		lora_module(c, t, layer, &name);
		was = name.n;
		str_puts(&name, ".lora_A.weight");
		pair.a = parameters_add(p, str_z(&name),
					(size_t[]){ o->rank, dims[1] }, 2);
		name.n = was;
		str_puts(&name, ".lora_B.weight");
		pair.b = parameters_add(p, str_z(&name),
					(size_t[]){ dims[0], o->rank }, 2);
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

struct modules { /* all that are linear, and whether they carry an adapter */
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
	struct str name = { 0 };

	for (size_t layer = 0; layer < c->layers; layer++)
		for (int t = ENCODER_LAYER_FIRST; t < ENCODER_HEAD_FIRST; t++) {
			if (!lora_adaptable(c, t))
				continue;
			lora_module(c, t, layer, &name);
			add_module(m, str_z(&name),
				   lora_find(c, p, t, layer).a);
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
