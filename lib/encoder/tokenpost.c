/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/tokenpost.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "encoder/tokenread.h"
#include "io/json.h"

#define ITEMS_MAX 64 /* of a template */

struct building {
	struct tokenpost *p;
	size_t size;
	struct err *err;
};

static int refuse(struct building *b, const char *what, const char *why)
{
	return err_set(b->err, ERR_DATA, "tokenizer",
		       "the post-processor %s: %s", what, why);
}

static void item_put(struct tokenpost_template *t, struct tokenpost_item item)
{
	MEM_ROOM(t->items, t->count + 1, t->cap);
	t->items[t->count++] = item;
	t->special += item.what == TOKENPOST_SPECIAL;
}

static int only_one(struct building *b, const char *what)
{
	if (b->p->added)
		return refuse(b, what, "two of them add tokens");
	b->p->added = true;
	return 0;
}

static int id_of(struct building *b, const char *what, struct span value,
		 int32_t *out)
{
	int64_t v;

	if (num_i64(value, &v) || v < 0 || (uint64_t)v >= b->size)
		return refuse(b, what,
			      "the id of a token is not in the "
			      "vocabulary");
	*out = (int32_t)v;
	return 0;
}

/* ["[SEP]", 102] */
static int pair_of(struct building *b, const char *what, struct span object,
		   const char *name, int32_t *id)
{
	struct span value = json_get(object, name), element;
	size_t pos = 0;

	if (json_type(value) != JSON_ARRAY || !json_each(value, &pos, &element))
		return refuse(b, what, "\"sep\" or \"cls\" is missing");
	if (!json_each(value, &pos, &element))
		return refuse(b, what, "a token has no id");
	return id_of(b, what, element, id);
}

static void put(struct tokenpost_template *t, enum tokenpost_what what,
		int32_t id, uint8_t type)
{
	item_put(t, (struct tokenpost_item){ what, id, type });
}

/* cls A sep, cls A sep B sep; RoBERTa has one type, and sep twice. */
static int classic(struct building *b, const char *what, struct span json,
		   bool roberta)
{
	static const char *const names[] = { "sep", "cls", NULL };
	static const char *const more[] = { "sep", "cls", "trim_offsets",
					    "add_prefix_space", NULL };
	struct tokenpost *p = b->p;
	uint8_t second = roberta ? 0 : 1;
	int32_t sep, cls;

	if (tokenread_members(json, what, roberta ? more : names, b->err) ||
	    only_one(b, what) || pair_of(b, what, json, "sep", &sep) ||
	    pair_of(b, what, json, "cls", &cls))
		return -1;
	if (roberta && (tokenread_bool(json, what, "trim_offsets", true,
				       &p->trim, b->err) ||
			tokenread_bool(json, what, "add_prefix_space", true,
				       &p->add_space, b->err)))
		return -1;
	put(&p->single, TOKENPOST_SPECIAL, cls, 0);
	put(&p->single, TOKENPOST_A, 0, 0);
	put(&p->single, TOKENPOST_SPECIAL, sep, 0);
	put(&p->pair, TOKENPOST_SPECIAL, cls, 0);
	put(&p->pair, TOKENPOST_A, 0, 0);
	put(&p->pair, TOKENPOST_SPECIAL, sep, 0);
	if (roberta)
		put(&p->pair, TOKENPOST_SPECIAL, sep, 0);
	put(&p->pair, TOKENPOST_B, 0, second);
	put(&p->pair, TOKENPOST_SPECIAL, sep, second);
	return 0;
}

static int byte_level(struct building *b, const char *what, struct span json)
{
	static const char *const names[] = { "add_prefix_space", "trim_offsets",
					     "use_regex", NULL };
	bool regex;

	if (tokenread_members(json, what, names, b->err) ||
	    tokenread_bool(json, what, "trim_offsets", true, &b->p->trim,
			   b->err) ||
	    tokenread_bool(json, what, "add_prefix_space", true,
			   &b->p->add_space, b->err) ||
	    tokenread_bool(json, what, "use_regex", true, &regex, b->err))
		return -1;
	return 0;
}

/* The ids that a template's special token stands for. */
static int special(struct building *b, struct tokenpost_template *t,
		   struct span tokens, struct span name, uint8_t type)
{
	const char *what = "TemplateProcessing";
	struct str plain = { 0 };
	struct span ids, id;
	size_t pos = 0, count = 0;
	int rc = 0;

	json_string(name, &plain);
	ids = json_get(json_get(tokens, str_z(&plain)), "ids");
	str_release(&plain);
	while (!rc && json_each(ids, &pos, &id)) {
		struct tokenpost_item item = { TOKENPOST_SPECIAL, 0, type };

		if (count++ == ITEMS_MAX)
			return refuse(b, what, "a token stands for too many");
		rc = id_of(b, what, id, &item.id);
		if (!rc)
			item_put(t, item);
	}
	if (!rc && !count)
		rc = refuse(b, what,
			    "a token of a template is not among its "
			    "special_tokens");
	return rc;
}

/* {"SpecialToken": {"id": "[CLS]", "type_id": 0}}, or "Sequence" of A or B. */
static int template_item(struct building *b, struct tokenpost_template *t,
			 struct span tokens, struct span json, unsigned *seen)
{
	const char *what = "TemplateProcessing";
	struct span sequence = json_get(json, "Sequence");
	struct span token = json_get(json, "SpecialToken");
	struct span of = sequence.p ? sequence : token, id;
	int64_t type;

