/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/doc.h"

#include <jansson.h>

#include "io/input.h"

#define DOC_MAX ((size_t)64 << 20)

/* struct doc is never defined: it is jansson's json_t. */
static json_t *mutable(const struct doc *d)
{
	union {
		const struct doc *in;
		json_t *out;
	} u = { d };

	return u.out;
}

static struct doc *wrap(json_t *j)
{
	return json_is_null(j) ? NULL : (struct doc *)j;
}

struct doc *doc_parse(struct span text, const char *name, struct err *err)
{
	json_error_t e;
	json_t *j = json_loadb(text.p, text.n,
			       JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);

	if (!j)
		err_set(err, ERR_DATA, "malformed",
			"%s:%d:%d: malformed JSON: %s", name, e.line, e.column,
			e.text);
	return (struct doc *)j;
}

struct doc *doc_load(const char *path, struct err *err)
{
	struct str text = { 0 };
	struct doc *d = NULL;

	if (!input_slurp(path, DOC_MAX, &text, err))
		d = doc_parse(span_str(&text), path, err);
	str_release(&text);
	return d;
}

void doc_free(struct doc *root)
{
	json_decref(mutable(root));
}

const struct doc *doc_get(const struct doc *d, const char *name)
{
	return wrap(json_object_get(mutable(d), name));
}

const struct doc *doc_at(const struct doc *d, size_t i)
{
	return wrap(json_array_get(mutable(d), i));
}

size_t doc_size(const struct doc *d)
{
	return json_is_array(mutable(d)) ? json_array_size(mutable(d))
					 : json_object_size(mutable(d));
}

const char *doc_text(const struct doc *d)
{
	return json_string_value(mutable(d));
}

bool doc_number(const struct doc *d, double *out)
{
	if (!json_is_number(mutable(d)))
		return false;
	*out = json_number_value(mutable(d));
	return true;
}

bool doc_bool(const struct doc *d, bool *out)
{
	if (!json_is_boolean(mutable(d)))
		return false;
	*out = json_is_true(mutable(d));
	return true;
}
