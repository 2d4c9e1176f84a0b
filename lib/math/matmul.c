/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/matmul.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "math/kernels.h"

enum {
	/* What is laid out at a time: rows for the second cache, panels for
	 * the third. */
	ROWS = 12 * KERNELS_ROWS,
	COLUMNS = 32 * KERNELS_COLUMNS,
	UNITS = 32 * KERNELS_PIECE,
	FEW = 1 << 20, /* products that are not worth a thread */
};

struct job {
	const struct kernels *kernels;
	enum linear_precision precision;
	float *c;
	size_t stride;
	bool add;
	struct matrix a, b;
	size_t m, n, k;
};

void matmul_work_release(struct matmul_work *w)
{
	free(w->packed);
	memset(w, 0, sizeof(*w));
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The view from row i, column j on. */
static struct matrix from(struct matrix m, size_t i, size_t j)
{
	m.p += m.transposed ? j * m.stride + i : i * m.stride + j;
	return m;
}

static void rows(const struct job *j, size_t k, size_t some, char *rows_at,
		 struct kernels_product *p, size_t column)
{
	struct matrix a = from(j->a, 0, k);

	for (size_t i = 0; i < j->m; i += ROWS) {
		p->count = least(ROWS, j->m - i);
		p->y = j->c + i * j->stride + column;
		j->kernels->rows(j->precision, &a, i, p->count, some, 1,
				 rows_at, NULL);
		j->kernels->product[j->precision](p);
	}
}

static void run(struct matmul_work *w, const struct job *j)
{
	size_t deep = UNITS * (j->precision == LINEAR_BF16 ? 2 : 1), some;
	size_t rows_size = kernels_rows_size(j->precision, least(ROWS, j->m),
					     least(deep, j->k));
	size_t panels_size = kernels_panels_size(
	    j->precision, least(COLUMNS, j->n), least(deep, j->k));
	struct kernels_product p = { .stride = j->stride };
	char *at;

	MEM_ROOM(w->packed, (rows_size + panels_size + 64) / sizeof(float),
		 w->cap);
	at = (char *)w->packed + (-(uintptr_t)w->packed & 63);
	p.rows = at;
	p.panels = at + rows_size;
	for (size_t c = 0; c < j->n; c += COLUMNS)
		for (size_t k = 0; k < j->k; k += some) {
			struct matrix b = from(j->b, k, 0);
			char *panel = at + rows_size;

			some = least(deep, j->k - k);
			p.columns = least(COLUMNS, j->n - c);
			p.units = kernels_units(j->precision, some);
			p.add = j->add || k;
			for (size_t i = 0; i < p.columns; i += KERNELS_COLUMNS)
				j->kernels->panel(
				    j->precision, &b, c + i,
				    least(KERNELS_COLUMNS, p.columns - i), some,
				    panel + i * p.units * 4, NULL, NULL);
			rows(j, k, some, at, &p, c);
		}
}

static void begin(struct matmul_work *w, const struct job *j)
{
	if (j->k) {
		run(w, j);
		return;
	}
	for (size_t i = 0; i < j->m && !j->add; i++)
		memset(j->c + i * j->stride, 0, j->n * sizeof(*j->c));
}

static const struct kernels *kernels_of(const struct matmul_work *w)
{
	return w->kernels ? w->kernels : kernels_best();
}

void matmul(struct matmul_work *w, float *c, size_t stride, bool add,
	    struct matrix a, struct matrix b, size_t m, size_t n, size_t k)
{
	struct job j = {
		kernels_of(w), LINEAR_F32, c, stride, add, a, b, m, n, k
	};

	begin(w, &j);
}

void matmul_bf16(struct matmul_work *w, float *c, size_t stride, bool add,
		 struct matrix a, struct matrix b, size_t m, size_t n, size_t k)
{
	struct job j = {
		kernels_of(w), LINEAR_BF16, c, stride, add, a, b, m, n, k
	};

	begin(w, &j);
}

struct shared {
	struct matmul_work *work;
	const struct job *whole;
	size_t parts;
};

/* Columns are shared out where there are more of them than rows. */
static void part(void *ctx, size_t i, int thread)
{
	const struct shared *s = ctx;
	struct job j = *s->whole;
	bool wide = j.n >= j.m;
	size_t all = wide ? j.n : j.m, each, first;

	each = (all + s->parts - 1) / s->parts;
	each = (each + KERNELS_COLUMNS - 1) / KERNELS_COLUMNS * KERNELS_COLUMNS;
	first = least(i * each, all);
	each = least(each, all - first);
	if (!each)
		return;
	if (wide) {
		j.n = each;
		j.b = from(j.b, 0, first);
		j.c += first;
	} else {
		j.m = each;
		j.a = from(j.a, first, 0);
		j.c += first * j.stride;
	}
	begin(s->work + thread, &j);
}

void matmul_threads(struct matmul_work *work, int threads, bool bf16, float *c,
		    size_t stride, bool add, struct matrix a, struct matrix b,
		    size_t m, size_t n, size_t k)
{
	struct job j = { kernels_of(work),
			 bf16 ? LINEAR_BF16 : LINEAR_F32,
			 c,
			 stride,
			 add,
			 a,
			 b,
			 m,
			 n,
			 k };
	struct shared s = { work, &j, (size_t)threads };

	if (threads < 2 || m * n < FEW / (k ? k : 1))
		begin(work, &j);
	else
		parallel_for(threads, s.parts, part, &s);
}
