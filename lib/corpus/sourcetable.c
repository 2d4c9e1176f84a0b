/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables: CSV and TSV. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/sourceparts.h"
#include "io/csv.h"
#include "io/json.h"
#include "text/mend.h"
#include "text/utf8.h"

enum plan {
	PLAN_TEXT,
	PLAN_NUMBER,
	PLAN_TAGS,
	PLAN_SOUNDCLOUD_TAGS,
	PLAN_LYRICS,
	PLAN_MEASURED,
};

struct column {
	struct span key;
	enum fieldmap_role role;
	enum plan plan;
	int feature; /* of PLAN_MEASURED */
};

struct table_state {
	struct csv *csv;
	struct column *columns;
	size_t count;
	struct span measured_by; /* empty: nobody */
};

static bool is_json_number(struct span cell)
{
	const char *why;

	return json_type(cell) == JSON_NUMBER &&
	       json_skip(cell.p, cell.p + cell.n, &why) == cell.p + cell.n;
}

static bool is_json_strings(struct span cell)
{
	const char *why;
	struct span e;
	size_t pos = 0;

	if (json_type(cell) != JSON_ARRAY || memchr(cell.p, '\n', cell.n) ||
	    memchr(cell.p, '\r', cell.n) ||
	    json_skip(cell.p, cell.p + cell.n, &why) != cell.p + cell.n)
		return false;
	while (json_each(cell, &pos, &e) == 1)
		if (json_type(e) != JSON_STRING)
			return false;
	return true;
}

/* A cell that is not empty, mended. */
static void put_text(struct sourcerow *r, const struct column *c,
		     struct span cell)
{
	switch (c->plan) {
	case PLAN_SOUNDCLOUD_TAGS:
		sourcerow_tags(r, c->key, cell);
		break;
	case PLAN_LYRICS:
		sourcerow_lyrics(r, cell, "column");
		break;
	default:
		sourcerow_text(r, c->key, cell);
	}
}

enum state { STATE_SOUND, STATE_REPAIRED, STATE_LOST };

/* text, from the cell or from scratch, is a fact. */
static void set_fact(struct sourcerow *r, const struct column *c,
		     struct span text, bool in_row)
{
	if (in_row)
		sourcerow_fact(r, c->role, text);
	else
		sourcerow_hold(r, c->role, text);
}

/* One cell of a table, well-formed by now; a sound one is in the row itself. */
static void put_cell(struct sourcerow *r, const struct column *c,
		     struct span cell, enum state state, bool mending)
{
	struct span trimmed = span_trim(cell), text = cell;

	if (!trimmed.n)
		return;
	switch (c->plan) {
	case PLAN_MEASURED:
		measured_put(r->measured, c->feature, trimmed);
		return;
	case PLAN_NUMBER:
		if (!is_json_number(trimmed))
			break;
		set_fact(r, c, cell, state == STATE_SOUND);
		sourcerow_raw(r, c->key, trimmed);
		return;
	case PLAN_TAGS:
		if (!is_json_strings(trimmed))
			break;
		sourcerow_raw(r, c->key, trimmed);
		return;
	default:
		break;
	}
	if (mending) {
		text = c->role == FIELDMAP_URL ? mend_url(cell, &r->mended)
					       : sourcerow_mend(r, cell);
		if (!span_trim(text).n)
			return;
	}
	if (c->role != FIELDMAP_URL || state != STATE_LOST)
		set_fact(r, c, text, state == STATE_SOUND && text.p == cell.p);
	put_text(r, c, text);
}

static const char *ragged(struct source *s, size_t cells, size_t wanted)
{
	snprintf(s->err.message, sizeof(s->err.message),
		 "%zu cells where the header has %zu", cells, wanted);
	return s->err.message;
}

