/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/encoderfolder.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "encoder/encoderfolderparts.h"
#include "io/json.h"

bool encoderfolder_has(const struct encoderfolder *f, const char *name,
		       struct str *path)
{
	str_reset(path);
	str_printf(path, "%s/%s", f->path, name);
	return !access(path->p, F_OK);
}

const char *encoderfolder_note(struct encoderfolder *f, const char *path)
{
	for (size_t i = 0; i < f->nfiles; i++)
		if (!strcmp(f->files[i], path))
			return f->files[i];
	MEM_ROOM(f->files, f->nfiles + 1, f->files_cap);
	return f->files[f->nfiles++] = mem_strdup(path);
}

int encoderfolder_settings(struct encoderfolder *f, const char *name,
			   struct settings *s, struct str *text,
			   struct err *err)
{
	struct str path = { 0 };
	int rc = 1;

	str_reset(text);
	if (encoderfolder_has(f, name, &path)) {
		/* Messages name the file for as long as the folder is open. */
		rc = settings_read(s, encoderfolder_note(f, path.p), text, err);
	}
	str_release(&path);
	return rc;
}

struct tensormap *encoderfolder_tensors(struct encoderfolder *f,
					const char *name, struct err *err)
{
	struct str path = { 0 }, index = { 0 };
	struct tensormap *m = NULL;

	str_printf(&index, "%s.index.json", name);
	if (encoderfolder_has(f, name, &path) ||
	    encoderfolder_has(f, index.p, &path)) {
		m = tensormap_open(path.p, err);
		encoderfolder_note(f, path.p);
	} else {
		err_set(err, ERR_DATA, "model",
			"%s: no %s in it; save the model's weights as "
			"safetensors (its folder on the hub, or "
			"save_pretrained(safe_serialization=True))",
			f->path, name);
	}
	for (size_t i = 0; m && i < tensormap_count(m); i++)
		encoderfolder_note(f, tensormap_at(m, i)->path);
	str_release(&path);
	str_release(&index);
	return m;
}

/* A name with another end: "x.weight" as "x.gamma". */
static const struct tensormap_tensor *find_older(const struct tensormap *m,
						 struct str *name)
{
	static const char *const ends[2][2] = {
		{ "LayerNorm.weight", "gamma" },
		{ "LayerNorm.bias", "beta" },
	};

	for (int i = 0; i < 2; i++) {
		size_t n = strlen(ends[i][0]);

		if (name->n >= n &&
		    !strcmp(name->p + name->n - n, ends[i][0])) {
			name->n -= n - strlen("LayerNorm.");
			str_puts(name, ends[i][1]);
			return tensormap_find(m, name->p);
		}
	}
	return NULL;
}

static const struct tensormap_tensor *find(const struct encoderfolder *f,
					   enum encoder_tensor t, size_t layer)
{
	const struct tensormap_tensor *x = NULL;
	struct str name = { 0 }, full = { 0 };

	encoder_name(&f->config, t, layer, &name);
	str_printf(&full, "%s%s", encoder_prefix(&f->config), name.p);
	/* Either may stand for either: what is trained with a head has the
	 * prefix, BERT's pooler too. */
	x = tensormap_find(f->tensors, full.p);
	if (!x)
		x = tensormap_find(f->tensors, name.p);
	if (!x)
		x = find_older(f->tensors, &full);
	if (!x)
		x = find_older(f->tensors, &name);
	str_release(&name);
	str_release(&full);
	return x;
}

static void put_shape(const size_t *dims, int ndim, struct str *out)
{
	str_putc(out, '[');
	for (int i = 0; i < ndim; i++)
		str_printf(out, "%s%zu", i ? ", " : "", dims[i]);
	str_putc(out, ']');
}

