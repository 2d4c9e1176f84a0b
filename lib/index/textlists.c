/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/textlists.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "index/ivfbuild.h"

struct bytes { /* where a view wants them: aligned to 64 */
	char *p;
	size_t n, cap;
};

static int keep(void *ctx, const void *p, size_t n, struct err *err)
{
	struct bytes *b = ctx;

	(void)err;
	if (b->n + n > b->cap) {
		size_t cap = (b->n + n) / 64 * 96 + 4096;
		char *more = aligned_alloc(64, (cap + 63) / 64 * 64);

		if (!more)
			return err_set(err, ERR_ENV, "memory",
				       "no memory for lists of vectors");
		memcpy(more, b->p ? b->p : "", b->n);
		free(b->p);
		b->p = more;
		b->cap = cap;
	}
	memcpy(b->p + b->n, p, n);
	b->n += n;
	return 0;
}

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
	size_t found = 0;

	if (s.count > v->rows.count)
		s.count = v->rows.count;
	s.step = v->rows.count / s.count;
	s.found = mem_zalloc(s.count, sizeof(*s.found));
	parallel_for(threads, s.count, sample, &s);
	for (size_t i = 0; i < s.count; i++)
		found += s.found[i];
	free(s.found);
	return (double)found / (double)(s.count * TEXTLISTS_NEAREST);
}

int textlists_write(const struct ivf_rows *rows, int threads,
		    struct pack_writer *pw, struct textlists_made *made,
		    struct err *err)
{
	struct ivf_options o = { .threads = threads };
	struct ivf_centroids c = { .nlist = 0 };
	struct bytes b = { .p = NULL };
	struct ivf v;
	int rc;

	*made = (struct textlists_made){ 0, 1 };
	ivf_fit(rows, &o, &c);
	rc = ivf_build(rows, &c, &o, NULL, keep, &b, err) ||
	     pack_section(pw, "vector.lists", b.p, b.n, err);
	ivf_centroids_release(&c);
	if (!rc && !ivf_view(&v, (struct span){ b.p, b.n }, rows, err)) {
		made->lists = v.nlist;
		if (v.nlist)
			made->recall = recall_of(&v, threads);
	} else {
		rc = -1;
	}
	free(b.p);
	return rc ? -1 : 0;
}
