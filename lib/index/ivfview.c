/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/ivf.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "index/ivfformat.h"

static int broken(struct err *err, const char *what)
{
	return err_set(err, ERR_DATA, "artifact",
		       "inverted file: %s; build the index again", what);
}

size_t ivf_dim(struct span bytes)
{
	struct ivf_header h;

	if (bytes.n < sizeof(h))
		return 0;
	memcpy(&h, bytes.p, sizeof(h));
	return h.dim <= CODES_DIM ? h.dim : 0;
}

int ivf_view(struct ivf *v, struct span bytes, const struct ivf_rows *rows,
	     struct err *err)
{
	struct ivf_header h;
	struct ivf_layout l;

	if (bytes.n < sizeof(h) || (uintptr_t)bytes.p % 64)
		return broken(err, "too small, or not aligned");
	memcpy(&h, bytes.p, sizeof(h));
	if (h.dim != rows->dim || h.count != rows->count)
		return broken(err, "not of these vectors");
	if (!h.dim || h.dim > CODES_DIM || h.nlist > IVF_LISTS ||
	    h.count >= CODES_NONE || (h.nlist && (!h.nprobe || !h.shortlist)))
		return broken(err, "header out of bounds");
	l = ivf_layout(h.dim, h.nlist, h.blocks);
	if (bytes.n != l.size)
		return broken(err, "its size is not what its header says");
	*v = (struct ivf){ .rows = *rows,
			   .nlist = h.nlist,
			   .blocks = h.blocks,
			   .nprobe = h.nprobe,
			   .shortlist = h.shortlist,
			   .fitted = h.fitted };
	if (!h.nlist)
		return 0;
	v->scale = (const void *)(bytes.p + l.scale);
	v->first = (const void *)(bytes.p + l.first);
	v->centroids = (const void *)(bytes.p + l.centroids);
	v->coarse = (const void *)(bytes.p + l.coarse);
	v->lists = (const void *)(bytes.p + l.lists);
	return 0;
}

int ivf_verify(const struct ivf *v, struct err *err)
{
	size_t size = codes_block_size(v->rows.dim), met = 0;
	uint8_t *seen = mem_zalloc(v->rows.count + 1, 1);
	int ret = 0;

	if (v->nlist && (v->first[0] || v->first[v->nlist] != v->blocks))
		ret = broken(err, "lists do not fill it");
	for (size_t l = 0; l < v->nlist && !ret; l++)
		if (v->first[l] > v->first[l + 1])
			ret = broken(err, "lists are not in order");
	for (size_t b = 0; b < v->blocks && !ret; b++) {
		const uint32_t *at =
		    codes_rows(v->lists + b * size, v->rows.dim);

		for (size_t i = 0; i < CODES_BLOCK; i++)
			if (at[i] < v->rows.count && !seen[at[i]]) {
				seen[at[i]] = 1;
				met++;
			} else if (at[i] != CODES_NONE) {
				ret = broken(err, "a row is not there, or "
						  "there twice");
			}
	}
	if (!ret && v->nlist && met != v->rows.count)
		ret = broken(err, "rows are missing");
	free(seen);
	return ret;
}
