/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/origins.h"

#include <stdlib.h>

#include "base/mem.h"
#include "io/json.h"

void origins_release(struct origins *o)
{
	for (size_t i = 0; i < o->count; i++)
		free(o->names[i]);
	free(o->names);
	str_release(&o->name);
	str_release(&o->tail);
	*o = (struct origins){ 0 };
}

static void add_name(struct origins *o, struct span name)
{
	o->names = mem_resize(o->names, o->count + 1, sizeof(*o->names));
	o->names[o->count++] = mem_dup(name.p, name.n);
}

static void set_name(struct origins *o, struct span inside)
{
	str_reset(&o->name);
	str_puts(&o->name, o->names[o->operand]);
	if (inside.n) {
		str_putc(&o->name, '!');
		str_span(&o->name, inside);
	}
	str_reset(&o->tail);
	str_puts(&o->tail, ",\"ingested_from\":");
	json_put_string(&o->tail, span_str(&o->name));
	str_putc(&o->tail, '}');
}

void origins_begin(struct origins *o, const char *operand)
{
	o->operand = o->file = o->count;
	add_name(o, span_of(operand));
	set_name(o, (struct span){ 0 });
}

void origins_follow(struct origins *o, struct span inside)
{
	size_t n = strlen(o->names[o->operand]);
	struct span now = { str_z(&o->name) + n, o->name.n - n };

	if (now.n ? span_eq((struct span){ now.p + 1, now.n - 1 }, inside)
		  : !inside.n)
		return;
	set_name(o, inside);
	o->file = o->operand;
	if (!inside.n || o->count >= ORIGINS_MAX)
		return;
	o->file = o->count;
	add_name(o, span_str(&o->name));
}
