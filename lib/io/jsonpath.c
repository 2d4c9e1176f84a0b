/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/jsonpath.h"

#include "base/num.h"
#include "io/json.h"

enum { NAME = 128, FOUND = 256 };

/* Takes one step off *path: a name in `name`, or an index (-1: all). 1 name,
 * 2 index, 0 the end, -1 malformed. */
static int step(const char **path, char name[NAME], int *index)
{
	const char *p = *path;
	size_t n;

	if (*p == '.')
		p++;
	else if (!*p)
		return 0;
	if (*p == '[') {
		n = strcspn(++p, "]");
		if (p[n] != ']')
			return -1;
		*path = p + n + 1;
		*index = -1;
		if (n == 1 && *p == '*')
			return 2;
		return num_int((struct span){ p, n }, 0, 1 << 20, index) ? -1
									 : 2;
	}
	n = strcspn(p, ".[");
	if (!n || n >= NAME)
		return -1;
	memcpy(name, p, n);
	name[n] = '\0';
	*path = p + n;
	return 1;
}

bool jsonpath_valid(const char *path)
{
	char name[NAME];
	int index, rc;

	if (*path == '.')
		return false;
	while ((rc = step(&path, name, &index)) > 0)
		;
	return !rc;
}

size_t jsonpath_find(struct span value, const char *path, struct span *out,
		     size_t most)
{
	char name[NAME];
	struct span element;
	size_t pos = 0, n = 0;
	int index = 0, at = 0;

	if (!value.p || json_type(value) == JSON_NULL || !most)
		return 0;
	switch (step(&path, name, &index)) {
	case 0:
		*out = value;
		return 1;
	case 1:
		if (json_type(value) != JSON_OBJECT)
			return 0;
		return jsonpath_find(json_get(value, name), path, out, most);
	case 2:
		if (json_type(value) != JSON_ARRAY)
			return 0;
		for (; n < most && json_each(value, &pos, &element) > 0; at++)
			if (index < 0 || at == index)
				n += jsonpath_find(element, path, out + n,
						   most - n);
		return n;
	default:
		return 0;
	}
}

static void add_text(struct span value, const char *between, struct str *out)
{
	size_t before = out->n;

	if (before)
		str_puts(out, between);
	if (json_type(value) == JSON_STRING) {
		size_t start = out->n;

		if (!json_string(value, out) && out->n > start)
			return;
	} else if (json_type(value) == JSON_NUMBER ||
		   json_type(value) == JSON_BOOL) {
		str_span(out, value);
		return;
	}
	out->n = before;
}

bool jsonpath_text(struct span value, const char *path, const char *between,
		   struct str *out)
{
	struct span found[FOUND], element;
	size_t n = jsonpath_find(value, path, found, FOUND);

	str_reset(out);
	for (size_t i = 0; i < n; i++) {
		size_t pos = 0;

		if (json_type(found[i]) != JSON_ARRAY)
			add_text(found[i], between, out);
		else
			while (json_each(found[i], &pos, &element) > 0)
				add_text(element, between, out);
	}
	return out->n > 0;
}
