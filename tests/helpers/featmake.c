/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * featmake: a feature file for tests. Rows from standard input, one per line:
 * id, method number, confidence, then a value per column ("-": missing), by
 * blanks. Operands: stage, recipe (64 hex digits, "text:PACK" for what embed
 * text writes with that model, or "-"), columns ("valence,arousal", or
 * "t:384:3" for t000..t383). Rows of method 1 are marked measured, all others
 * imputed. Written to standard output in key order.
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

int main(int argc, char **argv)
{
	struct feat_schema s = { 0 };
	struct feat_row **rows = NULL;
	struct feat_writer *w;
	struct err err = { 0 };
	size_t n = 0, cap = 0, room = 0;
	char *line = NULL;

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
