/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/labelled.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"
#include "io/csv.h"
#include "io/json.h"

enum { COLUMN_NAME = 64, FIELDS = 16, CHUNK = 1 << 20 };

struct chunk {
	struct chunk *next;
	size_t used;
	char bytes[CHUNK];
};

struct column { /* by number from 1, or by name until the header is read */
	char name[COLUMN_NAME];
	size_t number;
};

struct condition {
	struct column column; /* number 0 and no name: none */
	char is[COLUMN_NAME];
	bool set;
};

struct target {
	const struct texthead *head, *indices;
	struct column columns[TEXTHEADS_COLUMNS];
	size_t count;
	bool flag;
	struct span map; /* JSON object, or none */
	struct condition unless;
};

struct source {
	struct str file;
	char delimiter;
	bool header;
	struct column text, group;
	struct condition where;
	double weight, count;
	struct target targets[TEXTHEADS_MOST];
	struct column fields[FIELDS];
	size_t target_count, field_count;
};

static const char *const source_members[] = { "file",   "delimiter", "header",
					      "text",   "where",     "weight",
					      "count",  "group",     "targets",
					      "fields", NULL };
static const char *const target_members[] = { "head", "columns", "indices",
					      "flag", "map",     "unless",
					      NULL };

static int wrong(struct err *err, const char *what)
{
	return err_set(err, ERR_DATA, "source", "%s", what);
}

static int read_short(char out[COLUMN_NAME], struct span value, struct err *err)
{
	struct str s = { 0 };
	int rc = json_string(value, &s) || s.n >= COLUMN_NAME;

	if (!rc)
		memcpy(out, s.n ? s.p : "", s.n + 1);
	str_release(&s);
	return rc ? wrong(err, "a short text expected") : 0;
}

static int read_column(struct column *c, struct span value, struct err *err)
{
	double v;

	*c = (struct column){ { 0 }, 0 };
	if (!json_number(value, &v)) {
		if (!(v >= 1 && v < 1000) || v != floor(v))
			return wrong(err, "columns are numbered from 1");
		c->number = (size_t)v;
		return 0;
	}
	if (read_short(c->name, value, err) || !c->name[0])
		return wrong(err, "a column is a number or a name");
	return 0;
}

static int read_condition(struct condition *c, struct span pair,
			  struct err *err)
{
	struct span column, value;
	size_t pos = 0;

	*c = (struct condition){ 0 };
	if (!pair.p)
		return 0;
	if (!json_each(pair, &pos, &column) || !json_each(pair, &pos, &value))
		return wrong(err, "a condition is [column, text]");
	c->set = true;
	return read_column(&c->column, column, err) ||
	       read_short(c->is, value, err);
}

static int read_flag(struct span object, const char *name, bool *out,
		     struct err *err)
{
	struct span v = json_get(object, name);

	return v.p && json_bool(v, out)
		   ? err_set(err, ERR_DATA, "source",
			     "%s: true or false expected", name)
		   : 0;
}

static const struct texthead *read_head(const struct textheads *heads,
					struct span name, struct err *err)
{
	struct str s = { 0 };
	const struct texthead *h = NULL;

	if (!json_string(name, &s))
		h = textheads_find(heads, str_z(&s));
	if (!h)
		err_set(err, ERR_DATA, "source", "no head \"%s\"", str_z(&s));
	str_release(&s);
	return h;
}

static int read_target(struct target *t, struct span object,
		       const struct textheads *heads, struct err *err)
{
	struct span columns = json_get(object, "columns"), e;
	struct span indices = json_get(object, "indices");
	size_t pos = 0;

	*t = (struct target){ .map = json_get(object, "map") };
	if (json_only(object, target_members, err))
		return -1;
	if (t->map.p && json_type(t->map) != JSON_OBJECT)
		return wrong(err, "a map is an object");
	t->head = read_head(heads, json_get(object, "head"), err);
	if (!t->head)
		return -1;
	if (indices.p && !(t->indices = read_head(heads, indices, err)))
		return -1;
	while (json_each(columns, &pos, &e)) {
		if (t->count == t->head->count)
			return wrong(err, "more columns than labels");
		if (read_column(&t->columns[t->count++], e, err))
			return -1;
	}
	if (t->count !=
	    (t->head->kind == TEXTHEAD_REGRESSION ? t->head->count : 1))
		return wrong(err, "a target needs one column, of regressions "
				  "one for each label");
	if (read_flag(object, "flag", &t->flag, err) ||
	    read_condition(&t->unless, json_get(object, "unless"), err))
		return -1;
	if (t->flag &&
	    (t->head->kind != TEXTHEAD_LABELS || t->head->count != 1))
		return wrong(err, "a flag is for a head of one label");
	return 0;
}

static int read_share(struct span object, const char *name, double *out,
		      struct err *err)
{
	struct span v = json_get(object, name);

	return v.p && (json_number(v, out) || !(*out >= 0 && *out <= 1e6))
		   ? err_set(err, ERR_DATA, "source",
			     "%s: a number from 0 on expected", name)
		   : 0;
}

static int read_fields(struct source *s, struct span array, size_t most,
		       struct err *err)
{
	struct span e;
	size_t pos = 0;

