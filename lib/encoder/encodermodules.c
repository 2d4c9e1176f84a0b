/* SPDX-License-Identifier: GPL-3.0-or-later */
/* modules.json of sentence-transformers, and the modules' settings. */
#include <stdlib.h>

#include "base/mem.h"
#include "encoder/encoderfolderparts.h"
#include "encoder/pooling.h"
#include "io/json.h"

struct modules {
	struct encoderfolder *f;
	struct str *root;
	struct settings s; /* of modules.json */
	struct err *err;
	bool transformed, pooled;
};

static int bad_module(const struct modules *m, struct span type,
		      const char *why)
{
	return err_set(
	    m->err, ERR_DATA, "model",
	    "%s: module \"%.*s\" %s; Transformer, Pooling, Dense and "
	    "Normalize are supported, in this order: choose another "
	    "model",
	    m->s.path, (int)(type.n < 80 ? type.n : 80), type.p, why);
}

/* What stands behind the last dot: names of packages have changed. */
static struct span last_part(struct span s)
{
	for (size_t i = s.n; i--;)
		if (s.p[i] == '.')
			return (struct span){ s.p + i + 1, s.n - i - 1 };
	return s;
}

/* A folder in the model's: "1_Pooling", or "" for the same. */
static bool is_inside(struct span path)
{
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] == '/' || path.p[i] == '\0' || path.p[i] == '\\')
			return false;
	return !path.n || path.p[0] != '.';
}

/* NAME of the module's folder. */
static void in_module(const struct str *path, const char *name, struct str *out)
{
	str_reset(out);
	if (path->n)
		str_printf(out, "%s/", path->p);
	str_puts(out, name);
}

/* As older versions write them, a flag for each, and newer ones, by name; in the
 * order of what they give. */
static const struct {
	const char *flag, *name;
	unsigned mode;
} modes[] = {
	{ "pooling_mode_cls_token", "cls", POOLING_CLS },
	{ "pooling_mode_max_tokens", "max", POOLING_MAX },
	{ "pooling_mode_mean_tokens", "mean", POOLING_MEAN },
	{ "pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens",
	  POOLING_MEAN_SQRT },
	{ "pooling_mode_weightedmean_tokens", "weightedmean",
	  POOLING_WEIGHTED },
	{ "pooling_mode_lasttoken", "lasttoken", POOLING_LAST },
};
#define MODES (sizeof(modes) / sizeof(*modes))

/* A name, or names in the order of the table: vectors are put side by side in
 * no other. *at: the next of the table that may come. */
static int named_mode(const struct settings *s, struct span value, size_t *at,
		      unsigned *out)
{
	struct str name = { 0 };
	size_t i = *at;

	json_string(value, &name);
	while (i < MODES && !span_is(span_str(&name), modes[i].name))
		i++;
	str_release(&name);
	if (i == MODES)
		return settings_bad(s, "pooling_mode",
				    "cls, max, mean, mean_sqrt_len_tokens, "
				    "weightedmean, lasttoken, or a list of "
				    "several in this order");
	*out |= modes[i].mode;
	*at = i + 1;
	return 0;
}

static int named_modes(const struct settings *s, unsigned *out)
{
	struct span v = settings_member(s, "pooling_mode"), one;
	size_t pos = 0, at = 0;

	if (json_type(v) != JSON_ARRAY)
		return named_mode(s, v, &at, out);
	while (json_each(v, &pos, &one))
		if (named_mode(s, one, &at, out))
			return -1;
	return 0;
}

/* Any other mode is refused by its name. */
static int flagged_modes(const struct settings *s, unsigned *out)
{
	static const char start[] = "pooling_mode_";
	struct span raw, value;
	size_t pos = 0;

	for (size_t i = 0; i < MODES; i++) {
		bool on;

		if (settings_flag(s, modes[i].flag, false, &on))
			return -1;
		*out |= on ? modes[i].mode : 0;
	}
	while (json_member(s->all, &pos, &raw, &value)) {
		bool on = false, known = false;

		if (raw.n < sizeof(start) ||
		    memcmp(raw.p, start, sizeof(start) - 1) != 0)
			continue;
		for (size_t i = 0; i < MODES; i++)
			known |= json_name_is(raw, modes[i].flag);
		if (!known && !json_bool(value, &on) && on)
			return err_set(s->err, ERR_DATA, "model",
				       "%s: \"%.*s\" is not supported; choose "
				       "another model",
				       s->path, (int)(raw.n < 80 ? raw.n : 80),
				       raw.p);
	}
	return 0;
}

/* Those of a module's config.json, which must be there. */
static int module_settings(struct modules *m, const struct str *path,
			   struct str *name, struct settings *s,
			   struct str *text)
{
	int rc;

	in_module(path, "config.json", name);
	rc = encoderfolder_settings(m->f, name->p, s, text, m->err);
	return rc > 0 ? err_set(m->err, ERR_DATA, "model",
				"%s: no %s in it, which modules.json names; "
				"fetch the whole folder",
				m->f->path, name->p)
		      : rc;
}

static int read_pooling(struct modules *m, const struct str *path)
{
	struct str name = { 0 }, text = { 0 };
	struct settings s;
	int rc;

	rc = module_settings(m, path, &name, &s, &text);
	if (!rc)
		rc = settings_member(&s, "pooling_mode").p
			 ? named_modes(&s, &m->f->pooling)
			 : flagged_modes(&s, &m->f->pooling);
	if (!rc)
		rc = settings_flag(&s, "include_prompt", true,
				   &m->f->prompt_pooled);
	if (!rc && !m->f->pooling)
		rc = err_set(m->err, ERR_DATA, "model",
			     "%s: no way of pooling is on; set one of "
			     "pooling_mode_mean_tokens and the like",
			     s.path);
	str_release(&name);
	str_release(&text);
	return rc;
}

