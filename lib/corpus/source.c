/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "audio/payload.h"
#include "base/mem.h"
#include "corpus/audiofolder.h"
#include "io/csv.h"
#include "io/json.h"
#include "io/record.h"
#include "text/utf8.h"

struct source {
	struct source_options o;
	enum source_format format;
	char *path, *base;
	struct input *in;
	struct window w;
	/* Tables. */
	struct csv *csv;
	const struct fieldmap_column *columns;
	size_t ncolumns;
	bool anonymous;
	/* NDJSON. */
	uint64_t line;
	struct record record;
	struct span *names;
	size_t names_cap;
	struct str decoded;
	/* Folders. */
	struct audiofolder folder;
	struct audiofolder_name said;
	/* Scratch of the row at hand. */
	struct str members, tags, clean, facts[FIELDMAP_ROLES];
	char hex[2 * HASH_SIZE + 1];
	struct err err;
	uint64_t repaired;
};

/* Starts a member of the row at hand. */
static void put_key(struct source *s, struct span key)
{
	if (s->members.n)
		str_putc(&s->members, ',');
	str_span(&s->members, key);
}

static void put_text(struct source *s, struct span key, struct span text)
{
	put_key(s, key);
	json_put_string(&s->members, text);
}

static void put_raw(struct source *s, struct span key, struct span value)
{
	put_key(s, key);
	str_span(&s->members, value);
}

/* A SoundCloud tag list as an array; nothing where it is empty. */
static void put_tags(struct source *s, struct span key, struct span list)
{
	str_reset(&s->tags);
	if (fieldmap_split_tags(list, &s->tags))
		put_raw(s, key, span_str(&s->tags));
}

static void set_fact(struct identity_facts *f, enum fieldmap_role role,
		     struct span text)
{
	switch (role) {
	case FIELDMAP_URL:
		f->url = text;
		break;
	case FIELDMAP_ARTIST:
		f->artist = text;
		break;
	case FIELDMAP_TITLE:
		f->title = text;
		break;
	case FIELDMAP_YEAR:
		f->year = text;
		break;
	case FIELDMAP_DURATION:
		f->duration = text;
		break;
	default:
		break;
	}
}

/* The cell as well-formed UTF-8, NULs (padding) dropped, in *out. Returns
 * whether bytes were lost. */
static bool repair(struct source *s, struct span cell, struct str *out)
{
	size_t bad, kept = 0;

	str_reset(out);
	bad = utf8_clean(cell, out);
	for (size_t i = 0; i < out->n; i++)
		if (out->p[i])
			out->p[kept++] = out->p[i];
	s->repaired += bad || kept < out->n;
	out->n = kept;
	return bad != 0;
}

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

/* One cell of a table, well-formed by now. */
static void put_cell(struct source *s, const struct fieldmap_column *c,
		     struct span cell)
{
	struct span trimmed = span_trim(cell);

	if (!trimmed.n)
		return;
	if (c->kind == FIELDMAP_SOUNDCLOUD_TAGS)
		put_tags(s, c->key, cell);
	else if ((c->kind == FIELDMAP_NUMBER && is_json_number(trimmed)) ||
		 (c->kind == FIELDMAP_TAGS && is_json_strings(trimmed)))
		put_raw(s, c->key, trimmed);
	else
		put_text(s, c->key, cell);
}

static const char *ragged(struct source *s, size_t cells)
{
	snprintf(s->err.message, sizeof(s->err.message),
		 "%zu cells where the header has %zu", cells, s->ncolumns);
	return s->err.message;
}

static int next_table_row(struct source *s, struct source_row *row,
			  struct err *err)
{
	struct csv_row r;
	bool sound;
	int got = csv_read(s->csv, &r, err);

	if (got <= 0)
		return got;
	*row = (struct source_row){ .line = r.line,
				    .raw = r.raw,
				    .reason = r.reason };
	if (r.reason)
		return 1;
	if (r.count != s->ncolumns) {
		row->reason = ragged(s, r.count);
		return 1;
	}
	sound = utf8_valid(r.raw) && !memchr(r.raw.p, 0, r.raw.n);
	str_reset(&s->members);
	for (size_t i = 0; i < r.count; i++) {
		const struct fieldmap_column *c = &s->columns[i];
		struct span cell = r.cells[i];
		struct span fact = cell;

		if (!cell.n)
			continue;
		if (!sound) {
			struct str *fixed = &s->facts[c->role];
			bool lost = repair(s, cell, fixed);
			cell = span_str(fixed);
			/* What is lost from a URL cannot be guessed: as it
			 * is, it will not be taken for an identity. */
			if (!lost || c->role != FIELDMAP_URL)
				fact = cell;
		}
		set_fact(&row->facts, c->role, fact);
		put_cell(s, c, cell);
	}
	row->members = span_str(&s->members);
	return 1;
}

