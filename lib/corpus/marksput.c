/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers as marked lists. */
#include <stdio.h>

#include "base/percent.h"
#include "corpus/marks.h"
#include "corpus/playlist.h"
#include "corpus/why.h"
#include "io/json.h"

struct putting {
	const struct answer *a;
	struct str *out;
	struct str printed;  /* "\nID\n": what stands in the list */
	struct str id, text; /* scratch */
	int width;           /* of ranks */
};

/* --- the request --- */

static bool is_simple(struct span name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!((name.p[i] >= 'a' && name.p[i] <= 'z') ||
		      (name.p[i] >= '0' && name.p[i] <= '9') ||
		      name.p[i] == '_'))
			return false;
	return name.n != 0;
}

/* A string that a line can say as it is: no JSON, nothing masked, no blanks at
 * its ends. */
static bool is_bare(struct span text)
{
	struct str masked = { 0 };
	const char *why, *end;
	bool bare = text.n && span_trim(text).n == text.n;

	playlist_mask(text, &masked);
	bare = bare && span_eq(span_str(&masked), text);
	str_release(&masked);
	if (!bare)
		return false;
	end = json_skip(text.p, text.p + text.n, &why);
	return end != text.p + text.n;
}

static void put_value(struct putting *p, const char *outer, struct span name,
		      struct span value)
{
	struct str text = { 0 };

	str_printf(p->out, "# %s", outer);
	str_span(p->out, name);
	str_puts(p->out, ": ");
	if (!json_string(value, &text) && is_bare(span_str(&text)))
		playlist_mask(span_str(&text), p->out);
	else
		playlist_mask(value, p->out);
	str_putc(p->out, '\n');
	str_release(&text);
}

static bool all_strings(struct span list)
{
	struct span one;
	size_t pos = 0;
	bool all = true, any = false;

	while (json_each(list, &pos, &one) > 0) {
		any = true;
		all = all && json_type(one) == JSON_STRING;
	}
	return any && all;
}

static bool is_printed(struct putting *p, struct span id)
{
	str_reset(&p->text);
	str_putc(&p->text, '\n');
	str_span(&p->text, id);
	str_putc(&p->text, '\n');
	return p->printed.n &&
	       memmem(p->printed.p, p->printed.n, p->text.p, p->text.n);
}

/* A member, an element of a list on a line of its own. unprinted: without those
 * that have a mark in the list. */
static void put_member(struct putting *p, const char *outer, struct span name,
		       struct span value, bool unprinted)
{
	struct span one;
	size_t pos = 0;

	if (!is_simple(name) || json_type(value) == JSON_NULL)
		return;
	if (!all_strings(value)) {
		put_value(p, outer, name, value);
		return;
	}
	while (json_each(value, &pos, &one) > 0) {
		str_reset(&p->id);
		if (unprinted && !json_string(one, &p->id) &&
		    is_printed(p, span_str(&p->id)))
			continue;
		put_value(p, outer, name, one);
	}
}

static bool is_nested(struct span value)
{
	struct span name, v;
	size_t pos = 0;

	while (json_member(value, &pos, &name, &v) > 0)
		if (!is_simple(name) || json_type(v) == JSON_OBJECT)
			return true;
	return !pos || json_type(value) != JSON_OBJECT;
}

static void put_asked(struct putting *p)
{
	struct span asked = span_str(&p->a->c->asked), name, value, inner, v;
	size_t pos = 0;
	char outer[64];

	while (json_member(asked, &pos, &name, &value) > 0) {
		size_t at = 0;

		if (span_is(name, "query") || span_is(name, "keep"))
			continue;
		if (is_nested(value) || name.n > 32) {
			put_member(p, "", name, value, span_is(name, "unlike"));
			continue;
		}
		snprintf(outer, sizeof(outer), "%.*s.", (int)name.n, name.p);
		while (json_member(value, &at, &inner, &v) > 0)
			put_member(p, outer, inner, v, false);
	}
}

/* The words on one line. */
static void put_query(struct putting *p)
{
	struct span query = span_str(&p->a->c->query);

	str_reset(&p->text);
	for (size_t i = 0; i < query.n; i++)
		str_putc(&p->text,
			 memchr("\t\r\n", query.p[i], 3) ? ' ' : query.p[i]);
	str_puts(p->out, "# query: ");
	playlist_mask(span_str(&p->text), p->out);
	str_putc(p->out, '\n');
}

/* --- tracks --- */

static bool is_among(const uint32_t *rows, size_t count, uint32_t row)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i] == row)
			return true;
	return false;
}

static bool is_kept(struct putting *p, uint32_t row, struct span id)
{
	const struct candidates *c = p->a->c;
	struct span kept = json_get(span_str(&c->asked), "keep"), one;
	size_t pos = 0;

	if (is_among(c->wish.keep, c->wish.keep_count, row))
		return true;
	while (json_each(kept, &pos, &one) > 0) {
		str_reset(&p->text);
		if (!json_string(one, &p->text) &&
		    span_eq(span_str(&p->text), id))
			return true;
	}
	return false;
}

static void note_printed(struct putting *p, struct span id)
{
	str_putc(&p->printed, '\n');
	str_span(&p->printed, id);
	str_putc(&p->printed, '\n');
}

