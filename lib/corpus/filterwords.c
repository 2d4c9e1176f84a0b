/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/filterwords.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "corpus/filtershape.h"

enum { WHERE, WHAT, GROUP, TALK, NOISE, SET, CELLS };

static const char *const wheres[FILTER_WHERES] = {
	[FILTER_TITLE] = "title",
	[FILTER_ARTIST] = "artist",
	[FILTER_GENRE] = "genre",
	[FILTER_TAG] = "tag",
	[FILTER_DESCRIPTION] = "description",
	[FILTER_VIBE] = "vibe",
	[FILTER_MINUTES] = "minutes",
	[FILTER_PLAYS] = "plays",
	[FILTER_HAS] = "has",
	[FILTER_LACKS] = "lacks",
	[FILTER_SHAPE] = "shape",
	[FILTER_START] = "start",
	[FILTER_SOUND] = "sound",
	[FILTER_HEARD] = "heard",
	[FILTER_ARTISTS] = "artists",
	[FILTER_LIMIT] = "limit",
	[FILTER_ALONE] = "alone",
};

const char *music_class_name(enum music_class c)
{
	static const char *const names[MUSIC_CLASSES] = { "track", "set",
							  "talk", "noise" };

	return names[c];
}

const char *filter_where_name(enum filter_where w)
{
	return wheres[w];
}

void filter_scan_release(struct filter_scan *s)
{
	tokens_release(&s->tokens);
	str_release(&s->text);
	free(s->at);
	*s = (struct filter_scan){ 0 };
}

static void add_word(struct filter_scan *s, struct span word)
{
	if (s->count)
		str_putc(&s->text, ' ');
	MEM_ROOM(s->at, s->count + 1, s->cap);
	s->at[s->count].start = s->text.n;
	str_span(&s->text, word);
	s->at[s->count++].end = s->text.n;
}

/* Any number is "#": "episode 12" is "episode #". */
static void add_words(struct filter_scan *s, struct span text)
{
	struct token token;

	tokens_start(&s->tokens, text);
	while (tokens_next(&s->tokens, &token))
		add_word(s,
			 token.kind == TOKEN_NUMBER ? SPAN("#") : token.text);
}

static struct span words(const struct filter_scan *s, size_t i, size_t n)
{
	return (struct span){ s->text.p + s->at[i].start,
			      s->at[i + n - 1].end - s->at[i].start };
}

/* The next piece of *rest up to a separator. */
static bool cut(struct span *rest, char separator, struct span *piece)
{
	const char *q;

	if (!rest->p || !rest->n)
		return false;
	q = memchr(rest->p, separator, rest->n);
	*piece = *rest;
	if (q) {
		piece->n = (size_t)(q - rest->p);
		rest->n -= piece->n + 1;
		rest->p = q + 1;
	} else {
		rest->n = 0;
	}
	return true;
}

static int parse_where(struct filter_row *r, struct span cell, struct err *err)
{
	struct span rest = cell, name;

	while (cut(&rest, ',', &name)) {
		int i = 0;

		while (i < FILTER_WHERES && !span_is(name, wheres[i]))
			i++;
		if (i == FILTER_WHERES ||
		    (i >= FILTER_TEXTS && name.n != cell.n))
			return err_set(err, ERR_DATA, "table",
				       "\"%.*s\" where title, genre, tag, "
				       "minutes or the like was expected",
				       (int)cell.n, cell.p);
		r->where |= 1u << i;
	}
	return r->where ? 0
			: err_set(err, ERR_DATA, "table",
				  "a row that looks nowhere");
}

static bool in_text(const struct filter_row *r)
{
	return r->where < 1u << FILTER_TEXTS;
}

/* "^ live at": anchors stand by themselves, "#" is a number. */
static int parse_phrase(struct filterwords *w, struct filter_scan *s,
			struct filter_row *r, struct err *err)
{
	struct span rest = r->what, word;
	uint64_t *slot;

	str_reset(&s->text);
	s->count = 0;
	while (cut(&rest, ' ', &word)) {
		if (span_is(word, "^") || span_is(word, "$") ||
		    span_is(word, "#"))
			add_word(s, word);
		else
			add_words(s, word);
	}
	if (!s->count)
		return err_set(err, ERR_DATA, "table", "a row without a word");
	slot = table_put(&w->phrases, words(s, 0, s->count));
	for (size_t i = *slot; i; i = w->rows[i - 1].next)
		if (w->rows[i - 1].where & r->where)
			return err_set(err, ERR_DATA, "table",
				       "\"%.*s\" occurs twice for one field",
				       (int)r->what.n, r->what.p);
	r->next = (uint32_t)*slot;
	*slot = w->count + 1;
	if (s->count > w->longest)
		w->longest = s->count;
	return 0;
}

/* "15..30", "15..", "..1"; for sound "speechiness 0.5..0.9". */
static int parse_range(struct filter_row *r, struct err *err)
{
	struct span s = r->what, low, high;
	const char *blank = memrchr(s.p, ' ', s.n);
	const char *dots;

	if (blank) {
		s.n -= (size_t)(blank + 1 - s.p);
		s.p = blank + 1;
		r->what.n = (size_t)(blank - r->what.p);
	}
	dots = memmem(s.p, s.n, "..", 2);
	r->low = -INFINITY;
	r->high = INFINITY;
	if (dots) {
		low = (struct span){ s.p, (size_t)(dots - s.p) };
		high = (struct span){ dots + 2, s.n - low.n - 2 };
	}
	if (!dots || (low.n && num_double(low, &r->low)) ||
	    (high.n && num_double(high, &r->high)) || r->low == r->high ||
	    (r->where == 1u << FILTER_SOUND &&
	     (!blank || !isfinite(r->low) || !isfinite(r->high))))
		return err_set(err, ERR_DATA, "table",
			       "\"%.*s\" where a range "
			       "like 15..30 was expected",
			       (int)s.n, s.p);
	return 0;
}