const struct tensormap_tensor *
encoderfolder_tensor(const struct encoderfolder *f, enum encoder_tensor t,
		     size_t layer, struct err *err)
{
	const struct tensormap_tensor *x = find(f, t, layer);
	struct str name = { 0 }, has = { 0 }, wanted = { 0 };
	size_t dims[3];
	int n = encoder_dims(&f->config, t, dims);

	if (x && x->ndim == n && tensormap_readable(x) &&
	    !memcmp(x->dims, dims, (size_t)n * sizeof(*dims)))
		return x;
	encoder_name(&f->config, t, layer, &name);
	put_shape(dims, n, &wanted);
	if (x)
		tensormap_shape(x, &has);
	else
		str_puts(&has, "not there");
	err_set(err, ERR_DATA, "model",
		"%s: tensor \"%s\" is %s; config.json wants numbers %s: take "
		"both from the same model",
		f->path, x ? x->name : name.p, has.p, wanted.p);
	str_release(&name);
	str_release(&has);
	str_release(&wanted);
	return NULL;
}

/* Labels without a head to give them are nobody's. */
static void drop_labels(struct encoderfolder *f)
{
	struct encoder_config *c = &f->config;

	if (!c->labels || find(f, ENCODER_CLASSIFIER, 0))
		return;
	for (size_t i = 0; i < c->labels; i++)
		free(c->label[i]);
	free(c->label);
	c->label = NULL;
	c->labels = 0;
}

static int read_config(struct encoderfolder *f, const char *root,
		       struct err *err)
{
	struct str name = { 0 }, path = { 0 }, text = { 0 };
	struct settings s;
	int rc;

	str_printf(&name, "%sconfig.json", root);
	rc = encoderfolder_settings(f, name.p, &s, &text, err);
	if (rc > 0)
		rc = err_set(err, ERR_DATA, "model",
			     "%s: no %s in it; name a model's folder as the "
			     "hub keeps it",
			     f->path, name.p);
	if (!rc)
		rc = encoder_config_parse(&f->config, span_str(&text), s.path,
					  err);
	if (!rc) {
		s.err = err;
		rc = settings_text(&s, "_name_or_path", &path);
	}
	if (!rc && path.n)
		f->base = mem_dup(path.p, path.n);
	str_release(&name);
	str_release(&path);
	str_release(&text);
	return rc;
}

static int check_task(const struct settings *s)
{
	struct str task = { 0 };
	int rc = settings_text(s, "transformer_task", &task);

	if (!rc && task.n && strcmp(task.p, "feature-extraction") != 0 &&
	    strcmp(task.p, "sequence-classification") != 0)
		rc = settings_bad(s, "transformer_task",
				  "\"feature-extraction\" or "
				  "\"sequence-classification\"");
	str_release(&task);
	return rc;
}

/* The first of these files that is there: sentence-transformers has named it
 * after the family. */
static int read_limits(struct encoderfolder *f, const char *root, size_t *most,
		       struct err *err)
{
	static const char *const kinds[] = { "bert", "roberta", "distilbert",
					     "camembert", "xlm-roberta" };
	struct str name = { 0 }, text = { 0 };
	struct settings s;
	int rc = 1;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds) && rc > 0; i++) {
		str_reset(&name);
		str_printf(&name, "%ssentence_%s_config.json", root, kinds[i]);
		rc = encoderfolder_settings(f, name.p, &s, &text, err);
	}
	if (!rc)
		rc = check_task(&s);
	if (!rc)
		rc =
		    settings_whole(&s, "max_seq_length", 1, 1 << 30, 0, most) ||
			    settings_flag(&s, "do_lower_case", false,
					  &f->lowercase)
			? -1
			: 0;
	str_release(&name);
	str_release(&text);
	return rc < 0 ? -1 : 0;
}

