/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/textconfig.h"

#include <math.h>

#include "io/input.h"
#include "io/json.h"

enum { CONFIG_MAX = 1 << 22, FOLDS_MAX = 20 };

/* What a configuration may set, by name. */
struct setting {
	const char *name;
	enum { REAL, INT, WORD } kind;
	size_t offset;
	double least, most;
};

#define SET(kind, of, field, least, most)                                      \
	{                                                                      \
#field, kind, offsetof(struct of, field), least, most          \
	}

static const struct setting gram_settings[] = {
	SET(WORD, textdata_options, wide_words, 1, 1e6),
	SET(WORD, textdata_options, wide_characters, 1, 1e6),
	SET(WORD, textdata_options, deep_words, 1, 1e6),
	SET(WORD, textdata_options, deep_pairs, 1, 1e9),
	SET(WORD, textdata_options, deep_characters, 1, 1e6),
	{ NULL, REAL, 0, 0, 0 }
};

static const struct setting member_settings[] = {
	{ "dim", WORD, offsetof(struct textnetfit_options, shape.dim), 16,
	  512 },
	{ "filters", WORD, offsetof(struct textnetfit_options, shape.filters),
	  0, 1024 },
	{ "hidden", WORD, offsetof(struct textnetfit_options, shape.hidden), 0,
	  1024 },
	SET(INT, textnetfit_options, epochs, 1, 1000),
	SET(INT, textnetfit_options, patience, 0, 1000),
	SET(INT, textnetfit_options, batch, 1, 65536),
	SET(REAL, textnetfit_options, warmup, 0, 0.99),
	SET(REAL, textnetfit_options, rate, 0, 10),
	SET(REAL, textnetfit_options, decay, 0, 10),
	SET(REAL, textnetfit_options, wide_rate, 0, 100),
	SET(REAL, textnetfit_options, wide_start, 1e-9, 1e9),
	SET(REAL, textnetfit_options, wide_decay, 0, 1),
	SET(REAL, textnetfit_options, wide_dropout, 0, 0.99),
	SET(REAL, textnetfit_options, row_rate, 0, 100),
	SET(REAL, textnetfit_options, row_start, 1e-9, 1e9),
	SET(REAL, textnetfit_options, row_spread, 0, 10),
	SET(REAL, textnetfit_options, token_dropout, 0, 0.99),
	SET(REAL, textnetfit_options, pool_dropout, 0, 0.99),
	SET(REAL, textnetfit_options, hidden_dropout, 0, 0.99),
	{ NULL, REAL, 0, 0, 0 }
};

static int wrong(struct err *err, const char *what)
{
	return err_set(err, ERR_DATA, "config", "%s", what);
}

static void store(const struct setting *s, void *to, double v)
{
	char *p = (char *)to + s->offset;

	if (s->kind == REAL)
		*(double *)(void *)p = v;
	else if (s->kind == INT)
		*(int *)(void *)p = (int)v;
	else
		*(uint32_t *)(void *)p = (uint32_t)v;
}

/* Sets what object has; a member that is neither a setting nor one of `others`
 * is an error. */
static int read_settings(const struct setting *settings, struct span object,
			 const char *const *others, void *to, struct err *err)
{
	struct span name, value;
	size_t pos = 0;

	while (json_member(object, &pos, &name, &value)) {
		const struct setting *s = settings;
		size_t other = 0;
		double v;

		while (s->name && !json_name_is(name, s->name))
			s++;
		while (others[other] && !json_name_is(name, others[other]))
			other++;
		if (!s->name && others[other])
			continue;
		if (!s->name)
			return err_set(err, ERR_DATA, "config",
				       "\"%.*s\" is no setting", (int)name.n,
				       name.p);
		if (json_number(value, &v) || v < s->least || v > s->most ||
		    (s->kind != REAL && v != floor(v)))
			return err_set(err, ERR_DATA, "config",
				       "%s: a number from %g to %g expected",
				       s->name, s->least, s->most);
		store(s, to, v);
	}
	return 0;
}

static int read_schedule(struct span value, enum textnet_schedule *out,
			 struct err *err)
{
	static const char *const names[] = { "linear", "cosine", "constant" };
	struct str s = { 0 };
	int k = 0;

	if (!value.p)
		return 0;
	json_string(value, &s);
	while (k < 3 && strcmp(str_z(&s), names[k]) != 0)
		k++;
	str_release(&s);
	if (k == 3)
		return wrong(err, "a schedule is linear, cosine or constant");
	*out = (enum textnet_schedule)k;
	return 0;
}

static int read_member(struct textconfig *c, struct span object,
		       struct err *err)
{
	struct textnetfit_options *o = &c->options[c->members];
	static const char *const others[] = { "kind", "schedule", NULL };
	struct span kind = json_get(object, "kind");
	struct str s = { 0 };
	bool wide, deep;

