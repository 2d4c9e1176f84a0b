/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/measured.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/table.h"
#include "corpus/datadir.h"
#include "io/input.h"
#include "io/json.h"

#define TABLE_MAX (1u << 20)
#define FACTS_MAX 16
#define PATH_DEPTH 8

/* What a path in a document leads to: further, to a fact, else to the feature
 * of that number less one. */
#define PLACE_PREFIX UINT64_MAX
#define PLACE_FACT (UINT64_C(1) << 32)

struct feature {
	struct span name; /* raw JSON, no quotes: plain ASCII in our table */
	double min, max;
	struct span words; /* object, or absent */
};

struct measured {
	struct str text; /* measured.json */
	struct span root, tables, facts;
	struct feature *features;
	size_t nfeatures, cap;
	struct table numbers; /* name to 1 + index */
	char *document_source;
	struct table places; /* path in a document to PLACE_... */
	/* The row at hand. */
	struct str values, word, path;
	struct span said[FACTS_MAX];
	struct span source;
	bool *seen;
	uint64_t outside;
};

static void add_feature(struct measured *m, struct span name, struct span range)
{
	struct feature f = { .name = name };
	struct str z = { 0 };
	struct span e;
	size_t pos = 0;

	if (json_each(range, &pos, &e))
		json_number(e, &f.min);
	if (json_each(range, &pos, &e))
		json_number(e, &f.max);
	str_span(&z, name);
	f.words = json_get(json_get(m->root, "words"), str_z(&z));
	str_release(&z);
	MEM_ROOM(m->features, m->nfeatures + 1, m->cap);
	m->features[m->nfeatures++] = f;
	*table_put(&m->numbers, name) = m->nfeatures;
}

/* Enters a path and all that leads to it. */
static void add_path(struct measured *m, struct span path, uint64_t place)
{
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] == '.')
			*table_put(&m->places, (struct span){ path.p, i }) =
			    PLACE_PREFIX;
	*table_put(&m->places, path) = place;
}

static void add_documents(struct measured *m, struct span documents)
{
	struct span ours, path;
	struct str name = { 0 };
	size_t pos = 0;

	json_string(json_get(documents, "name"), &name);
	m->document_source = mem_strdup(str_z(&name));
	str_release(&name);
	while (json_member(json_get(documents, "paths"), &pos, &ours, &path)) {
		const uint64_t *f = table_get(&m->numbers, ours);
		if (f && path.n > 2)
			add_path(m, (struct span){ path.p + 1, path.n - 2 },
				 *f);
	}
	m->facts = json_get(documents, "facts");
	pos = 0;
	for (uint64_t i = 0;
	     i < FACTS_MAX && json_member(m->facts, &pos, &ours, &path); i++)
		if (path.n > 2)
			add_path(m, (struct span){ path.p + 1, path.n - 2 },
				 PLACE_FACT | i);
}

struct measured *measured_new(struct err *err)
{
	struct measured *m = mem_zalloc(1, sizeof(*m));
	struct str path = { 0 };
	struct span n, v, range;
	const char *why, *end;
	size_t pos = 0;

	datadir_path("maps/measured.json", &path);
	if (input_slurp(str_z(&path), TABLE_MAX, &m->text, err))
		goto fail;
	m->root = span_trim(span_str(&m->text));
	end = json_skip(m->root.p, m->root.p + m->root.n, &why);
	if (end != m->root.p + m->root.n) {
		err_set(err, ERR_DATA, "malformed", "%s: malformed JSON",
			str_z(&path));
		goto fail;
	}
	v = json_get(m->root, "features");
	while (json_member(v, &pos, &n, &range))
		add_feature(m, n, range);
	m->tables = json_get(m->root, "tables");
	add_documents(m, json_get(m->root, "documents"));
	m->seen = mem_zalloc(m->nfeatures + 1, sizeof(*m->seen));
	str_release(&path);
	return m;
fail:
	str_release(&path);
	measured_free(m);
	return NULL;
}

void measured_free(struct measured *m)
{
	if (!m)
		return;
	str_release(&m->text);
	str_release(&m->values);
	str_release(&m->word);
	str_release(&m->path);
	table_release(&m->numbers);
	table_release(&m->places);
	free(m->features);
	free(m->document_source);
	free(m->seen);
	free(m);
}

/* Lower case, with underscores, without spaces around it. */
static void spelling(struct span name, struct str *out)
{
	str_reset(out);
	name = span_trim(name);
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c + 32);
		str_putc(out, c == ' ' || c == '-' ? '_' : c);
	}
}

/* Does the table of columns (spelling to index) hold all of "when"? */
static bool applies(const struct table *columns, struct span when)
{
	struct span e;
	size_t pos = 0, met = 0;

	while (json_each(when, &pos, &e)) {
		if (!table_get(columns, (struct span){ e.p + 1, e.n - 2 }))
			return false;
		met++;
	}
	return met > 0;
}

