/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/lyrics.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/table.h"
#include "io/input.h"
#include "text/utf8.h"

#define TABLE_MAX (1u << 20)
#define HEADING_MAX 120 /* bytes; longer lines are sung */
#define WORDS_MAX 3     /* in the name of a section */

struct lyrics {
	struct table names; /* folded */
	struct str folded, line;
};

struct lyrics *lyrics_new(const char *path, struct err *err)
{
	struct lyrics *l = mem_zalloc(1, sizeof(*l));
	struct str text = { 0 };
	const char *p, *end;

	if (input_slurp(path, TABLE_MAX, &text, err)) {
		lyrics_free(l);
		str_release(&text);
		return NULL;
	}
	p = text.p;
	end = p + text.n;
	while (p && p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const char *stop = nl ? nl : end;
		const char *tab = memchr(p, '\t', (size_t)(stop - p));

		if (tab && *p != '#') {
			str_reset(&l->folded);
			utf8_fold_name((struct span){ p, (size_t)(tab - p) },
				       &l->folded);
			*table_put(&l->names, span_str(&l->folded)) = 1;
		}
		p = stop + 1;
	}
	str_release(&text);
	return l;
}

void lyrics_free(struct lyrics *l)
{
	if (!l)
		return;
	table_release(&l->names);
	str_release(&l->folded);
	str_release(&l->line);
	free(l);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct span rest(struct span s, size_t n)
{
	return (struct span){ s.p + n, s.n - n };
}

/* "01:23", "01:23.45", "1:02:03.456" between these brackets at the head of s:
 * its length, or 0. */
static size_t timing(struct span s, char open, char close)
{
	size_t i = 1, digits = 0, colons = 0;

	if (s.n < 6 || s.p[0] != open)
		return 0;
	for (; i < s.n && i < 16; i++) {
		char c = s.p[i];
		if (is_digit(c)) {
			digits++;
		} else if (c == ':' && is_digit(s.p[i - 1])) {
			colons++;
		} else if (c != '.' || !is_digit(s.p[i - 1])) {
			break;
		}
	}
	return i < s.n && s.p[i] == close && colons && colons < 3 && digits > 2
		   ? i + 1
		   : 0;
}

/* "[ar: ...]" and its like, the whole of the line. */
static bool is_header(struct span s)
{
	static const char *const tags[] = { "ar", "al", "ti",     "au",  "by",
					    "lr", "la", "length", "re",  "ve",
					    "id", "#",  "offset", "tool" };
	const char *colon = s.n ? memchr(s.p, ':', s.n) : NULL;
	struct span tag;

	if (s.n < 4 || s.p[0] != '[' || s.p[s.n - 1] != ']' || !colon)
		return false;
	tag = span_trim((struct span){ s.p + 1, (size_t)(colon - s.p) - 1 });
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (span_ieq(tag, tags[i]))
			return true;
	return false;
}

/* "x2", "2x", "×2", "repeat x2" (s is folded): a repetition and no more; "4x4"
 * is a thing. */
static bool is_repeat(struct span s)
{
	size_t digits = 0, signs = 0, before = 0, i = 0;

	if (s.n >= 6 && !memcmp(s.p, "repeat", 6)) {
		s = span_trim(rest(s, 6));
		if (!s.n)
			return true;
	}
	while (i < s.n) {
		if (is_digit(s.p[i])) {
			digits++;
			i++;
		} else if (s.p[i] == 'x') {
			before = digits;
			signs++;
			i++;
		} else if (s.n - i > 1 && !memcmp(s.p + i, "\xC3\x97", 2)) {
			before = digits;
			signs++;
			i += 2;
		} else if (s.p[i] == ' ' && i) {
			i++;
		} else {
			return false;
		}
	}
	return signs == 1 && digits && digits < 3 &&
	       (!before || before == digits);
}

/* "2", "ii", "#2", "b" behind a section's name. */
static bool is_number(struct span s)
{
	if (s.n && s.p[0] == '#')
		s = rest(s, 1);
	if (!s.n || s.n > 4)
		return false;
	if (s.n == 1 && s.p[0] >= 'a' && s.p[0] <= 'f')
		return true;
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]) && !strchr("ivx", s.p[i]))
			return false;
	return true;
}

/* Length of the section's name at the head of folded text, or 0. */
static size_t name_length(const struct lyrics *l, struct span s)
{
	size_t found = 0, words = 0;

	for (size_t i = 1; i <= s.n && words < WORDS_MAX; i++) {
		if (i < s.n && !strchr(" :,-0123456789", s.p[i]))
			continue;
		if (table_get(&l->names, (struct span){ s.p, i }))
			found = i;
		words += i < s.n && s.p[i] == ' ';
	}
	return found;
}

enum heading { HEADING_NONE, HEADING_NAME, HEADING_COLON, HEADING_MARKED };

/* What folded text is: a section's name alone; with a number or repetition
 * (MARKED); or with a colon and anything behind it (COLON). */
static enum heading heading(const struct lyrics *l, struct span s)
{
	size_t n = name_length(l, s);
	const char *colon;
	struct span more, mark;

	if (!n)
		return HEADING_NONE;
	more = span_trim(rest(s, n));
	if (!more.n)
		return HEADING_NAME;
	colon = memchr(more.p, ':', more.n);
	mark = colon ? (struct span){ more.p, (size_t)(colon - more.p) } : more;
	mark = span_trim(mark);
	while (mark.n) { /* "2 x2" */
		const char *space = memchr(mark.p, ' ', mark.n);
		size_t len = space ? (size_t)(space - mark.p) : mark.n;
		struct span word = { mark.p, len };

		if (!is_number(word) && !is_repeat(word) && !is_repeat(mark) &&
		    !(word.n > 2 && word.p[0] == '(' &&
		      is_repeat((struct span){ word.p + 1, word.n - 2 })))
			return HEADING_NONE;
		mark = span_trim(rest(mark, len));
	}
	return colon ? HEADING_COLON : HEADING_MARKED;
}

