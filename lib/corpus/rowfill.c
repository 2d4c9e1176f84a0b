/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/rowfill.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/table.h"
#include "corpus/measured.h"
#include "io/json.h"

#define FEW 64 /* members that are compared one by one */

void rowfill_release(struct rowfill *f)
{
	record_release(&f->old);
	record_release(&f->more);
	str_release(&f->name);
	str_release(&f->filled);
	str_release(&f->features);
	str_release(&f->united);
	free(f->drop);
	free(f->take);
	*f = (struct rowfill){ 0 };
}

/* A member's name as plain text, valid until the next call. */
static struct span plain_name(struct rowfill *f, const struct record_member *x)
{
	if (!x->name.n || !memchr(x->name.p, '\\', x->name.n))
		return x->name;
	str_reset(&f->name);
	json_string((struct span){ x->name.p - 1, x->name.n + 2 }, &f->name);
	return span_str(&f->name);
}

/* null, "", [] and {} say nothing. */
static bool is_empty(struct span value)
{
	struct span a, b;
	size_t pos = 0;

	switch (json_type(value)) {
	case JSON_NONE:
	case JSON_NULL:
		return true;
	case JSON_STRING:
		return value.n == 2;
	case JSON_ARRAY:
		return json_each(value, &pos, &a) == 0;
	case JSON_OBJECT:
		return json_member(value, &pos, &a, &b) == 0;
	default:
		return false;
	}
}

static void append_member(struct str *out, struct span whole)
{
	if (out->n > 1)
		str_putc(out, ',');
	str_span(out, whole);
}

static bool has_element(struct span array, struct span element)
{
	struct span one;
	size_t pos = 0;

	while (json_each(array, &pos, &one) > 0)
		if (span_eq(one, element))
			return true;
	return false;
}

/* Of two arrays of names one, each name once. */
static struct span unite_playlists(struct rowfill *f,
				   const struct record_member *x)
{
	struct span more = record_get(&f->more, "playlists"), one;
	size_t pos = 0, n = 0;

	if (json_type(x->value) != JSON_ARRAY || json_type(more) != JSON_ARRAY)
		return x->whole;
	str_reset(&f->united);
	str_puts(&f->united, "\"playlists\":[");
	while (json_each(x->value, &pos, &one) > 0) {
		str_puts(&f->united, n++ ? "," : "");
		str_span(&f->united, one);
	}
	for (pos = 0;
	     n < ROWFILL_PLAYLISTS && json_each(more, &pos, &one) > 0;) {
		if (has_element(x->value, one))
			continue;
		str_puts(&f->united, n++ ? "," : "");
		str_span(&f->united, one);
	}
	str_putc(&f->united, ']');
	return span_str(&f->united);
}

/* A member that the record keeps; of features measured elsewhere and of
 * playlists those of both rows. */
static struct span unite(struct rowfill *f, const struct record_member *x)
{
	struct span more;

	if (span_is(x->name, "playlists"))
		return unite_playlists(f, x);
	if (!span_is(x->name, "measured_elsewhere"))
		return x->whole;
	more = record_get(&f->more, "measured_elsewhere");
	if (!measured_unite(x->value, more, &f->features))
		return x->whole;
	str_reset(&f->united);
	str_puts(&f->united, "\"measured_elsewhere\":");
	str_span(&f->united, span_str(&f->features));
	return span_str(&f->united);
}

/* Which members of the old record go, which of the other come: with a table. */
static void choose_of_many(struct rowfill *f)
{
	const struct record *old = &f->old, *more = &f->more;
	struct table have = { 0 }; /* name to 1 + index */
	uint64_t *place;

	for (size_t i = 0; i < old->count; i++)
		*table_put(&have, plain_name(f, &old->members[i])) = i + 1;
	for (size_t i = 0; i < more->count; i++) {
		const struct record_member *x = &more->members[i];

		if (is_empty(x->value))
			continue;
		place = table_put(&have, plain_name(f, x));
		if (*place && (*place > old->count ||
			       !is_empty(old->members[*place - 1].value)))
			continue;
		*place = old->count + i + 1;
		f->take[i] = true;
	}
	for (size_t i = 0; i < old->count; i++) {
		place = table_get(&have, plain_name(f, &old->members[i]));
		f->drop[i] = *place > old->count;
	}
	table_release(&have);
}

static bool same_name(const struct record_member *a,
		      const struct record_member *b)
{
	return a->name.n == b->name.n &&
	       (!a->name.n || !memcmp(a->name.p, b->name.p, a->name.n));
}

/* The same for few members without escapes in their names. */
static void choose_of_few(struct rowfill *f)
{
	const struct record *old = &f->old, *more = &f->more;

	for (size_t i = 0; i < more->count; i++) {
		const struct record_member *x = &more->members[i];
		size_t at = old->count, k;

		while (at && !same_name(&old->members[at - 1], x))
			at--;
		if ((at && !is_empty(old->members[at - 1].value)) ||
		    is_empty(x->value))
			continue;
		for (k = 0; k < i; k++)
			if (f->take[k] && same_name(&more->members[k], x))
				break;
		if (k < i)
			continue;
		f->take[i] = true;
		for (k = 0; k < at; k++)
			f->drop[k] =
			    f->drop[k] || same_name(&old->members[k], x);
	}
}

static void choose(struct rowfill *f)
{
	const struct record *old = &f->old, *more = &f->more;

	MEM_ROOM(f->drop, old->count + 1, f->drop_cap);
	MEM_ROOM(f->take, more->count + 1, f->take_cap);
	memset(f->drop, 0, old->count * sizeof(*f->drop));
	memset(f->take, 0, more->count * sizeof(*f->take));
	if (old->escapes || more->escapes || old->count > FEW ||
	    more->count > FEW)
		choose_of_many(f);
	else
		choose_of_few(f);
}

int rowfill_join(struct rowfill *f, struct str *record, struct span other,
		 struct err *err)
{
	struct str *out = &f->filled, swap;

	if (record_parse(&f->old, span_str(record), err) ||
	    record_parse(&f->more, other, err))
		return -1;
	choose(f);
	str_reset(out);
	str_putc(out, '{');
	for (size_t i = 0; i < f->old.count; i++)
		if (!f->drop[i])
			append_member(out, unite(f, &f->old.members[i]));
	for (size_t i = 0; i < f->more.count; i++)
		if (f->take[i])
			append_member(out, f->more.members[i].whole);
	str_putc(out, '}');
	swap = *record;
	*record = f->filled;
	f->filled = swap;
	return 0;
}
