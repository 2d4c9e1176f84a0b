/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/soft404.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/table.h"
#include "io/input.h"
#include "text/markup.h"
#include "text/url.h"
#include "text/utf8.h"

#define MORE_WORDS 4  /* beside a phrase */
#define FAR 6         /* bits of 64 that two like texts may differ in */
#define FEW 8         /* words; so short a text must be the same */
#define SAID_MAX 1024 /* bytes of a title or heading */

enum kind { PHRASE, EXACT, PATH, LOGIN, FRONT, KINDS };

struct soft404 {
	struct table words[KINDS]; /* folded */
};

void soft404_free(struct soft404 *s)
{
	if (!s)
		return;
	for (int i = 0; i < KINDS; i++)
		table_release(&s->words[i]);
	free(s);
}

static int add_line(struct soft404 *s, struct span line, struct err *err)
{
	static const char *const names[KINDS] = { "phrase", "exact", "path",
						  "login", "front" };
	const char *end = line.p + line.n;
	const char *a = memchr(line.p, '\t', line.n);
	const char *b = a ? memchr(a + 1, '\t', (size_t)(end - a - 1)) : NULL;
	struct span kind = { line.p, a ? (size_t)(a - line.p) : line.n };
	struct str text = { 0 };
	int k = 0;

	while (k < KINDS && !span_is(kind, names[k]))
		k++;
	if (!b || k == KINDS)
		return err_set(err, ERR_DATA, "table",
			       "found \"%.*s\", expected phrase, exact, path, "
			       "login or front, a language and a text, with "
			       "tabs between",
			       (int)(line.n < 60 ? line.n : 60), line.p);
	utf8_fold_name((struct span){ b + 1, (size_t)(end - b - 1) }, &text);
	*table_put(&s->words[k], span_str(&text)) = 1;
	str_release(&text);
	return 0;
}

struct soft404 *soft404_open(const char *path, struct err *err)
{
	struct soft404 *s = mem_zalloc(1, sizeof(*s));
	struct str text = { 0 };
	size_t number = 0;
	int rc = input_slurp(path, 1 << 20, &text, err);

	for (const char *p = text.p, *end = p + text.n; !rc && p < end;) {
		const char *q = memchr(p, '\n', (size_t)(end - p));
		struct span line = { p, (size_t)((q ? q : end) - p) };

		number++;
		p = q ? q + 1 : end;
		if (line.n && line.p[0] != '#' && add_line(s, line, err))
			rc = err_prefix(err, "%s:%zu", path, number);
	}
	str_release(&text);
	if (!rc)
		return s;
	soft404_free(s);
	return NULL;
}

/* Places */

static bool has(const struct soft404 *s, enum kind k, struct span text)
{
	return table_get(&s->words[k], text) != NULL;
}

/* Any segment of a path, lower-cased, is of that kind; *last is the last. */
static bool has_segment(const struct soft404 *s, enum kind k, struct span path,
			bool *last)
{
	struct str one = { 0 };
	bool any = false, is = false;

	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] != '/') {
			str_putc(&one, path.p[i] >= 'A' && path.p[i] <= 'Z'
					   ? (char)(path.p[i] + 32)
					   : path.p[i]);
			if (i + 1 < path.n && path.p[i + 1] != '/')
				continue;
			is = has(s, k, span_str(&one));
			any |= is;
		}
		str_reset(&one);
	}
	str_release(&one);
	*last = is;
	return any;
}

static bool is_front(const struct soft404 *s, const struct url *u)
{
	bool last = false;

	if (u->query.n)
		return false;
	if (u->path.n <= 1)
		return true;
	has_segment(s, FRONT, u->path, &last);
	return last && !memchr(u->path.p + 1, '/', u->path.n - 2);
}

enum soft404_place soft404_place(const struct soft404 *s, struct span from,
				 struct span to)
{
	struct url a, b;
	bool last;

	if (url_parse(from, &a) || url_parse(to, &b))
		return SOFT404_ELSEWHERE;
	if (has_segment(s, LOGIN, b.path, &last) &&
	    !has_segment(s, LOGIN, a.path, &last))
		return SOFT404_LOGIN;
	if (has_segment(s, PATH, b.path, &last) &&
	    !has_segment(s, PATH, a.path, &last))
		return SOFT404_MISSING;
	return is_front(s, &b) && !is_front(s, &a) ? SOFT404_MISSING
						   : SOFT404_ELSEWHERE;
}

/* Pages */

static bool is_word(unsigned char c)
{
	return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

/* The next word at *p, or false. */
static bool next_word(struct span text, size_t *at, struct span *word)
{
	size_t i = *at, start;

	while (i < text.n && !is_word((unsigned char)text.p[i]))
		i++;
	start = i;
	while (i < text.n && is_word((unsigned char)text.p[i]))
		i++;
	*word = (struct span){ text.p + start, i - start };
	*at = i;
	return word->n > 0;
}

static bool has_digit(struct span word)
{
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] >= '0' && word.p[i] <= '9')
			return true;
	return false;
}

/* text, folded, is or holds what the table has, at word boundaries. */
static bool says_so(const struct soft404 *s, struct span text)
{
	const struct table *phrases = &s->words[PHRASE];
	struct span word;
	size_t at = 0, words = 0;

	while (next_word(text, &at, &word))
		words++;
	for (size_t i = 0; i < phrases->count; i++) {
		struct span p = phrases->entries[i].key;
		const char *q = memmem(text.p, text.n, p.p, p.n);
		size_t own = 0, a = 0;
		bool cjk = p.n > 0 && (unsigned char)p.p[0] >= 0xe0;

		if (!q)
			continue;
		while (next_word(p, &a, &word))
			own++;
		if (!cjk && ((q > text.p && is_word((unsigned char)q[-1])) ||
			     (q + p.n < text.p + text.n &&
			      is_word((unsigned char)q[p.n]))))
			continue;
		if (words <= own + MORE_WORDS)
			return true;
	}
	return false;
}

