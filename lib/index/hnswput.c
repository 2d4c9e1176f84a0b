/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/hnswbuild.h"
#include "index/hnswbuilt.h"

#define PUT 65536 /* bytes handed over at once, about */

uint64_t hnsw_built_size(const struct hnsw_built *b)
{
	return hnsw_layout(&b->header).end;
}

struct out {
	int (*put)(void *ctx, const void *p, size_t n, struct err *err);
	void *ctx;
	struct err *err;
	uint64_t at; /* bytes so far */
	struct str buffer;
	bool failed;
};

static void flush(struct out *o)
{
	if (!o->failed && o->buffer.n &&
	    o->put(o->ctx, o->buffer.p, o->buffer.n, o->err))
		o->failed = true;
	str_reset(&o->buffer);
}

static void put(struct out *o, const void *p, size_t n)
{
	str_put(&o->buffer, p, n);
	o->at += n;
	if (o->buffer.n >= PUT)
		flush(o);
}

static void pad(struct out *o, uint64_t to)
{
	static const char zeros[HNSW_PAGE];

	while (o->at < to)
		put(o, zeros,
		    to - o->at < HNSW_PAGE ? (size_t)(to - o->at) : HNSW_PAGE);
}

static void put_links(const struct hnsw_built *b, struct out *o, uint32_t layer)
{
	const struct hnswlink *g = &b->graph;
	uint32_t width = layer ? g->m : g->m0, list[2 * HNSW_M_MAX];

	for (uint32_t i = 0; i < g->layer[layer]; i++) {
		const uint32_t *from =
		    g->links[layer] + (size_t)b->order[i] * width;

		for (uint32_t j = 0; j < width; j++)
			list[j] = from[j] == HNSW_NONE ? HNSW_NONE
						       : b->number[from[j]];
		put(o, list, width * sizeof(*list));
	}
}

static void put_rows(const struct hnsw_built *b, struct out *o)
{
	uint32_t words = 0;

	for (uint32_t i = 0; i < b->header.nodes; i++) {
		uint32_t node = b->order[i], row = HNSW_NONE;

		if (b->members[node] == 1)
			row = b->entries[b->first[node]].id;
		if (b->members[node] > 1) {
			row = HNSW_GROUP | words;
			words += b->members[node] + 1;
		}
		put(o, &row, sizeof(row));
	}
}

static void put_groups(const struct hnsw_built *b, struct out *o)
{
	for (uint32_t i = 0; i < b->header.nodes; i++) {
		uint32_t node = b->order[i], n = b->members[node];

		if (n < 2)
			continue;
		put(o, &n, sizeof(n));
		for (uint32_t j = 0; j < n; j++)
			put(o, &b->entries[b->first[node] + j].id, sizeof(n));
	}
}

static void put_lists(const struct hnsw_built *b, const struct hnsw_layout *l,
		      struct out *o)
{
	size_t n = b->header.lists;

	pad(o, l->centroids);
	put(o, b->centroids, n * b->header.stride);
	pad(o, l->scale);
	put(o, b->scale, n * sizeof(*b->scale));
	pad(o, l->first);
	put(o, b->list_first, (n + 1) * sizeof(*b->list_first));
}

int hnsw_built_put(const struct hnsw_built *b,
		   int (*sink)(void *ctx, const void *p, size_t n,
			       struct err *err),
		   void *ctx, struct err *err)
{
	const struct hnsw_header *h = &b->header;
	struct hnsw_layout l = hnsw_layout(h);
	struct out o = { .put = sink, .ctx = ctx, .err = err };

	put(&o, h, sizeof(*h));
	pad(&o, l.vectors);
	for (uint32_t i = 0; i < h->nodes; i++)
		put(&o, b->graph.vectors + (size_t)b->order[i] * h->stride,
		    h->stride);
	pad(&o, l.links);
	put_links(b, &o, 0);
	pad(&o, l.rows);
	put_rows(b, &o);
	for (uint32_t i = 1; i < h->layers; i++) {
		pad(&o, l.upper[i]);
		put_links(b, &o, i);
	}
	pad(&o, l.groups);
	put_groups(b, &o);
	if (h->lists)
		put_lists(b, &l, &o);
	flush(&o);
	str_release(&o.buffer);
	return o.failed ? -1 : 0;
}
