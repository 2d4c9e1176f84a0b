/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/merge.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/table.h"
#include "corpus/track.h"
#include "io/json.h"
#include "io/sort.h"

/* What goes before raw and record in the data of the first sort. */
struct head {
	uint64_t sequence, line;
	uint32_t file, raw, id; /* raw, id: bytes */
};

struct merge {
	bool by_key;
	struct sort *by_id, *by_place;
	uint64_t count;
	/* The group at hand. */
	bool open;
	uint64_t key, place;
	struct str id, record, filled;
	struct record old, more;
	struct str name, data;
};

struct merge *merge_new(size_t memory, bool by_key)
{
	struct merge *m = mem_zalloc(1, sizeof(*m));

	m->by_key = by_key;
	m->by_id = sort_new(by_key ? memory : memory / 2);
	if (!by_key)
		m->by_place = sort_new(memory / 2);
	return m;
}

void merge_free(struct merge *m)
{
	if (!m)
		return;
	if (m->by_id)
		sort_free(m->by_id);
	if (m->by_place)
		sort_free(m->by_place);
	str_release(&m->id);
	str_release(&m->record);
	str_release(&m->filled);
	str_release(&m->name);
	str_release(&m->data);
	record_release(&m->old);
	record_release(&m->more);
	free(m);
}

static void big_endian(uint64_t v, char out[8])
{
	for (int i = 0; i < 8; i++)
		out[i] = (char)(v >> (56 - 8 * i));
}

int merge_add(struct merge *m, const struct merge_row *row, struct err *err)
{
	struct head h = { .sequence = m->count++,
			  .line = row->line,
			  .file = row->file,
			  .raw = (uint32_t)row->raw.n,
			  .id = (uint32_t)row->id.n };
	char key[8];

	big_endian(track_key(row->id), key);
	str_reset(&m->data);
	str_put(&m->data, &h, sizeof(h));
	str_span(&m->data, row->id);
	str_span(&m->data, row->raw);
	str_span(&m->data, row->record);
	return sort_put(m->by_id, (struct span){ key, 8 }, span_str(&m->data),
			err);
}

/* A member's name as plain text, valid until the next call. */
static struct span plain_name(struct merge *m, const struct record_member *x)
{
	if (!x->name.n || !memchr(x->name.p, '\\', x->name.n))
		return x->name;
	str_reset(&m->name);
	json_string((struct span){ x->name.p - 1, x->name.n + 2 }, &m->name);
	return span_str(&m->name);
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

/* Fills the group's record from another row of the same id. */
static int fill(struct merge *m, struct span record, struct err *err)
{
	struct table have = { 0 }; /* name to 1 + index */
	struct str *out = &m->filled, swap;

	if (record_parse(&m->old, span_str(&m->record), err) ||
	    record_parse(&m->more, record, err))
		return -1;
	for (size_t i = 0; i < m->old.count; i++)
		*table_put(&have, plain_name(m, &m->old.members[i])) = i + 1;
	for (size_t i = 0; i < m->more.count; i++) {
		const struct record_member *x = &m->more.members[i];
		uint64_t *place;

		if (is_empty(x->value))
			continue;
		place = table_put(&have, plain_name(m, x));
		if (!*place || (*place <= m->old.count &&
				is_empty(m->old.members[*place - 1].value)))
			*place = m->old.count + i + 1;
	}
	str_reset(out);
	str_putc(out, '{');
	for (size_t i = 0; i < m->old.count; i++) {
		const struct record_member *x = &m->old.members[i];
		uint64_t *place = table_get(&have, plain_name(m, x));
		if (*place <= m->old.count)
			append_member(out, x->whole);
	}
	for (size_t i = 0; i < m->more.count; i++) {
		const struct record_member *x = &m->more.members[i];
		uint64_t *place = table_get(&have, plain_name(m, x));
		if (place && *place == m->old.count + i + 1)
			append_member(out, x->whole);
	}
	str_putc(out, '}');
	table_release(&have);
	swap = m->record;
	m->record = m->filled;
	m->filled = swap;
	return 0;
}

/* The group is complete. */
static int close_group(struct merge *m, const struct merge_ops *ops, void *ctx,
		       struct err *err)
{
	char place[8];

	if (!m->open)
		return 0;
	m->open = false;
	if (m->by_key)
		return ops->emit(ctx, span_str(&m->record), err);
	big_endian(m->place, place);
	return sort_put(m->by_place, (struct span){ place, 8 },
			span_str(&m->record), err);
}

static int take_row(struct merge *m, uint64_t key, struct span data,
		    const struct merge_ops *ops, void *ctx, struct err *err)
{
	struct head h;
	struct merge_row row;

	memcpy(&h, data.p, sizeof(h));
	row.id = (struct span){ data.p + sizeof(h), h.id };
	row.raw = (struct span){ row.id.p + h.id, h.raw };
	row.record = (struct span){ row.raw.p + h.raw,
				    data.n - sizeof(h) - h.id - h.raw };
	row.file = h.file;
	row.line = h.line;
	if (!m->open || m->key != key) {
		if (close_group(m, ops, ctx, err))
			return -1;
		m->open = true;
		m->key = key;
		m->place = h.sequence;
		str_reset(&m->id);
		str_span(&m->id, row.id);
		str_reset(&m->record);
		str_span(&m->record, row.record);
		return 0;
	}
	if (!span_eq(row.id, span_str(&m->id)))
		return err_set(err, ERR_DATA, "collision",
			       "ids %.*s and %.*s "
			       "have the same 64-bit key; remove one of the "
			       "rows",
			       (int)m->id.n, m->id.p, (int)row.id.n, row.id.p);
	if (fill(m, row.record, err))
		return -1;
	row.record = (struct span){ 0 };
	return ops->absorbed(ctx, &row, err);
}

int merge_run(struct merge *m, const struct merge_ops *ops, void *ctx,
	      struct err *err)
{
	struct span key, data;
	int got;

	while ((got = sort_next(m->by_id, &key, &data, err)) == 1) {
		uint64_t k = 0;
		for (int i = 0; i < 8; i++)
			k = k << 8 | (unsigned char)key.p[i];
		if (take_row(m, k, data, ops, ctx, err))
			return -1;
	}
	if (got < 0 || close_group(m, ops, ctx, err))
		return -1;
	if (m->by_key)
		return 0;
	sort_free(m->by_id);
	m->by_id = NULL;
	while ((got = sort_next(m->by_place, &key, &data, err)) == 1)
		if (ops->emit(ctx, data, err))
			return -1;
	return got;
}