struct span measured_columns(const struct measured *m, const struct span *names,
			     size_t n, int *feature)
{
	struct table columns = { 0 };
	struct str s = { 0 };
	struct span t;
	struct span name, source = { 0 };
	size_t pos = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t *place;

		feature[i] = -1;
		spelling(names[i], &s);
		place = table_put(&columns, span_str(&s));
		if (!*place)
			*place = i + 1;
	}
	while (!source.n && json_each(m->tables, &pos, &t)) {
		struct span theirs, ours;
		size_t at = 0;

		if (!applies(&columns, json_get(t, "when")))
			continue;
		name = json_get(t, "name");
		source = (struct span){ name.p + 1, name.n - 2 };
		while (
		    json_member(json_get(t, "columns"), &at, &theirs, &ours)) {
			struct span o = { ours.p + 1, ours.n - 2 };
			uint64_t *i = table_get(&columns, theirs);
			uint64_t *f = table_get(&m->numbers, o);
			if (i && f)
				feature[*i - 1] = (int)*f - 1;
		}
	}
	table_release(&columns);
	str_release(&s);
	return source;
}

void measured_begin(struct measured *m, struct span source)
{
	str_reset(&m->values);
	m->source = source;
	memset(m->seen, 0, m->nfeatures * sizeof(*m->seen));
}

static void put(struct measured *m, struct span name, struct span raw)
{
	str_puts(&m->values, m->values.n ? ",\"" : "\"");
	str_span(&m->values, name);
	str_puts(&m->values, "\":");
	str_span(&m->values, raw);
}

void measured_put(struct measured *m, int feature, struct span text)
{
	const struct feature *f = &m->features[feature];
	const char *why;
	double v;

	text = span_trim(text);
	if (!text.n || m->seen[feature])
		return;
	if (f->words.p) {
		struct span word;

		str_reset(&m->word);
		str_span(&m->word, text);
		word = json_get(f->words, str_z(&m->word));
		if (word.p)
			text = word;
	}
	/* A number in a form that is not JSON's (".5") is written as one. */
	if (num_double(text, &v)) {
		m->outside++;
		return;
	}
	if (!(v >= f->min && v <= f->max)) {
		m->outside++;
		return;
	}
	m->seen[feature] = true;
	if (json_type(text) == JSON_NUMBER &&
	    json_skip(text.p, text.p + text.n, &why) == text.p + text.n) {
		put(m, f->name, text);
	} else {
		str_reset(&m->word);
		str_fixed(&m->word, v, 9);
		put(m, f->name, span_str(&m->word));
	}
}

bool measured_end(struct measured *m, struct str *out)
{
	if (!m->values.n)
		return false;
	str_puts(out, "{\"");
	str_span(out, m->source);
	str_puts(out, "\":{");
	str_span(out, span_str(&m->values));
	str_puts(out, "}}");
	return true;
}

uint64_t measured_outside(const struct measured *m)
{
	return m->outside;
}

/* Puts what the document has below a path, in its own order. */
static void walk(struct measured *m, struct span json, int depth)
{
	size_t pos = 0, n = m->path.n;
	struct span name, v;

	while (json_member(json, &pos, &name, &v)) {
		uint64_t *place;

		m->path.n = n;
		if (n)
			str_putc(&m->path, '.');
		str_span(&m->path, name);
		place = table_get(&m->places, span_str(&m->path));
		if (!place)
			continue;
		if (*place == PLACE_PREFIX) {
			if (depth < PATH_DEPTH)
				walk(m, v, depth + 1);
		} else if (*place & PLACE_FACT) {
			size_t i = *place & ~PLACE_FACT;
			if (json_type(v) == JSON_STRING)
				m->said[i] = v;
		} else if (json_type(v) == JSON_STRING) {
			measured_put(m, (int)*place - 1,
				     (struct span){ v.p + 1, v.n - 2 });
		} else if (json_type(v) == JSON_NUMBER) {
			measured_put(m, (int)*place - 1, v);
		}
	}
	m->path.n = n;
}

bool measured_document(struct measured *m, struct span json, struct str *out)
{
	struct span ours, path;
	size_t pos = 0, i = 0;

	measured_begin(m, span_of(m->document_source));
	memset(m->said, 0, sizeof(m->said));
	str_reset(&m->path);
	walk(m, json, 0);
	while (m->values.n && json_member(m->facts, &pos, &ours, &path) &&
	       i < FACTS_MAX) {
		if (m->said[i].p)
			put(m, ours, m->said[i]);
		i++;
	}
	return measured_end(m, out);
}

/* Appends the members of b that a lacks, behind those of a; where both have an
 * object and deep is set, their union. */
static void unite(struct span a, struct span b, bool deep, struct str *out)
{
	struct span name, value, mine;
	struct str z = { 0 };
	size_t pos = 0;
	bool first = true;

	str_putc(out, '{');
	while (json_member(a, &pos, &name, &value)) {
		str_puts(out, first ? "\"" : ",\"");
		first = false;
		str_span(out, name);
		str_puts(out, "\":");
		str_reset(&z);
		str_span(&z, name);
		mine = deep ? json_get(b, str_z(&z)) : (struct span){ 0 };
		if (json_type(value) == JSON_OBJECT &&
		    json_type(mine) == JSON_OBJECT)
			unite(value, mine, false, out);
		else
			str_span(out, value);
	}
	pos = 0;
	while (json_member(b, &pos, &name, &value)) {
		str_reset(&z);
		str_span(&z, name);
		if (json_get(a, str_z(&z)).p)
			continue;
		str_puts(out, first ? "\"" : ",\"");
		first = false;
		str_span(out, name);
		str_puts(out, "\":");
		str_span(out, value);
	}
	str_putc(out, '}');
	str_release(&z);
}

bool measured_unite(struct span a, struct span b, struct str *out)
{
	str_reset(out);
	if (json_type(a) != JSON_OBJECT || json_type(b) != JSON_OBJECT)
		return false;
	unite(a, b, true, out);
	return true;
}