static struct span folded(struct lyrics *l, struct span s)
{
	str_reset(&l->folded);
	utf8_fold_name(s, &l->folded);
	return span_str(&l->folded);
}

/* The bytes inside brackets that hold all of s; {NULL,0} where there are none.
 */
static struct span bracketed(struct span s)
{
	static const char *const pairs[][2] = {
		{ "[", "]" },
		{ "(", ")" },
		{ "{", "}" },
		{ "\xE3\x80\x90", "\xE3\x80\x91" }, /* corner brackets of CJK */
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		size_t a = strlen(pairs[i][0]), b = strlen(pairs[i][1]);
		struct span in;

		if (s.n <= a + b || memcmp(s.p, pairs[i][0], a) ||
		    memcmp(s.p + s.n - b, pairs[i][1], b))
			continue;
		in = (struct span){ s.p + a, s.n - a - b };
		if (!memmem(in.p, in.n, pairs[i][1], b))
			return in;
	}
	return (struct span){ 0 };
}

/* Is a bracketed line a mark? In square brackets a name may be followed by
 * who sings: "[Verse 2: Ann]", "[Chorus - Bo]", "[Outro (spoken)]". */
static bool is_mark(struct lyrics *l, struct span in, bool square)
{
	struct span s = folded(l, in);
	size_t n;

	if (is_repeat(s) || heading(l, s) != HEADING_NONE)
		return true;
	n = square ? name_length(l, s) : 0;
	while (n && n < s.n && (is_digit(s.p[n]) || s.p[n] == ' '))
		n++;
	return n && n < s.n && strchr(":-(,&/|+", s.p[n]);
}

/* Takes "(x2)", "x2" off the end of a line. */
static struct span without_repeat(struct lyrics *l, struct span s)
{
	const char *open;
	size_t at = s.n;

	if (s.n < 3 || !strchr(")]}0123456789xX", s.p[s.n - 1]))
		return s;
	if (strchr(")]}", s.p[s.n - 1])) {
		char o = s.p[s.n - 1] == ')' ? '(' : (char)(s.p[s.n - 1] - 2);
		open = memrchr(s.p, o, s.n);
		if (!open ||
		    !is_repeat(folded(
			l, (struct span){ open + 1,
					  (size_t)(s.p + s.n - open) - 2 })))
			return s;
		return span_trim((struct span){ s.p, (size_t)(open - s.p) });
	}
	while (at && s.p[at - 1] != ' ')
		at--;
	if (at && is_repeat(folded(l, rest(s, at))))
		return span_trim((struct span){ s.p, at });
	return s;
}

/* Removes timing inside the line, in l->line. */
static struct span without_timing(struct lyrics *l, struct span s)
{
	size_t n;

	if (!memchr(s.p, '<', s.n) && !memchr(s.p, '[', s.n))
		return s;
	str_reset(&l->line);
	for (size_t i = 0; i < s.n; i += n) {
		n = timing(rest(s, i), '<', '>');
		if (!n)
			n = timing(rest(s, i), '[', ']');
		if (n)
			continue;
		n = 1;
		if (s.p[i] != ' ' || !l->line.n ||
		    l->line.p[l->line.n - 1] != ' ')
			str_putc(&l->line, s.p[i]);
	}
	return span_trim(span_str(&l->line));
}

/* What is sung of a line; empty: nothing. */
static struct span words_of(struct lyrics *l, struct span line)
{
	struct span s = span_trim(line), in;
	const char *colon;

	if (!s.n || is_header(s))
		return (struct span){ 0 };
	s = without_timing(l, s);
	if (!s.n || s.n > HEADING_MAX)
		return s;
	in = bracketed(s);
	if (in.n && is_mark(l, in, s.p[0] != '('))
		return (struct span){ 0 };
	if (!in.n) {
		switch (heading(l, folded(l, s))) {
		case HEADING_MARKED:
			/* "Break a", "Drop x": somebody may sing that. */
			if (s.p[s.n - 2] == ' ' && !is_digit(s.p[s.n - 1]))
				break;
			return (struct span){ 0 };
		case HEADING_COLON:
			colon = memchr(s.p, ':', s.n);
			s = colon
				? span_trim(rest(s, (size_t)(colon - s.p) + 1))
				: s;
			break;
		default:
			if (is_repeat(span_str(&l->folded)))
				return (struct span){ 0 };
		}
	}
	return without_repeat(l, s);
}

bool lyrics_clean(struct lyrics *l, struct span raw, struct str *out)
{
	const char *p = raw.p, *end = p + raw.n;
	bool gap = false;

	str_reset(out);
	if (raw.n >= 3 && !memcmp(p, "\xEF\xBB\xBF", 3))
		p += 3;
	while (p < end) {
		const char *stop = p;
		struct span line, s;

		while (stop < end && *stop != '\n' && *stop != '\r')
			stop++;
		line = (struct span){ p, (size_t)(stop - p) };
		p = stop + 1;
		if (p < end && *stop == '\r' && *p == '\n')
			p++;
		s = words_of(l, line);
		if (!s.n) {
			gap |= !span_trim(line).n;
			continue;
		}
		if (out->n)
			str_puts(out, gap ? "\n\n" : "\n");
		gap = false;
		str_span(out, s);
	}
	return out->n > 0;
}