static bool is_edge(char c)
{
	return !is_word((unsigned char)c);
}

/* A title or heading: whole, and each part between separators. */
static bool said(const struct soft404 *s, struct span text)
{
	struct str folded = { 0 };
	bool yes = false;

	if (text.n > SAID_MAX)
		text.n = SAID_MAX;
	utf8_fold_name(text, &folded);
	for (size_t i = 0, from = 0; i <= folded.n && !yes; i++) {
		struct span part;

		if (i < folded.n && folded.p[i] != '|' && folded.p[i] != ':' &&
		    !(folded.p[i] == '-' && i > 0 && folded.p[i - 1] == ' '))
			continue;
		part = (struct span){ folded.p + from, i - from };
		from = i + 1;
		while (part.n && is_edge(part.p[0]))
			part = (struct span){ part.p + 1, part.n - 1 };
		while (part.n && is_edge(part.p[part.n - 1]))
			part.n--;
		yes = part.n && (has(s, EXACT, part) || says_so(s, part));
	}
	str_release(&folded);
	return yes;
}

struct look {
	const struct soft404 *s;
	struct table path; /* words of the URL's path, folded */
	struct str title, heading, word;
	int in_title, in_heading, hidden;
	bool heading_done;
	int bits[64];
	struct soft404_page *out;
};

static bool is_hidden(const char *name)
{
	return !strcmp(name, "script") || !strcmp(name, "style") ||
	       !strcmp(name, "noscript") || !strcmp(name, "template");
}

static void on_start(void *ctx, const char *name, const char *const *attributes)
{
	struct look *l = ctx;

	(void)attributes;
	l->hidden += is_hidden(name);
	l->in_title += !strcmp(name, "title") && !l->title.n;
	l->in_heading += !strcmp(name, "h1") && !l->heading_done;
}

static void on_end(void *ctx, const char *name)
{
	struct look *l = ctx;

	if (is_hidden(name) && l->hidden)
		l->hidden--;
	if (!strcmp(name, "title"))
		l->in_title = 0;
	if (!strcmp(name, "h1") && l->in_heading) {
		l->in_heading = 0;
		l->heading_done = l->heading.n > 0;
	}
}

/* The hash of a word that counts, or 0. */
static uint64_t hash_word(struct look *l, struct span word)
{
	str_reset(&l->word);
	utf8_fold(word, &l->word);
	if (has_digit(word) || table_get(&l->path, span_str(&l->word)))
		return 0;
	return hash_mix(l->word.p, l->word.n);
}

static void on_text(void *ctx, struct span text)
{
	struct look *l = ctx;
	struct span word;
	size_t at = 0;

	if (l->hidden)
		return;
	if (l->in_title && l->title.n < SAID_MAX)
		str_span(&l->title, text);
	else if (l->in_heading && l->heading.n < SAID_MAX)
		str_span(&l->heading, text);
	while (next_word(text, &at, &word)) {
		uint64_t h = hash_word(l, word);

		for (int i = 0; h && i < 64; i++)
			l->bits[i] += h >> i & 1 ? 1 : -1;
		l->out->words += h != 0;
	}
}

static void take_path(struct look *l, struct span url)
{
	struct url u;
	struct span word;
	size_t at = 0;

	if (url_parse(url, &u))
		return;
	while (next_word(u.path, &at, &word)) {
		str_reset(&l->word);
		utf8_fold(word, &l->word);
		*table_put(&l->path, span_str(&l->word)) = 1;
	}
}

void soft404_look(const struct soft404 *s, struct span html, struct span url,
		  struct soft404_page *out)
{
	struct look l = { .s = s, .out = out };
	struct markup m = {
		.ctx = &l, .start = on_start, .end = on_end, .text = on_text
	};
	struct span word;
	size_t at = 0;

	*out = (struct soft404_page){ 0 };
	if (html.n > SOFT404_BODY)
		html.n = SOFT404_BODY;
	take_path(&l, url);
	markup_read_html(&m, html, NULL);
	for (int i = 0; i < 64; i++)
		out->text |= (uint64_t)(l.bits[i] > 0) << i;
	while (next_word(span_str(&l.title), &at, &word))
		out->title = out->title * 31 + hash_word(&l, word);
	out->says_so = (l.title.n && said(s, span_str(&l.title))) ||
		       (l.heading.n && said(s, span_str(&l.heading)));
	table_release(&l.path);
	str_release(&l.title);
	str_release(&l.heading);
	str_release(&l.word);
}

bool soft404_same(const struct soft404_page *a, const struct soft404_page *b)
{
	uint32_t most = a->words > b->words ? a->words : b->words;
	uint32_t least = a->words + b->words - most;
	int far = __builtin_popcountll(a->text ^ b->text);

	if (a->title != b->title)
		return false;
	if (least < FEW)
		return most == least && !far;
	return far <= FAR && most - least <= most / 10;
}

int soft404_probe(struct span url, struct str *out)
{
	struct url u;
	size_t folder = 0;

	str_reset(out);
	if (url_parse(url, &u))
		return -1;
	for (size_t i = 0; i + 1 < u.path.n; i++)
		if (u.path.p[i] == '/')
			folder = i;
	str_printf(out, "%s://%.*s:%d", u.https ? "https" : "http",
		   (int)u.host.n, u.host.p, u.port);
	str_put(out, u.path.p, folder);
	str_printf(out, "/moodpipe-%016llx",
		   (unsigned long long)hash_mix(out->p, out->n));
	return 0;
}
