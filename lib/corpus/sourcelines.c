/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NDJSON: one object per line, members byte for byte. */
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/sourceparts.h"
#include "io/json.h"
#include "io/record.h"
#include "text/utf8.h"

struct lines_state {
	uint64_t line;
	struct record record;
	struct span *names;
	int *feature;
	size_t names_cap, feature_cap;
	struct str decoded, fixed;
};

/* The fact in a raw JSON value: a string's text, a number's literal. */
static void json_fact(struct sourcerow *r, enum fieldmap_role role,
		      struct span value)
{
	struct str *text = &r->text[role];

	str_reset(text);
	if (json_type(value) == JSON_NUMBER)
		sourcerow_fact(r, role, value);
	else if (!json_string(value, text))
		sourcerow_fact(r, role, span_str(text));
}

/* Member names as plain text, in t->names. */
static void decode_names(struct lines_state *t, struct str *scratch)
{
	const struct record *r = &t->record;
	size_t at = 0, total = 0;

	for (size_t i = 0; i < r->count; i++)
		total += r->members[i].name.n;
	str_reset(&t->decoded);
	/* An escape never decodes to more bytes than it takes. */
	str_reserve(&t->decoded, total + 16);
	MEM_ROOM(t->names, r->count + 1, t->names_cap);
	for (size_t i = 0; i < r->count; i++) {
		struct span raw = r->members[i].name;

		t->names[i] = raw;
		if (!raw.n || !memchr(raw.p, '\\', raw.n))
			continue;
		at = t->decoded.n;
		str_reset(scratch);
		json_string((struct span){ raw.p - 1, raw.n + 2 }, scratch);
		str_span(&t->decoded, span_str(scratch));
		t->names[i] = (struct span){ t->decoded.p + at, scratch->n };
	}
}

/* Which members are features of others; most records have none. */
static struct span find_measured(struct source *s)
{
	struct lines_state *t = s->state;
	bool worth = false;

	MEM_ROOM(t->feature, t->record.count + 1, t->feature_cap);
	for (size_t i = 0; i < t->record.count; i++) {
		t->feature[i] = -1;
		worth |= span_ieq(t->names[i], "danceability");
	}
	if (!worth)
		return (struct span){ 0 };
	return measured_columns(s->row->measured, t->names, t->record.count,
				t->feature);
}

static struct span string_text(struct span value, struct str *scratch)
{
	str_reset(scratch);
	json_string(value, scratch);
	return span_str(scratch);
}

/* A member that does not pass as it is, or false. */
static bool take_special(struct source *s, const struct fieldmap_column *c,
			 struct span value, int feature)
{
	struct sourcerow *r = s->row;
	enum json_type type = json_type(value);

	if (feature >= 0) {
		if (type == JSON_NUMBER)
			measured_put(r->measured, feature, value);
		else if (type == JSON_STRING)
			measured_put(r->measured, feature,
				     string_text(value, &r->clean));
		return type != JSON_ARRAY && type != JSON_OBJECT;
	}
	if (type != JSON_STRING)
		return false;
	if (c->kind == FIELDMAP_SOUNDCLOUD_TAGS) {
		sourcerow_tags(r, c->key, string_text(value, &r->clean));
		return true;
	}
	if (span_is(c->name, "lyrics")) {
		sourcerow_lyrics(r, string_text(value, &r->clean), "column");
		return true;
	}
	return false;
}

static void take_members(struct source *s, struct source_row *row)
{
	struct lines_state *t = s->state;
	const struct record *rec = &t->record;
	struct sourcerow *r = s->row;
	const struct fieldmap_column *columns;
	struct span measured_by;

	decode_names(t, &r->clean);
	columns = fieldmap_resolve(s->o.map, t->names, rec->count, true);
	measured_by = find_measured(s);
	if (measured_by.n)
		measured_begin(r->measured, measured_by);
	for (size_t i = 0; i < rec->count; i++) {
		const struct fieldmap_column *c = &columns[i];
		const struct record_member *x = &rec->members[i];

		if (c->role != FIELDMAP_NONE)
			json_fact(r, c->role, x->value);
		if (take_special(s, c, x->value, t->feature[i]))
			continue;
		if (c->renamed)
			sourcerow_raw(r, c->key, x->value);
		else
			sourcerow_key(r, x->whole);
	}
	if (measured_by.n)
		sourcerow_measured(r);
	row->members = sourcerow_members(r);
	row->facts = r->facts;
}

/* Could the record be an AcousticBrainz document? */
static bool is_analysis(const struct record *r)
{
	bool metadata = false, features = false;

	for (size_t i = 0; i < r->count; i++) {
		struct span name = r->members[i].name;

		if (json_type(r->members[i].value) != JSON_OBJECT)
			continue;
		metadata |= span_is(name, "metadata");
		features |=
		    span_is(name, "lowlevel") || span_is(name, "highlevel");
	}
	return metadata && features;
}

static int next(struct source *s, struct source_row *row, struct err *err)
{
	struct lines_state *t = s->state;
	struct span line;
	bool cut;
	int got;

	do {
		got = window_line(&s->w, SOURCE_LINE_MAX, &line, &cut, err);
		if (got <= 0)
			return got;
		t->line++;
	} while (!span_trim(line).n);
	row->line = t->line;
	row->raw = line;
	if (cut) {
		row->reason = "a line of more than 16 MiB";
		return 1;
	}
	if (!utf8_valid(line)) {
		str_reset(&t->fixed);
		utf8_clean(line, &t->fixed);
		line = span_str(&t->fixed);
		s->row->repaired++;
	}
	sourcerow_begin(s->row);
	if (record_parse(&t->record, line, &s->err))
		row->reason = s->err.message;
	else if (!is_analysis(&t->record) ||
		 !source_acousticbrainz(s, line, (struct span){ 0 }, row))
		take_members(s, row);
	return 1;
}

static int open(struct source *s, struct err *err)
{
	(void)err;
	s->state = mem_zalloc(1, sizeof(struct lines_state));
	return 0;
}

static void close(struct source *s)
{
	struct lines_state *t = s->state;

	if (!t)
		return;
	record_release(&t->record);
	free(t->names);
	free(t->feature);
	str_release(&t->decoded);
	str_release(&t->fixed);
	free(t);
}

const struct source_reader source_lines = { open, next, close };
