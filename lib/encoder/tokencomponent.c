/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/tokencomponent.h"

#include "encoder/tokenread.h"
#include "io/json.h"

#define DEPTH_MAX 8 /* of Sequences in Sequences */

struct walk {
	const char *kind, *list;
	tokencomponent_take *take;
	void *ctx;
	struct err *err;
};

static int each(const struct walk *w, struct span json, int depth);

static int sequence(const struct walk *w, struct span json, int depth)
{
	const char *const names[] = { w->list, NULL };
	struct span list = json_get(json, w->list), element;
	struct str what = { 0 };
	size_t pos = 0;
	int rc;

	str_printf(&what, "the %s Sequence", w->kind);
	rc = tokenread_members(json, str_z(&what), names, w->err);
	if (!rc && (json_type(list) != JSON_ARRAY || depth == DEPTH_MAX))
		rc = err_set(w->err, ERR_DATA, "tokenizer",
			     "%s has no list, or is nested too deeply",
			     str_z(&what));
	str_release(&what);
	while (!rc && json_each(list, &pos, &element))
		rc = each(w, element, depth + 1);
	return rc;
}

static int each(const struct walk *w, struct span json, int depth)
{
	struct str type = { 0 }, what = { 0 };
	int rc;

	str_printf(&what, "the %s", w->kind);
	rc = tokenread_type(json, str_z(&what), &type, w->err);
	if (!rc && span_is(span_str(&type), "Sequence"))
		rc = sequence(w, json, depth);
	else if (!rc)
		rc = w->take(w->ctx, json, span_str(&type), str_z(&type));
	if (rc > 0)
		rc = err_set(w->err, ERR_DATA, "tokenizer",
			     "%s %.60s is not known", str_z(&what),
			     str_z(&type));
	str_release(&type);
	str_release(&what);
	return rc;
}

int tokencomponent_each(struct span json, const char *kind, const char *list,
			tokencomponent_take *take, void *ctx, struct err *err)
{
	struct walk w = { kind, list, take, ctx, err };

	return each(&w, json, 0);
}
