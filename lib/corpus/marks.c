/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/marks.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/percent.h"
#include "corpus/identity.h"

enum {
	MEMBERS_MAX = 1000, /* lines; a request has some dozens */
	SHOWN = 60          /* bytes of a line in a message */
};

enum mark { UNDECIDED, KEPT, DROPPED };

struct listed {
	struct str name; /* its id, or what else names it */
	enum mark mark;
	size_t line;
};

struct reading {
	struct marks *m;
	struct listed *items;
	size_t count, cap;
	size_t line, query_line, members;
};

void marks_release(struct marks *m)
{
	str_release(&m->query);
	str_release(&m->members);
	str_release(&m->keep);
	str_release(&m->drop);
	*m = (struct marks){ 0 };
}

static void reset(struct marks *m)
{
	str_reset(&m->query);
	str_reset(&m->members);
	str_reset(&m->keep);
	str_reset(&m->drop);
	m->kept = m->dropped = m->undecided = 0;
}

static struct span behind(struct span s, size_t n)
{
	return (struct span){ s.p + n, s.n - n };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static size_t blanks(struct span s)
{
	size_t n = 0;

	while (n < s.n && is_blank(s.p[n]))
		n++;
	return n;
}

static struct span word(struct span s)
{
	size_t n = 0;

	while (n < s.n && !is_blank(s.p[n]))
		n++;
	return (struct span){ s.p, n };
}

/* A line for a message: its beginning, without what would drive a terminal. */
static const char *shown(struct span s, char out[SHOWN + 4])
{
	size_t n = s.n < SHOWN ? s.n : SHOWN;

	while (n < s.n && n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	for (size_t i = 0; i < n; i++)
		out[i] = (unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f ? '?'
								       : s.p[i];
	memcpy(out + n, n < s.n ? "..." : "", n < s.n ? 4 : 1);
	return out;
}

static int bad(const struct reading *r, struct span line, const char *what,
	       struct err *err)
{
	char text[SHOWN + 4];

	return err_set(err, ERR_RECORD, "marks", "line %zu, \"%s\": %s",
		       r->line, shown(line, text), what);
}

/* --- "# name: value" --- */

/* The length of "name" or "name.inner" that a colon ends; 0: it is none. */
static size_t member_name(struct span s)
{
	size_t n = 0, dots = 0;

	for (; n < s.n && s.p[n] != ':'; n++) {
		char c = s.p[n];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (c == '.' && n && s.p[n - 1] != '.')
			dots++;
		else if (!letter && c != '_' && !(c >= '0' && c <= '9'))
			return 0;
	}
	if (n == s.n || dots > 1 || (n && s.p[n - 1] == '.') ||
	    (n + 1 < s.n && !is_blank(s.p[n + 1])))
		return 0;
	return n;
}

static int read_comment(struct reading *r, struct span line, struct err *err)
{
	struct span s = span_trim(behind(line, 1)), value;
	size_t n = s.n && s.p[0] != '#' ? member_name(s) : 0;
	struct str *to = &r->m->members;

	if (!n)
		return 0;
	value = span_trim(behind(s, n + 1));
	if (span_ieq((struct span){ s.p, n }, "query")) {
		if (r->query_line)
			return bad(r, line,
				   "a second query; a list asks for one thing, "
				   "leave one of the two lines",
				   err);
		r->query_line = r->line;
		str_span(&r->m->query, value);
		return 0;
	}
	if (!value.n)
		return 0;
	if (r->members++ == MEMBERS_MAX)
		return bad(r, line,
			   "more lines of the form \"# name: value\" than any "
			   "request has; leave out those that are comments",
			   err);
	for (size_t i = 0; i < n; i++)
		str_putc(to, s.p[i] >= 'A' && s.p[i] <= 'Z'
				 ? (char)(s.p[i] | 0x20)
				 : s.p[i]);
	str_puts(to, ": ");
	str_span(to, value);
	str_putc(to, '\n');
	return 0;
}

/* --- tracks --- */

/* Also as editors for prose put them: minus, dashes, wide plus. */
static enum mark mark_of(struct span s, size_t *length)
{
	static const struct {
		const char *text;
		enum mark mark;
	} marks[] = { { "+", KEPT },
		      { "-", DROPPED },
		      { "\xef\xbc\x8b", KEPT },
		      { "\xe2\x88\x92", DROPPED },
		      { "\xe2\x80\x93", DROPPED },
		      { "\xe2\x80\x94", DROPPED },
		      { "\xef\xbc\x8d", DROPPED } };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		*length = strlen(marks[i].text);
		if (s.n >= *length && !memcmp(s.p, marks[i].text, *length))
			return marks[i].mark;
	}
	*length = 0;
	return UNDECIDED;
}

static bool is_rank(struct span w)
{
	size_t n = 0;

	while (n < w.n && w.p[n] >= '0' && w.p[n] <= '9')
		n++;
	return span_is(w, ".") || (n && n == w.n) ||
	       (n && n + 1 == w.n && memchr(".):", w.p[n], 3));
}

static bool is_id(struct span w)
{
	if (w.n != IDENTITY_SIZE - 1 || w.p[0] != 'm' || w.p[1] != 'p')
		return false;
	for (size_t i = 2; i < w.n; i++)
		if (!memchr("0123456789abcdef", w.p[i], 16))
			return false;
	return true;
}

/* What names the track, without its mark; where the rank, what could be an id,
 * and the rest have one blank between, they may be a name ("99 Luftballons -
 * Nena"). */
static int read_name(struct reading *r, struct listed *t, struct span line,
		     struct span s, struct err *err)
{
	struct span first = word(s), rest = behind(s, first.n), id;
	size_t gap = blanks(rest);

	rest = behind(rest, gap);
	id = word(rest);
	if (!s.n)
		return bad(r, line, "a mark without a track; put it before one",
			   err);
	if (is_id(first)) {
		str_span(&t->name, first);
	} else if (is_rank(first) && id.n &&
		   (t->mark == UNDECIDED || is_id(id) || gap > 1 ||
		    s.p[first.n] == '\t' || blanks(behind(rest, id.n)) > 1)) {
		percent_decode(id, &t->name);
		if (memchr(t->name.p, '\n', t->name.n)) {
			str_reset(&t->name); /* no id: lists have lines */
			str_span(&t->name, id);
		}
	} else if (t->mark != UNDECIDED && (rest.n || !is_rank(first))) {
		str_span(&t->name, s);
	} else {
		return bad(
		    r, line,
		    is_rank(first)
			? "a rank without a track; put back its id, or "
			  "delete the line"
			: "no line of a marked list, which is a mark (+, "
			  "- or none), a rank and the id of a track; begin "
			  "comments with ##, and requests with {",
		    err);
	}
	return 0;
}

static int read_track(struct reading *r, struct span line, struct err *err)
{
	struct listed *t;
	struct span s = line;
	enum mark mark;
	size_t length;

	MEM_ROOM(r->items, r->count + 1, r->cap);
	t = &r->items[r->count++];
	*t = (struct listed){ .line = r->line };
	while ((mark = mark_of(s, &length)) != UNDECIDED) {
		if (t->mark != UNDECIDED && t->mark != mark)
			return bad(r, line,
				   "both + and -; keep the track or drop it",
				   err);
		t->mark = mark;
		s = behind(s, length);
		s = behind(s, blanks(s));
	}
	return read_name(r, t, line, s, err);
}

/* --- the list --- */

static int by_name(const void *a, const void *b)
{
	const struct listed *x = *(struct listed *const *)a,
			    *y = *(struct listed *const *)b;
	int order = span_cmp(span_str(&x->name), span_str(&y->name));

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

/* The first of a name has the mark of all of them; the others have none. */
static int settle(struct reading *r, struct err *err)
{
	struct listed **sorted = mem_zalloc(r->count + 1, sizeof(*sorted)),
		      *first;
	int rc = 0;

	for (size_t i = 0; i < r->count; i++)
		sorted[i] = &r->items[i];
	qsort(sorted, r->count, sizeof(struct listed *), by_name);
	first = sorted[0];
	for (size_t i = 1; i < r->count && !rc; i++) {
		struct listed *t = sorted[i];

		if (!span_eq(span_str(&t->name), span_str(&first->name))) {
			first = t;
			continue;
		}
		if (t->mark != UNDECIDED && first->mark != UNDECIDED &&
		    t->mark != first->mark) {
			r->line = t->line;
			rc = bad(r, span_str(&t->name),
				 "this track has the other mark on a line "
				 "above; delete one of the two",
				 err);
		}
		if (first->mark == UNDECIDED)
			first->mark = t->mark;
		str_reset(&t->name);
	}
	free(sorted);
	return rc;
}

static void gather(const struct reading *r)
{
	struct marks *m = r->m;

	for (size_t i = 0; i < r->count; i++) {
		const struct listed *t = &r->items[i];
		struct str *to = t->mark == KEPT      ? &m->keep
				 : t->mark == DROPPED ? &m->drop
						      : NULL;

		if (!t->name.n)
			continue;
		m->kept += t->mark == KEPT;
		m->dropped += t->mark == DROPPED;
		m->undecided += t->mark == UNDECIDED;
		if (to) {
			str_span(to, span_str(&t->name));
			str_putc(to, '\n');
		}
	}
}

static int read_lines(struct reading *r, struct span text, struct err *err)
{
	while (text.n) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n;
		struct span line = span_trim((struct span){ text.p, n });

		r->line++;
		text = behind(text, end ? n + 1 : n);
		if (!line.n)
			continue;
		if (line.p[0] == '#' ? read_comment(r, line, err)
				     : read_track(r, line, err))
			return -1;
	}
	if (r->count || r->query_line || r->members)
		return settle(r, err);
	return err_set(err, ERR_RECORD, "marks",
		       "a marked list without a query and without a track; "
		       "send what rerank --format marks wrote");
}

int marks_read(struct marks *m, struct span text, struct err *err)
{
	struct reading r = { .m = m };
	int rc;

	reset(m);
	if (text.n >= 2 &&
	    (!memcmp(text.p, "\xff\xfe", 2) || !memcmp(text.p, "\xfe\xff", 2)))
		return err_set(err, ERR_RECORD, "marks",
			       "the list is in UTF-16; save it as UTF-8");
	if (text.n >= 3 && !memcmp(text.p, "\xef\xbb\xbf", 3))
		text = behind(text, 3);
	rc = read_lines(&r, text, err);
	if (!rc)
		gather(&r);
	for (size_t i = 0; i < r.count; i++)
		str_release(&r.items[i].name);
	free(r.items);
	return rc;
}