static int next(struct source *s, struct source_row *row, struct err *err)
{
	struct table_state *t = s->state;
	struct sourcerow *r = s->row;
	struct csv_row c;
	bool sound, mending;
	int got = csv_read(t->csv, &c, err);

	if (got <= 0)
		return got;
	row->line = c.line;
	row->raw = c.raw;
	row->reason = c.reason;
	if (c.reason)
		return 1;
	if (c.count != t->count) {
		row->reason = ragged(s, c.count, t->count);
		return 1;
	}
	sound = utf8_valid(c.raw) && !memchr(c.raw.p, 0, c.raw.n);
	mending = !sound || mend_suspects(c.raw);
	sourcerow_begin(r);
	if (t->measured_by.n)
		measured_begin(r->measured, t->measured_by);
	for (size_t i = 0; i < c.count; i++) {
		struct span cell = c.cells[i];
		enum state state = STATE_SOUND;

		if (!cell.n)
			continue;
		if (!sound) {
			state = sourcerow_repair(r, cell, &r->clean)
				    ? STATE_LOST
				    : STATE_REPAIRED;
			/* What is lost from a URL cannot be guessed: as it
			 * is, it will not be taken for an identity. */
			if (state == STATE_LOST &&
			    t->columns[i].role == FIELDMAP_URL)
				sourcerow_fact(r, FIELDMAP_URL, cell);
			cell = span_str(&r->clean);
		}
		put_cell(r, &t->columns[i], cell, state, mending);
	}
	if (t->measured_by.n)
		sourcerow_measured(r);
	row->members = sourcerow_members(r);
	row->facts = r->facts;
	return 1;
}

static enum plan plan_of(const struct fieldmap_column *c, int feature)
{
	if (feature >= 0)
		return PLAN_MEASURED;
	if (c->kind == FIELDMAP_TEXT && span_is(c->name, "lyrics"))
		return PLAN_LYRICS;
	return c->kind == FIELDMAP_NUMBER            ? PLAN_NUMBER
	       : c->kind == FIELDMAP_TAGS            ? PLAN_TAGS
	       : c->kind == FIELDMAP_SOUNDCLOUD_TAGS ? PLAN_SOUNDCLOUD_TAGS
						     : PLAN_TEXT;
}

/* Makes out what the header's cells, plain text, are. */
static void plan(struct source *s, const struct span *names)
{
	struct table_state *t = s->state;
	const struct fieldmap_column *c =
	    fieldmap_resolve(s->o.map, names, t->count, false);
	int *feature = mem_zalloc(t->count + 1, sizeof(*feature));

	t->measured_by =
	    measured_columns(s->row->measured, names, t->count, feature);
	t->columns = mem_zalloc(t->count + 1, sizeof(*t->columns));
	for (size_t i = 0; i < t->count; i++) {
		t->columns[i] =
		    (struct column){ c[i].key, c[i].role,
				     plan_of(&c[i], feature[i]), feature[i] };
		if (c[i].role == FIELDMAP_URL || c[i].role == FIELDMAP_TITLE)
			s->anonymous = false;
	}
	free(feature);
}

/* Reads the header; an empty input has none. */
static int open(struct source *s, struct err *err)
{
	struct table_state *t = s->state = mem_zalloc(1, sizeof(*t));
	char delimiter = s->o.delimiter;
	struct str text = { 0 }, *fixed = &s->row->clean;
	struct csv_row r;
	struct span *names;
	int got;

	if (!delimiter && s->format == SOURCE_TSV)
		delimiter = '\t';
	t->csv = csv_new(&s->w, delimiter, s->o.row_limit);
	got = csv_read(t->csv, &r, err);
	if (got < 0)
		return -1;
	if (got && r.reason)
		return err_set(err, ERR_DATA, "header",
			       "line %llu: the header cannot be read: %s",
			       (unsigned long long)r.line, r.reason);
	s->anonymous = got > 0;
	t->count = got ? r.count : 0;
	names = mem_zalloc(t->count + 1, sizeof(*names));
	for (size_t i = 0; i < t->count; i++) {
		sourcerow_repair(s->row, r.cells[i], fixed);
		names[i].n = fixed->n;
		str_span(&text, span_str(fixed));
	}
	for (size_t i = 0, at = 0; i < t->count; at += names[i++].n)
		names[i].p = text.p ? text.p + at : "";
	if (!s->inside)
		s->row->repaired = 0;
	plan(s, names);
	free(names);
	str_release(&text);
	return 0;
}

static void close(struct source *s)
{
	struct table_state *t = s->state;

	if (!t)
		return;
	csv_free(t->csv);
	free(t->columns);
	free(t);
}

const struct source_reader source_table = { open, next, close };
