/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adapters from PEFT's two files, which are hostile. */
#include <math.h>

#include "encoder/loranames.h"
#include "io/doc.h"
#include "io/json.h"
#include "io/tensorheader.h"

static bool text_is(const struct doc *d, const char *member, const char *text)
{
	const char *s = doc_text(doc_get(d, member));

	return s && !strcmp(s, text);
}

static bool is_true(const struct doc *d, const char *member)
{
	bool b = false;

	doc_bool(doc_get(d, member), &b);
	return b;
}

/* What PEFT can and this code does not; NULL: nothing of it is there. */
static const char *unknown(const struct doc *d)
{
	const struct doc *bias = doc_get(d, "bias");

	if (bias && !text_is(d, "bias", "none"))
		return "bias";
	if (is_true(d, "use_dora"))
		return "use_dora";
	if (is_true(d, "fan_in_fan_out"))
		return "fan_in_fan_out";
	if (is_true(d, "lora_bias"))
		return "lora_bias";
	if (doc_size(doc_get(d, "rank_pattern")))
		return "rank_pattern";
	if (doc_size(doc_get(d, "alpha_pattern")))
		return "alpha_pattern";
	if (doc_size(doc_get(d, "layer_replication")))
		return "layer_replication";
	return NULL;
}

static int read_options(const struct doc *d, const char *path,
			struct lora_options *o, struct err *err)
{
	double rank, alpha, dropout = 0;
	const char *what = unknown(d);

	if (!text_is(d, "peft_type", "LORA"))
		return err_set(err, ERR_DATA, "adapter",
			       "%s: peft_type is not LORA", path);
	if (what)
		return err_set(err, ERR_DATA, "adapter",
			       "%s: %s is set, which is not done here", path,
			       what);
	if (!doc_number(doc_get(d, "r"), &rank) || !(rank >= 1) ||
	    !(rank <= ENCODER_HIDDEN_MAX) || rank != floor(rank))
		return err_set(err, ERR_DATA, "adapter",
			       "%s: r is no whole number from 1 to %d", path,
			       ENCODER_HIDDEN_MAX);
	if (!doc_number(doc_get(d, "lora_alpha"), &alpha) ||
	    !(fabs(alpha) <= 1e6))
		return err_set(err, ERR_DATA, "adapter",
			       "%s: lora_alpha is no number up to 1e6", path);
	doc_number(doc_get(d, "lora_dropout"), &dropout);
	if (!(dropout >= 0 && dropout < 1))
		return err_set(err, ERR_DATA, "adapter",
			       "%s: lora_dropout is not in [0, 1)", path);
	if (is_true(d, "use_rslora")) /* scaled by alpha / sqrt r */
		alpha *= sqrt(rank);
	*o = (struct lora_options){ (size_t)rank, (float)alpha, (float)dropout,
				    NULL };
	return 0;
}

static bool shaped(const struct tensormap_tensor *t, const size_t dims[2])
{
	return t && tensormap_readable(t) && t->ndim == 2 &&
	       t->dims[0] == dims[0] && t->dims[1] == dims[1];
}

struct reading {
	const struct encoder_config *config;
	const struct lora_options *options;
	struct tensormap *map;
	struct parameters *p;
	struct encoderpass *e;
	size_t taken; /* tensors of the file */
	struct str name, full;
};

/* The factor of a module, with the family's prefix or without. */
static const struct tensormap_tensor *
factor(struct reading *r, enum encoder_tensor t, size_t layer, char which)
{
	const char *prefixes[] = { encoder_prefix(r->config), "" };
	const struct tensormap_tensor *found = NULL;

	lora_module(r->config, t, layer, &r->name);
	for (int i = 0; i < 2 && !found; i++) {
		str_reset(&r->full);
		str_printf(&r->full, LORA_BEFORE "%s%s", prefixes[i],
			   str_z(&r->name));
		lora_put_factor(t, which, &r->full);
		found = tensormap_find(r->map, str_z(&r->full));
	}
	return found;
}

static int read_pair(struct reading *r, enum encoder_tensor t, size_t layer,
		     struct err *err)
{
	const struct tensormap_tensor *a = factor(r, t, layer, 'A');
	const struct tensormap_tensor *b = factor(r, t, layer, 'B');
	struct lora_pair pair;
	size_t rank = r->options->rank, as[2], bs[2];

	if (!a && !b)
		return 0;
	lora_dims(r->config, t, rank, as, bs);
	pair = lora_find(r->config, r->p, t, layer);
	if (!shaped(a, as) || !shaped(b, bs) ||
	    (pair.a && pair.a->dims[0] != rank))
		return err_set(err, ERR_DATA, "adapter",
			       "%s: A and B of the adapter of %s are not "
			       "[%zu, %zu] and [%zu, %zu]",
			       (a ? a : b)->path, str_z(&r->name), as[0], as[1],
			       bs[0], bs[1]);
	pair = lora_put(r->config, r->options, t, layer, r->p, r->e);
	tensormap_floats(a, 0, a->count, pair.a->value);
	tensormap_floats(b, 0, b->count, pair.b->value);
	r->taken += 2;
	return 0;
}