static int dense_function(const struct settings *s, enum linear_function *out)
{
	static const struct {
		const char *name;
		enum linear_function function;
	} known[] = {
		{ "Identity", LINEAR_IDENTITY }, { "Tanh", LINEAR_TANH },
		{ "ReLU", LINEAR_RELU },         { "GELU", LINEAR_GELU },
		{ "SiLU", LINEAR_SILU },
	};
	struct str name = { 0 };
	int rc = settings_text(s, "activation_function", &name);

	*out = LINEAR_TANH;
	if (!rc && name.n) {
		rc = -1;
		for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
			if (span_is(last_part(span_str(&name)),
				    known[i].name)) {
				*out = known[i].function;
				rc = 0;
			}
		if (rc)
			settings_bad(s, "activation_function",
				     "of torch.nn: Identity, Tanh, ReLU, GELU "
				     "or SiLU");
	}
	str_release(&name);
	return rc;
}

static int dense_settings(struct modules *m, const struct str *path,
			  struct encoder_dense *d)
{
	struct str name = { 0 }, text = { 0 }, input = { 0 };
	struct settings s;
	int rc;

	rc = module_settings(m, path, &name, &s, &text);
	if (!rc)
		rc = settings_whole(&s, "in_features", 1, 1 << 20, 0, &d->in) ||
			     settings_whole(&s, "out_features", 1, 1 << 20, 0,
					    &d->out) ||
			     dense_function(&s, &d->function) ||
			     settings_text(&s, "module_input_name", &input)
			 ? -1
			 : 0;
	if (!rc && input.n && strcmp(input.p, "sentence_embedding") != 0)
		rc = settings_bad(&s, "module_input_name",
				  "\"sentence_embedding\"");
	if (!rc && (!d->in || !d->out))
		rc = settings_bad(&s, d->in ? "out_features" : "in_features",
				  "a number");
	str_release(&name);
	str_release(&text);
	str_release(&input);
	return rc;
}

static int read_dense(struct modules *m, const struct str *path)
{
	struct encoder_dense *d = &m->f->dense[m->f->dense_count];
	struct str name = { 0 };
	int rc;

	if (m->f->dense_count == ENCODER_DENSE_MAX)
		return bad_module(m, SPAN("Dense"), "is one too many");
	*d = (struct encoder_dense){ 0 };
	rc = dense_settings(m, path, d);
	if (!rc) {
		in_module(path, "model.safetensors", &name);
		d->tensors = encoderfolder_tensors(m->f, name.p, m->err);
		m->f->dense_count += d->tensors != NULL;
		rc = d->tensors ? 0 : -1;
	}
	str_release(&name);
	return rc;
}

static int read_transformer(struct modules *m, const struct str *path)
{
	str_reset(m->root);
	if (path->n)
		str_printf(m->root, "%s/", path->p);
	m->transformed = true;
	return 0;
}

static int read_one(struct modules *m, struct span type, const struct str *path)
{
	struct span kind = last_part(type);

	if (!is_inside(span_str(path)))
		return bad_module(m, type, "lies outside of the folder");
	if (span_is(kind, "Transformer"))
		return m->transformed
			   ? bad_module(m, type, "stands there twice")
			   : read_transformer(m, path);
	if (!m->transformed)
		return bad_module(m, type, "stands before a Transformer");
	if (span_is(kind, "Pooling")) {
		if (m->pooled)
			return bad_module(m, type, "stands there twice");
		m->pooled = true;
		return read_pooling(m, path);
	}
	if (!m->pooled)
		return bad_module(m, type, "stands before any Pooling");
	if (span_is(kind, "Normalize")) {
		m->f->normalise = true;
		return 0;
	}
	if (span_is(kind, "Dropout")) /* of training alone */
		return 0;
	if (!span_is(kind, "Dense"))
		return bad_module(m, type, "is not known");
	return m->f->normalise ? bad_module(m, type, "stands behind Normalize")
			       : read_dense(m, path);
}

static int read_all(struct modules *m)
{
	struct str type = { 0 }, path = { 0 };
	struct span element;
	size_t pos = 0;
	int rc = 0;

	while (!rc && json_each(m->s.all, &pos, &element)) {
		struct settings s = { element, m->s.path, m->err };

		rc = settings_text(&s, "type", &type) ||
			     settings_text(&s, "path", &path)
			 ? -1
			 : read_one(m, span_str(&type), &path);
	}
	if (!rc && !m->transformed)
		rc = bad_module(m, SPAN("Transformer"), "is missing");
	str_release(&type);
	str_release(&path);
	return rc;
}

int encoderfolder_modules(struct encoderfolder *f, struct str *root,
			  struct err *err)
{
	struct modules m = { .f = f, .root = root, .err = err };
	struct str text = { 0 };
	int rc;

	rc = encoderfolder_settings(f, "modules.json", &m.s, &text, err);
	if (!rc)
		rc = read_all(&m);
	str_release(&text);
	return rc < 0 ? -1 : 0;
}

int encoderfolder_dense(struct encoderfolder *f, struct err *err)
{
	f->dim = pooling_dim(f->pooling, f->config.hidden);
	for (size_t i = 0; i < f->dense_count; i++) {
		const struct encoder_dense *d = &f->dense[i];

		if (d->in != f->dim)
			return err_set(err, ERR_DATA, "model",
				       "%s: dense layer %zu takes %zu numbers, "
				       "where there are %zu: take all parts "
				       "from the same model",
				       f->path, i + 1, d->in, f->dim);
		f->dim = d->out;
	}
	return 0;
}
