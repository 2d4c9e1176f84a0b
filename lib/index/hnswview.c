/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of hnsw.h that opens a graph. */
#include "index/hnsw.h"

#include <math.h>
#include <sys/mman.h>

#define COLD_SAMPLE 32 /* pages */

static bool header_is_sound(const struct hnsw_header *d)
{
	bool sound =
	    d->nodes <= HNSW_NODES_MAX && d->signal <= d->count &&
	    d->dead <= d->nodes && d->added <= d->nodes && d->dim &&
	    d->dim <= HNSW_DIM_MAX &&
	    d->stride == hnsw_align(d->dim, HNSW_LINE) && d->m <= HNSW_M_MAX &&
	    d->m0 == 2 * d->m && d->layers >= 1 && d->layers <= HNSW_LAYERS &&
	    d->layer[0] == d->nodes && d->step > 0 && isfinite(d->step) &&
	    d->error >= 0 && isfinite(d->error) && d->lists <= HNSW_LISTS_MAX &&
	    d->lists <= d->nodes && d->probe <= d->lists &&
	    !d->lists == !d->probe && (!d->lists || !d->m) && !d->reserved;

	for (uint32_t i = 1; sound && i < HNSW_LAYERS; i++)
		sound = i < d->layers ? d->m && d->layer[i] &&
					    d->layer[i] <= d->layer[i - 1]
				      : !d->layer[i];
	return sound;
}

int hnsw_view(struct hnsw *h, struct span bytes,
	      const struct hnsw_source *source, struct err *err)
{
	const struct hnsw_header *d = (const void *)bytes.p;
	struct hnsw_layout l;

	if (bytes.n < sizeof(*d))
		return err_set(err, ERR_DATA, "graph",
			       "a graph of %zu bytes has no header", bytes.n);
	if (!header_is_sound(d))
		return err_set(err, ERR_DATA, "graph",
			       "the header of the graph is damaged");
	l = hnsw_layout(d);
	if (l.end != bytes.n)
		return err_set(err, ERR_DATA, "graph",
			       "a graph of %u nodes takes %llu bytes, not %zu",
			       d->nodes, (unsigned long long)l.end, bytes.n);
	if (d->count != source->count || d->dim != source->dim)
		return err_set(err, ERR_DATA, "graph",
			       "the graph is of %u vectors of %u numbers, not "
			       "of %zu of %zu",
			       d->count, d->dim, source->count, source->dim);
	*h = (struct hnsw){ .header = d, .source = *source };
	h->vectors = (const int8_t *)bytes.p + l.vectors;
	h->links = (const void *)(bytes.p + l.links);
	h->rows = (const void *)(bytes.p + l.rows);
	h->groups = (const void *)(bytes.p + l.groups);
	for (uint32_t i = 1; i < d->layers; i++)
		h->upper[i] = (const void *)(bytes.p + l.upper[i]);
	if (!d->lists)
		return 0;
	h->centroids = (const int8_t *)bytes.p + l.centroids;
	h->scale = (const void *)(bytes.p + l.scale);
	h->first = (const void *)(bytes.p + l.first);
	return 0;
}

bool hnsw_is_cold(const struct hnsw *h)
{
	const struct hnsw_header *d = h->header;
	size_t each = d->m ? (size_t)d->m0 * 4 : d->stride;
	size_t pages = d->nodes * each / HNSW_PAGE, in = 0, n = 0;
	uintptr_t at = d->m ? (uintptr_t)h->links : (uintptr_t)h->vectors;

	at = at / HNSW_PAGE * HNSW_PAGE;
	for (size_t i = 0; i < COLD_SAMPLE && pages; i++) {
		size_t page = pages * i / COLD_SAMPLE;
		unsigned char there;

		if (mincore((char *)at + page * HNSW_PAGE, 1, &there))
			return false;
		in += there & 1;
		n++;
	}
	return in < n / 2;
}