static int read_head(struct reading *r, int i, struct err *err)
{
	const struct tensormap_tensor *t;
	struct parameter *p;
	struct str key = { 0 };

	if (!lora_head(r->config, i, &r->name, &r->full))
		return 0;
	str_printf(&key, LORA_BEFORE "%s", str_z(&r->full));
	t = tensormap_find(r->map, str_z(&key));
	str_release(&key);
	if (!t)
		return 0;
	r->taken++;
	p = parameters_find(r->p, str_z(&r->name));
	if (!p)
		return 0;
	if (!tensormap_readable(t) || t->count != p->count ||
	    t->ndim != p->ndim || t->dims[0] != p->dims[0])
		return err_set(err, ERR_DATA, "adapter",
			       "%s: %s has another shape than the model's",
			       t->path, t->name);
	tensormap_floats(t, 0, t->count, p->value);
	return 0;
}

/* BERT's pooler may carry one, too ("all-linear" of PEFT), which only a head
 * would see. */
static size_t unseen(struct reading *r)
{
	size_t n = 0;

	if (r->config->labels)
		return 0;
	for (int i = 0; i < 4; i++) {
		str_reset(&r->full);
		str_printf(
		    &r->full, LORA_BEFORE "%spooler.dense.lora_%c.weight",
		    i & 1 ? encoder_prefix(r->config) : "", i & 2 ? 'A' : 'B');
		n += tensormap_find(r->map, str_z(&r->full)) != NULL;
	}
	return n;
}

/* The name of a tensor that nothing here takes. */
static const char *stranger(struct reading *r)
{
	size_t n = tensormap_count(r->map);

	for (size_t i = 0; i < n; i++) {
		const char *name = tensormap_at(r->map, i)->name;
		bool known = strstr(name, ".lora_A.weight") ||
			     strstr(name, ".lora_B.weight") ||
			     strstr(name, ".lora_embedding_");

		for (int k = 0; k < LORA_HEADS && !known; k++)
			known =
			    lora_head(r->config, k, &r->name, &r->full) &&
			    !strncmp(name, LORA_BEFORE, strlen(LORA_BEFORE)) &&
			    !strcmp(name + strlen(LORA_BEFORE),
				    str_z(&r->full));
		if (!known)
			return name;
	}
	return "an adapter of a layer that the model does not have";
}

static int read_tensors(struct reading *r, const char *path, struct err *err)
{
	const struct encoder_config *c = r->config;
	struct lora_place at = { 0 };

	while (lora_each(c, &at))
		if (read_pair(r, at.tensor, at.layer, err))
			return -1;
	for (int i = 0; i < LORA_HEADS; i++)
		if (read_head(r, i, err))
			return -1;
	if (r->taken + unseen(r) != tensormap_count(r->map))
		return err_set(err, ERR_DATA, "adapter",
			       "%s: holds %s, which a %s encoder of %zu layers "
			       "has no place for",
			       path, stranger(r),
			       encoder_family_name(c->family), c->layers);
	return 0;
}

/* The base's digest from the header that tensormap_open has checked. */
static void read_digest(const char *path, uint8_t digest[HASH_SIZE])
{
	FILE *f = fopen(path, "rb");
	unsigned char size[8];
	struct str text = { 0 }, hex = { 0 };
	uint64_t n = 0;

	memset(digest, 0, HASH_SIZE);
	if (!f)
		return;
	if (fread(size, 1, sizeof(size), f) == sizeof(size))
		for (int i = 0; i < 8; i++)
			n |= (uint64_t)size[i] << 8 * i;
	if (n && n <= TENSORHEADER_MAX) {
		str_reserve(&text, n);
		text.n = fread(text.p, 1, n, f);
		json_string(json_get(json_get(span_str(&text), "__metadata__"),
				     LORA_DIGEST),
			    &hex);
		if (hex.n != 2 * HASH_SIZE ||
		    hash_unhex(hex.p, HASH_SIZE, digest))
			memset(digest, 0, HASH_SIZE);
	}
	str_release(&text);
	str_release(&hex);
	fclose(f);
}

int lora_read(const struct encoder_config *c, const char *dir,
	      struct lora_options *o, struct parameters *p,
	      struct encoderpass *e, uint8_t digest[HASH_SIZE], struct err *err)
{
	struct reading r = { .config = c, .options = o, .p = p, .e = e };
	struct str path = { 0 };
	struct doc *d;
	int rc = -1;

	str_printf(&path, "%s/" LORA_CONFIG, dir);
	d = doc_load(str_z(&path), err);
	if (d && !read_options(d, str_z(&path), o, err)) {
		str_reset(&path);
		str_printf(&path, "%s/" LORA_MODEL, dir);
		r.map = tensormap_open(str_z(&path), err);
	}
	if (r.map) {
		rc = read_tensors(&r, str_z(&path), err);
		if (digest)
			read_digest(str_z(&path), digest);
	}
	doc_free(d);
	tensormap_close(r.map);
	str_release(&r.name);
	str_release(&r.full);
	str_release(&path);
	return rc;
}
