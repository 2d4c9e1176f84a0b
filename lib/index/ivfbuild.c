/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/ivfbuild.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "index/ivfformat.h"
#include "math/kmeans.h"

enum {
	NPROBE = 32,
	SHORTLIST = 800,
	MOST_LISTS = 16384,
	GROUP = 4096 /* blocks made at a time */
};
#define SEED 20240901

static size_t default_lists(size_t count)
{
	size_t n = ivf_up((size_t)(4 * sqrt((double)count)), CODES_BLOCK);

	return n < MOST_LISTS ? n : MOST_LISTS;
}

void ivf_fit(const struct ivf_rows *rows, const struct ivf_options *o,
	     struct ivf_centroids *c)
{
	struct kmeans_rows r = { rows->q, rows->scale, rows->count, rows->dim };
	struct kmeans_options ko = { .iterations = o->iterations,
				     .threads = o->threads,
				     .seed = SEED };

	*c = (struct ivf_centroids){ .dim = rows->dim };
	if (!rows->count || (rows->count < IVF_EXACT_BELOW && !o->lists))
		return;
	c->nlist = o->nlist ? o->nlist : default_lists(rows->count);
	c->nlist = c->nlist < IVF_LISTS ? c->nlist : IVF_LISTS;
	c->fitted = rows->count;
	c->q = mem_zalloc(c->nlist, c->dim);
	c->scale = mem_zalloc(c->nlist, sizeof(*c->scale));
	ko.k = c->nlist;
	kmeans_fit(&r, &ko, c->q, c->scale);
}

void ivf_centroids_of(const struct ivf *v, struct ivf_centroids *c)
{
	*c = (struct ivf_centroids){ .nlist = v->nlist,
				     .dim = v->rows.dim,
				     .fitted = v->fitted };
	if (!c->nlist)
		return;
	c->q = mem_dup(v->centroids, c->nlist * c->dim);
	c->scale = mem_dup(v->scale, c->nlist * sizeof(*c->scale));
}

void ivf_centroids_release(struct ivf_centroids *c)
{
	free(c->q);
	free(c->scale);
	*c = (struct ivf_centroids){ 0 };
}

static void assign(const struct ivf_rows *rows, const struct ivf_centroids *c,
		   int threads, uint32_t *list)
{
	struct kmeans_rows r = { rows->q, rows->scale, rows->count, rows->dim };

	kmeans_assign(&r, c->q, c->scale, c->nlist, threads, list);
}

struct build {
	const struct ivf_rows *rows;
	const struct ivf_centroids *c;
	const struct ivf_old *old;
	struct codes *codes;
	uint32_t *list;   /* [count] */
	uint32_t *place;  /* [old count]: block * 32 + place, or NONE */
	uint32_t *was_in; /* [old count]: its list */
	uint32_t *order;  /* [count], positions by list, ascending in each */
	uint32_t *begin;  /* [nlist + 1] into order */
	uint32_t *first;  /* [nlist + 1] blocks */
	uint8_t *blocks;  /* of the lists being made */
	size_t from;      /* the first of them, */
	size_t base;      /* and its first block */
	float **vector;   /* [threads][bits] */
};

/* Where the old file has a row: list and place. */
static void read_old(struct build *b, uint32_t *lists)
{
	const struct ivf *v = b->old->view;
	size_t size = codes_block_size(v->rows.dim);

	for (size_t l = 0; l < v->nlist; l++) {
		size_t from = v->first[l], to = v->first[l + 1];

		for (; from < to && to <= v->blocks; from++) {
			const uint32_t *at =
			    codes_rows(v->lists + from * size, v->rows.dim);

			for (uint32_t i = 0; i < CODES_BLOCK; i++)
				if (at[i] < v->rows.count) {
					lists[at[i]] = (uint32_t)l;
					b->place[at[i]] =
					    (uint32_t)from * CODES_BLOCK + i;
				}
		}
	}
}

static uint32_t old_place(const struct build *b, size_t i)
{
	uint32_t was = b->old ? b->old->was[i] : CODES_NONE;

	return was != CODES_NONE && was < b->old->view->rows.count
		   ? b->place[was]
		   : CODES_NONE;
}

