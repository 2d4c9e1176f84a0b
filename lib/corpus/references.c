/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/references.h"

#include <stdlib.h>

#include "base/mem.h"

struct references_item {
	struct str text; /* as it was asked for, of so many tracks */
	size_t room;
	struct reference found;
};

void references_release(struct references *r)
{
	for (size_t i = 0; i < r->made; i++) {
		str_release(&r->items[i]->text);
		reference_release(&r->items[i]->found);
		free(r->items[i]);
	}
	free(r->items);
	*r = (struct references){ 0 };
}

void references_forget(struct references *r)
{
	r->count = 0;
}

const struct reference *references_find(struct references *r,
					const struct generation *g,
					struct whois *who, struct span text,
					size_t room, struct err *err)
{
	struct references_item *item;

	for (size_t i = 0; i < r->count; i++)
		if (r->items[i]->room == room &&
		    span_eq(span_str(&r->items[i]->text), text))
			return &r->items[i]->found;
	if (r->count == r->made) {
		MEM_ROOM(r->items, r->made + 1, r->cap);
		r->items[r->made++] = mem_zalloc(1, sizeof(**r->items));
	}
	item = r->items[r->count];
	if (reference_find(&item->found, g, who, text, room, err))
		return NULL;
	item->room = room;
	str_reset(&item->text);
	str_span(&item->text, text);
	r->count++;
	return &item->found;
}