	if (json_type(of) != JSON_OBJECT)
		return refuse(b, what,
			      "a template has a part that is neither "
			      "Sequence nor SpecialToken");
	if (tokenread_int(of, what, "type_id", 0, 255, 0, &type, b->err))
		return -1;
	id = json_get(of, "id");
	if (json_type(id) != JSON_STRING)
		return refuse(b, what, "a part of a template has no id");
	if (!sequence.p)
		return special(b, t, tokens, id, (uint8_t)type);
	if (!span_is(id, "\"A\"") && !span_is(id, "\"B\""))
		return refuse(b, what, "a sequence is neither A nor B");
	*seen |= id.p[1] == 'A' ? 1 : 2;
	put(t, id.p[1] == 'A' ? TOKENPOST_A : TOKENPOST_B, 0, (uint8_t)type);
	return 0;
}

static int template(struct building *b, struct tokenpost_template *t,
		    struct span tokens, struct span list, unsigned want)
{
	const char *what = "TemplateProcessing";
	struct span json;
	size_t pos = 0, count = 0;
	unsigned seen = 0;

	if (json_type(list) != JSON_ARRAY)
		return refuse(b, what, "a template is not a list");
	while (json_each(list, &pos, &json)) {
		if (count++ == ITEMS_MAX)
			return refuse(b, what, "a template is too long");
		if (template_item(b, t, tokens, json, &seen))
			return -1;
	}
	return seen == want
		   ? 0
		   : refuse(b, what, "a template does not have A, or A and B");
}

static int templates(struct building *b, const char *what, struct span json)
{
	static const char *const names[] = { "single", "pair", "special_tokens",
					     NULL };
	struct span tokens = json_get(json, "special_tokens");

	if (tokenread_members(json, what, names, b->err) || only_one(b, what))
		return -1;
	if (template(b, &b->p->single, tokens, json_get(json, "single"), 1) ||
	    template(b, &b->p->pair, tokens, json_get(json, "pair"), 3))
		return -1;
	return 0;
}

static int build(struct building *b, struct span json, int depth);

static int sequence(struct building *b, const char *what, struct span json,
		    int depth)
{
	static const char *const names[] = { "processors", NULL };
	struct span list = json_get(json, "processors"), element;
	size_t pos = 0;

	if (tokenread_members(json, what, names, b->err))
		return -1;
	if (json_type(list) != JSON_ARRAY)
		return refuse(b, what, "it has no list \"processors\"");
	if (depth == 4)
		return refuse(b, what, "nested too deeply");
	while (json_each(list, &pos, &element))
		if (build(b, element, depth + 1))
			return -1;
	return 0;
}

static int build(struct building *b, struct span json, int depth)
{
	struct str type = { 0 };
	const char *what;
	int rc = tokenread_type(json, "the post-processor", &type, b->err);

	what = str_z(&type);
	if (rc)
		;
	else if (span_is(span_str(&type), "TemplateProcessing"))
		rc = templates(b, what, json);
	else if (span_is(span_str(&type), "BertProcessing"))
		rc = classic(b, what, json, false);
	else if (span_is(span_str(&type), "RobertaProcessing"))
		rc = classic(b, what, json, true);
	else if (span_is(span_str(&type), "ByteLevel"))
		rc = byte_level(b, what, json);
	else if (span_is(span_str(&type), "Sequence"))
		rc = sequence(b, what, json, depth);
	else
		rc = err_set(b->err, ERR_DATA, "tokenizer",
			     "the post-processor %.60s is not known", what);
	str_release(&type);
	return rc;
}

int tokenpost_init(struct tokenpost *p, struct span json, size_t size,
		   struct err *err)
{
	struct building b = { p, size, err };

	*p = (struct tokenpost){ 0 };
	if (!tokenread_is_null(json) && build(&b, json, 0)) {
		tokenpost_release(p);
		return -1;
	}
	if (!p->added) {
		put(&p->single, TOKENPOST_A, 0, 0);
		put(&p->pair, TOKENPOST_A, 0, 0);
		put(&p->pair, TOKENPOST_B, 0, 1);
	}
	return 0;
}

void tokenpost_release(struct tokenpost *p)
{
	free(p->single.items);
	free(p->pair.items);
	*p = (struct tokenpost){ 0 };
}

void tokenpost_put(const struct tokenpost *p, struct subword_slice a,
		   const struct subword_slice *b, struct subwords *out)
{
	const struct tokenpost_template *t = b ? &p->pair : &p->single;

	for (size_t i = 0; i < t->count; i++) {
		const struct tokenpost_item *x = &t->items[i];
		const struct subword_slice *s = x->what == TOKENPOST_A ? &a : b;

		if (x->what == TOKENPOST_SPECIAL) {
			MEM_ROOM(out->items, out->count + 1, out->cap);
			out->items[out->count++] = (struct subword){
				.id = x->id, .type = x->type, .special = true
			};
			continue;
		}
		if (!s || !s->count)
			continue;
		MEM_ROOM(out->items, out->count + s->count, out->cap);
		for (size_t k = 0; k < s->count; k++) {
			out->items[out->count] = s->items[k];
			out->items[out->count++].type = x->type;
		}
	}
}
