/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/sentencepieces.h"

#include <stdlib.h>

#include "base/mem.h"
#include "text/unicode.h"
#include "text/utf8.h"

#define BATCH_TOKENS 1024 /* encoded at a time, or one sequence */
#define OVERLAP 8         /* windows overlap by one part of so many */

void sentencepieces_init(struct sentencepieces *p,
			 const struct encoderfolder *f)
{
	*p = (struct sentencepieces){ .folder = f };
	p->tokenizer = tokenizer_work_new(f->tokenizer);
	MEM_ROOM(p->start, 1, p->start_cap);
	p->start[0] = 0;
}

void sentencepieces_release(struct sentencepieces *p)
{
	tokenizer_work_free(p->tokenizer);
	str_release(&p->text);
	subwords_release(&p->query);
	subwords_release(&p->tokens);
	subwords_release(&p->window);
	subwords_release(&p->batch);
	free(p->start);
	free(p->items);
}

void sentencepieces_begin(struct sentencepieces *p,
			  sentencepieces_encode *encode, void *ctx)
{
	p->encode = encode;
	p->ctx = ctx;
	p->count = 0;
	p->batch.count = 0;
}

int sentencepieces_end(struct sentencepieces *p, struct err *err)
{
	int rc = p->count ? p->encode(p->ctx, p, err) : 0;

	p->count = 0;
	p->batch.count = 0;
	return rc;
}

static int add_piece(struct sentencepieces *p, struct subword_slice a,
		     const struct subword_slice *b, struct sentencepiece piece,
		     struct err *err)
{
	size_t from = p->batch.count, lead = from;

	tokenizer_finish(p->folder->tokenizer, a, b, &p->batch);
	if (p->batch.count == from)
		return 0;
	/* A prefix that does not count takes what stands before it along. */
	while (piece.skip && lead < p->batch.count &&
	       p->batch.items[lead].special)
		lead++;
	piece.skip += lead - from;
	MEM_ROOM(p->items, p->count + 1, p->items_cap);
	MEM_ROOM(p->start, p->count + 2, p->start_cap);
	p->items[p->count++] = piece;
	p->start[p->count] = p->batch.count;
	return p->batch.count < BATCH_TOKENS ? 0 : sentencepieces_end(p, err);
}

static void put_text(struct sentencepieces *p, struct span s)
{
	const char *at = s.p, *end = s.p + s.n;
	uint32_t code, lower[UNICODE_LOWER_MAX];

	if (!p->folder->lowercase) {
		str_span(&p->text, s);
		return;
	}
	while (at < end) {
		size_t n;

		at = utf8_next(at, end, &code);
		n = unicode_lower(code, lower);
		for (size_t i = 0; i < n; i++)
			utf8_put(&p->text, lower[i]);
	}
}

/* Makes p->text of both and *out its tokens; returns the prefix's length. */
static size_t tokenize(struct sentencepieces *p, struct span prefix,
		       struct span text, struct subwords *out)
{
	const struct encoderfolder *f = p->folder;
	size_t n = 0;

	if (prefix.n || f->lowercase) {
		str_reset(&p->text);
		put_text(p, prefix);
		n = p->text.n;
		put_text(p, text);
		text = span_str(&p->text);
	}
	/* as sentence-transformers does; a prefix begins with no blank */
	tokenizer_encode(f->tokenizer, p->tokenizer, span_trim(text), out);
	return n;
}

/* --- windows --- */

/* How many of the tokens belong to the first n bytes alone. */
static size_t count_prefix(const struct subwords *t, size_t n)
{
	size_t i = 0;

	while (i < t->count && t->items[i].end <= n)
		i++;
	return i;
}

struct cut { /* of a text into windows, each behind the prefix */
	size_t prefix, room, step, windows;
};

static struct cut cut_text(const struct sentencepieces *p, size_t prefix)
{
	const struct encoderfolder *f = p->folder;
	size_t added = tokenizer_added(f->tokenizer, false);
	size_t room = f->tokens_max > added ? f->tokens_max - added : 1;
	struct cut c = { .windows = 1 };
	size_t n = p->tokens.count;

	/* A prefix that fills the model is text as any other. */
	c.prefix = prefix < room / 2 ? prefix : 0;
	c.room = room - c.prefix;
	c.step = c.room - c.room / OVERLAP;
	if (n - c.prefix > c.room)
		c.windows += (n - c.prefix - c.room + c.step - 1) / c.step;
	return c;
}

/* The tokens of window i, and how many are the text's own. */
static struct subword_slice
window_of(struct sentencepieces *p, const struct cut *c, size_t i, size_t *own)
{
	const struct subword *t = p->tokens.items;
	size_t from = c->prefix + i * c->step, n = p->tokens.count - from;

	*own = n < c->room ? n : c->room;
	if (!i)
		return (struct subword_slice){ t, c->prefix + *own };
	MEM_ROOM(p->window.items, c->prefix + c->room, p->window.cap);
	if (c->prefix)
		memcpy(p->window.items, t, c->prefix * sizeof(*t));
	memcpy(p->window.items + c->prefix, t + from, *own * sizeof(*t));
	return (struct subword_slice){ p->window.items, c->prefix + *own };
}

int sentencepieces_text(struct sentencepieces *p, size_t text,
			const char *prefix, struct span s, unsigned *windows,
			struct err *err)
{
	size_t n = tokenize(p, span_of(prefix), s, &p->tokens);
	struct cut c = cut_text(p, n ? count_prefix(&p->tokens, n) : 0);
	double total = (double)(p->tokens.count - c.prefix) +
		       (double)((c.windows - 1) * (c.room - c.step));

	if (windows)
		*windows = (unsigned)c.windows;
	for (size_t i = 0; i < c.windows; i++) {
		struct sentencepiece piece = {
			.text = text,
			.skip = p->folder->prompt_pooled ? 0 : c.prefix,
			.share = 1,
			.first = !i,
			.last = i + 1 == c.windows,
		};
		size_t own;
		struct subword_slice slice = window_of(p, &c, i, &own);

		if (c.windows > 1)
			piece.share = (double)own / total;
		if (add_piece(p, slice, NULL, piece, err))
			return -1;
	}
	return 0;
}

/* --- pairs --- */

/* Both lengths until they fit together: from the longer first. */
static void cut_pair(size_t room, size_t *a, size_t *b)
{
	size_t *shorter = *a <= *b ? a : b, *longer = *a <= *b ? b : a;

	if (*a + *b <= room)
		return;
	if (*shorter > room / 2)
		*shorter = room / 2;
	*longer = room - *shorter;
}

void sentencepieces_query(struct sentencepieces *p, struct span query)
{
	tokenize(p, SPAN(""), query, &p->query);
}

int sentencepieces_pair(struct sentencepieces *p, size_t i, struct span text,
			struct err *err)
{
	const struct encoderfolder *f = p->folder;
	size_t added = tokenizer_added(f->tokenizer, true);
	size_t room = f->tokens_max > added ? f->tokens_max - added : 1;
	struct sentencepiece piece = {
		.text = i, .share = 1, .first = true, .last = true
	};
	struct subword_slice a = { p->query.items, p->query.count }, b;

	tokenize(p, SPAN(""), text, &p->tokens);
	b = (struct subword_slice){ p->tokens.items, p->tokens.count };
	cut_pair(room, &a.count, &b.count);
	return add_piece(p, a, &b, piece, err);
}