static int parse_what(struct filterwords *w, struct filter_scan *s,
		      struct filter_row *r, struct err *err)
{
	if (in_text(r))
		return parse_phrase(w, s, r, err);
	switch (r->where) {
	case 1u << FILTER_MINUTES:
	case 1u << FILTER_PLAYS:
	case 1u << FILTER_SOUND:
	case 1u << FILTER_ARTISTS:
		return parse_range(r, err);
	case 1u << FILTER_SHAPE:
		r->shape = filtershape_find(r->what);
		if (r->shape >= 0)
			return 0;
		return err_set(err, ERR_DATA, "table",
			       "\"%.*s\" where dash, brackets, colon, "
			       "question, sentence or digits was expected",
			       (int)r->what.n, r->what.p);
	default:
		return 0;
	}
}

static int parse_line(struct filterwords *w, struct filter_scan *s,
		      struct span line, struct err *err)
{
	static const int classes[] = {
		[TALK] = MUSIC_TALK, [NOISE] = MUSIC_NOISE, [SET] = MUSIC_SET
	};
	struct filter_row r = { 0 };
	struct span cells[CELLS];
	int n = 0;

	while (n < CELLS && cut(&line, '\t', &cells[n])) {
		cells[n] = span_trim(cells[n]);
		n++;
	}
	if (n < CELLS)
		return err_set(err, ERR_DATA, "table",
			       "%d columns where where, what, group and the "
			       "weights of talk, noise and set were expected",
			       n);
	r.what = cells[WHAT];
	if (parse_where(&r, cells[WHERE], err) || parse_what(w, s, &r, err))
		return -1;
	if (!span_is(cells[GROUP], "-")) {
		uint64_t *slot = table_put(&w->groups, cells[GROUP]);

		*slot = *slot ? *slot : w->groups.count;
		r.group = (uint32_t)*slot;
	}
	for (int i = TALK; i <= SET; i++)
		if (num_double(cells[i], &r.weight[classes[i]]))
			return err_set(err, ERR_DATA, "table",
				       "\"%.*s\" where a weight was expected",
				       (int)cells[i].n, cells[i].p);
	MEM_ROOM(w->rows, w->count + 1, w->cap);
	w->rows[w->count++] = r;
	return 0;
}

/* Passes the rows "alone" on to the rows of the groups they name. */
static int set_alone(struct filterwords *w, struct err *err)
{
	for (size_t i = 0; i < w->count; i++) {
		const struct filter_row *r = &w->rows[i];
		const uint64_t *group = table_get(&w->groups, r->what);

		if (r->where != 1u << FILTER_ALONE)
			continue;
		if (!group)
			return err_set(err, ERR_DATA, "table",
				       "a row alone for the group \"%.*s\", "
				       "which no row is in",
				       (int)r->what.n, r->what.p);
		for (size_t k = 0; k < w->count; k++)
			if (w->rows[k].group == *group)
				w->rows[k].alone = true;
	}
	return 0;
}

int filterwords_parse(struct filterwords *w, struct span tsv, const char *name,
		      struct err *err)
{
	struct filter_scan s = { 0 };
	struct span rest, line;
	size_t number = 0;
	int rc = 0;

	*w = (struct filterwords){ .text = mem_dup(tsv.p, tsv.n) };
	rest = (struct span){ w->text, tsv.n };
	while (!rc && cut(&rest, '\n', &line)) {
		number++;
		if (span_trim(line).n && line.p[0] != '#')
			rc = parse_line(w, &s, line, err);
	}
	filter_scan_release(&s);
	if (rc)
		err_prefix(err, "%s:%zu", name, number);
	else if (set_alone(w, err))
		rc = err_prefix(err, "%s", name);
	if (rc)
		filterwords_release(w);
	return rc;
}

void filterwords_release(struct filterwords *w)
{
	table_release(&w->phrases);
	table_release(&w->groups);
	free(w->rows);
	free(w->text);
	*w = (struct filterwords){ 0 };
}

/* The field's row of the longest phrase that starts at word i: row + 1. */
static size_t match(const struct filterwords *w, const struct filter_scan *s,
		    enum filter_where field, size_t i, size_t *length)
{
	size_t n = s->count - i < w->longest ? s->count - i : w->longest;

	for (; n > 0; n--) {
		const uint64_t *slot = table_get(&w->phrases, words(s, i, n));

		for (size_t row = slot ? *slot : 0; row;
		     row = w->rows[row - 1].next)
			if (w->rows[row - 1].where & 1u << field) {
				*length = n;
				return row;
			}
	}
	return 0;
}

void filterwords_each(const struct filterwords *w, struct filter_scan *s,
		      enum filter_where field, struct span text, void *ctx,
		      void (*hit)(void *ctx, size_t row))
{
	struct span line;

	while (cut(&text, '\n', &line)) {
		size_t covered = 0, length = 0;

		str_reset(&s->text);
		s->count = 0;
		add_word(s, SPAN("^"));
		add_words(s, line);
		add_word(s, SPAN("$"));
		for (size_t i = 0; i < s->count; i++) {
			size_t row = match(w, s, field, i, &length);

			if (!row || i + length <= covered)
				continue;
			covered = i + length;
			hit(ctx, row - 1);
		}
	}
}
