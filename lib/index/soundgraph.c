/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/soundgraph.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"

struct sampling {
	const struct hnsw *h;
	size_t step, count;
	size_t *found; /* [count] */
};

static void sample(void *ctx, size_t i, int thread)
{
	const struct sampling *s = ctx;
	const struct hnsw_source *v = &s->h->source;
	struct topk_item want[SOUNDGRAPH_NEAREST], got[SOUNDGRAPH_NEAREST];
	struct hnsw_query q = { .unit = v->floats + i * s->step * v->dim,
				.k = SOUNDGRAPH_NEAREST,
				.way = HNSW_WALK };
	struct hnsw_work *w = hnsw_work_new();
	size_t wanted = hnsw_exact(v, &q, want), n;

	(void)thread;
	n = hnsw_search(s->h, w, &q, got, NULL);
	/* as good as the last of the exact ones counts: ties are no misses */
	for (size_t k = 0; k < n; k++)
		s->found[i] += got[k].score >= want[wanted - 1].score;
	hnsw_work_free(w);
}

static double recall_of(const struct hnsw *h, int threads)
{
	struct sampling s = { .h = h, .count = SOUNDGRAPH_SAMPLE };
	size_t each = h->header->signal < SOUNDGRAPH_NEAREST
			  ? h->header->signal
			  : SOUNDGRAPH_NEAREST;
	size_t found = 0;

	if (s.count > h->source.count)
		s.count = h->source.count;
	s.step = h->source.count / s.count;
	s.found = mem_zalloc(s.count, sizeof(*s.found));
	parallel_for(threads, s.count, sample, &s);
	for (size_t i = 0; i < s.count; i++)
		found += s.found[i];
	free(s.found);
	return (double)found / (double)(s.count * each);
}

/* What an earlier index was asked for stays: a graph of few vectors, or none of
 * many. */
static bool is_wanted(const struct hnsw_source *vectors,
		      enum soundgraph_when when, const struct hnsw *previous)
{
	size_t scanned = hnsw_scan_nodes(vectors->dim);
	bool had = previous && previous->header->m;

	if (when != SOUNDGRAPH_AUTO)
		return when == SOUNDGRAPH_ALWAYS;
	if (previous && had != (previous->source.count > scanned))
		return had;
	return vectors->count > scanned;
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
	struct hnsw_report report;
	struct hnsw_built *b =
	    hnsw_build(vectors, &options, previous, &report, err);
	struct span bytes = { NULL, 0 };
	struct hnsw h;
	int rc = !b || pack_begin(pw, section, err) ||
		 hnsw_built_put(b, put, pw, err);

	hnsw_built_free(b);
	*made = (struct soundgraph_made){ 0, 1 };
	if (rc || !options.m || !report.nodes)
		return rc ? -1 : 0;
	bytes = pack_written(pw, section, err);
	if (!bytes.p || hnsw_view(&h, bytes, vectors, err))
		return -1;
	made->nodes = report.nodes;
	made->recall = recall_of(&h, options.threads);
	return 0;
}
