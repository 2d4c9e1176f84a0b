/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/tokendecode.h"

#include <stdlib.h>

#include "base/mem.h"
#include "encoder/tokencomponent.h"
#include "encoder/bytelevel.h"
#include "encoder/tokenread.h"
#include "encoder/tokenregex.h"
#include "io/json.h"
#include "text/utf8.h"

#define STEPS_MAX 64
#define TEXT_MAX ((size_t)64 << 20) /* what is beyond is dropped */

struct step {
	enum step_kind {
		STEP_JOIN, /* no decoder: blanks between */
		STEP_WORDPIECE,
		STEP_BYTES,
		STEP_METASPACE,
		STEP_SUFFIX,
		STEP_FALLBACK,
		STEP_FUSE,
		STEP_STRIP,
		STEP_REPLACE,
	} kind;
	struct str text; /* prefix, mark, suffix, content */
	bool cleanup;    /* WORDPIECE */
	bool drop;       /* METASPACE: the mark that was put first */
	int64_t start, stop;
	struct tokenregex *regex;
};

struct tokendecode {
	struct step steps[STEPS_MAX];
	size_t count;
};

void tokenstrings_release(struct tokenstrings *s)
{
	str_release(&s->text);
	free(s->ends);
	*s = (struct tokenstrings){ 0 };
}

static void add(struct tokenstrings *s, struct span x)
{
	if (x.n <= TEXT_MAX - s->text.n)
		str_span(&s->text, x);
}

static void end(struct tokenstrings *s)
{
	MEM_ROOM(s->ends, s->count + 1, s->cap);
	s->ends[s->count++] = s->text.n;
}

void tokenstrings_put(struct tokenstrings *s, struct span string)
{
	add(s, string);
	end(s);
}

/* --- steps: each appends to `to` what one string becomes --- */

struct stepping {
	const struct step *step;
	struct tokenstrings *to;
	struct span x; /* the string */
	bool first, last;
	struct str held; /* FALLBACK: bytes */
	size_t done;     /* of x, while replacing */
	struct span by;
};

static void all_replaced(void *ctx, size_t begin, size_t until)
{
	struct stepping *g = ctx;

	add(g->to, (struct span){ g->x.p + g->done, begin - g->done });
	add(g->to, g->by);
	g->done = until;
}

static void replace(struct stepping *g, const struct tokenregex *r,
		    struct span by)
{
	g->done = 0;
	g->by = by;
	tokenregex_each(r, g->x, all_replaced, g);
	add(g->to, (struct span){ g->x.p + g->done, g->x.n - g->done });
}

/* Blanks that English spelling does not have, as BERT's decoder has them. */
static void clean(struct str *s)
{
	static const struct {
		const char *from, *to;
	} rules[] = {
		{ " .", "." },     { " ?", "?" },           { " !", "!" },
		{ " ,", "," },     { " ' ", "'" },          { " n't", "n't" },
		{ " 'm", "'m" },   { " do not", " don't" }, { " 's", "'s" },
		{ " 've", "'ve" }, { " 're", "'re" },
	};
	struct str next = { 0 };

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		const char *p = str_z(s), *at;

		str_reset(&next);
		while ((at = strstr(p, rules[i].from))) {
			str_put(&next, p, (size_t)(at - p));
			str_puts(&next, rules[i].to);
			p = at + strlen(rules[i].from);
		}
		str_puts(&next, p);
		str_reset(s);
		str_span(s, span_str(&next));
	}
	str_release(&next);
}

static void wordpiece(struct stepping *g)
{
	struct span prefix = span_str(&g->step->text), x = g->x;
	struct str s = { 0 };

	if (!g->first && x.n >= prefix.n && !memcmp(x.p, prefix.p, prefix.n)) {
		x.p += prefix.n;
		x.n -= prefix.n;
	} else if (!g->first) {
		str_putc(&s, ' ');
	}
	str_span(&s, x);
	if (g->step->cleanup && !memchr(s.p, '\0', s.n))
		clean(&s);
	add(g->to, span_str(&s));
	end(g->to);
	str_release(&s);
}

/* Bytes for letters, where all are such; all strings become one. */
static void bytes(struct stepping *g)
{
	size_t before = g->held.n;

	for (size_t i = 0; i < g->x.n;) {
		uint32_t code;
		int byte;

		i += tokentext_code(g->x.p + i, &code);
		byte = bytelevel_byte(code);
		if (byte < 0) {
			g->held.n = before;
			str_span(&g->held, g->x);
			break;
		}
		str_putc(&g->held, (char)byte);
	}
	if (g->last) {
		utf8_clean(span_str(&g->held), &g->to->text);
		end(g->to);
	}
}

