/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/settings.h"

#include <math.h>
#include <stdio.h>

#include "io/input.h"
#include "io/json.h"

int settings_parse(struct settings *s, struct span text, const char *path,
		   struct err *err)
{
	const char *why = "it is empty", *end;

	*s = (struct settings){ span_trim(text), path, err };
	end = s->all.n ? json_skip(s->all.p, s->all.p + s->all.n, &why) : NULL;
	if (end && end != s->all.p + s->all.n)
		why = "something follows its end";
	else if (end && *s->all.p != '{' && *s->all.p != '[')
		why = "it is neither object nor array";
	else if (end)
		return 0;
	return err_set(err, ERR_DATA, "model",
		       "%s: not JSON: %s; fetch the model's folder again", path,
		       why);
}

int settings_read(struct settings *s, const char *path, struct str *text,
		  struct err *err)
{
	if (input_slurp(path, SETTINGS_MAX, text, err))
		return -1;
	return settings_parse(s, span_str(text), path, err);
}

int settings_bad(const struct settings *s, const char *name,
		 const char *expected)
{
	struct span v = json_get(s->all, name);

	return err_set(s->err, ERR_DATA, "model",
		       "%s: \"%s\" is %.*s; it can be %s", s->path, name,
		       v.p ? (int)(v.n < 60 ? v.n : 60) : 6,
		       v.p ? v.p : "absent", expected);
}

struct span settings_member(const struct settings *s, const char *name)
{
	struct span v = json_get(s->all, name);

	if (json_type(v) == JSON_NULL)
		return (struct span){ NULL, 0 };
	return v;
}

int settings_number(const struct settings *s, const char *name, double lo,
		    double hi, double absent, double *out)
{
	struct span v =
	    name ? settings_member(s, name) : (struct span){ NULL, 0 };
	char range[80];

	*out = absent;
	if (!v.p)
		return 0;
	if (!json_number(v, out) && *out >= lo && *out <= hi)
		return 0;
	snprintf(range, sizeof(range), "%.9g to %.9g", lo, hi);
	return settings_bad(s, name, range);
}

int settings_whole(const struct settings *s, const char *name, double lo,
		   double hi, double absent, size_t *out)
{
	double v;

	if (settings_number(s, name, lo, hi, absent, &v))
		return -1;
	if (v != floor(v))
		return settings_bad(s, name, "a whole number");
	*out = (size_t)v;
	return 0;
}

int settings_flag(const struct settings *s, const char *name, bool absent,
		  bool *out)
{
	struct span v = settings_member(s, name);

	*out = absent;
	return v.p && json_bool(v, out) ? settings_bad(s, name, "true or false")
					: 0;
}

int settings_text(const struct settings *s, const char *name, struct str *out)
{
	struct span v = settings_member(s, name);

	str_reset(out);
	str_put(out, "", 0);
	return v.p && json_string(v, out) ? settings_bad(s, name, "a text") : 0;
}

int settings_function(const struct settings *s, const char *name,
		      const char *absent, enum linear_function *out)
{
	static const struct {
		const char *name;
		enum linear_function function;
	} known[] = {
		{ "gelu", LINEAR_GELU },
		{ "gelu_python", LINEAR_GELU },
		{ "gelu_new", LINEAR_GELU_TANH },
		{ "gelu_fast", LINEAR_GELU_TANH },
		{ "gelu_pytorch_tanh", LINEAR_GELU_TANH },
		{ "relu", LINEAR_RELU },
		{ "tanh", LINEAR_TANH },
		{ "silu", LINEAR_SILU },
		{ "swish", LINEAR_SILU },
		{ "linear", LINEAR_IDENTITY },
	};
	struct str text = { 0 };
	int rc = settings_text(s, name, &text);

	if (!rc && !text.n)
		str_puts(&text, absent);
	if (!rc) {
		rc = -1;
		for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
			if (span_is(span_str(&text), known[i].name)) {
				*out = known[i].function;
				rc = 0;
			}
		if (rc)
			settings_bad(
			    s, name,
			    "gelu, gelu_new, gelu_pytorch_tanh, relu, tanh, "
			    "silu or linear");
	}
	str_release(&text);
	return rc;
}

bool settings_lists(struct span v, const char *word)
{
	struct str s = { 0 };
	struct span element;
	size_t pos = 0;
	bool found = false;

	if (json_type(v) == JSON_ARRAY) {
		while (!found && json_each(v, &pos, &element))
			found = settings_lists(element, word);
		return found;
	}
	if (json_string(v, &s))
		return false;
	for (size_t at = 0; at <= s.n && !found;) {
		const char *bar = memchr(s.p + at, '|', s.n - at);
		size_t end = bar ? (size_t)(bar - s.p) : s.n;

		found = span_ieq(span_trim((struct span){ s.p + at, end - at }),
				 word);
		at = end + 1;
	}
	str_release(&s);
	return found;
}

size_t settings_count(struct span value)
{
	struct span raw, element;
	size_t pos = 0, n = 0;

	if (json_type(value) == JSON_OBJECT)
		while (json_member(value, &pos, &raw, &element))
			n++;
	else
		while (json_each(value, &pos, &element))
			n++;
	return n;
}
