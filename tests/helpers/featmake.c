/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * featmake: a feature file for tests. Rows from standard input, one per line:
 * id, method number, confidence, then a value per column ("-": missing), by
 * blanks. Operands: stage, recipe (64 hex digits, "text:PACK" for what embed
 * text writes with that model, or "-"), columns ("valence,arousal", or
 * "t:384:3" for t000..t383). Rows of method 1 are marked measured, all others
 * imputed. Written to standard output in key order.
 *
 * featmake alter CHANGE...: the feature file on standard input as another
 * release might have made it. A change is NAME@ (the column's version is one
 * more), NAME=VALUE (in the rows that have one), -NAME (without the column),
 * +NAME (one more, with 1 in every row) or "reverse" (of the columns' order).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "corpus/track.h"
#include "io/feat.h"
#include "io/pack.h"
#include "learn/recipe.h"
#include "learn/textmodel.h"

static int fail(const char *what)
{
	fprintf(stderr, "featmake: %s\n", what);
	return 2;
}

static void add_columns(struct feat_schema *s, char *list)
{
	char name[FEAT_NAME], *save = NULL;
	int n, digits;

	if (sscanf(list, "%*1[tav]:%d:%d", &n, &digits) == 2) {
		for (int i = 0; i < n; i++) {
			snprintf(name, sizeof(name), "%c%0*d", list[0], digits,
				 i);
			feat_schema_add(s, name, "1");
		}
		return;
	}
	for (char *p = strtok_r(list, ",", &save); p;
	     p = strtok_r(NULL, ",", &save))
		feat_schema_add(s, p, "1");
}

static int set_recipe(struct feat_schema *s, const char *arg)
{
	struct err err;
	struct pack *p;

	if (strncmp(arg, "text:", 5))
		return 0;
	p = pack_open(arg + 5, TEXTMODEL_KIND, TEXTMODEL_VERSION, &err);
	if (!p)
		return fail(err.message);
	recipe_embed_text(pack_digest(p), s->recipe);
	pack_close(p);
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct feat_row *x = *(struct feat_row *const *)a;
	const struct feat_row *y = *(struct feat_row *const *)b;

	return (x->key > y->key) - (x->key < y->key);
}

static int read_row(struct feat_row *r, const struct feat_schema *s, char *line)
{
	char *save = NULL, *p = strtok_r(line, " \n", &save);
	double v = 0;

	if (!p)
		return -1;
	r->key = track_key(span_of(p));
	for (int i = -2; i < (int)s->count; i++) {
		p = strtok_r(NULL, " \n", &save);
		if (!p || (strcmp(p, "-") && num_double(span_of(p), &v)))
			return -1;
		if (i == -2)
			r->method = (uint8_t)v;
		else if (i == -1)
			r->confidence = (float)v;
		else
			r->values[i] = strcmp(p, "-") ? (float)v : NAN;
	}
	feat_row_mark(r, s, r->method != FEAT_METHOD_MEASURED);
	return 0;
}

struct altered {
	struct feat_schema schema;
	int *source; /* [schema.count] column of the old file, or -1 */
	char **changes;
	int count;
};

/* 1: there is that change of the column; value: behind its sign, or NULL. */
static int changed(const struct altered *a, const char *name, char sign,
		   const char **value)
{
	size_t n = strlen(name);

	for (int i = 0; i < a->count; i++) {
		const char *p = a->changes[i];

		if (sign == '-' ? *p == '-' && !strcmp(p + 1, name)
				: !strncmp(p, name, n) && p[n] == sign) {
			if (value)
				*value = p + n + 1;
			return 1;
		}
	}
	return 0;
}

static void alter_schema(struct altered *a, const struct feat_schema *old)
{
	bool reverse = false;

	memcpy(a->schema.stage, old->stage, sizeof(old->stage));
	memcpy(a->schema.recipe, old->recipe, sizeof(old->recipe));
	a->source = mem_zalloc(old->count + (size_t)a->count, sizeof(int));
	for (int i = 0; i < a->count; i++)
		reverse = reverse || !strcmp(a->changes[i], "reverse");
	for (uint32_t i = 0; i < old->count; i++) {
		uint32_t k = reverse ? old->count - 1 - i : i;
		const struct feat_column *c = &old->columns[k];

		if (changed(a, c->name, '-', NULL))
			continue;
		a->source[a->schema.count] = (int)k;
		feat_schema_add(&a->schema, c->name, c->unit)->version =
		    c->version + (uint32_t)changed(a, c->name, '@', NULL);
	}
	for (int i = 0; i < a->count; i++)
		if (a->changes[i][0] == '+') {
			a->source[a->schema.count] = -1;
			feat_schema_add(&a->schema, a->changes[i] + 1, "1");
		}
}

static void alter_row(const struct altered *a, const struct feat_row *from,
		      struct feat_row *to)
{
	feat_row_reset(to, &a->schema);
	to->key = from->key;
	to->digest = from->digest;
	to->status = from->status;
	to->method = from->method;
	to->confidence = from->confidence;
	for (uint32_t i = 0; i < a->schema.count; i++) {
		const char *value;
		double v = 1;

		if (a->source[i] >= 0)
			v = (double)from->values[a->source[i]];
		if (!isnan(v) &&
		    changed(a, a->schema.columns[i].name, '=', &value))
			v = strtod(value, NULL);
		to->values[i] = (float)v;
	}
	feat_row_mark(to, &a->schema, false);
}

static int alter(int count, char **changes)
{
	struct err err = { 0 };
	struct feat *f = feat_open("-", &err);
	struct altered a = { .changes = changes, .count = count };
	struct feat_row *from, *to;
	struct feat_writer *w;
	int rc;

	if (!f)
		return fail(err.message);
	alter_schema(&a, feat_schema(f));
	from = feat_row_new(feat_schema(f));
	to = feat_row_new(&a.schema);
	w = feat_writer_new(stdout, &a.schema, &err);
	while (w && (rc = feat_read(f, from, &err)) > 0) {
		alter_row(&a, from, to);
		if (feat_write(w, to, &err))
			return fail(err.message);
	}
	if (!w || rc < 0 || feat_writer_end(w, &err) || fflush(stdout))
		return fail(err.message);
	feat_row_free(from);
	feat_row_free(to);
	feat_schema_release(&a.schema);
	feat_close(f);
	free(a.source);
	return 0;
}

int main(int argc, char **argv)
{
	struct feat_schema s = { 0 };
	struct feat_row **rows = NULL;
	struct feat_writer *w;
	struct err err = { 0 };
	size_t n = 0, cap = 0, room = 0;
	char *line = NULL;

	if (argc > 2 && !strcmp(argv[1], "alter"))
		return alter(argc - 2, argv + 2);
	if (argc != 4)
		return fail("usage: featmake STAGE RECIPE COLUMNS < ROWS");
	snprintf(s.stage, sizeof(s.stage), "%s", argv[1]);
	add_columns(&s, argv[3]);
	if (set_recipe(&s, argv[2]))
		return 2;
	while (getline(&line, &room, stdin) > 0) {
		MEM_ROOM(rows, n + 1, cap);
		rows[n] = feat_row_new(&s);
		feat_row_reset(rows[n], &s);
		if (read_row(rows[n++], &s, line))
			return fail("a malformed row");
	}
	if (n)
		qsort(rows, n, sizeof(*rows), by_key);
	w = feat_writer_new(stdout, &s, &err);
	for (size_t i = 0; w && i < n; i++)
		if (feat_write(w, rows[i], &err))
			return fail(err.message);
	if (!w || feat_writer_end(w, &err) || fflush(stdout))
		return fail(err.message);
	for (size_t i = 0; i < n; i++)
		feat_row_free(rows[i]);
	feat_schema_release(&s);
	free(rows);
	free(line);
	return 0;
}
