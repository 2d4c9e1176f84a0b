/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/hnswlists.h"

#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/mem.h"
#include "io/pages.h"

void hnswlists_release(struct hnswlists *l)
{
	free(l->ranked);
	free(l->dots);
	free(l->ranges);
}

static void make_room(struct hnswlists *l, size_t n)
{
	if (n <= l->room)
		return;
	hnswlists_release(l);
	l->ranked = mem_zalloc(n, sizeof(*l->ranked));
	l->dots = mem_zalloc(n, sizeof(*l->dots));
	l->ranges = mem_zalloc(n, sizeof(*l->ranges));
	l->room = n;
}

size_t hnswlists_rank(struct hnswlists *l, const struct hnsw *h,
		      const struct hnswwalk_query *q, size_t want)
{
	const struct hnsw_header *d = h->header;
	struct topk best = { NULL, 0, want };

	make_room(l, d->lists);
	best.items = l->ranked;
	hnswwalk_dots(q, h->centroids, d->stride, NULL, d->lists, l->dots);
	for (uint32_t i = 0; i < d->lists; i++)
		topk_offer(&best, h->scale[i] * (float)l->dots[i], i);
	return topk_sort(&best);
}

static void read_ahead(const struct hnsw *h, struct hnswscan_range r)
{
	size_t stride = h->header->stride;

	pages_advise(h->vectors + r.from * stride, (r.to - r.from) * stride,
		     POSIX_MADV_WILLNEED);
	pages_advise(h->rows + r.from, (r.to - r.from) * sizeof(*h->rows),
		     POSIX_MADV_WILLNEED);
}

size_t hnswlists_run(struct hnswlists *l, struct hnswscan *s,
		     const struct hnsw *h, const struct hnsw_query *query,
		     const struct hnswwalk_query *q, int32_t margin,
		     size_t probe, size_t least, bool *all)
{
	const struct hnsw_header *d = h->header;
	size_t met = 0, n = 0, ranked = probe;

	/* As many again, as lists differ in length. */
	if (least)
		ranked += (size_t)((uint64_t)least * d->lists / d->nodes) + 1;
	ranked = hnswlists_rank(l, h, q, ranked < d->lists ? ranked : d->lists);
	for (; n < ranked && (n < probe || met < least); n++) {
		uint32_t i = l->ranked[n].index;
		struct hnswscan_range r = { h->first[i], h->first[i + 1] };

		if (r.from > r.to || r.to > d->nodes)
			r.to = r.from = 0;
		met += r.to - r.from;
		l->ranges[n] = r;
	}
	for (size_t i = 0; i < n && query->cold; i++)
		read_ahead(h, l->ranges[i]);
	*all = n == d->lists;
	return hnswscan_ranges(s, h, query, q, margin, l->ranges, n);
}

int hnswlists_verify(const struct hnsw *h, struct err *err)
{
	const struct hnsw_header *d = h->header;

	for (uint32_t l = 0; l < d->lists; l++)
		if (h->first[l] > h->first[l + 1] || !(h->scale[l] > 0) ||
		    !isfinite(h->scale[l]))
			return err_set(err, ERR_DATA, "graph",
				       "list %u of nodes is damaged; build the "
				       "index anew",
				       l);
	if (d->lists && (h->first[0] || h->first[d->lists] != d->nodes))
		return err_set(err, ERR_DATA, "graph",
			       "the lists of nodes do not hold them all; build "
			       "the index anew");
	return 0;
}
