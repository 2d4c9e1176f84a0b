/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What components say of themselves; the checks of it. */
#include "base/num.h"
#include "encoder/tokenread.h"
#include "io/json.h"

bool tokenread_is_null(struct span value)
{
	return json_type(value) == JSON_NONE || json_type(value) == JSON_NULL;
}

static int wrong(const char *what, const char *name, const char *want,
		 struct err *err)
{
	return err_set(err, ERR_DATA, "tokenizer", "%s: \"%s\" is not %s", what,
		       name, want);
}

int tokenread_bool(struct span object, const char *what, const char *name,
		   bool fallback, bool *out, struct err *err)
{
	struct span value = json_get(object, name);

	*out = fallback;
	if (tokenread_is_null(value))
		return 0;
	return json_bool(value, out) ? wrong(what, name, "true or false", err)
				     : 0;
}

int tokenread_string(struct span object, const char *what, const char *name,
		     const char *fallback, struct str *out, struct err *err)
{
	struct span value = json_get(object, name);

	if (tokenread_is_null(value) && fallback) {
		str_puts(out, fallback);
		return 0;
	}
	return json_string(value, out) ? wrong(what, name, "a string", err) : 0;
}

int tokenread_int(struct span object, const char *what, const char *name,
		  int64_t low, int64_t high, int64_t fallback, int64_t *out,
		  struct err *err)
{
	struct span value = json_get(object, name);

	*out = fallback;
	if (tokenread_is_null(value))
		return 0;
	if (num_i64(value, out) || *out < low || *out > high)
		return err_set(err, ERR_DATA, "tokenizer",
			       "%s: \"%s\" is not a number from %lld to %lld",
			       what, name, (long long)low, (long long)high);
	return 0;
}

int tokenread_choice(struct span object, const char *what, const char *name,
		     const char *const *names, int fallback, int *out,
		     struct err *err)
{
	struct span value = json_get(object, name);
	struct str text = { 0 };
	int rc = 0;

	*out = fallback;
	if (tokenread_is_null(value))
		return 0;
	json_string(value, &text);
	for (*out = 0; names[*out]; ++*out)
		if (span_is(span_str(&text), names[*out]))
			break;
	if (!names[*out])
		rc = err_set(err, ERR_DATA, "tokenizer",
			     "%s: \"%s\" is \"%.60s\", which is not known",
			     what, name, str_z(&text));
	str_release(&text);
	return rc;
}

int tokenread_type(struct span object, const char *what, struct str *out,
		   struct err *err)
{
	str_reset(out);
	if (json_type(object) != JSON_OBJECT)
		return err_set(err, ERR_DATA, "tokenizer",
			       "%s is not an object", what);
	return tokenread_string(object, what, "type", NULL, out, err);
}

int tokenread_members(struct span object, const char *what,
		      const char *const *names, struct err *err)
{
	struct span name, value;
	size_t pos = 0, i;

	while (json_member(object, &pos, &name, &value)) {
		if (json_name_is(name, "type"))
			continue;
		for (i = 0; names[i] && !json_name_is(name, names[i]); i++)
			;
		if (!names[i])
			return err_set(err, ERR_DATA, "tokenizer",
				       "%s has a member \"%.*s\", which is "
				       "not known",
				       what, (int)(name.n < 60 ? name.n : 60),
				       name.p);
	}
	return 0;
}