	json_string(kind, &s);
	wide = !strcmp(str_z(&s), "wide");
	deep = !strcmp(str_z(&s), "deep");
	str_release(&s);
	if (!wide && !deep)
		return wrong(err, "a member's kind is wide or deep");
	*o = wide ? textnetfit_wide : textnetfit_deep;
	if (read_settings(member_settings, object, others, o, err) ||
	    read_schedule(json_get(object, "schedule"), &o->schedule, err))
		return -1;
	if (o->shape.dim % TEXTNET_LANES || (o->shape.filters && !o->shape.dim))
		return wrong(err, "dim is a multiple of 16, and filters need "
				  "it");
	o->seed = (uint64_t)c->seed * 1000 + c->members;
	c->members++;
	return 0;
}

static int read_top(struct textconfig *c, struct span json, struct err *err)
{
	static const char *const others[] = { "name",   "about",   "grams",
					      "heads",  "sources", "members",
					      "checks", NULL };
	struct top {
		double ridge;
		int folds;
		uint32_t seed;
	} top = { 1000, 5, 1 };
	const struct setting settings[] = { SET(INT, top, folds, 2, FOLDS_MAX),
					    SET(WORD, top, seed, 0, 1e9),
					    SET(REAL, top, ridge, 0, 1e12),
					    { NULL, REAL, 0, 0, 0 } };

	if (read_settings(settings, json, others, &top, err))
		return -1;
	c->folds = top.folds;
	c->seed = top.seed;
	c->ridge = top.ridge;
	return 0;
}

static int check_types(struct span json, struct err *err)
{
	static const char *const arrays[] = { "sources", "members", "checks" };
	struct span grams = json_get(json, "grams");

	if (grams.p && json_type(grams) != JSON_OBJECT)
		return wrong(err, "grams: an object expected");
	for (int i = 0; i < 3; i++) {
		struct span v = json_get(json, arrays[i]);

		if (v.p && json_type(v) != JSON_ARRAY)
			return err_set(err, ERR_DATA, "config",
				       "%s: an array expected", arrays[i]);
	}
	return 0;
}

static bool has_class(const struct textheads *hs, struct span name)
{
	struct str s = { 0 };
	bool found = false;

	json_string(name, &s);
	for (size_t i = 0; i < hs->count; i++)
		found =
		    found || (hs->head[i].kind == TEXTHEAD_CLASS &&
			      texthead_label(&hs->head[i], span_str(&s)) >= 0);
	str_release(&s);
	return found;
}

static int read_checks(const struct textconfig *c, struct err *err)
{
	static const char *const members[] = { "name", "sources", "among",
					       NULL };
	struct span check, e;
	size_t pos = 0;

	while (json_each(c->checks, &pos, &check)) {
		struct span among = json_get(check, "among");
		size_t at = 0;

		if (json_only(check, members, err) ||
		    (json_type(json_get(check, "name")) != JSON_STRING &&
		     wrong(err, "\"name\" is missing")))
			return err_prefix(err, "checks");
		while (json_each(among, &at, &e))
			if (!has_class(&c->heads, e))
				return err_set(err, ERR_DATA, "config",
					       "among: %.*s is no class",
					       (int)e.n, e.p);
	}
	return 0;
}

static int read_all(struct textconfig *c, struct err *err)
{
	static const char *const none = NULL;
	struct span json, members, e;
	size_t pos = 0;
	const char *why = NULL;

	json = span_trim(span_str(&c->text));
	if (json_type(json) != JSON_OBJECT ||
	    json_skip(json.p, json.p + json.n, &why) != json.p + json.n)
		return err_set(err, ERR_DATA, "config", "not a JSON object%s%s",
			       why ? ": " : "", why ? why : "");
	if (read_top(c, json, err) || check_types(json, err) ||
	    read_settings(gram_settings, json_get(json, "grams"), &none,
			  &c->grams, err) ||
	    textheads_read(&c->heads, json_get(json, "heads"), err))
		return -1;
	members = json_get(json, "members");
	while (json_each(members, &pos, &e))
		if (c->members == TEXTNET_MEMBERS)
			return wrong(err, "too many members");
		else if (read_member(c, e, err))
			return err_prefix(err, "members");
	c->sources = json_get(json, "sources");
	c->checks = json_get(json, "checks");
	if (read_checks(c, err))
		return -1;
	return c->members ? 0 : wrong(err, "no members");
}

int textconfig_read(struct textconfig *c, const char *path, struct err *err)
{
	*c = (struct textconfig){ .grams = textdata_defaults };
	if (input_slurp(path, CONFIG_MAX, &c->text, err))
		return -1;
	return read_all(c, err) ? err_prefix(err, "%s", path) : 0;
}

void textconfig_release(struct textconfig *c)
{
	str_release(&c->text);
}
