/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/textlists.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "index/ivfbuild.h"

struct sampling {
	const struct ivf *v;
	size_t step, count;
	size_t *found; /* [count] */
};

static void sample(void *ctx, size_t i, int thread)
{
	const struct sampling *s = ctx;
	const struct ivf_rows *rows = &s->v->rows;
	struct topk_item want[TEXTLISTS_NEAREST], got[TEXTLISTS_NEAREST];
	struct ivf_work *w = ivf_work_new(s->v);
	size_t at = i * s->step, wanted, n;
	struct ivf_query q = { rows->q + at * rows->dim, rows->scale[at], 0,
			       0 };

	(void)thread;
	wanted = ivf_search_exact(s->v, w, &q, NULL, TEXTLISTS_NEAREST, want);
	n = ivf_search(s->v, w, &q, NULL, TEXTLISTS_NEAREST, got);
	/* as good as the last of the exact ones counts: ties are no misses */
	for (size_t k = 0; k < n; k++)
		s->found[i] += got[k].score >= want[wanted - 1].score;
	ivf_work_free(w);
}

static double recall_of(const struct ivf *v, int threads)
{
	struct sampling s = { .v = v, .count = TEXTLISTS_SAMPLE };
	size_t each = v->rows.count < TEXTLISTS_NEAREST ? v->rows.count
							: TEXTLISTS_NEAREST;
	size_t found = 0;

	if (s.count > v->rows.count)
		s.count = v->rows.count;
	s.step = v->rows.count / s.count;
	s.found = mem_zalloc(s.count, sizeof(*s.found));
	parallel_for(threads, s.count, sample, &s);
	for (size_t i = 0; i < s.count; i++)
		found += s.found[i];
	free(s.found);
	return (double)found / (double)(s.count * each);
}

static int put(void *ctx, const void *p, size_t n, struct err *err)
{
	return pack_put(ctx, p, n, err);
}

/* The lists of an earlier index serve while their number is about what so many
 * rows would get; those of few rows were asked for, and stay. */
static bool serves(const struct ivf_rows *rows, const struct ivf *old)
{
	return old && old->nlist && rows->dim == old->rows.dim &&
	       rows->count >= old->nlist &&
	       (rows->count >= IVF_EXACT_BELOW ||
		old->rows.count < IVF_EXACT_BELOW) &&
	       rows->count / TEXTLISTS_GROWTH <= old->rows.count &&
	       old->rows.count / TEXTLISTS_GROWTH <= rows->count;
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
			made->recall = recall_of(&v, options->threads);
	} else {
		rc = -1;
	}
	ordered_release(&by_list);
	free(list);
	return rc ? -1 : 0;
}
