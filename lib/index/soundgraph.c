/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/soundgraph.h"

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

/* What an earlier index was asked for stays: a graph of few vectors, or none of
 * many. */
static bool is_wanted(const struct hnsw_source *vectors,
		      enum soundgraph_when when, const struct hnsw *previous)
{
	bool had = previous && previous->header->m;

	if (when != SOUNDGRAPH_AUTO)
		return when == SOUNDGRAPH_ALWAYS;
	if (previous && had != are_many(&previous->source))
		return had;
	return are_many(vectors);
}

static struct hnsw_options options_of(const struct hnsw_source *vectors,
				      const struct soundgraph_options *o,
				      const struct hnsw *previous)
{
	const struct hnsw_header *old = previous ? previous->header : NULL;
	struct hnsw_options h = { .threads = o->threads < 1 ? 1 : o->threads };

	if (!is_wanted(vectors, o->when, previous))
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
	struct hnsw_built *b =
	    hnsw_build(vectors, &options, previous, NULL, err);
	struct span bytes = { NULL, 0 };
	struct hnsw h;
	int rc = !b || pack_begin(pw, section, err) ||
		 hnsw_built_put(b, put, pw, err);

	hnsw_built_free(b);
	*made = (struct soundgraph_made){ 0, 1 };
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
