/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/textlists.h"

#include <stdlib.h>

#include "base/mem.h"
#include "index/nearestrecall.h"

static void ask(void *ctx, size_t row, struct nearestrecall *r)
{
	const struct ivf *v = ctx;
	struct ivf_query q = { v->rows.q + row * v->rows.dim,
			       v->rows.scale[row], 0, 0 };
	struct ivf_work *w = ivf_work_new(v);

	r->wanted = ivf_search_exact(v, w, &q, NULL, NEARESTRECALL_K, r->want);
	r->found = ivf_search(v, w, &q, NULL, NEARESTRECALL_K, r->got);
	ivf_work_free(w);
}

static int put(void *ctx, const void *p, size_t n, struct err *err)
{
	return pack_put(ctx, p, n, err);
}

/* The lists of an earlier index serve while their number is about what so many
 * rows would get, however many updates there were; those of few rows were asked
 * for, and stay. */
static bool serves(const struct ivf_rows *rows, const struct ivf *old)
{
	size_t n = rows->count, fitted;

	if (!old || !old->nlist || rows->dim != old->rows.dim || n < old->nlist)
		return false;
	if (old->rows.count < IVF_EXACT_BELOW)
		fitted = old->rows.count;
	else
		fitted = n < IVF_EXACT_BELOW ? 0 : old->fitted;
	return n <= TEXTLISTS_GROWTH * fitted && fitted <= TEXTLISTS_GROWTH * n;
}

struct ordered {        /* rows in the order of lists */
	uint32_t *from; /* [count]: position in the order of rows */
	uint32_t *rows, *list, *was, *at;
	float *scale;
};

static void order(const struct ivf_rows *rows, const uint32_t *list,
		  size_t nlist, const struct ivf_old *old, struct ordered *o)
{
	size_t n = rows->count;
	size_t *next = mem_zalloc(nlist + 2, sizeof(*next));

	o->from = mem_zalloc(n + 1, sizeof(*o->from));
	o->rows = mem_zalloc(n + 1, sizeof(*o->rows));
	o->list = mem_zalloc(n + 1, sizeof(*o->list));
	o->was = mem_zalloc(n + 1, sizeof(*o->was));
	o->scale = mem_zalloc(n + 1, sizeof(*o->scale));
	o->at = mem_alloc((rows->total + 1) * sizeof(*o->at));
	memset(o->at, 0xff, (rows->total + 1) * sizeof(*o->at));
	for (size_t i = 0; i < n; i++)
		next[list[i] + 1]++;
	for (size_t l = 0; l < nlist; l++)
		next[l + 1] += next[l];
	for (size_t i = 0; i < n; i++) {
		size_t to = next[list[i]]++;

		o->from[to] = (uint32_t)i;
		o->rows[to] = rows->rows[i];
		o->list[to] = list[i];
		o->was[to] = old ? old->was[i] : UINT32_MAX;
		o->scale[to] = rows->scale[i];
		o->at[rows->rows[i]] = (uint32_t)to;
	}
	free(next);
}

static void ordered_release(struct ordered *o)
{
	free(o->from);
	free(o->rows);
	free(o->list);
	free(o->was);
	free(o->scale);
	free(o->at);
}

static int write_vectors(const struct ivf_rows *rows, const struct ordered *o,
			 struct pack_writer *pw, struct err *err)
{
	size_t n = rows->count;
	int rc = pack_begin(pw, "vector.int8", err);

	for (size_t i = 0; i < n && !rc; i++)
		rc = pack_put(pw, rows->q + o->from[i] * rows->dim, rows->dim,
			      err);
	return rc ||
		       pack_section(pw, "vector.rows", o->rows,
				    n * sizeof(*o->rows), err) ||
		       pack_section(pw, "vector.at", o->at,
				    rows->total * sizeof(*o->at), err) ||
		       pack_section(pw, "vector.scale", o->scale,
				    n * sizeof(*o->scale), err)
		   ? -1
		   : 0;
}

/* The centroids, and the list of each row. */
static uint32_t *sort(const struct ivf_rows *rows,
		      const struct textlists_options *options,
		      const struct ivf_old *old, struct ivf_options *o,
		      struct ivf_centroids *c)
{
	uint32_t *list = mem_zalloc(rows->count + 1, sizeof(*list));

	if (!o->nlist && old && serves(rows, old->view)) {
		ivf_centroids_of(old->view, c);
		o->nprobe = o->nprobe ? o->nprobe : old->view->nprobe;
	} else {
		o->lists = o->nlist > 0;
		if (o->nlist > rows->count)
			o->nlist = rows->count;
		ivf_fit(rows, o, c);
	}
	if (c->nlist)
		ivf_assign(rows, c, old, options->threads, list);
	return list;
}

int textlists_write(const struct ivf_rows *rows,
		    const struct textlists_options *options,
		    const struct ivf_old *old, struct pack_writer *pw,
		    struct textlists_made *made, struct err *err)
{
	struct ivf_options o = { .threads = options->threads,
				 .nlist = options->lists,
				 .nprobe = options->probe };
	struct ivf_centroids c = { .nlist = 0 };
	uint32_t *list = sort(rows, options, old, &o, &c);
	struct ordered by_list;
	struct ivf_rows written = *rows;
	struct ivf_old was = { old ? old->view : NULL, NULL };
	struct span bytes = { NULL, 0 };
	struct ivf v;
	int rc;

	*made = (struct textlists_made){ 0, 1 };
	order(rows, list, c.nlist ? c.nlist : 1, old, &by_list);
	rc = write_vectors(rows, &by_list, pw, err);
	if (!rc)
		bytes = pack_written(pw, "vector.int8", err);
	written.q = (const int8_t *)bytes.p;
	written.rows = by_list.rows;
	written.scale = by_list.scale;
	was.was = by_list.was;
	o.list = by_list.list;
	rc = rc || !bytes.p || pack_begin(pw, "vector.lists", err) ||
	     ivf_build(&written, &c, &o, old ? &was : NULL, put, pw, err);
	ivf_centroids_release(&c);
	bytes = rc ? (struct span){ NULL, 0 }
		   : pack_written(pw, "vector.lists", err);
	if (bytes.p && !ivf_view(&v, bytes, &written, err)) {
		made->lists = v.nlist;
		if (v.nlist)
			made->recall = nearestrecall_measure(
			    v.rows.count, options->threads, ask, &v);
	} else {
		rc = -1;
	}
	ordered_release(&by_list);
	free(list);
	return rc ? -1 : 0;
}
