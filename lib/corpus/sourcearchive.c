/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Archives: every file in them is a source of its own, one after the other.
 * Names of files are text; nothing is looked up by them.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/sourceparts.h"
#include "io/unpack.h"
#include "text/utf8.h"

struct archive_state {
	struct unpack *unpack;
	struct source *child;
	bool reading, ended;
	uint64_t entries;
	struct str name; /* UTF-8, without control characters */
};

static ssize_t read_entry(void *ctx, void *p, size_t n, struct err *err)
{
	struct archive_state *a = ctx;

	return unpack_read(a->unpack, p, n, err);
}

static int open(struct source *s, struct err *err)
{
	struct archive_state *a = s->state = mem_zalloc(1, sizeof(*a));

	/* What can be opened and sought again is read from its beginning. */
	a->unpack = unpack_open(&s->w, source_is_file(s) ? s->path : NULL, err);
	a->child = source_child(s);
	return a->unpack ? 0 : -1;
}

/* The name as it may be shown. */
static void show_name(struct archive_state *a, struct span raw)
{
	str_reset(&a->name);
	utf8_clean(raw, &a->name);
	for (size_t i = 0; i < a->name.n; i++)
		if ((unsigned char)a->name.p[i] < ' ' || a->name.p[i] == 0x7F)
			a->name.p[i] = '?';
}

/* The entry, or the archive from here on, as a reject. */
static int refuse(struct source *s, struct source_row *row, const char *why)
{
	struct archive_state *a = s->state;

	if (why != s->err.message)
		err_set(&s->err, ERR_RECORD, "entry", "%s", why);
	else if (s->err.code && !strcmp(s->err.code, "archive"))
		a->ended = true;
	*row = (struct source_row){ .line = a->entries,
				    .raw = span_str(&a->name),
				    .inside = span_str(&a->name),
				    .reason = s->err.message };
	return 1;
}

static bool is_sound(struct archive_state *a)
{
	return audiofolder_is_sound(str_z(&a->name));
}

/* Begins with the next entry. 1: it is being read; 2: *row is a reject; 0: the
 * archive has ended; -1. */
static int begin(struct source *s, struct source_row *row, struct err *err)
{
	struct archive_state *a = s->state;
	struct unpack_entry e;
	struct input *in;
	int got = unpack_next(a->unpack, &e, &s->err);

	a->entries += got == 1;
	if (got < 0 && s->err.status != ERR_DATA) {
		*err = s->err;
		return -1;
	}
	if (got < 0) {
		a->entries++;
		str_reset(&a->name);
		refuse(s, row, s->err.message);
		return 2;
	}
	if (!got)
		return 0;
	show_name(a, e.name);
	if (e.kind == UNPACK_LINK)
		return refuse(s, row, "a link in an archive") + 1;
	if (e.kind == UNPACK_OTHER)
		return refuse(s, row, "a device or pipe in an archive") + 1;
	if (is_sound(a))
		return refuse(s, row,
			      "sound in an archive is not read; extract it "
			      "and give its folder") +
		       1;
	in = input_from(read_entry, a, str_z(&a->name), &s->err);
	if (!in || source_reopen(a->child, in, str_z(&a->name), &s->err)) {
		if (s->err.status == ERR_ENV) {
			*err = s->err;
			return -1;
		}
		return refuse(s, row, s->err.message) + 1;
	}
	if (a->child->anonymous)
		return refuse(s, row,
			      "neither NDJSON, AcousticBrainz JSON, a playlist "
			      "nor a table with permalink_url or title in its "
			      "header") +
		       1;
	a->reading = true;
	return 1;
}

static int next(struct source *s, struct source_row *row, struct err *err)
{
	struct archive_state *a = s->state;
	int got;

	while (!a->ended) {
		if (!a->reading) {
			got = begin(s, row, err);
			if (got == 2)
				return 1;
			if (got <= 0)
				return got;
		}
		got = source_next(a->child, row, &s->err);
		if (got == 1) {
			row->inside = span_str(&a->name);
			return 1;
		}
		a->reading = false;
		if (got == 0)
			continue;
		if (s->err.status == ERR_ENV) {
			*err = s->err;
			return -1;
		}
		return refuse(s, row, s->err.message);
	}
	return 0;
}

static void close(struct source *s)
{
	struct archive_state *a = s->state;

	if (!a)
		return;
	source_close(a->child);
	unpack_close(a->unpack);
	str_release(&a->name);
	free(a);
}

const struct source_reader source_archive = { open, next, close };
