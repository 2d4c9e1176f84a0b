/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/tokenforms.h"

#include <stdlib.h>

#include "base/mem.h"
#include "text/unicode.h"

struct item {
	uint32_t code, from, to;
	uint32_t order; /* combining class << 24 | place in its run */
};

struct items {
	struct item *p;
	size_t n, cap;
};

struct forming {
	const struct tokenforms *how;
	struct tokenbytes *out;
	struct items run;     /* marks behind the last starter, as they came */
	struct items pending; /* what may still be composed */
};

static void items_put(struct items *x, struct item item)
{
	MEM_ROOM(x->p, x->n + 1, x->cap);
	x->p[x->n++] = item;
}

static void emit(struct forming *f, const struct item *x)
{
	uint32_t lower[UNICODE_LOWER_MAX];
	size_t n;

	if (f->how->nonspacing_off && x->code >= 0x80 &&
	    unicode_is_nonspacing(x->code))
		return;
	if (!f->how->lower) {
		tokenbytes_put(f->out, x->code, x->from, x->to);
		return;
	}
	n = unicode_lower(x->code, lower);
	for (size_t i = 0; i < n; i++)
		tokenbytes_put(f->out, lower[i], x->from, x->to);
}

static void emit_pending(struct forming *f)
{
	for (size_t i = 0; i < f->pending.n; i++)
		emit(f, &f->pending.p[i]);
	f->pending.n = 0;
}

/* Canonical composition, of a code point whose class is order >> 24. */
static void compose(struct forming *f, const struct item *x)
{
	struct items *q = &f->pending;
	unsigned class = x->order >> 24;
	bool blocked;
	uint32_t code;

	if (q->n && !(q->p[0].order >> 24)) {
		blocked = q->n > 1 && q->p[q->n - 1].order >> 24 >= class;
		code = blocked ? 0 : unicode_compose(q->p[0].code, x->code);
		if (code) {
			q->p[0].code = code;
			return;
		}
	}
	if (!class)
		emit_pending(f);
	items_put(q, *x);
}

static int by_order(const void *a, const void *b)
{
	uint32_t x = ((const struct item *)a)->order;
	uint32_t y = ((const struct item *)b)->order;

	return (x > y) - (x < y);
}

/* Marks change their order, but what they stand for stays in its own. */
static void sort(struct items *r)
{
	bool sorted = true;

	for (size_t i = 1; i < r->n && sorted; i++)
		sorted = r->p[i - 1].order >> 24 <= r->p[i].order >> 24;
	if (sorted)
		return;
	MEM_ROOM(r->p, r->n * 2, r->cap);
	memcpy(r->p + r->n, r->p, r->n * sizeof(*r->p));
	qsort(r->p, r->n, sizeof(*r->p), by_order);
	for (size_t i = 0; i < r->n; i++) {
		r->p[i].from = r->p[r->n + i].from;
		r->p[i].to = r->p[r->n + i].to;
	}
}

static void end_run(struct forming *f)
{
	struct items *r = &f->run;

	sort(r);
	for (size_t i = 0; i < r->n; i++) {
		if (f->how->compose)
			compose(f, &r->p[i]);
		else
			emit(f, &r->p[i]);
	}
	r->n = 0;
}

static void take(struct forming *f, uint32_t code, uint32_t from, uint32_t to)
{
	uint32_t codes[UNICODE_DECOMPOSED_MAX];
	size_t n = unicode_decompose(code, f->how->compat, codes);

	for (size_t i = 0; i < n; i++) {
		struct item x = { codes[i], from, to, 0 };
		unsigned class = unicode_combining_class(codes[i]);

		if (class) {
			/* Runs beyond 2^24 marks keep their order there. */
			x.order = (uint32_t) class << 24 |
				  (uint32_t)(f->run.n < 0xffffff ? f->run.n
								 : 0xffffff);
			items_put(&f->run, x);
			continue;
		}
		end_run(f);
		if (f->how->compose)
			compose(f, &x);
		else
			emit(f, &x);
	}
}

static void map_forms(const void *ctx, const struct tokenbytes *in,
		      size_t begin, size_t end, struct tokenbytes *out)
{
	struct forming f = { .how = ctx, .out = out };
	size_t i = begin;

	while (i < end) {
		uint32_t code;
		size_t n = tokentext_code(in->p + i, &code);

		if (code < 0x80 && !f.run.n && !f.how->compose) {
			struct item x = { code, in->from[i], in->to[i], 0 };

			emit(&f, &x);
		} else {
			take(&f, code, in->from[i], in->to[i]);
		}
		i += n;
	}
	end_run(&f);
	emit_pending(&f);
	free(f.run.p);
	free(f.pending.p);
}

void tokenforms_apply(const struct tokenforms *how, struct tokentext *t)
{
	if (how->lower || !tokentext_is_ascii(t))
		tokentext_map(t, map_forms, how);
}
