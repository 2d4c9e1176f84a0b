/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where models put the tokens of one piece of text. */
#ifndef MOODPIPE_TOKENOUT_H
#define MOODPIPE_TOKENOUT_H

#include <stdint.h>

#include "base/mem.h"

struct tokenout_item {
	int32_t id;
	uint32_t begin, end; /* bytes of the piece, end above begin */
};

struct tokenout { /* zeroed is empty; free items */
	struct tokenout_item *items;
	size_t count, cap;
};

static inline void tokenout_put(struct tokenout *o, int32_t id, size_t begin,
				size_t end)
{
	MEM_ROOM(o->items, o->count + 1, o->cap);
	o->items[o->count++] =
	    (struct tokenout_item){ id, (uint32_t)begin, (uint32_t)end };
}

#endif
