/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/overviewitems.h"

#include <stdlib.h>

#include "base/mem.h"
#include "corpus/track.h"
#include "io/json.h"
#include "io/slowest.h"
#include "text/url.h"

void overview_items_release(struct overview_items *l)
{
	for (size_t i = 0; i < l->count; i++) {
		struct overview_item *t = &l->items[i];
		struct str *all[] = { &t->id,     &t->title, &t->link,
				      &t->stage,  &t->code,  &t->why,
				      &t->before, &t->now };

		for (size_t k = 0; k < sizeof(all) / sizeof(*all); k++)
			str_release(all[k]);
	}
	free(l->items);
	*l = (struct overview_items){ 0 };
}

struct overview_item *overview_items_add(struct overview_items *l,
					 const struct record *r)
{
	struct overview_item *item;
	struct err none;

	if (l->count == OVERVIEW_ITEMS)
		return NULL;
	MEM_ROOM(l->items, l->count + 1, l->cap);
	item = &l->items[l->count++];
	*item = (struct overview_item){ 0 };
	record_id(r, &item->id, &none);
	record_text(r, "title", &item->title);
	track_url(r, &item->link);
	return item;
}

/* ,"name":"value"; no value: nothing */
static void put_text(struct str *out, const char *name, const struct str *value)
{
	if (!value->n)
		return;
	str_printf(out, ",\"%s\":", name);
	json_put_string(out, span_str(value));
}

static void put_track(struct str *out, const struct overview_item *t)
{
	str_puts(out, "{\"id\":");
	json_put_string(out, span_str(&t->id));
	put_text(out, "title", &t->title);
}

void overview_failures_json(const struct overview_items *l, struct str *out)
{
	str_putc(out, '[');
	for (size_t i = 0; i < l->count; i++) {
		const struct overview_item *t = &l->items[i];

		str_puts(out, i ? ",\n  " : "\n  ");
		put_track(out, t);
		put_text(out, "tool", &t->stage);
		put_text(out, "code", &t->code);
		put_text(out, "message", &t->why);
		str_printf(out, ",\"retry\":%s", t->retry ? "true" : "false");
		put_text(out, "link", &t->link);
		str_putc(out, '}');
	}
	str_putc(out, ']');
}

void overview_turned_json(const struct overview_items *l, struct str *out)
{
	str_putc(out, '[');
	for (size_t i = 0; i < l->count; i++) {
		const struct overview_item *t = &l->items[i];

		str_puts(out, i ? ",\n  " : "\n  ");
		put_track(out, t);
		put_text(out, "before", &t->before);
		put_text(out, "now", &t->now);
		put_text(out, "link", &t->link);
		str_putc(out, '}');
	}
	str_putc(out, ']');
}

void overview_mask(struct str *out, struct span text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		bool c1 = c == 0xc2 && i + 1 < text.n &&
			  (unsigned char)text.p[i + 1] < 0xa0;

		if (c < ' ' || c == 0x7f || c1)
			str_putc(out, '?');
		else
			str_putc(out, (char)c);
		i += c1;
	}
}

void overview_failures_text(const struct overview_items *l, size_t most,
			    struct str *out)
{
	for (size_t i = 0; i < l->count && i < most; i++) {
		const struct overview_item *t = &l->items[i];

		str_puts(out, "  ");
		overview_mask(out, span_str(&t->stage));
		str_puts(out, ": ");
		overview_mask(out, span_str(&t->why));
		str_puts(out, t->retry ? " (tried again next time)\n      "
				       : "\n      ");
		overview_mask(out, span_str(&t->id));
		str_puts(out, "  ");
		overview_mask(out, span_str(&t->title));
		if (t->link.n)
			str_puts(out, "\n      ");
		overview_mask(out, span_str(&t->link));
		str_putc(out, '\n');
	}
}

static void release_slow(struct overview_slow *t)
{
	str_release(&t->stage);
	str_release(&t->item);
	str_release(&t->title);
	str_release(&t->link);
}

void overview_slowest_release(struct overview_slowest *s)
{
	for (size_t i = 0; i < s->count; i++)
		release_slow(&s->items[i]);
	free(s->items);
	table_release(&s->at);
	str_release(&s->text);
	*s = (struct overview_slowest){ 0 };
}