	for (; json_each(array, &pos, &e); s->field_count++)
		if (s->field_count == most || s->field_count == FIELDS)
			return err_set(err, ERR_DATA, "source",
				       "%zu \"fields\" are read here", most);
		else if (json_type(e) != JSON_NULL &&
			 read_column(&s->fields[s->field_count], e, err))
			return -1;
	return 0;
}

static int read_source(struct source *s, struct span object,
		       const struct textheads *heads, size_t fields,
		       const char *folder, struct err *err)
{
	struct span targets = json_get(object, "targets"), e;
	struct span delimiter = json_get(object, "delimiter");
	struct span group = json_get(object, "group");
	char text[COLUMN_NAME] = { 0 };
	size_t pos = 0;

	s->header = true;
	s->weight = s->count = 1;
	str_puts(&s->file, folder);
	str_putc(&s->file, '/');
	if (json_string(json_get(object, "file"), &s->file))
		return wrong(err, "\"file\" is missing");
	if (json_only(object, source_members, err))
		return err_prefix(err, "%s", str_z(&s->file));
	if (delimiter.p &&
	    (read_short(text, delimiter, err) || strlen(text) != 1))
		return wrong(err, "a delimiter is one byte");
	s->delimiter = text[0];
	if (read_share(object, "weight", &s->weight, err) ||
	    read_share(object, "count", &s->count, err))
		return err_prefix(err, "%s", str_z(&s->file));
	if (read_flag(object, "header", &s->header, err) ||
	    read_column(&s->text, json_get(object, "text"), err) ||
	    (group.p && read_column(&s->group, group, err)) ||
	    read_fields(s, json_get(object, "fields"), fields, err) ||
	    read_condition(&s->where, json_get(object, "where"), err))
		return err_prefix(err, "%s", str_z(&s->file));
	while (json_each(targets, &pos, &e)) {
		if (s->target_count == TEXTHEADS_MOST)
			return wrong(err, "too many targets");
		if (read_target(&s->targets[s->target_count++], e, heads, err))
			return err_prefix(err, "%s", str_z(&s->file));
	}
	if (!s->target_count && heads->count)
		return wrong(err, "a source without targets");
	return 0;
}

static int name_column(struct column *c, const struct csv_row *row,
		       struct err *err)
{
	if (!c->name[0])
		return 0;
	for (size_t i = 0; i < row->count; i++)
		if (span_is(span_trim(row->cells[i]), c->name)) {
			c->number = i + 1;
			return 0;
		}
	return err_set(err, ERR_DATA, "source", "no column \"%s\"", c->name);
}

static int name_columns(struct source *s, const struct csv_row *row,
			struct err *err)
{
	int rc = name_column(&s->text, row, err) ||
		 name_column(&s->group, row, err) ||
		 name_column(&s->where.column, row, err);

	for (size_t i = 0; i < s->field_count && !rc; i++)
		rc = name_column(&s->fields[i], row, err);
	for (size_t i = 0; i < s->target_count && !rc; i++) {
		struct target *t = &s->targets[i];

		rc = name_column(&t->unless.column, row, err);
		for (size_t k = 0; k < t->count && !rc; k++)
			rc = name_column(&t->columns[k], row, err);
	}
	return rc ? -1 : 0;
}

static struct span cell(const struct csv_row *row, const struct column *c)
{
	return c->number && c->number <= row->count
		   ? span_trim(row->cells[c->number - 1])
		   : SPAN("");
}

static bool holds(const struct csv_row *row, const struct condition *c)
{
	return span_is(cell(row, &c->column), c->is);
}

/* The label's number in the head; -1: mapped to none; -2: no such label. */
static int label_number(const struct target *t, struct span name)
{
	struct str mapped = { 0 };
	int k, index;

	if (t->indices) {
		if (num_int(name, 0, (int)t->indices->count - 1, &index))
			return -2;
		name = span_of(t->indices->label[index]);
	}
	if (t->map.p) {
		struct str key = { 0 };
		struct span to;

		str_span(&key, name);
		to = json_get(t->map, str_z(&key));
		str_release(&key);
		if (!to.p || json_string(to, &mapped)) {
			str_release(&mapped);
			return -1;
		}
		name = span_str(&mapped);
	}
	k = texthead_label(t->head, name);
	str_release(&mapped);
	return k < 0 ? -2 : k;
}

static int add_labels(const struct target *t, struct span names, float *to,
		      struct err *err)
{
	size_t told = 0, n = t->head->count;
	float values[TEXTHEADS_COLUMNS] = { 0 };

	if (t->flag) {
		int v;

		if (num_int(names, 0, 1, &v))
			return wrong(err, "0 or 1 expected");
		to[0] = (float)v;
		return 0;
	}
	while (names.n) {
		const char *comma = memchr(names.p, ',', names.n);
		size_t length = comma ? (size_t)(comma - names.p) : names.n;
		struct span one = span_trim((struct span){ names.p, length });
		int k = label_number(t, one);

		if (k == -2)
			return err_set(err, ERR_DATA, "source",
				       "\"%.*s\" is no label of %s", (int)one.n,
				       one.p, t->head->name);
		if (k >= 0 && values[k] == 0) {
			values[k] = 1;
			told++;
		}
		length += comma ? 1 : 0;
		names = (struct span){ names.p + length, names.n - length };
	}
	if (t->head->kind == TEXTHEAD_CLASS && !told)
		return 0;
	for (size_t k = 0; k < n; k++)
		to[k] = t->head->kind == TEXTHEAD_CLASS
			    ? values[k] / (float)told
			    : values[k];
	return 0;
}

