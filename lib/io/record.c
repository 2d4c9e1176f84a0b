/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/record.h"

#include <stdlib.h>

#include "base/mem.h"
#include "io/json.h"

void record_release(struct record *r)
{
	free(r->members);
	free(r->sets);
	str_release(&r->added);
	*r = (struct record){ 0 };
}

static const char *space(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
		p++;
	return p;
}

static int malformed(const struct span line, const char *at, const char *why,
		     struct err *err)
{
	return err_set(err, ERR_DATA, "malformed",
		       "not a JSON object: %s at byte %zu; the stream is no "
		       "NDJSON, or was cut short: make it again",
		       why, (size_t)(at - line.p) + 1);
}

/* A name's bit in record.names: most absent names are known by it alone. */
static inline uint64_t bit_of(const char *name, size_t n)
{
	unsigned c =
	    n ? (unsigned char)name[0] + (unsigned char)name[n - 1] * 7u : 0;

	return UINT64_C(1) << ((c + n) & 63);
}

/* One member at p; returns behind it, or NULL with *why. */
static const char *member(struct record *r, const char *p, const char *end,
			  const char **why)
{
	struct record_member *m;
	const char *q;

	MEM_ROOM(r->members, r->count + 1, r->cap);
	m = &r->members[r->count];
	if (p == end || *p != '"') {
		*why = "member name expected";
		return NULL;
	}
	for (q = p + 1;
	     q < end && *q != '"' && *q != '\\' && (unsigned char)*q >= ' ';
	     q++)
		;
	if (q < end && *q == '"') {
		q++;
	} else { /* escapes, or no proper name */
		r->escapes = true;
		r->names = UINT64_MAX;
		q = json_skip(p, end, why);
		if (!q)
			return NULL;
	}
	m->name = (struct span){ p + 1, (size_t)(q - p) - 2 };
	r->names |= bit_of(m->name.p, m->name.n);
	q = space(q, end);
	if (q == end || *q != ':') {
		*why = "colon expected behind a member name";
		return NULL;
	}
	q = space(q + 1, end);
	m->value.p = q;
	q = json_skip(q, end, why);
	if (!q)
		return NULL;
	m->value.n = (size_t)(q - m->value.p);
	m->whole = (struct span){ p, (size_t)(q - p) };
	r->count++;
	return q;
}

int record_parse(struct record *r, struct span line, struct err *err)
{
	const char *end = line.p + line.n, *p = space(line.p, end), *q;
	const char *why = "object expected";

	r->line = line;
	r->count = 0;
	r->added.n = 0;
	r->nsets = 0;
	r->dirty = r->escapes = false;
	r->names = 0;
	if (p == end || *p != '{')
		return malformed(line, p, why, err);
	q = p + 1;
	p = space(q, end);
	r->head = (size_t)(p - line.p);
	if (p == end || *p != '}')
		for (;;) {
			q = member(r, p, end, &why);
			if (!q)
				return malformed(line, p, why, err);
			p = space(q, end);
			if (p < end && *p == '}')
				break;
			if (p == end || *p != ',')
				return malformed(line, p, "comma or } expected",
						 err);
			p = space(p + 1, end);
		}
	r->tail = (size_t)((r->count ? q : p) - line.p);
	p = space(p + 1, end);
	if (p != end)
		return malformed(line, p, "more text behind the object", err);
	return 0;
}

static inline bool named(const struct record *r, const struct record_member *m,
			 const char *name, size_t n)
{
	if (m->name.n == n && m->name.p[0] == name[0] &&
	    memcmp(m->name.p, name, n) == 0)
		return true;
	return r->escapes && json_name_is(m->name, name);
}

static bool set_named(const struct record *r, const struct record_set *s,
		      const char *name, size_t n)
{
	/* "name": is quote, name, quote, colon */
	return s->value - s->start == n + 3 &&
	       r->added.p[s->start + 1] == name[0] &&
	       memcmp(r->added.p + s->start + 1, name, n) == 0;
}

struct span record_get(const struct record *r, const char *name)
{
	size_t i = r->nsets, n = strlen(name);
	struct span v = { 0 };

	if (!(r->names & bit_of(name, n)))
		return v;
	while (!v.p && i--)
		if (set_named(r, &r->sets[i], name, n))
			v = (struct span){ r->added.p + r->sets[i].value,
					   r->sets[i].end - r->sets[i].value };
	i = r->count;
	while (!v.p && i--)
		if (named(r, &r->members[i], name, n))
			v = r->members[i].value;
	if (json_type(v) == JSON_NULL)
		v = (struct span){ 0 };
	return v;
}