/* The fact in a raw JSON value: a string's text, a number's literal. */
static void json_fact(struct source *s, struct identity_facts *f,
		      enum fieldmap_role role, struct span value)
{
	struct str *text = &s->facts[role];

	str_reset(text);
	if (json_type(value) == JSON_NUMBER)
		set_fact(f, role, value);
	else if (!json_string(value, text))
		set_fact(f, role, span_str(text));
}

/* Member names as plain text, in s->names. */
static void decode_names(struct source *s)
{
	const struct record *r = &s->record;
	size_t at = 0, total = 0;

	for (size_t i = 0; i < r->count; i++)
		total += r->members[i].name.n;
	str_reset(&s->decoded);
	/* An escape never decodes to more bytes than it takes. */
	str_reserve(&s->decoded, total + 16);
	MEM_ROOM(s->names, r->count + 1, s->names_cap);
	for (size_t i = 0; i < r->count; i++) {
		struct span raw = r->members[i].name;

		s->names[i] = raw;
		if (!raw.n || !memchr(raw.p, '\\', raw.n))
			continue;
		at = s->decoded.n;
		str_reset(&s->clean);
		json_string((struct span){ raw.p - 1, raw.n + 2 }, &s->clean);
		str_span(&s->decoded, span_str(&s->clean));
		s->names[i] = (struct span){ s->decoded.p + at, s->clean.n };
	}
}

static void take_members(struct source *s, struct source_row *row)
{
	const struct record *r = &s->record;
	const struct fieldmap_column *columns;

	decode_names(s);
	columns = fieldmap_resolve(s->o.map, s->names, r->count, true);
	str_reset(&s->members);
	for (size_t i = 0; i < r->count; i++) {
		const struct fieldmap_column *c = &columns[i];
		const struct record_member *x = &r->members[i];

		if (c->role != FIELDMAP_NONE)
			json_fact(s, &row->facts, c->role, x->value);
		if (c->kind == FIELDMAP_SOUNDCLOUD_TAGS &&
		    json_type(x->value) == JSON_STRING) {
			str_reset(&s->clean);
			json_string(x->value, &s->clean);
			put_tags(s, c->key, span_str(&s->clean));
		} else if (c->renamed) {
			put_raw(s, c->key, x->value);
		} else {
			put_key(s, x->whole);
		}
	}
	row->members = span_str(&s->members);
}

static int next_line(struct source *s, struct source_row *row, struct err *err)
{
	struct span line;
	bool cut;
	int got;

	do {
		got = window_line(&s->w, SOURCE_LINE_MAX, &line, &cut, err);
		if (got <= 0)
			return got;
		s->line++;
	} while (!span_trim(line).n);
	*row = (struct source_row){ .line = s->line, .raw = line };
	if (cut) {
		row->reason = "a line of more than 16 MiB";
		return 1;
	}
	if (!utf8_valid(line)) {
		str_reset(&s->facts[FIELDMAP_NONE]);
		utf8_clean(line, &s->facts[FIELDMAP_NONE]);
		line = span_str(&s->facts[FIELDMAP_NONE]);
		s->repaired++;
	}
	if (record_parse(&s->record, line, &s->err))
		row->reason = s->err.message;
	else
		take_members(s, row);
	return 1;
}

static int next_file(struct source *s, struct source_row *row)
{
	uint8_t payload[HASH_SIZE], file[HASH_SIZE];
	const char *path;
	char sha[2 * HASH_SIZE + 1];
	struct stat st;

	if (s->line == s->folder.count)
		return 0;
	path = s->folder.paths[s->line++];
	*row = (struct source_row){ .line = s->line, .raw = span_of(path) };
	if ((row->reason = audiofolder_refusal(path)))
		return 1;
	if (!utf8_valid(row->raw)) {
		row->reason = "the file's name is not UTF-8; rename it";
		return 1;
	}
	if (!stat(path, &st) && !st.st_size) {
		row->reason = "an empty file";
		return 1;
	}
	if (payload_digest(path, payload, file, &s->err)) {
		row->reason = s->err.message;
		return 1;
	}
	hash_hex(payload, HASH_SIZE, s->hex);
	hash_hex(file, HASH_SIZE, sha);
	row->facts.payload = span_of(s->hex);
	audiofolder_parse(path, &s->said);
	str_reset(&s->members);
	if (s->said.title.n)
		put_text(s, SPAN("\"title\":"), span_str(&s->said.title));
	if (s->said.artist.n)
		put_text(s, SPAN("\"artist\":"), span_str(&s->said.artist));
	if (s->said.album.n)
		put_text(s, SPAN("\"album\":"), span_str(&s->said.album));
	put_text(s, SPAN("\"audio\":{\"path\":"), row->raw);
	str_printf(&s->members, ",\"sha256\":\"%s\"}", sha);
	row->members = span_str(&s->members);
	return 1;
}