/* Lists of the rows that the old file lacks, gathered to be assigned. */
static void assign_new(struct build *b, int threads)
{
	const struct ivf_rows *rows = b->rows;
	struct ivf_rows some = { .dim = rows->dim };
	uint32_t *which = mem_zalloc(rows->count + 1, sizeof(*which));
	uint32_t *found;
	int8_t *q;

	for (size_t i = 0; i < rows->count; i++)
		if (old_place(b, i) == CODES_NONE)
			which[some.count++] = (uint32_t)i;
	found = mem_zalloc(some.count + 1, sizeof(*found));
	q = mem_zalloc(some.count + 1, rows->dim);
	for (size_t i = 0; i < some.count; i++)
		memcpy(q + i * rows->dim, rows->q + which[i] * rows->dim,
		       rows->dim);
	some.q = q;
	assign(&some, b->c, threads, found);
	for (size_t i = 0; i < some.count; i++)
		b->list[which[i]] = found[i];
	free(which);
	free(found);
	free(q);
}

static void find_old(struct build *b)
{
	size_t count = b->old ? b->old->view->rows.count : 0;

	if (!b->old)
		return;
	b->was_in = mem_zalloc(count + 1, sizeof(*b->was_in));
	b->place = mem_alloc((count + 1) * sizeof(*b->place));
	memset(b->place, 0xff, (count + 1) * sizeof(*b->place));
	read_old(b, b->was_in);
}

static void assign_all(struct build *b, int threads)
{
	if (!b->old) {
		assign(b->rows, b->c, threads, b->list);
		return;
	}
	for (size_t i = 0; i < b->rows->count; i++)
		if (old_place(b, i) != CODES_NONE)
			b->list[i] = b->was_in[b->old->was[i]];
	assign_new(b, threads);
}

static void order_rows(struct build *b)
{
	size_t nlist = b->c->nlist;
	uint32_t *at = mem_zalloc(nlist + 1, sizeof(*at));

	for (size_t i = 0; i < b->rows->count; i++)
		b->begin[b->list[i] + 1]++;
	for (size_t l = 0; l < nlist; l++) {
		b->first[l + 1] =
		    b->first[l] +
		    (b->begin[l + 1] + CODES_BLOCK - 1) / CODES_BLOCK;
		b->begin[l + 1] += b->begin[l];
	}
	memcpy(at, b->begin, nlist * sizeof(*at));
	for (size_t i = 0; i < b->rows->count; i++)
		b->order[at[b->list[i]]++] = (uint32_t)i;
	free(at);
}

/* x[bits] = what is left of a row without its centroid, rotated. */
static void residual(const struct build *b, const int8_t *q, float scale,
		     const int8_t *centre, float centre_scale, float *x)
{
	size_t dim = b->c->dim, bits = codes_bits(dim);

	for (size_t j = 0; j < dim; j++)
		x[j] = scale * (float)q[j] -
		       (centre ? centre_scale * (float)centre[j] : 0);
	memset(x + dim, 0, (bits - dim) * sizeof(*x));
	codes_rotate(b->codes, x);
}

static void make_list(void *ctx, size_t i, int thread)
{
	struct build *b = ctx;
	size_t l = b->from + i, dim = b->c->dim, size = codes_block_size(dim);
	uint8_t *block = b->blocks + (b->first[l] - b->base) * size;

	for (size_t n = 0, j = b->begin[l]; j < b->begin[l + 1]; j++, n++) {
		uint32_t row = b->order[j], place = old_place(b, row);
		uint8_t *to = block + n / CODES_BLOCK * size;

		if (n % CODES_BLOCK == 0)
			codes_clear(to, dim);
		if (place != CODES_NONE) {
			codes_move(to, n % CODES_BLOCK,
				   b->old->view->lists +
				       place / CODES_BLOCK * size,
				   place % CODES_BLOCK, dim, row);
			continue;
		}
		residual(b, b->rows->q + row * dim, b->rows->scale[row],
			 b->c->q + l * dim, b->c->scale[l], b->vector[thread]);
		codes_put(to, n % CODES_BLOCK, dim, b->vector[thread], row);
	}
}

typedef int put_fn(void *, const void *, size_t, struct err *);

static int put_lists(struct build *b, int threads, put_fn *put, void *ctx,
		     struct err *err)
{
	size_t nlist = b->c->nlist, to, room = 0;
	size_t size = codes_block_size(b->c->dim);
	int ret = 0;

	for (b->from = 0; b->from < nlist && !ret; b->from = to) {
		size_t n;

		b->base = b->first[b->from];
		for (to = b->from + 1;
		     to < nlist && b->first[to + 1] - b->base <= GROUP;)
			to++;
		n = b->first[to] - b->base;
		MEM_ROOM(b->blocks, n * size + 1, room);
		parallel_for(threads, to - b->from, make_list, b);
		ret = n ? put(ctx, b->blocks, n * size, err) : 0;
	}
	return ret;
}