static int add_target(const struct target *t, const struct csv_row *row,
		      float *to, struct err *err)
{
	size_t empty = 0;

	if (t->unless.set && holds(row, &t->unless))
		return 0;
	if (t->head->kind != TEXTHEAD_REGRESSION) {
		struct span names = cell(row, &t->columns[0]);

		return names.n ? add_labels(t, names, to, err) : 0;
	}
	for (size_t k = 0; k < t->count; k++)
		empty += !cell(row, &t->columns[k]).n;
	for (size_t k = 0; k < t->count && empty < t->count; k++) {
		double v;

		if (num_double(cell(row, &t->columns[k]), &v) || fabs(v) > 1e9)
			return wrong(err, "a number expected");
		to[k] = (float)v;
	}
	return 0;
}

static struct span keep(struct labelled *l, struct span text)
{
	char *p;

	text.n = text.n > CHUNK ? CHUNK : text.n;
	if (!l->text || CHUNK - l->text->used < text.n) {
		struct chunk *c = mem_alloc(sizeof(*c));

		c->next = l->text;
		c->used = 0;
		l->text = c;
	}
	p = l->text->bytes + l->text->used;
	memcpy(p, text.p, text.n);
	l->text->used += text.n;
	return (struct span){ p, text.n };
}

static int add_row(struct labelled *l, const struct source *s,
		   const struct csv_row *row, struct err *err)
{
	struct span text = cell(row, &s->text), group = text;
	bool told = !l->columns;
	float *to;

	if (s->where.set && !holds(row, &s->where))
		return 0;
	if (!text.n)
		return 0;
	MEM_ROOM(l->items, l->count + 1, l->cap);
	MEM_ROOM(l->targets, (l->count + 1) * l->columns, l->targets_cap);
	to = l->targets + l->count * l->columns;
	for (size_t k = 0; k < l->columns; k++)
		to[k] = NAN;
	for (size_t i = 0; i < s->target_count; i++)
		if (add_target(&s->targets[i], row,
			       to + s->targets[i].head->first, err))
			return -1;
	for (size_t k = 0; k < l->columns; k++)
		told = told || !isnan(to[k]);
	if (!told)
		return 0;
	if (s->group.number)
		group = cell(row, &s->group);
	MEM_ROOM(l->fields, (l->count + 1) * l->field_count, l->fields_cap);
	for (size_t k = 0; k < l->field_count; k++)
		l->fields[l->count * l->field_count + k] =
		    keep(l, cell(row, &s->fields[k]));
	l->items[l->count++] =
	    (struct labelled_text){ keep(l, text), hash_mix(group.p, group.n),
				    (float)s->weight, (float)s->count,
				    (uint16_t)l->sources };
	return 0;
}

static int read_rows(struct labelled *l, struct source *s, struct err *err)
{
	struct input *in = input_open(str_z(&s->file), err);
	struct window w;
	struct csv *csv;
	struct csv_row row;
	bool header = s->header;
	int rc;

	if (!in)
		return -1;
	if (!header && name_columns(s, &(struct csv_row){ 0 }, err)) {
		input_close(in);
		return err_prefix(err, "%s: without a header", str_z(&s->file));
	}
	window_init(&w, in);
	csv = csv_new(&w, s->delimiter, 0);
	while ((rc = csv_read(csv, &row, err)) > 0) {
		if (row.reason)
			rc = err_set(err, ERR_DATA, "source", "%s", row.reason);
		else if (header)
			rc = name_columns(s, &row, err);
		else
			rc = add_row(l, s, &row, err);
		header = false;
		if (rc) {
			err_prefix(err, "%s:%llu", str_z(&s->file),
				   (unsigned long long)row.line);
			break;
		}
	}
	csv_free(csv);
	window_release(&w);
	input_close(in);
	return rc;
}

int labelled_read(struct labelled *l, const struct textheads *heads,
		  struct span sources, const char *folder, struct err *err)
{
	struct span e;
	size_t pos = 0;
	int rc = 0;

	l->columns = heads->columns;
	while (!rc && json_each(sources, &pos, &e)) {
		struct source *s = mem_zalloc(1, sizeof(*s));

		rc = read_source(s, e, heads, l->field_count, folder, err) ||
		     read_rows(l, s, err);
		l->sources++;
		str_release(&s->file);
		free(s);
	}
	return rc ? -1 : 0;
}

void labelled_release(struct labelled *l)
{
	while (l->text) {
		struct chunk *next = l->text->next;

		free(l->text);
		l->text = next;
	}
	free(l->items);
	free(l->targets);
	free(l->fields);
	*l = (struct labelled){ 0 };
}
