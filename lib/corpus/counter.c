/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/counter.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/table.h"
#include "io/sort.h"

enum { ENTRY_BYTES = 48 }; /* of a table's entry and slots, about */

struct counter {
	struct table table;
	size_t used, limit;
	struct sort *sort;
	struct str key, ahead;
	uint64_t ahead_count;
	bool reading, has_ahead;
};

struct counter *counter_new(size_t memory)
{
	struct counter *c = mem_zalloc(1, sizeof(*c));

	c->limit = memory / 2;
	c->sort = sort_new(memory / 2);
	return c;
}

void counter_free(struct counter *c)
{
	if (!c)
		return;
	table_release(&c->table);
	sort_free(c->sort);
	str_release(&c->key);
	str_release(&c->ahead);
	free(c);
}

static int spill(struct counter *c, struct err *err)
{
	for (size_t i = 0; i < c->table.count; i++) {
		const struct table_entry *e = &c->table.entries[i];

		if (sort_put(c->sort, e->key,
			     (struct span){ (const char *)&e->value,
					    sizeof(e->value) },
			     err))
			return -1;
	}
	table_release(&c->table);
	c->table = (struct table){ 0 };
	c->used = 0;
	return 0;
}

int counter_add(struct counter *c, struct span key, uint64_t n, struct err *err)
{
	size_t before = c->table.count;

	*table_put(&c->table, key) += n;
	if (c->table.count != before)
		c->used += key.n + ENTRY_BYTES;
	return c->used > c->limit ? spill(c, err) : 0;
}

static int read_ahead(struct counter *c, struct err *err)
{
	struct span key, data;
	int rc = sort_next(c->sort, &key, &data, err);

	c->has_ahead = rc > 0;
	if (rc <= 0)
		return rc;
	str_reset(&c->ahead);
	str_span(&c->ahead, key);
	memcpy(&c->ahead_count, data.p, sizeof(c->ahead_count));
	return 1;
}

int counter_next(struct counter *c, struct span *key, uint64_t *total,
		 struct err *err)
{
	if (!c->reading) {
		c->reading = true;
		if (spill(c, err) || read_ahead(c, err) < 0)
			return -1;
	}
	if (!c->has_ahead)
		return 0;
	str_reset(&c->key);
	str_span(&c->key, span_str(&c->ahead));
	*total = 0;
	do {
		*total += c->ahead_count;
		if (read_ahead(c, err) < 0)
			return -1;
	} while (c->has_ahead &&
		 span_eq(span_str(&c->ahead), span_str(&c->key)));
	*key = span_str(&c->key);
	return 1;
}