static void put_centroids(const struct build *b, const struct ivf_layout *l,
			  uint8_t *head)
{
	const struct ivf_centroids *c = b->c;
	size_t size = codes_block_size(c->dim);

	memcpy(head + l->scale, c->scale, c->nlist * sizeof(*c->scale));
	memcpy(head + l->first, b->first, (c->nlist + 1) * sizeof(*b->first));
	memcpy(head + l->centroids, c->q, c->nlist * c->dim);
	for (size_t i = 0; i < c->nlist; i++) {
		uint8_t *block = head + l->coarse + i / CODES_BLOCK * size;

		if (i % CODES_BLOCK == 0)
			codes_clear(block, c->dim);
		residual(b, c->q + i * c->dim, c->scale[i], NULL, 0,
			 b->vector[0]);
		codes_put(block, i % CODES_BLOCK, c->dim, b->vector[0],
			  (uint32_t)i);
	}
}

static int put_file(struct build *b, const struct ivf_options *o, put_fn *put,
		    void *ctx, struct err *err)
{
	struct ivf_header h = { .dim = (uint32_t)b->c->dim,
				.nlist = (uint32_t)b->c->nlist,
				.count = b->rows->count };
	struct ivf_layout l;
	uint8_t *head;
	int ret;

	if (!h.nlist)
		return put(ctx, &h, sizeof(h), err);
	h.nprobe = (uint32_t)(o->nprobe ? o->nprobe : NPROBE);
	h.shortlist = (uint32_t)(o->shortlist ? o->shortlist : SHORTLIST);
	h.blocks = b->first[h.nlist];
	h.fitted = (uint32_t)b->c->fitted;
	l = ivf_layout(h.dim, h.nlist, h.blocks);
	head = mem_zalloc(l.lists, 1);
	memcpy(head, &h, sizeof(h));
	put_centroids(b, &l, head);
	ret = put(ctx, head, l.lists, err);
	free(head);
	return ret ? ret : put_lists(b, o->threads, put, ctx, err);
}

static bool same_centroids(const struct ivf *v, const struct ivf_centroids *c)
{
	return v->nlist && v->nlist == c->nlist && v->rows.dim == c->dim &&
	       !memcmp(v->centroids, c->q, c->nlist * c->dim) &&
	       !memcmp(v->scale, c->scale, c->nlist * sizeof(*c->scale));
}

void ivf_assign(const struct ivf_rows *rows, const struct ivf_centroids *c,
		const struct ivf_old *old, int threads, uint32_t *list)
{
	struct build b = { .rows = rows,
			   .c = c,
			   .old =
			       old && same_centroids(old->view, c) ? old : NULL,
			   .list = list };

	find_old(&b);
	assign_all(&b, threads);
	free(b.place);
	free(b.was_in);
}

int ivf_build(const struct ivf_rows *rows, const struct ivf_centroids *c,
	      const struct ivf_options *o, const struct ivf_old *old,
	      put_fn *put, void *ctx, struct err *err)
{
	int threads = o->threads > 1 ? o->threads : 1, ret;
	size_t nlist = c->nlist, bits = codes_bits(rows->dim);
	struct build b = { .rows = rows,
			   .c = c,
			   .old = old && same_centroids(old->view, c) ? old
								      : NULL };

	if (!rows->dim || rows->dim > CODES_DIM || rows->count >= CODES_NONE ||
	    nlist > IVF_LISTS || c->dim != rows->dim)
		return err_set(err, ERR_DATA, "index",
			       "an inverted file holds vectors of at most %d "
			       "dimensions in at most %d lists",
			       CODES_DIM, IVF_LISTS);
	b.codes = codes_new(rows->dim);
	b.list = mem_zalloc(rows->count + 1, sizeof(*b.list));
	b.order = mem_zalloc(rows->count + 1, sizeof(*b.order));
	b.begin = mem_zalloc(nlist + 1, sizeof(*b.begin));
	b.first = mem_zalloc(nlist + 1, sizeof(*b.first));
	b.vector = mem_zalloc((size_t)threads, sizeof(*b.vector));
	for (int t = 0; t < threads; t++)
		b.vector[t] = mem_zalloc(bits, sizeof(float));
	if (nlist) {
		find_old(&b);
		if (o->list)
			memcpy(b.list, o->list, rows->count * sizeof(*b.list));
		else
			assign_all(&b, threads);
		order_rows(&b);
	}
	ret = put_file(&b, o, put, ctx, err);
	codes_free(b.codes);
	free(b.list);
	free(b.place);
	free(b.was_in);
	free(b.order);
	free(b.begin);
	free(b.first);
	free(b.blocks);
	for (int t = 0; t < threads; t++)
		free(b.vector[t]);
	free(b.vector);
	return ret;
}