/* rank 0: it has none. */
static void put_line(struct putting *p, char mark, size_t rank,
		     const struct answer_track *t)
{
	struct str *out = p->out;

	if (rank)
		str_printf(out, "%c  %*zu  ", mark, p->width, rank);
	else
		str_printf(out, "%c  %*s  ", mark, p->width, ".");
	percent_encode(t->text[CATALOGUE_ID], "", out);
	str_puts(out, "  ");
	playlist_put_name(t, out);
	while (out->p[out->n - 1] == ' ')
		out->n--;
	str_putc(out, '\n');
}

static void put_comment(struct putting *p, size_t indent, struct span text)
{
	if (!text.n)
		return;
	str_printf(p->out, "##%*s", (int)indent, "");
	playlist_mask(text, p->out);
	str_putc(p->out, '\n');
}

static int put_results(struct putting *p, bool why, struct err *err)
{
	const struct answer *a = p->a;
	struct str line = { 0 };
	struct span station = { "", 0 }, id;
	struct answer_track t;

	for (size_t i = 0; i < a->count; i++) {
		if (answer_track(a, i, &t, err))
			return -1;
		id = t.text[CATALOGUE_ID];
		if (t.stop && !span_eq(t.stop->station, station)) {
			station = t.stop->station;
			put_comment(p, 1, station);
		}
		put_line(p, is_kept(p, t.s->row, id) ? '+' : ' ', i + 1, &t);
		note_printed(p, id);
		str_reset(&line);
		if (why && a->why)
			why_put(a->why, a, &t, &line);
		put_comment(p, (size_t)p->width + 3, span_str(&line));
	}
	str_release(&line);
	return 0;
}

/* Tracks that are not among the results, once each. */
static int put_rows(struct putting *p, char mark, const uint32_t *rows,
		    size_t count, struct err *err)
{
	struct answer_track t;
	struct str room = { 0 };
	int rc = 0;

	for (size_t i = 0; i < count && !rc; i++) {
		rc = catalogue_row(p->a->g, rows[i], t.text, &room, err);
		if (rc || is_printed(p, t.text[CATALOGUE_ID]))
			continue;
		put_line(p, mark, 0, &t);
		note_printed(p, t.text[CATALOGUE_ID]);
	}
	str_release(&room);
	return rc;
}

/* What was to be kept, and is not in this index: it may be in the next. */
static void put_unknown(struct putting *p)
{
	const struct candidates *c = p->a->c;
	struct span kept = json_get(span_str(&c->asked), "keep"), one;
	size_t pos = 0, asked = 0;

	while (json_each(kept, &pos, &one) > 0)
		asked++;
	if (asked <= c->wish.keep_count)
		return;
	for (pos = 0; json_each(kept, &pos, &one) > 0;) {
		str_reset(&p->id);
		if (json_string(one, &p->id) || is_printed(p, span_str(&p->id)))
			continue;
		str_printf(p->out, "+  ");
		playlist_mask(span_str(&p->id), p->out);
		str_putc(p->out, '\n');
		note_printed(p, span_str(&p->id));
	}
}

/* The legs of a journey have the same, all of them. */
static const struct wish *wish_of(const struct answer *a)
{
	const struct candidates *c = a->c;

	return c->leg_count ? &c->legs[0].wish : &c->wish;
}

static int note_dropped(struct putting *p, struct err *err)
{
	const struct wish *w = wish_of(p->a);
	int rc = 0;

	for (size_t i = 0; i < w->unlike_count && !rc; i++) {
		str_reset(&p->id);
		rc = catalogue_copy(p->a->g, w->unlike[i], CATALOGUE_ID, &p->id,
				    err);
		if (!rc)
			note_printed(p, span_str(&p->id));
	}
	return rc;
}

static int put_list(struct putting *p, bool why, struct err *err)
{
	const struct wish *w = wish_of(p->a);
	const struct candidates *c = p->a->c;

	for (size_t n = p->a->count; n >= 10; n /= 10)
		p->width++;
	if (note_dropped(p, err))
		return -1;
	put_asked(p);
	str_puts(p->out,
		 "## + in front keeps a track, - drops it; add tracks as "
		 "+ Artist - Title\n"
		 "## then ask again: moodpipe ask < THIS_LIST\n");
	str_puts(p->out, "## ");
	if (playlist_put_note(p->a, p->out))
		str_putc(p->out, '\n');
	else
		p->out->n -= 3;
	if (put_results(p, why, err) ||
	    put_rows(p, '+', c->wish.keep, c->wish.keep_count, err))
		return -1;
	put_unknown(p);
	str_reset(&p->printed);
	return put_rows(p, '-', w->unlike, w->unlike_count, err);
}

int marks_put(const struct answer *a, bool why, struct str *out,
	      struct err *err)
{
	struct putting p = { .a = a, .out = out, .width = 1 };
	int rc;

	if (a->c->error.n) {
		playlist_put_note(a, &p.text);
		rc = err_set(err, ERR_RECORD, "refused",
			     "no list, for the request was refused: %s",
			     str_z(&p.text));
	} else {
		put_query(&p);
		rc = put_list(&p, why, err);
	}
	str_release(&p.printed);
	str_release(&p.id);
	str_release(&p.text);
	return rc;
}
