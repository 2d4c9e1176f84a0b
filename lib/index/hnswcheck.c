/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "base/mem.h"
#include "index/hnswlists.h"
#include "index/hnswrows.h"

static int bad(struct err *err, const char *what, uint32_t node)
{
	return err_set(err, ERR_DATA, "graph",
		       "node %u of the graph: %s; build the index anew", node,
		       what);
}

/* A list holds numbers below nodes, then HNSW_NONE to its end. */
static int check_links(const struct hnsw *h, uint32_t layer, struct err *err)
{
	const struct hnsw_header *d = h->header;
	const uint32_t *list = layer ? h->upper[layer] : h->links;
	uint32_t width = layer ? d->m : d->m0;

	for (uint32_t i = 0; i < d->layer[layer]; i++, list += width) {
		uint32_t n = 0;

		while (n < width && list[n] != HNSW_NONE)
			if (list[n++] >= d->layer[layer])
				return bad(err, "a link leads nowhere", i);
		for (; n < width; n++)
			if (list[n] != HNSW_NONE)
				return bad(err, "a link behind the last", i);
	}
	return 0;
}

static int check_reach(const struct hnsw *h, uint8_t *seen, struct err *err)
{
	const struct hnsw_header *d = h->header;
	uint32_t *queue, n = 0;

	if (!d->nodes)
		return 0;
	queue = mem_zalloc(d->nodes, sizeof(*queue));
	queue[n++] = 0;
	seen[0] = 1;
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t j = 0; j < d->m0; j++) {
			uint32_t to = h->links[(size_t)queue[i] * d->m0 + j];

			if (to == HNSW_NONE)
				break;
			if (seen[to])
				continue;
			seen[to] = 1;
			queue[n++] = to;
		}
	free(queue);
	for (uint32_t i = 0; n < d->nodes && i < d->nodes; i++)
		if (!seen[i])
			return bad(err, "no path leads there", i);
	return 0;
}

static int check_row(const struct hnsw *h, uint32_t node, uint32_t row,
		     uint8_t *seen, struct err *err)
{
	if (row >= h->header->count)
		return bad(err, "a row beyond the last", node);
	if (seen[row])
		return bad(err, "a row that another has", node);
	seen[row] = 1;
	return 0;
}

static int check_rows(const struct hnsw *h, uint8_t *seen, struct err *err)
{
	const struct hnsw_header *d = h->header;
	uint32_t dead = 0, signal = 0, words = 0;

	for (uint32_t i = 0; i < d->nodes; i++) {
		uint32_t row = h->rows[i], n;

		if (row == HNSW_NONE) {
			dead++;
			continue;
		}
		if (!(row & HNSW_GROUP)) {
			if (check_row(h, i, row, seen, err))
				return -1;
			signal++;
			continue;
		}
		if ((row & ~HNSW_GROUP) != words || words >= d->group_words)
			return bad(err, "its rows are not in their place", i);
		n = h->groups[words++];
		if (n < 2 || n > d->group_words - words)
			return bad(err, "its rows do not fit", i);
		for (; n; n--, signal++)
			if (check_row(h, i, h->groups[words++], seen, err))
				return -1;
	}
	if (dead != d->dead || signal != d->signal || words != d->group_words)
		return err_set(err, ERR_DATA, "graph",
			       "the graph has %u rows and %u nodes of none, "
			       "where its header says %u and %u",
			       signal, dead, d->signal, d->dead);
	return 0;
}

/* seen: the rows that a node has. */
static int check_signals(const struct hnsw *h, const uint8_t *seen,
			 struct err *err)
{
	const struct hnsw_source *s = &h->source;

	for (size_t i = 0; (s->floats || s->bytes) && i < s->count; i++)
		if (hnsw_has_signal(s, i) != seen[i])
			return err_set(err, ERR_DATA, "graph",
				       "vector %zu %s; build the index anew", i,
				       seen[i] ? "is in the graph, and has no "
						 "direction"
					       : "is not in the graph");
	return 0;
}

int hnsw_verify(const struct hnsw *h, struct err *err)
{
	const struct hnsw_header *d = h->header;
	size_t n = d->nodes > d->count ? d->nodes : d->count;
	uint8_t *seen = mem_zalloc(n + 1, 1);
	int rc = 0;

	for (uint32_t l = 0; !rc && d->m && l < d->layers; l++)
		rc = check_links(h, l, err);
	if (!rc && d->m)
		rc = check_reach(h, seen, err);
	if (!rc)
		rc = hnswlists_verify(h, err);
	memset(seen, 0, n);
	if (!rc)
		rc = check_rows(h, seen, err) || check_signals(h, seen, err)
			 ? -1
			 : 0;
	free(seen);
	return rc;
}
