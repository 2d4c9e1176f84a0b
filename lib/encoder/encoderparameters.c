/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The encoder's tensors as parameters: from a folder, or random; and back. */
#include <stdlib.h>

#include "base/mem.h"
#include "encoder/encoderpass.h"
#include "encoder/passwords.h"
#include "io/atomic.h"
#include "math/random.h"

#define DEVIATION 0.02 /* Devlin et al. 2019 */

struct filling {
	const struct encoder_config *config;
	const struct encoderfolder *folder;
	struct parameters *p;
	uint64_t seed, stream;
	struct str name;
};

static bool is_norm(enum encoder_tensor t)
{
	switch (t) {
	case ENCODER_EMBEDDING_NORM:
	case ENCODER_RELATIVE_NORM:
	case ENCODER_CONVOLUTION_NORM:
	case ENCODER_ATTENTION_NORM:
	case ENCODER_FEED_NORM:
		return true;
	default:
		return false;
	}
}

/* Norms 1, other vectors 0, tables and matrices normal. */
static void fill(struct filling *f, struct parameter *p, bool norm)
{
	struct random r;

	p->decays = p->ndim > 1;
	random_seed(&r, f->seed, f->stream++);
	if (p->ndim == 1 && !norm)
		return;
	for (size_t i = 0; i < p->count; i++)
		p->value[i] = norm ? 1 : (float)(DEVIATION * random_normal(&r));
}

static int add(struct filling *f, enum encoder_tensor t, size_t layer,
	       struct err *err)
{
	const struct tensormap_tensor *from = NULL;
	struct parameter *p;
	size_t dims[3];
	int ndim;

	if (!encoder_has(f->config, t))
		return 0;
	ndim = encoder_dims(f->config, t, dims);
	encoder_name(f->config, t, layer, &f->name);
	p = parameters_add(f->p, str_z(&f->name), dims, ndim);
	fill(f, p, is_norm(t));
	if (f->folder &&
	    (t < ENCODER_CLASSIFIER ||
	     encoder_config_same_labels(f->config, &f->folder->config))) {
		from = encoderfolder_tensor(f->folder, t, layer, err);
		if (!from && t < ENCODER_HEAD_FIRST)
			return -1;
	}
	if (from && from->count == p->count) {
		tensormap_floats(from, 0, p->count, p->value);
		tensormap_done(from);
	}
	return 0;
}

/* The norm has older names, too. */
static const struct tensormap_tensor *find_word(const struct encoderfolder *f,
						int t, const char *name)
{
	const struct tensormap_tensor *x = tensormap_find(f->tensors, name);

	if (!x && f->config.family == ENCODER_BERT && t == WORDS_NORM)
		name = "cls.predictions.transform.LayerNorm.gamma";
	else if (!x && f->config.family == ENCODER_BERT && t == WORDS_NORM_BIAS)
		name = "cls.predictions.transform.LayerNorm.beta";
	return x ? x : tensormap_find(f->tensors, name);
}

static void add_words(struct filling *f)
{
	for (int t = 0; t < WORDS_TENSORS; t++) {
		const char *name = pass_words_name(f->config, t);
		const struct tensormap_tensor *from = NULL;
		struct parameter *p;
		size_t dims[3];
		int ndim = pass_words_dims(f->config, t, dims);

		p = parameters_add(f->p, name, dims, ndim);
		fill(f, p, t == WORDS_NORM);
		if (f->folder)
			from = find_word(f->folder, t, name);
		if (from && from->count == p->count && from->ndim == ndim &&
		    from->dims[0] == dims[0] && tensormap_readable(from))
			tensormap_floats(from, 0, p->count, p->value);
	}
}

static int add_all(struct filling *f, unsigned heads, struct err *err)
{
	for (int t = 0; t < ENCODER_LAYER_FIRST; t++)
		if (add(f, t, 0, err))
			return -1;
	for (size_t i = 0; i < f->config->layers; i++)
		for (int t = ENCODER_LAYER_FIRST; t < ENCODER_HEAD_FIRST; t++)
			if (add(f, t, i, err))
				return -1;
	if (heads & ENCODERPASS_CLASSIFIER)
		for (int t = ENCODER_HEAD_FIRST; t < ENCODER_TENSORS; t++)
			add(f, t, 0, NULL);
	if (heads & ENCODERPASS_WORDS)
		add_words(f);
	return 0;
}

int encoderpass_parameters(const struct encoder_config *c,
			   const struct encoderfolder *f, uint64_t seed,
			   unsigned heads, struct parameters *p,
			   struct err *err)
{
	struct filling filling = {
		.config = c, .folder = f, .p = p, .seed = seed
	};
	int rc = add_all(&filling, heads, err);

	str_release(&filling.name);
	return rc;
}

/* --- back into a file --- */

struct naming {
	struct parameter_name *items;
	size_t count, cap;
};

static void put(struct naming *n, const char *name, const struct parameter *p)
{
	if (!p)
		return;
	MEM_ROOM(n->items, n->count + 1, n->cap);
	n->items[n->count++] = (struct parameter_name){ mem_strdup(name), p };
}

static void put_tensor(struct naming *n, const struct encoder_config *c,
		       const struct parameters *p, enum encoder_tensor t,
		       size_t layer, bool full)
{
	struct str name = { 0 }, out = { 0 };

	if (!encoder_has(c, t))
		return;
	encoder_name(c, t, layer, &name);
	if (full)
		encoder_full_name(c, t, layer, &out);
	put(n, full ? str_z(&out) : str_z(&name),
	    parameters_find(p, str_z(&name)));
	str_release(&name);
	str_release(&out);
}

static void name_all(struct naming *n, const struct encoder_config *c,
		     const struct parameters *p, bool full)
{
	for (int t = 0; t < ENCODER_LAYER_FIRST; t++)
		put_tensor(n, c, p, t, 0, full);
	for (size_t i = 0; i < c->layers; i++)
		for (int t = ENCODER_LAYER_FIRST; t < ENCODER_HEAD_FIRST; t++)
			put_tensor(n, c, p, t, i, full);
	for (int t = ENCODER_HEAD_FIRST; t < ENCODER_TENSORS; t++)
		put_tensor(n, c, p, t, 0, full);
	for (int t = 0; t < WORDS_TENSORS; t++)
		put(n, pass_words_name(c, t),
		    parameters_find(p, pass_words_name(c, t)));
}

static bool has_head(const struct encoder_config *c, const struct parameters *p)
{
	struct str name = { 0 };
	bool has;

	encoder_name(c, ENCODER_CLASSIFIER, 0, &name);
	has = parameters_find(p, str_z(&name)) ||
	      parameters_find(p, pass_words_name(c, WORDS_OUT_BIAS));
	str_release(&name);
	return has;
}

int encoderpass_write(const struct encoder_config *c,
		      const struct parameters *p, const char *path,
		      struct err *err)
{
	struct naming n = { 0 };
	struct atomic *a = atomic_open(path, err);
	int rc;

	if (!a)
		return -1;
	name_all(&n, c, p, has_head(c, p));
	rc = parameters_write_as(n.items, n.count, "{\"format\":\"pt\"}",
				 atomic_file(a), err);
	for (size_t i = 0; i < n.count; i++)
		free((char *)n.items[i].name);
	free(n.items);
	if (rc) {
		atomic_abort(a);
		return err_prefix(err, "%s", path);
	}
	return atomic_commit(a, err);
}
