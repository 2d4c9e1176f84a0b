/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Marked lists as requests. */
#include "corpus/marks.h"
#include "corpus/request.h"
#include "io/json.h"

/* A "name: value" line taken apart. */
struct member {
	struct span outer, inner; /* inner.n == 0: there is none */
	struct span name, value;  /* name: both, with the dot */
};

static bool next_member(struct span *rest, struct member *m)
{
	struct span line;
	const char *colon, *dot;
	size_t n;

	if (!request_next(rest, &line))
		return false;
	colon = memchr(line.p, ':', line.n);
	n = (size_t)(colon - line.p);
	m->name = m->outer = (struct span){ line.p, n };
	m->value = span_trim((struct span){ colon + 1, line.n - n - 1 });
	dot = memchr(line.p, '.', n);
	m->inner = (struct span){ NULL, 0 };
	if (dot) {
		m->outer.n = (size_t)(dot - line.p);
		m->inner = (struct span){ dot + 1, n - m->outer.n - 1 };
	}
	return true;
}

static bool is_json(struct span v)
{
	const char *why, *end = json_skip(v.p, v.p + v.n, &why);

	return end && end == v.p + v.n;
}

static void put_value(struct str *out, struct span v)
{
	if (is_json(v))
		str_span(out, v);
	else
		json_put_string(out, v);
}

static void put_name(struct str *out, struct span name)
{
	if (out->p[out->n - 1] != '{')
		str_putc(out, ',');
	json_put_string(out, name);
	str_putc(out, ':');
}

/* Elements: those of an array that is given as one, else the value. */
static void put_elements(struct str *out, struct span v, const char **before)
{
	if (is_json(v) && json_type(v) == JSON_ARRAY) {
		v = span_trim((struct span){ v.p + 1, v.n - 2 });
		if (!v.n)
			return;
		str_puts(out, *before);
		str_span(out, v);
	} else {
		str_puts(out, *before);
		put_value(out, v);
	}
	*before = ",";
}

/* All values under m's name, where m is the first of these, as one member. */
static void put_member(struct str *out, struct span members,
		       const struct member *m, struct span name)
{
	struct span rest = members;
	struct member other;
	size_t count = 0;
	const char *before = "";

	while (next_member(&rest, &other)) {
		if (!span_eq(other.name, m->name))
			continue;
		if (!count++ && other.name.p != m->name.p)
			return;
	}
	put_name(out, name);
	if (count == 1) {
		put_value(out, m->value);
		return;
	}
	str_putc(out, '[');
	for (rest = members; next_member(&rest, &other);)
		if (span_eq(other.name, m->name))
			put_elements(out, other.value, &before);
	str_putc(out, ']');
}

static void put_inner(struct str *out, struct span members,
		      const struct member *m)
{
	struct span rest = members;
	struct member other;
	bool first = true;

	while (next_member(&rest, &other)) {
		if (!other.inner.n || !span_eq(other.outer, m->outer))
			continue;
		if (first && other.name.p != m->name.p)
			return;
		if (first) {
			put_name(out, m->outer);
			str_putc(out, '{');
		}
		first = false;
		put_member(out, members, &other, other.inner);
	}
	str_putc(out, '}');
}

/* A list of what the members say and what the marks say. */
static void put_marked(struct str *out, struct span members, const char *name,
		       struct span marked)
{
	const char *before = "";
	size_t start = out->n;
	struct span one;
	struct member m;

	put_name(out, span_of(name));
	str_putc(out, '[');
	while (next_member(&members, &m))
		if (span_is(m.name, name))
			put_elements(out, m.value, &before);
	while (request_next(&marked, &one)) {
		str_puts(out, before);
		json_put_string(out, one);
		before = ",";
	}
	str_putc(out, ']');
	if (!*before)
		out->n = start; /* neither says anything */
}

void marks_request(const struct marks *m, struct str *line)
{
	struct span members = span_str(&m->members), rest = members;
	struct member one;

	str_reset(line);
	str_putc(line, '{');
	if (m->query.n) {
		put_name(line, SPAN("query"));
		json_put_string(line, span_str(&m->query));
	}
	while (next_member(&rest, &one)) {
		if (one.inner.n)
			put_inner(line, members, &one);
		else if (!span_is(one.name, "keep") &&
			 !span_is(one.name, "unlike"))
			put_member(line, members, &one, one.name);
	}
	put_marked(line, members, "keep", span_str(&m->keep));
	put_marked(line, members, "unlike", span_str(&m->drop));
	str_putc(line, '}');
}