/* The tokenizer's own limit, where it has one: 1e30 stands for none. */
static int read_tokenizer_limit(struct encoderfolder *f, const char *root,
				size_t *most, struct err *err)
{
	struct str name = { 0 }, text = { 0 };
	struct settings s;
	double limit = 0;
	int rc;

	str_printf(&name, "%stokenizer_config.json", root);
	rc = encoderfolder_settings(f, name.p, &s, &text, err);
	if (!rc)
		rc = settings_number(&s, "model_max_length", 1, 1e300, 0,
				     &limit);
	if (!rc && limit < 1 << 30)
		*most = (size_t)limit;
	str_release(&name);
	str_release(&text);
	return rc < 0 ? -1 : 0;
}

static int read_tokenizer(struct encoderfolder *f, const char *root, bool bare,
			  struct err *err)
{
	size_t most = 0, tokenizers = 0;
	struct str name = { 0 }, path = { 0 };
	int rc = 0;

	str_printf(&name, "%stokenizer.json", root);
	if (encoderfolder_has(f, name.p, &path))
		encoderfolder_note(f, path.p);
	else if (!bare)
		rc = err_set(err, ERR_DATA, "model",
			     "%s: no %s in it; make one with "
			     "AutoTokenizer.from_pretrained(...)"
			     ".save_pretrained",
			     f->path, name.p);
	if (!rc && !bare) {
		f->tokenizer = tokenizer_open(path.p, err);
		rc = f->tokenizer ? 0 : -1;
	}
	str_release(&name);
	str_release(&path);
	if (rc || read_limits(f, root, &most, err) ||
	    read_tokenizer_limit(f, root, &tokenizers, err))
		return -1;
	if (!most)
		most = tokenizers;
	f->tokens_max = f->config.tokens_max;
	if (most && most < f->tokens_max)
		f->tokens_max = most;
	return 0;
}

static int open_all(struct encoderfolder *f, bool bare, struct err *err)
{
	struct str root = { 0 }, name = { 0 };
	int rc = encoderfolder_modules(f, &root, err);

	if (!rc)
		rc = read_config(f, str_z(&root), err);
	if (!rc) {
		str_printf(&name, "%smodel.safetensors", str_z(&root));
		f->tensors = encoderfolder_tensors(f, name.p, err);
		rc = f->tensors ? 0 : -1;
	}
	if (!rc) {
		drop_labels(f);
		f->adapted = encoderfolder_has(f, "adapter_config.json", &name);
		if (f->adapted) {
			encoderfolder_note(f, name.p);
			if (encoderfolder_has(f, "adapter_model.safetensors",
					      &name))
				encoderfolder_note(f, name.p);
		}
		rc = read_tokenizer(f, str_z(&root), bare, err);
	}
	if (!rc)
		rc =
		    encoderfolder_prompts(f, err) || encoderfolder_dense(f, err)
			? -1
			: 0;
	str_release(&root);
	str_release(&name);
	return rc;
}

static struct encoderfolder *open_folder(const char *path, bool bare,
					 struct err *err)
{
	struct encoderfolder *f = mem_zalloc(1, sizeof(*f));
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	f->path = mem_dup(path, n);
	f->prompt_pooled = true;
	if (access(path, X_OK) != 0) {
		err_errno(err, "cannot open the model's folder %s", path);
	} else if (!open_all(f, bare, err)) {
		return f;
	}
	encoderfolder_close(f);
	return NULL;
}

struct encoderfolder *encoderfolder_open(const char *path, struct err *err)
{
	return open_folder(path, false, err);
}

struct encoderfolder *encoderfolder_open_bare(const char *path, struct err *err)
{
	return open_folder(path, true, err);
}

void encoderfolder_close(struct encoderfolder *f)
{
	if (!f)
		return;
	encoder_config_release(&f->config);
	tensormap_close(f->tensors);
	tokenizer_free(f->tokenizer);
	for (size_t i = 0; i < f->dense_count; i++)
		tensormap_close(f->dense[i].tensors);
	for (size_t i = 0; i < f->nfiles; i++)
		free(f->files[i]);
	free(f->files);
	free(f->path);
	free(f->name);
	free(f->base);
	free(f->known);
	free(f->query_prefix);
	free(f->passage_prefix);
	free(f);
}
