/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/kmeans.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "math/dotmax.h"
#include "math/random.h"
#include "math/vector.h"

enum { CHUNK = 512 /* rows a thread takes at a time */ };

struct assigning {
	const struct kmeans_rows *rows;
	const struct dotmax *m;
	uint32_t *list;
};

static void assign_chunk(void *ctx, size_t i, int thread)
{
	const struct assigning *a = ctx;
	size_t from = i * CHUNK, n = a->rows->count - from;

	(void)thread;
	dotmax_rows(a->m, a->rows->q + from * a->rows->dim,
		    n < CHUNK ? n : CHUNK, a->list + from, NULL);
}

void kmeans_assign(const struct kmeans_rows *rows, const int8_t *q,
		   const float *scale, size_t k, int threads, uint32_t *list)
{
	struct dotmax *m = dotmax_new(q, scale, k, rows->dim);
	struct assigning a = { rows, m, list };

	parallel_for(threads, (rows->count + CHUNK - 1) / CHUNK, assign_chunk,
		     &a);
	dotmax_free(m);
}

struct fit {
	struct kmeans_rows rows; /* the sample */
	size_t k;
	int8_t *q;
	float *scale;
	uint32_t *list;  /* [rows.count] */
	uint32_t *first; /* [k + 1] into order */
	uint32_t *order; /* [rows.count], rows by list, ascending in each */
	uint32_t *crowd; /* [k] */
};

static void take_row(struct fit *f, size_t centre, size_t row)
{
	memcpy(f->q + centre * f->rows.dim, f->rows.q + row * f->rows.dim,
	       f->rows.dim);
	f->scale[centre] = f->rows.scale[row];
}

static void order_rows(struct fit *f)
{
	uint32_t *at = mem_zalloc(f->k + 1, sizeof(*at));

	memset(f->first, 0, (f->k + 1) * sizeof(*f->first));
	for (size_t i = 0; i < f->rows.count; i++)
		f->first[f->list[i] + 1]++;
	for (size_t c = 0; c < f->k; c++) {
		f->crowd[c] = f->first[c + 1];
		f->first[c + 1] += f->first[c];
	}
	memcpy(at, f->first, f->k * sizeof(*at));
	for (size_t i = 0; i < f->rows.count; i++)
		f->order[at[f->list[i]]++] = (uint32_t)i;
	free(at);
}

/* The direction of the sum of a centroid's rows; as it was where there is
 * none. */
static void move_centre(void *ctx, size_t c, int thread)
{
	struct fit *f = ctx;
	size_t dim = f->rows.dim;
	float *sum;

	(void)thread;
	if (f->first[c] == f->first[c + 1])
		return;
	sum = mem_zalloc(dim, sizeof(*sum));
	for (size_t i = f->first[c]; i < f->first[c + 1]; i++)
		vector_axpy_i8(sum, f->rows.scale[f->order[i]],
			       f->rows.q + f->order[i] * dim, dim);
	if (vector_normalise(sum, dim) > 0)
		f->scale[c] = vector_quantise(sum, f->q + c * dim, dim);
	free(sum);
}

/* Each empty centroid becomes a random row of the one that has most, which
 * then counts as halved. */
static void fill_empty(struct fit *f, struct random *r)
{
	for (size_t c = 0; c < f->k; c++) {
		size_t most = 0;

		if (f->first[c] != f->first[c + 1])
			continue;
		for (size_t i = 1; i < f->k; i++)
			if (f->crowd[i] > f->crowd[most])
				most = i;
		if (f->crowd[most] < 2)
			return;
		take_row(f, c,
			 f->order[f->first[most] +
				  random_below(r, f->first[most + 1] -
						      f->first[most])]);
		f->crowd[most] /= 2;
	}
}

/* Rows of the sample, ascending: want of count, by selection (Knuth 3.4.2 S). */
static void draw_sample(struct fit *f, const struct kmeans_rows *rows,
			size_t want, struct random *r, int8_t *q, float *scale)
{
	size_t left = rows->count, n = 0;

	for (size_t i = 0; i < rows->count && n < want; i++, left--) {
		if (left > want - n && random_below(r, left) >= want - n)
			continue;
		memcpy(q + n * rows->dim, rows->q + i * rows->dim, rows->dim);
		scale[n++] = rows->scale[i];
	}
	f->rows = (struct kmeans_rows){ q, scale, n, rows->dim };
}

static void seed_centres(struct fit *f, struct random *r)
{
	size_t n = f->rows.count;

	for (size_t i = 0; i < n; i++)
		f->order[i] = (uint32_t)i;
	random_shuffle(r, f->order, n);
	for (size_t c = 0; c < f->k; c++)
		take_row(f, c, f->order[c % n]);
}

void kmeans_fit(const struct kmeans_rows *rows, const struct kmeans_options *o,
		int8_t *q, float *scale)
{
	struct fit f = { .k = o->k, .q = q, .scale = scale };
	size_t want = o->k * (o->per_centre ? o->per_centre : 64);
	int8_t *sample;
	float *scales;
	struct random r;

	want = want < rows->count ? want : rows->count;
	sample = mem_alloc(want * rows->dim);
	scales = mem_zalloc(want, sizeof(*scales));
	f.list = mem_zalloc(want, sizeof(*f.list));
	f.order = mem_zalloc(want, sizeof(*f.order));
	f.first = mem_zalloc(o->k + 1, sizeof(*f.first));
	f.crowd = mem_zalloc(o->k, sizeof(*f.crowd));
	random_seed(&r, o->seed, 0);
	draw_sample(&f, rows, want, &r, sample, scales);
	seed_centres(&f, &r);
	for (int i = 0; i < (o->iterations ? o->iterations : 10); i++) {
		kmeans_assign(&f.rows, q, scale, o->k, o->threads, f.list);
		order_rows(&f);
		parallel_for(o->threads, o->k, move_centre, &f);
		fill_empty(&f, &r);
	}
	free(sample);
	free(scales);
	free(f.list);
	free(f.order);
	free(f.first);
	free(f.crowd);
}