int source_next(struct source *s, struct source_row *row, struct err *err)
{
	switch (s->format) {
	case SOURCE_AUDIO:
		return next_file(s, row);
	case SOURCE_NDJSON:
		return next_line(s, row, err);
	default:
		return s->csv ? next_table_row(s, row, err) : 0;
	}
}

/* Reads a table's header; an empty input has none. */
static int open_table(struct source *s, struct err *err)
{
	char delimiter = s->o.delimiter;
	struct csv_row r;
	struct span *names;
	struct str text = { 0 }, *fixed = &s->facts[0];
	int got;

	if (!delimiter && s->format == SOURCE_TSV)
		delimiter = '\t';
	s->csv = csv_new(&s->w, delimiter, s->o.row_limit);
	got = csv_read(s->csv, &r, err);
	if (got < 0)
		return err_prefix(err, "%s", s->path);
	if (got && r.reason)
		return err_set(err, ERR_DATA, "header",
			       "%s:%llu: the header "
			       "cannot be read: %s",
			       s->path, (unsigned long long)r.line, r.reason);
	s->anonymous = got > 0;
	s->ncolumns = got ? r.count : 0;
	names = mem_zalloc(s->ncolumns + 1, sizeof(*names));
	for (size_t i = 0; i < s->ncolumns; i++) {
		repair(s, r.cells[i], fixed);
		names[i].n = fixed->n;
		str_span(&text, span_str(fixed));
	}
	for (size_t i = 0, at = 0; i < s->ncolumns; at += names[i++].n)
		names[i].p = text.p ? text.p + at : "";
	s->repaired = 0;
	s->columns = fieldmap_resolve(s->o.map, names, s->ncolumns, false);
	for (size_t i = 0; i < s->ncolumns; i++)
		if (s->columns[i].role == FIELDMAP_URL ||
		    s->columns[i].role == FIELDMAP_TITLE)
			s->anonymous = false;
	free(names);
	str_release(&text);
	return 0;
}

/* Looks at the first bytes: what is it, and is it anything we read? */
static int find_format(struct source *s, struct err *err)
{
	struct span head;

	if (window_need(&s->w, SOURCEFORMAT_HEAD, err))
		return err_prefix(err, "%s", s->path);
	head = (struct span){ s->w.buf + s->w.pos, s->w.end - s->w.pos };
	if (sourceformat_find(s->path, head, &s->format, err))
		return -1;
	if (s->format == SOURCE_NDJSON && head.n >= 3 &&
	    !memcmp(head.p, "\xEF\xBB\xBF", 3))
		s->w.pos += 3;
	return 0;
}

static char *base_name(const char *path)
{
	size_t n = strlen(path), start;

	while (n > 1 && path[n - 1] == '/')
		n--;
	start = n;
	while (start && path[start - 1] != '/')
		start--;
	return start == n ? mem_strdup(path) : mem_dup(path + start, n - start);
}

struct source *source_open(const char *path, const struct source_options *o,
			   struct err *err)
{
	struct source *s = mem_zalloc(1, sizeof(*s));
	struct stat st;

	s->o = *o;
	s->format = o->format;
	s->path = mem_strdup(strcmp(path, "-") ? path : "stdin");
	s->base = base_name(s->path);
	if (strcmp(path, "-") && !stat(path, &st) && S_ISDIR(st.st_mode)) {
		if (o->format != SOURCE_AUTO && o->format != SOURCE_AUDIO) {
			err_set(err, ERR_DATA, "format",
				"%s: a folder, where "
				"a file is wanted",
				s->path);
			goto fail;
		}
		s->format = SOURCE_AUDIO;
		if (audiofolder_list(&s->folder, path, err))
			goto fail;
		return s;
	}
	s->in = input_open(path, err);
	if (!s->in)
		goto fail;
	window_init(&s->w, s->in);
	if (find_format(s, err))
		goto fail;
	if (s->format != SOURCE_NDJSON && open_table(s, err))
		goto fail;
	return s;
fail:
	source_close(s);
	return NULL;
}

void source_close(struct source *s)
{
	if (!s)
		return;
	csv_free(s->csv);
	window_release(&s->w);
	if (s->in)
		input_close(s->in);
	record_release(&s->record);
	audiofolder_release(&s->folder);
	audiofolder_name_release(&s->said);
	for (size_t i = 0; i < FIELDMAP_ROLES; i++)
		str_release(&s->facts[i]);
	str_release(&s->members);
	str_release(&s->tags);
	str_release(&s->clean);
	str_release(&s->decoded);
	free(s->names);
	free(s->path);
	free(s->base);
	free(s);
}

const char *source_base(const struct source *s)
{
	return s->base;
}

uint64_t source_repaired(const struct source *s)
{
	return s->repaired;
}

bool source_anonymous(const struct source *s)
{
	return s->anonymous;
}