static int take(void *ctx, struct span stage, struct span item, double ms)
{
	struct overview_slowest *s = ctx;
	struct overview_slow *t;
	uint64_t *first = table_put(&s->at, item);

	MEM_ROOM(s->items, s->count + 1, s->cap);
	t = &s->items[s->count++];
	*t = (struct overview_slow){ .ms = ms, .next = (size_t)*first };
	str_span(&t->stage, stage);
	str_span(&t->item, item);
	*first = s->count;
	return 0;
}

int overview_slowest_take(struct overview_slowest *s, const char *path,
			  struct err *err)
{
	return slowest_read(path, s, take, err);
}

static void name_all(struct overview_slowest *s, const struct record *r,
		     struct span item)
{
	const uint64_t *first = table_get(&s->at, item);

	for (size_t i = first ? (size_t)*first : 0; i;
	     i = s->items[i - 1].next) {
		struct overview_slow *t = &s->items[i - 1];

		if (t->known)
			continue;
		t->known = true;
		record_text(r, "title", &t->title);
		track_url(r, &t->link);
	}
}

void overview_slowest_name(struct overview_slowest *s, const struct record *r,
			   struct span id)
{
	static const char *const links[] = { "permalink_url", "recovered_url" };
	struct str raw = { 0 };

	if (!s->count)
		return;
	name_all(s, r, id);
	for (int i = 0; i < 2; i++)
		if (record_text(r, links[i], &raw) &&
		    !url_canonical(span_str(&raw), &s->text))
			name_all(s, r, span_str(&s->text));
	str_release(&raw);
}

static int slower(const void *a, const void *b)
{
	const struct overview_slow *x = a, *y = b;

	if (x->ms != y->ms)
		return (x->ms < y->ms) - (x->ms > y->ms);
	return span_cmp(span_str(&x->item), span_str(&y->item));
}

static bool is_url(const struct str *item)
{
	return item->n > 5 &&
	       (!memcmp(item->p, "http", 4) || !memcmp(item->p, "file:", 5));
}

void overview_slowest_end(struct overview_slowest *s)
{
	struct table shown = { 0 };
	size_t n = 0;

	if (s->count)
		qsort(s->items, s->count, sizeof(*s->items), slower);
	for (size_t i = 0; i < s->count; i++) {
		struct overview_slow *t = &s->items[i];

		/* What catalogues are asked is of no track. */
		if ((!t->known && !is_url(&t->item)) ||
		    ++*table_put(&shown, span_str(&t->stage)) >
			OVERVIEW_SLOW_STAGE)
			release_slow(t);
		else
			s->items[n++] = *t;
	}
	s->count = n;
	table_release(&shown);
}

void overview_slowest_json(const struct overview_slowest *s, struct str *out)
{
	str_putc(out, '[');
	for (size_t i = 0; i < s->count; i++) {
		const struct overview_slow *t = &s->items[i];

		str_puts(out, i ? ",\n  {\"stage\":" : "\n  {\"stage\":");
		json_put_string(out, span_str(&t->stage));
		str_puts(out, ",\"ms\":");
		json_put_number(out, t->ms, 1);
		put_text(out, "item", &t->item);
		put_text(out, "title", &t->title);
		put_text(out, "link", &t->link);
		str_putc(out, '}');
	}
	str_putc(out, ']');
}

/* The slowest of each stage. */
void overview_slowest_text(const struct overview_slowest *s, struct str *out)
{
	struct table shown = { 0 };

	if (s->count)
		str_puts(out, "slowest (seconds)\n");
	for (size_t i = 0; i < s->count; i++) {
		const struct overview_slow *t = &s->items[i];

		if ((*table_put(&shown, span_str(&t->stage)))++)
			continue;
		str_printf(out, "  %9.3f  ", t->ms / 1000);
		overview_mask(out, span_str(&t->stage));
		str_puts(out, ": ");
		overview_mask(out, span_str(t->title.n ? &t->title : &t->item));
		if (t->title.n) {
			str_puts(out, "  ");
			overview_mask(out, span_str(&t->item));
		}
		str_putc(out, '\n');
	}
	table_release(&shown);
}
