/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/reading.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static enum reading_gap gap_of(const struct utterance_token *t, bool touching)
{
	if (span_is(t->text, "-") || span_is(t->text, "&") ||
	    span_is(t->text, "/"))
		return GAP_HYPHEN;
	if (touching && (span_is(t->text, ".") || span_is(t->text, ":")))
		return GAP_POINT;
	if (span_is(t->text, "'"))
		return GAP_BLANK;
	return GAP_MARK;
}

static bool is_capital(struct span request, size_t at)
{
	return request.p[at] >= 'A' && request.p[at] <= 'Z';
}

/* A quote that is never closed is none. */
static bool closes(const struct utterance *u, size_t from)
{
	for (size_t i = from; i < u->count; i++)
		if (u->tokens[i].kind == UTTERANCE_MARK &&
		    memchr(u->tokens[i].text.p, '"', u->tokens[i].text.n))
			return true;
	return false;
}

static void add_word(struct reading *r, const struct utterance_token *t,
		     enum reading_gap gap, bool quoted)
{
	struct reading_word *w = &r->words[r->count++];

	*w = (struct reading_word){ .text = t->text,
				    .start = t->start,
				    .end = t->end,
				    .gap = gap,
				    .quoted = quoted };
	w->capital = is_capital(r->request, t->start);
}

static void split(struct reading *r)
{
	const struct utterance *u = &r->utterance;
	enum reading_gap gap = GAP_BLANK;
	bool quoted = false;

	for (size_t i = 0; i < u->count; i++) {
		const struct utterance_token *t = &u->tokens[i];
		enum reading_gap g;

		if (t->kind == UTTERANCE_WORDS) {
			add_word(r, t, gap, quoted);
			gap = GAP_BLANK;
			continue;
		}
		r->symbols = r->symbols || t->kind == UTTERANCE_SYMBOL;
		g = t->kind == UTTERANCE_MARK
			? gap_of(t, i && u->tokens[i - 1].end == t->start)
			: GAP_MARK;
		if (t->kind == UTTERANCE_MARK &&
		    memchr(t->text.p, '"', t->text.n)) {
			quoted = !quoted && closes(u, i + 1);
			g = GAP_MARK;
		}
		gap = g > gap ? g : gap;
	}
}

static bool joins(const struct reading_word *w)
{
	return w->gap <= GAP_HYPHEN && !w->quoted;
}

static void look_up(struct reading *r, size_t i)
{
	str_reset(&r->key);
	for (size_t n = 0; n < ASK_PHRASE; n++)
		r->words[i].entry[n] = -1;
	for (size_t n = 0; n < ASK_PHRASE && i + n < r->count; n++) {
		if (r->words[i + n].quoted || (n && !joins(&r->words[i + n])))
			break;
		if (n)
			str_putc(&r->key, ' ');
		str_span(&r->key, r->words[i + n].text);
		r->words[i].entry[n] =
		    askwords_find(r->table, span_str(&r->key));
	}
}

void reading_start(struct reading *r, const struct askwords *table,
		   struct span request)
{
	r->table = table;
	r->request = request;
	r->count = 0;
	r->symbols = false;
	r->end = utterance_read(&r->utterance, request);
	split(r);
	for (size_t i = 0; i < r->count; i++)
		look_up(r, i);
}

void reading_release(struct reading *r)
{
	utterance_release(&r->utterance);
	str_release(&r->key);
}

static const struct ask_row *row_of(const struct reading *r, size_t i, size_t n,
				    enum ask_kind kind)
{
	for (int e = r->words[i].entry[n - 1]; e >= 0;
	     e = askwords_next(r->table, e))
		if (askwords_row(r->table, e)->kind == kind)
			return askwords_row(r->table, e);
	return NULL;
}

const struct ask_row *reading_any(const struct reading *r, size_t i,
				  enum ask_kind kind, size_t *n)
{
	for (*n = ASK_PHRASE; i < r->count && *n; --*n) {
		const struct ask_row *row = row_of(r, i, *n, kind);

		if (row)
			return row;
	}
	*n = 0;
	return NULL;
}

static size_t unused(const struct reading *r, size_t i)
{
	size_t n = 0;

	while (i + n < r->count && r->words[i + n].use == USE_NONE &&
	       !r->words[i + n].quoted && n < ASK_PHRASE)
		n++;
	return n;
}

const struct ask_row *reading_find(const struct reading *r, size_t i,
				   enum ask_kind kind, size_t *n)
{
	for (*n = unused(r, i); *n; --*n) {
		const struct ask_row *row = row_of(r, i, *n, kind);

		if (row)
			return row;
	}
	return NULL;
}

size_t reading_before(const struct reading *r, size_t i, enum ask_kind kind)
{
	if (i < r->count && !joins(&r->words[i]))
		return 0;
	for (size_t n = i < ASK_PHRASE ? i : ASK_PHRASE; n; n--)
		if (row_of(r, i - n, n, kind))
			return n;
	return 0;
}

bool reading_ends(const struct reading *r, size_t i)
{
	return i >= r->count || !joins(&r->words[i]) ||
	       r->words[i].use != USE_NONE;
}

bool reading_known(const struct reading *r, size_t i)
{
	for (size_t n = 0; n < ASK_PHRASE; n++)
		for (int e = r->words[i].entry[n]; e >= 0;
		     e = askwords_next(r->table, e)) {
			enum ask_kind kind = askwords_row(r->table, e)->kind;

			if (kind != ASK_SIMILE && kind != ASK_COMMON &&
			    kind != ASK_PERSON && kind != ASK_SUFFIX)
				return true;
		}
	return false;
}

void reading_use(struct reading *r, size_t i, size_t n, enum reading_use use)
{
	for (size_t k = i; k < i + n && k < r->count; k++)
		r->words[k].use = use;
}

struct span reading_span(const struct reading *r, size_t i, size_t n)
{
	size_t start = r->words[i].start;

	return (struct span){ r->request.p + start,
			      r->words[i + n - 1].end - start };
}

void reading_without(const struct reading *r, unsigned uses, struct str *out)
{
	size_t from = 0, first = out->n;

	for (size_t i = 0; i < r->count; i++) {
		const struct reading_word *w = &r->words[i];

		if (!(uses >> w->use & 1))
			continue;
		while (i + 1 < r->count && r->words[i + 1].use == w->use)
			i++;
		str_put(out, r->request.p + from, w->start - from);
		from = r->words[i].end;
		while (from < r->request.n && is_blank(r->request.p[from]))
			from++;
	}
	str_put(out, r->request.p + from, r->request.n - from);
	while (out->n > first && is_blank(out->p[out->n - 1]))
		out->n--;
}
