/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/playlistmates.h"

#include <stdlib.h>

#include "base/mem.h"

void playlistmates_release(struct playlistmates *m)
{
	free(m->items);
	*m = (struct playlistmates){ 0 };
}

static int by_row(const void *a, const void *b)
{
	const struct together_item *x = a, *y = b;

	return (x->row > y->row) - (x->row < y->row);
}

void playlistmates_find(struct playlistmates *m, const struct generation *g,
			const uint32_t *rows, size_t n)
{
	size_t kept = 0;

	m->count = 0;
	m->most = 0;
	for (size_t i = 0; i < n; i++) {
		if (rows[i] >= g->count)
			continue;
		MEM_ROOM(m->items, m->count + TOGETHER_MAX, m->cap);
		m->count += together_get(g, rows[i], m->items + m->count);
	}
	if (!m->count)
		return;
	qsort(m->items, m->count, sizeof(*m->items), by_row);
	for (size_t i = 0; i < m->count; i++) {
		if (kept && m->items[kept - 1].row == m->items[i].row)
			m->items[kept - 1].weight += m->items[i].weight;
		else
			m->items[kept++] = m->items[i];
	}
	m->count = kept;
	for (size_t i = 0; i < kept; i++)
		if (m->items[i].weight > m->most)
			m->most = m->items[i].weight;
}

float playlistmates_of(const struct playlistmates *m, uint32_t row)
{
	struct together_item key = { .row = row }, *found;

	if (!(m->most > 0))
		return 0;
	found = bsearch(&key, m->items, m->count, sizeof(key), by_row);
	return found ? found->weight / m->most : 0;
}
