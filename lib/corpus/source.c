/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/source.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "corpus/sourceparts.h"
#include "io/json.h"

int source_next(struct source *s, struct source_row *row, struct err *err)
{
	memset(row, 0, sizeof(*row));
	return s->reader->next(s, row, err);
}

/* Reads until the first line is there, or all of a document. */
static int look_ahead(struct source *s, size_t *have, struct err *err)
{
	struct window *w = &s->w;
	size_t seen = 0;

	for (;;) {
		size_t n = w->end - w->pos;

		if (n > seen && memchr(w->buf + w->pos + seen, '\n', n - seen))
			break;
		seen = n;
		if (n > SOURCE_LINE_MAX || w->eof)
			break;
		if (window_more(w, err) < 0)
			return -1;
	}
	*have = w->end - w->pos;
	return 0;
}

static struct span unread(const struct source *s)
{
	return (struct span){ s->w.buf + s->w.pos, s->w.end - s->w.pos };
}

/* NDJSON, or a document? */
static int tell_document(struct source *s, struct err *err)
{
	size_t have;
	const char *why, *nl;
	struct span line;

	if (look_ahead(s, &have, err))
		return -1;
	line = span_trim(unread(s));
	nl = memchr(line.p, '\n', line.n);
	if (nl && !json_skip(line.p, nl, &why) &&
	    window_need(&s->w, SOURCE_DOCUMENT_MAX + 1, err))
		return -1;
	if (sourceformat_is_document(unread(s)))
		s->format = SOURCE_JSON;
	return 0;
}

/* Takes the rest of the input into s->text. */
static int slurp(struct source *s, struct err *err)
{
	if (window_need(&s->w, SOURCE_DOCUMENT_MAX + 1, err))
		return -1;
	if (s->w.end - s->w.pos > SOURCE_DOCUMENT_MAX)
		return err_set(err, ERR_DATA, "too-large",
			       "a document of more than 64 MiB");
	str_reset(&s->text);
	str_span(&s->text, unread(s));
	str_z(&s->text);
	s->w.pos = s->w.end;
	return 0;
}

/* Looks at the first bytes: what is it, and is it anything we read? */
static int find_format(struct source *s, struct err *err)
{
	const bool given = s->format != SOURCE_AUTO;
	struct span head;

	if (window_need(&s->w, SOURCEFORMAT_HEAD, err))
		return -1;
	head = unread(s);
	if (sourceformat_find(s->path, head, &s->format, err))
		return -1;
	if (s->format != SOURCE_CSV && s->format != SOURCE_TSV &&
	    s->format != SOURCE_ARCHIVE && head.n >= 3 &&
	    !memcmp(head.p, "\xEF\xBB\xBF", 3))
		s->w.pos += 3;
	if (s->format == SOURCE_NDJSON && !given && tell_document(s, err))
		return -1;
	if (s->format == SOURCE_JSON || s->format == SOURCE_M3U ||
	    s->format == SOURCE_XSPF) {
		if (slurp(s, err))
			return -1;
		if (s->format == SOURCE_JSON &&
		    json_get(
			json_get(span_trim(span_str(&s->text)), "playlist"),
			"track")
			.p)
			s->format = SOURCE_JSPF;
	}
	return 0;
}

static const struct source_reader *reader_of(enum source_format format)
{
	switch (format) {
	case SOURCE_NDJSON:
		return &source_lines;
	case SOURCE_AUDIO:
		return &source_folder;
	case SOURCE_JSON:
		return &source_document;
	case SOURCE_M3U:
	case SOURCE_XSPF:
	case SOURCE_JSPF:
		return &source_playlist;
	case SOURCE_ARCHIVE:
		return &source_archive;
	default:
		return &source_table;
	}
}

static int begin(struct source *s, struct err *err)
{
	s->format = s->o.format;
	s->anonymous = false;
	if (find_format(s, err))
		return -1;
	if (s->inside && s->format == SOURCE_ARCHIVE)
		return err_set(err, ERR_DATA, "format",
			       "an archive in an archive; extract it");
	s->reader = reader_of(s->format);
	return s->reader->open(s, err);
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

static bool is_folder(const char *path)
{
	struct stat st;

	return strcmp(path, "-") && !stat(path, &st) && S_ISDIR(st.st_mode);
}

struct source *source_open(const char *path, const struct source_options *o,
			   struct err *err)
{
	struct source *s = mem_zalloc(1, sizeof(*s));

	s->o = *o;
	s->path = mem_strdup(strcmp(path, "-") ? path : "stdin");
	s->base = base_name(s->path);
	s->row = &s->own;
	if (sourcerow_open(s->row, err))
		goto fail;
	if (is_folder(path)) {
		if (o->format != SOURCE_AUTO && o->format != SOURCE_AUDIO) {
			err_set(err, ERR_DATA, "format",
				"%s: a folder, where a file is wanted", path);
			goto fail;
		}
		s->reader = &source_folder;
		if (s->reader->open(s, err))
			goto fail;
		return s;
	}
	s->in = input_open(path, err);
	if (!s->in)
		goto fail;
	window_init(&s->w, s->in);
	if (!begin(s, err))
		return s;
	err_prefix(err, "%s", s->path);
fail:
	source_close(s);
	return NULL;
}

struct source *source_child(struct source *parent)
{
	struct source *s = mem_zalloc(1, sizeof(*s));

	s->o = parent->o;
	s->row = parent->row;
	s->inside = true;
	return s;
}

/* Ends what is being read. */
static void finish(struct source *s)
{
	if (s->reader)
		s->reader->close(s);
	s->reader = NULL;
	s->state = NULL;
	if (s->in)
		input_close(s->in);
	s->in = NULL;
	free(s->path);
	free(s->base);
	s->path = s->base = NULL;
}

int source_reopen(struct source *s, struct input *in, const char *name,
		  struct err *err)
{
	finish(s);
	s->in = in;
	s->path = mem_strdup(name);
	s->base = base_name(name);
	s->w.in = in;
	s->w.pos = s->w.end = 0;
	s->w.eof = s->w.skipping = false;
	return begin(s, err);
}

void source_close(struct source *s)
{
	if (!s)
		return;
	finish(s);
	window_release(&s->w);
	sourcerow_release(&s->own);
	str_release(&s->text);
	listener_free(s->listener);
	heard_release(&s->heard);
	audiofolder_name_release(&s->named);
	free(s);
}

bool source_is_file(const struct source *s)
{
	struct stat st;

	return strcmp(input_name(s->in), "standard input") &&
	       !stat(s->path, &st) && S_ISREG(st.st_mode);
}

const char *source_base(const struct source *s)
{
	return s->base;
}

uint64_t source_repaired(const struct source *s)
{
	return s->row->repaired;
}

uint64_t source_mended(const struct source *s)
{
	return s->row->mended_cells;
}

uint64_t source_outside(const struct source *s)
{
	return measured_outside(s->row->measured);
}

bool source_anonymous(const struct source *s)
{
	return s->anonymous;
}