bool record_text(const struct record *r, const char *name, struct str *out)
{
	struct span v = record_get(r, name), t;

	str_reset(out);
	if (json_type(v) == JSON_NUMBER)
		str_span(out, v);
	else if (json_string(v, out))
		return false;
	t = span_trim(span_str(out));
	if (t.n != out->n) {
		memmove(out->p, t.p, t.n);
		out->n = t.n;
		out->p[t.n] = '\0';
	}
	return t.n > 0;
}

bool record_number(const struct record *r, const char *name, double *out)
{
	struct span v = record_get(r, name);

	if (json_type(v) == JSON_STRING && v.n > 2) {
		v.p++;
		v.n -= 2;
		v = span_trim(v);
	}
	return json_number(v, out) == 0;
}

int record_id(const struct record *r, struct str *out, struct err *err)
{
	if (json_type(record_get(r, "id")) == JSON_STRING &&
	    record_text(r, "id", out))
		return 0;
	return err_set(err, ERR_RECORD, "no-id",
		       "record has no \"id\" string; records are made by "
		       "ingest(1)");
}

void record_remove(struct record *r, const char *name)
{
	size_t i, kept, n = strlen(name);

	if (!(r->names & bit_of(name, n)))
		return;
	for (i = 0; i < r->count && !named(r, &r->members[i], name, n); i++)
		;
	for (kept = i; i < r->count; i++)
		if (!named(r, &r->members[i], name, n))
			r->members[kept++] = r->members[i];
	r->dirty = r->dirty || kept != r->count;
	r->count = kept;
	for (i = kept = 0; i < r->nsets; i++)
		if (!set_named(r, &r->sets[i], name, n))
			r->sets[kept++] = r->sets[i];
	r->nsets = kept;
}

/* Opens a set: "name": is in r->added, the value is to be appended. */
static void set_begin(struct record *r, const char *name)
{
	size_t n = strlen(name);
	char *p;

	record_remove(r, name);
	r->names |= bit_of(name, n);
	MEM_ROOM(r->sets, r->nsets + 1, r->sets_cap);
	str_reserve(&r->added, n + 32);
	r->sets[r->nsets].start = r->added.n;
	p = r->added.p + r->added.n;
	*p++ = '"';
	memcpy(p, name, n);
	memcpy(p + n, "\":", 2);
	r->added.n += n + 3;
	r->sets[r->nsets].value = r->added.n;
}

static void set_end(struct record *r)
{
	r->sets[r->nsets++].end = r->added.n;
	r->dirty = true;
}

void record_set(struct record *r, const char *name, struct span raw)
{
	set_begin(r, name);
	str_span(&r->added, raw);
	set_end(r);
}

void record_set_text(struct record *r, const char *name, struct span text)
{
	set_begin(r, name);
	json_put_string(&r->added, text);
	set_end(r);
}

void record_set_number(struct record *r, const char *name, double v,
		       int decimals)
{
	set_begin(r, name);
	json_put_number(&r->added, v, decimals);
	set_end(r);
}

/* Nothing but a comma and white space between p and end? */
static bool only_comma(const char *p, const char *end)
{
	while (p < end && (*p == ',' || *p == ' ' || *p == '\t' || *p == '\r'))
		p++;
	return p == end;
}

/* The members of the line that stay, in long runs with the white space
 * between them. */
static void write_kept(const struct record *r, struct str *out)
{
	const struct record_member *m = r->members;
	size_t i, j;

	for (i = 0; i < r->count; i = j) {
		const char *start = m[i].whole.p;
		const char *end = start + m[i].whole.n;

		for (j = i + 1; j < r->count; j++) {
			if (!only_comma(end, m[j].whole.p))
				break;
			end = m[j].whole.p + m[j].whole.n;
		}
		if (i)
			str_putc(out, ',');
		str_put(out, start, (size_t)(end - start));
	}
}

void record_write(const struct record *r, struct str *out)
{
	size_t i;

	str_reserve(out, r->line.n + r->added.n + r->nsets + 4);
	if (!r->dirty) {
		str_span(out, r->line);
		str_putc(out, '\n');
		return;
	}
	str_put(out, r->line.p, r->head);
	write_kept(r, out);
	for (i = 0; i < r->nsets; i++) {
		if (i || r->count)
			str_putc(out, ',');
		str_put(out, r->added.p + r->sets[i].start,
			r->sets[i].end - r->sets[i].start);
	}
	str_put(out, r->line.p + r->tail, r->line.n - r->tail);
	str_putc(out, '\n');
}

void record_fail(struct record *r, const char *tool, const struct err *err)
{
	struct str *out = &r->added;

	set_begin(r, "error");
	str_puts(out, "{\"tool\":");
	json_put_string(out, span_of(tool));
	str_puts(out, ",\"code\":");
	json_put_string(out, span_of(err->code ? err->code : "failed"));
	str_puts(out, ",\"message\":");
	json_put_string(out, span_of(err->message));
	str_puts(out, err->retry ? ",\"retry\":true}" : ",\"retry\":false}");
	set_end(r);
}