static void metaspace(struct stepping *g)
{
	struct span mark = span_str(&g->step->text);

	replace(g, g->step->regex,
		g->first && g->step->drop ? (struct span){ mark.p, 0 }
					  : SPAN(" "));
	end(g->to);
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void flush(struct stepping *g)
{
	if (g->held.n && utf8_valid(span_str(&g->held)))
		tokenstrings_put(g->to, span_str(&g->held));
	else
		for (size_t i = 0; i < g->held.n; i++)
			tokenstrings_put(g->to, SPAN("\xef\xbf\xbd"));
	str_reset(&g->held);
}

static void fallback(struct stepping *g)
{
	struct span x = g->x;

	if (x.n == 6 && !memcmp(x.p, "<0x", 3) && x.p[5] == '>' &&
	    nibble(x.p[3]) >= 0 && nibble(x.p[4]) >= 0) {
		str_putc(&g->held,
			 (char)(nibble(x.p[3]) * 16 + nibble(x.p[4])));
	} else {
		flush(g);
		tokenstrings_put(g->to, x);
	}
	if (g->last)
		flush(g);
}

static void strip(struct stepping *g)
{
	struct span x = g->x, c = span_str(&g->step->text);

	for (int64_t i = 0;
	     i < g->step->start && x.n >= c.n && !memcmp(x.p, c.p, c.n); i++) {
		x.p += c.n;
		x.n -= c.n;
	}
	for (int64_t i = 0; i < g->step->stop && x.n >= c.n &&
			    !memcmp(x.p + x.n - c.n, c.p, c.n);
	     i++)
		x.n -= c.n;
	tokenstrings_put(g->to, x);
}

static void one(struct stepping *g)
{
	switch (g->step->kind) {
	case STEP_JOIN:
		if (!g->first)
			add(g->to, SPAN(" "));
		tokenstrings_put(g->to, g->x);
		break;
	case STEP_WORDPIECE:
		wordpiece(g);
		break;
	case STEP_BYTES:
		bytes(g);
		break;
	case STEP_METASPACE:
		metaspace(g);
		break;
	case STEP_SUFFIX:
		replace(g, g->step->regex, g->last ? SPAN("") : SPAN(" "));
		end(g->to);
		break;
	case STEP_FALLBACK:
		fallback(g);
		break;
	case STEP_FUSE:
		add(g->to, g->x);
		if (g->last)
			end(g->to);
		break;
	case STEP_STRIP:
		strip(g);
		break;
	case STEP_REPLACE:
		replace(g, g->step->regex, span_str(&g->step->text));
		end(g->to);
		break;
	}
}

static void apply(const struct step *step, struct tokenstrings *s)
{
	struct tokenstrings to = { 0 };
	struct stepping g = { .step = step, .to = &to };
	size_t begin = 0;

	for (size_t i = 0; i < s->count; i++) {
		g.x = (struct span){ span_str(&s->text).p + begin,
				     s->ends[i] - begin };
		g.first = !i;
		g.last = i + 1 == s->count;
		one(&g);
		begin = s->ends[i];
	}
	str_release(&g.held);
	tokenstrings_release(s);
	*s = to;
}

void tokendecode_apply(const struct tokendecode *d, struct tokenstrings *s)
{
	for (size_t i = 0; i < d->count; i++)
		apply(&d->steps[i], s);
}

/* --- reading --- */

struct building {
	struct tokendecode *d;
	struct err *err;
};

static struct step *step(struct building *b, enum step_kind kind)
{
	struct step *s;

	if (b->d->count == STEPS_MAX) {
		err_set(b->err, ERR_DATA, "tokenizer",
			"there are more than %d decoders", STEPS_MAX);
		return NULL;
	}
	s = &b->d->steps[b->d->count++];
	s->kind = kind;
	return s;
}

/* A step with one text; regex: it is looked for. */
static struct step *with_text(struct building *b, struct span json,
			      const char *what, enum step_kind kind,
			      const char *const *names, const char *fallback_to)
{
	struct step *s = step(b, kind);

	if (!s || tokenread_members(json, what, names, b->err) ||
	    tokenread_string(json, what, names[0], fallback_to, &s->text,
			     b->err))
		return NULL;
	return s;
}

static int read_wordpiece(struct building *b, struct span json,
			  const char *what)
{
	static const char *const names[] = { "prefix", "cleanup", NULL };
	struct step *s = with_text(b, json, what, STEP_WORDPIECE, names, "##");

	return s ? tokenread_bool(json, what, "cleanup", true, &s->cleanup,
				  b->err)
		 : -1;
}

static int read_metaspace(struct building *b, struct span json,
			  const char *what)
{
	static const char *const names[] = { "replacement",      "str_rep",
					     "add_prefix_space", "split",
					     "prepend_scheme",   NULL };
	static const char *const schemes[] = { "never", "first", "always",
					       NULL };
	struct step *s =
	    with_text(b, json, what, STEP_METASPACE, names, "\xe2\x96\x81");
	bool prefix;
	int scheme;

	if (!s ||
	    tokenread_bool(json, what, "add_prefix_space", true, &prefix,
			   b->err) ||
	    tokenread_choice(json, what, "prepend_scheme", schemes,
			     prefix ? 2 : 0, &scheme, b->err))
		return -1;
	s->drop = scheme > 0;
	s->regex = tokenregex_plain(span_str(&s->text));
	return 0;
}

static int read_suffix(struct building *b, struct span json, const char *what)
{
	static const char *const names[] = { "suffix", NULL };
	struct step *s = with_text(b, json, what, STEP_SUFFIX, names, "</w>");

	if (!s)
		return -1;
	s->regex = tokenregex_plain(span_str(&s->text));
	return 0;
}

static int read_strip(struct building *b, struct span json, const char *what)
{
	static const char *const names[] = { "content", "start", "stop", NULL };
	struct step *s = with_text(b, json, what, STEP_STRIP, names, " ");

	if (!s ||
	    tokenread_int(json, what, "start", 0, INT32_MAX, 0, &s->start,
			  b->err) ||
	    tokenread_int(json, what, "stop", 0, INT32_MAX, 0, &s->stop,
			  b->err))
		return -1;
	if (!s->text.n)
		return err_set(b->err, ERR_DATA, "tokenizer",
			       "the decoder Strip has no content");
	return 0;
}

static int read_replace(struct building *b, struct span json, const char *what)
{
	static const char *const names[] = { "content", "pattern", NULL };
	struct step *s = with_text(b, json, what, STEP_REPLACE, names, NULL);

	if (!s)
		return -1;
	s->regex = tokenregex_pattern(json, what, b->err);
	return s->regex ? 0 : -1;
}

/* Those whose members decide nothing. */
static int plain(struct building *b, struct span json, const char *what,
		 enum step_kind kind)
{
	static const char *const names[] = { "add_prefix_space", "trim_offsets",
					     "use_regex", NULL };

	if (!step(b, kind))
		return -1;
	return tokenread_members(
	    json, what, kind == STEP_BYTES ? names : names + 3, b->err);
}

static int take(void *ctx, struct span json, struct span type, const char *what)
{
	struct building *b = ctx;

	if (span_is(type, "WordPiece"))
		return read_wordpiece(b, json, what);
	if (span_is(type, "ByteLevel"))
		return plain(b, json, what, STEP_BYTES);
	if (span_is(type, "Metaspace"))
		return read_metaspace(b, json, what);
	if (span_is(type, "BPEDecoder"))
		return read_suffix(b, json, what);
	if (span_is(type, "ByteFallback"))
		return plain(b, json, what, STEP_FALLBACK);
	if (span_is(type, "Fuse"))
		return plain(b, json, what, STEP_FUSE);
	if (span_is(type, "Strip"))
		return read_strip(b, json, what);
	if (span_is(type, "Replace"))
		return read_replace(b, json, what);
	return 1;
}

struct tokendecode *tokendecode_new(struct span json, struct err *err)
{
	struct tokendecode *d = mem_zalloc(1, sizeof(*d));
	struct building b = { d, err };

	if (tokenread_is_null(json)) {
		step(&b, STEP_JOIN);
	} else if (tokencomponent_each(json, "decoder", "decoders", take, &b,
				       err)) {
		tokendecode_free(d);
		return NULL;
	}
	return d;
}

void tokendecode_free(struct tokendecode *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->count; i++) {
		str_release(&d->steps[i].text);
		tokenregex_free(d->steps[i].regex);
	}
	free(d);
}
