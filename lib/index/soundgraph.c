/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/soundgraph.h"

#include <math.h>

#include "index/nearestrecall.h"

static void ask(void *ctx, size_t row, struct nearestrecall *r)
{
	const struct hnsw *h = ctx;
	struct hnsw_query q = { .unit = h->source.floats + row * h->source.dim,
				.k = NEARESTRECALL_K,
				.way = HNSW_WALK };
	struct hnsw_work *w = hnsw_work_new();

	r->wanted = hnsw_exact(&h->source, &q, r->want);
	r->found = hnsw_search(h, w, &q, r->got, NULL);
	hnsw_work_free(w);
}

static bool are_many(const struct hnsw_source *v)
{
	return v->count * hnsw_align(v->dim, HNSW_LINE) > SOUNDGRAPH_AUTO_BYTES;
}

static enum soundgraph_when had(const struct hnsw *h)
{
	return h->header->m       ? SOUNDGRAPH_ALWAYS
	       : h->header->lists ? SOUNDGRAPH_LISTS
				  : SOUNDGRAPH_NEVER;
}

/* What an earlier index was asked for stays: a graph, lists of few vectors, or
 * none of many. */
static enum soundgraph_when wanted(const struct hnsw_source *vectors,
				   enum soundgraph_when when,
				   const struct hnsw *previous)
{
	if (when != SOUNDGRAPH_AUTO)
		return when;
	if (previous &&
	    had(previous) != (are_many(&previous->source) ? SOUNDGRAPH_LISTS
							  : SOUNDGRAPH_NEVER))
		return had(previous);
	return are_many(vectors) ? SOUNDGRAPH_LISTS : SOUNDGRAPH_NEVER;
}

static uint32_t lists_of(const struct hnsw_source *vectors)
{
	double n = 3 * sqrt((double)vectors->count);

	return (uint32_t)hnsw_align((uint64_t)n, 32);
}

static struct hnsw_options options_of(const struct hnsw_source *vectors,
				      const struct soundgraph_options *o,
				      const struct hnsw *previous)
{
	const struct hnsw_header *old = previous ? previous->header : NULL;
	struct hnsw_options h = { .threads = o->threads < 1 ? 1 : o->threads };
	enum soundgraph_when kind = wanted(vectors, o->when, previous);

	if (kind == SOUNDGRAPH_LISTS)
		h.lists = lists_of(vectors);
	if (kind != SOUNDGRAPH_ALWAYS)
		return h;
	h.m = o->links ? o->links : old && old->m ? old->m : HNSW_M;
	h.ef = o->ef ? o->ef : old && old->m ? old->ef : HNSW_EF_CONSTRUCTION;
	if (h.ef < h.m)
		h.ef = h.m;
	return h;
}

static int put(void *ctx, const void *p, size_t n, struct err *err)
{
	return pack_put(ctx, p, n, err);
}

int soundgraph_write(const struct hnsw_source *vectors,
		     const struct soundgraph_options *o,
		     const struct hnsw *previous, const char *section,
		     struct pack_writer *pw, struct soundgraph_made *made,
		     struct err *err)
{
	struct hnsw_options options = options_of(vectors, o, previous);
	struct hnsw_report report;
	struct hnsw_built *b =
	    hnsw_build(vectors, &options, previous, &report, err);
	struct span bytes = { NULL, 0 };
	struct hnsw h;
	int rc = !b || pack_begin(pw, section, err) ||
		 hnsw_built_put(b, put, pw, err);

	hnsw_built_free(b);
	*made = (struct soundgraph_made){ 0, report.lists, 1 };
	if (report.lists)
		made->recall = report.recall;
	if (rc || !options.m)
		return rc ? -1 : 0;
	bytes = pack_written(pw, section, err);
	if (!bytes.p || hnsw_view(&h, bytes, vectors, err))
		return -1;
	made->nodes = h.header->nodes;
	made->recall =
	    nearestrecall_measure(vectors->count, options.threads, ask, &h);
	return 0;
}
