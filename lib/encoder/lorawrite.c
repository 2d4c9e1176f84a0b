/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adapters into PEFT's two files. */
#include <stdlib.h>

#include "base/mem.h"
#include "encoder/loranames.h"
#include "io/atomic.h"
#include "io/json.h"

/* Whether parameters hold the classifier, or the head that tells words: then
 * the base is one with a head, and its encoder has a prefix. */
static bool has_classifier(const struct encoder_config *c,
			   const struct parameters *p)
{
	struct str name = { 0 };
	bool has;

	encoder_name(c, ENCODER_CLASSIFIER, 0, &name);
	has = c->labels && parameters_find(p, str_z(&name));
	str_release(&name);
	return has;
}

static bool has_words(const struct encoder_config *c,
		      const struct parameters *p)
{
	return parameters_find(p, pass_words_name(c, WORDS_OUT_BIAS));
}

struct naming {
	struct parameter_name *items;
	size_t count, cap;
};

static void put(struct naming *n, struct str *name, const struct parameter *p)
{
	MEM_ROOM(n->items, n->count + 1, n->cap);
	n->items[n->count++] =
	    (struct parameter_name){ mem_strdup(str_z(name)), p };
}

static void name_adapters(struct naming *n, const struct encoder_config *c,
			  const struct parameters *p)
{
	const char *prefix =
	    has_classifier(c, p) || has_words(c, p) ? encoder_prefix(c) : "";
	struct str name = { 0 }, module = { 0 };
	struct lora_place at = { 0 };

	while (lora_each(c, &at)) {
		struct lora_pair pair = lora_find(c, p, at.tensor, at.layer);

		if (!pair.a)
			continue;
		lora_module(c, at.tensor, at.layer, &module);
		for (int b = 0; b < 2; b++) {
			str_reset(&name);
			str_printf(&name, LORA_BEFORE "%s%s", prefix,
				   str_z(&module));
			lora_put_factor(at.tensor, b ? 'B' : 'A', &name);
			put(n, &name, b ? pair.b : pair.a);
		}
	}
	str_release(&name);
	str_release(&module);
}

/* Names trained heads, and appends their modules, a JSON array or null. */
static void name_heads(struct naming *n, const struct encoder_config *c,
		       const struct parameters *p, struct str *modules)
{
	struct str name = { 0 }, full = { 0 }, key = { 0 };
	size_t begin = modules->n;

	for (int i = 0; i < LORA_HEADS; i++) {
		const struct parameter *x;

		if (!lora_head(c, i, &name, &full))
			continue;
		x = parameters_find(p, str_z(&name));
		if (!x || !x->gradient)
			continue;
		str_reset(&key);
		str_printf(&key, LORA_BEFORE "%s", str_z(&full));
		put(n, &key, x);
		/* The module is the name's first part. */
		str_reset(&key);
		json_put_string(&key,
				(struct span){ name.p, strcspn(name.p, ".") });
		if (modules->n > begin && strstr(modules->p + begin, key.p))
			continue;
		str_puts(modules, modules->n > begin ? ", " : "[");
		str_span(modules, span_str(&key));
	}
	str_puts(modules, modules->n > begin ? "]" : "null");
	str_release(&name);
	str_release(&full);
	str_release(&key);
}

static void put_config(const struct encoder_config *c,
		       const struct lora_options *o, const struct parameters *p,
		       const char *base, const char *saved, struct str *out)
{
	const char *task = has_classifier(c, p) ? "\"SEQ_CLS\""
			   : has_words(c, p)    ? "null"
						: "\"FEATURE_EXTRACTION\"";

	str_puts(out, "{\n  \"alpha_pattern\": {},\n  \"auto_mapping\": null,\n"
		      "  \"base_model_name_or_path\": ");
	json_put_string(out, span_of(base));
	str_puts(out, ",\n  \"bias\": \"none\",\n  \"fan_in_fan_out\": false,\n"
		      "  \"inference_mode\": true,\n"
		      "  \"init_lora_weights\": true,\n"
		      "  \"layers_pattern\": null,\n"
		      "  \"layers_to_transform\": null,\n  \"lora_alpha\": ");
	json_put_number(out, o->alpha, 6);
	str_puts(out, ",\n  \"lora_dropout\": ");
	json_put_number(out, o->dropout, 6);
	str_printf(out, ",\n  \"modules_to_save\": %s", saved);
	str_printf(out,
		   ",\n  \"peft_type\": \"LORA\",\n  \"r\": %zu,\n"
		   "  \"rank_pattern\": {},\n  \"revision\": null,\n"
		   "  \"target_modules\": ",
		   o->rank);
	lora_targets(c, p, out);
	str_printf(out,
		   ",\n  \"task_type\": %s,\n  \"use_dora\": false,\n"
		   "  \"use_rslora\": false\n}\n",
		   task);
}

static int write_model(const struct naming *n, const uint8_t *digest,
		       const char *path, struct err *err)
{
	struct atomic *a = atomic_open(path, err);
	struct str metadata = { 0 };
	int rc;

	if (!a)
		return -1;
	str_puts(&metadata, "{\"format\":\"pt\"");
	if (digest) {
		char hex[2 * HASH_SIZE + 1];

		hash_hex(digest, HASH_SIZE, hex);
		str_printf(&metadata, ",\"" LORA_DIGEST "\":\"%s\"", hex);
	}
	str_putc(&metadata, '}');
	rc = parameters_write_as(n->items, n->count, str_z(&metadata),
				 atomic_file(a), err);
	str_release(&metadata);
	if (!rc)
		return atomic_commit(a, err);
	atomic_abort(a);
	return err_prefix(err, "%s", path);
}

static int write_text(const struct str *text, const char *path, struct err *err)
{
	struct atomic *a = atomic_open(path, err);

	if (!a)
		return -1;
	if (fwrite(text->p, 1, text->n, atomic_file(a)) == text->n)
		return atomic_commit(a, err);
	err_errno(err, "writing %s", path);
	atomic_abort(a);
	return -1;
}

int lora_write(const struct encoder_config *c, const struct lora_options *o,
	       const struct parameters *p, const char *base,
	       const uint8_t digest[HASH_SIZE], const char *dir,
	       struct err *err)
{
	struct naming n = { 0 };
	struct str saved = { 0 }, text = { 0 }, path = { 0 };
	int rc;

	name_adapters(&n, c, p);
	name_heads(&n, c, p, &saved);
	put_config(c, o, p, base, str_z(&saved), &text);
	rc = atomic_mkdirs(dir, false, err);
	str_printf(&path, "%s/" LORA_MODEL, dir);
	if (!rc)
		rc = write_model(&n, digest, str_z(&path), err);
	str_reset(&path);
	str_printf(&path, "%s/" LORA_CONFIG, dir);
	if (!rc)
		rc = write_text(&text, str_z(&path), err);
	for (size_t i = 0; i < n.count; i++)
		free((char *)n.items[i].name);
	free(n.items);
	str_release(&saved);
	str_release(&text);
	str_release(&path);
	return rc;
}
