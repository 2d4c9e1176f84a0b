/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products, linear layers and their adapters; loops over rows on threads. */
#include "encoder/passlayers.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "math/lanes.h"
#include "math/rowwise.h"

#define WORTH_THREADS ((size_t)1 << 16) /* numbers */

float *pass_room(struct pass_buffer *b, size_t n)
{
	if (n > b->cap) {
		free(b->p);
		b->p = mem_zalloc(n, sizeof(float));
		b->cap = n;
	}
	return b->p;
}

struct dropmask pass_mask(const struct encoderpass *e, float probability,
			  uint64_t place)
{
	return dropmask_of(e->train ? probability : 0, e->seed, place);
}

struct rows_loop {
	size_t rows, block;
	pass_rows_fn *fn;
	void *ctx;
};

static void rows_block(void *ctx, size_t i, int thread)
{
	const struct rows_loop *l = ctx;
	size_t first = i * l->block, n = l->rows - first;

	(void)thread;
	l->fn(l->ctx, first, n < l->block ? n : l->block);
}

void pass_rows(const struct encoderpass *e, size_t rows, size_t numbers,
	       pass_rows_fn *fn, void *ctx)
{
	size_t threads = (size_t)e->options.threads;
	struct rows_loop l = { rows, 0, fn, ctx };

	if (threads <= 1 || rows * numbers < WORTH_THREADS) {
		if (rows)
			fn(ctx, 0, rows);
		return;
	}
	l.block = (rows + threads - 1) / threads;
	parallel_for((int)threads, (rows + l.block - 1) / l.block, rows_block,
		     &l);
}

void pass_product(struct encoderpass *e, float *c, bool add, struct matrix a,
		  struct matrix b, size_t m, size_t n, size_t k)
{
	int threads = m * n * k < WORTH_THREADS * 16 ? 1 : e->options.threads;

	matmul_threads(e->products, threads, e->options.bf16, c, n, add, a, b,
		       m, n, k);
}

static struct matrix straight(const float *p, size_t columns)
{
	return (struct matrix){ p, columns, false };
}

static struct matrix turned(const float *p, size_t columns)
{
	return (struct matrix){ p, columns, true };
}

/* --- sums over rows --- */

#define SUM_COLUMNS ((size_t)64)
#define SUM_ROWS ((size_t)32)

struct sum {
	const float *x;
	size_t rows, n;
	float *gradient;
};

/* In blocks of rows: rounding then grows with the root of their number. */
static void sum_columns(const struct sum *s, size_t from, size_t n)
{
	float total[SUM_COLUMNS] = { 0 };

	for (size_t first = 0; first < s->rows; first += SUM_ROWS) {
		float part[SUM_COLUMNS] = { 0 };
		size_t end = first + SUM_ROWS;

		for (size_t i = first; i < end && i < s->rows; i++)
			rowwise_add(part, s->x + i * s->n + from, n);
		rowwise_add(total, part, n);
	}
	rowwise_add(s->gradient + from, total, n);
}

static void sum_blocks(void *ctx, size_t first, size_t n)
{
	const struct sum *s = ctx;

	for (size_t i = first; i < first + n; i++) {
		size_t from = i * SUM_COLUMNS, left = s->n - from;

		sum_columns(s, from, left < SUM_COLUMNS ? left : SUM_COLUMNS);
	}
}

void pass_sum_rows(const struct encoderpass *e, const float *x, size_t rows,
		   size_t n, float *gradient)
{
	struct sum s = { x, rows, n, gradient };

	pass_rows(e, (n + SUM_COLUMNS - 1) / SUM_COLUMNS, rows * SUM_COLUMNS,
		  sum_blocks, &s);
}

/* --- linear layers --- */

struct bias {
	const float *bias;
	float *y;
	size_t n;
};

static void add_bias(void *ctx, size_t first, size_t n)
{
	const struct bias *b = ctx;

	for (size_t i = first; i < first + n; i++)
		rowwise_add(b->y + i * b->n, b->bias, b->n);
}

/* The adapter's input: x, or what dropout leaves of it. */
static const float *adapted_input(struct encoderpass *e,
				  const struct pass_linear *l, const float *x,
				  size_t rows)
{
	struct dropmask mask = pass_mask(e, l->adapter.dropout, l->place);
	float *in;

	if (!mask.below)
		return x;
	in = pass_scratch(e, SCRATCH_ADAPTED, rows * l->in);
	pass_drop(e, &mask, x, rows, l->in, in);
	return in;
}

struct scaling {
	float *x, by;
	size_t n;
};

static void scale_rows(void *ctx, size_t first, size_t n)
{
	const struct scaling *s = ctx;

	for (size_t i = first * s->n; i < (first + n) * s->n; i++)
		s->x[i] *= s->by;
}

static void scale(const struct encoderpass *e, float *x, size_t rows, size_t n,
		  float by)
{
	struct scaling s = { x, by, n };

	pass_rows(e, rows, n, scale_rows, &s);
}

void pass_linear(struct encoderpass *e, const struct pass_linear *l,
		 const float *x, size_t rows, float *low, float *y)
{
	const struct adapter *a = &l->adapter;
	struct bias b = { l->bias ? l->bias->value : NULL, y, l->out };
	size_t rank = a->a ? a->a->dims[0] : 0;
	const float *in;

	pass_product(e, y, false, straight(x, l->in),
		     turned(l->weight->value, l->in), rows, l->out, l->in);
	if (b.bias)
		pass_rows(e, rows, l->out, add_bias, &b);
	if (!a->a)
		return;
	in = adapted_input(e, l, x, rows);
	pass_product(e, low, false, straight(a->a->value, l->in),
		     turned(in, l->in), rank, rows, l->in);
	scale(e, low, rank, rows, a->scale);
	pass_product(e, y, true, turned(low, rows), turned(a->b->value, rank),
		     rows, l->out, rank);
}

void pass_add_turned(const float *x, size_t rows, size_t columns,
		     float *gradient)
{
	for (size_t c = 0; c < columns; c++)
		for (size_t r = 0; r < rows; r++)
			gradient[c * rows + r] += x[r * columns + c];
}

/* low holds scale * A drop(x)^T: few rows are faster than few columns. */
static void adapter_backward(struct encoderpass *e, const struct pass_linear *l,
			     const float *x, const float *low, const float *dy,
			     size_t rows, float *dx)
{
	const struct adapter *a = &l->adapter;
	size_t rank = a->a->dims[0];
	float *db = pass_scratch(e, SCRATCH_LOW, rank * (l->out + rows));
	float *dlow = db + rank * l->out;
	struct dropmask mask = pass_mask(e, a->dropout, l->place);

	if (a->b->gradient) {
		pass_product(e, db, false, straight(low, rows),
			     straight(dy, l->out), rank, l->out, rows);
		pass_add_turned(db, rank, l->out, a->b->gradient);
	}
	pass_product(e, dlow, false, turned(a->b->value, rank),
		     turned(dy, l->out), rank, rows, l->out);
	scale(e, dlow, rank, rows, a->scale);
	if (a->a->gradient)
		pass_product(e, a->a->gradient, true, straight(dlow, rows),
			     straight(adapted_input(e, l, x, rows), l->in),
			     rank, l->in, rows);
	if (!dx)
		return;
	if (!mask.below) {
		pass_product(e, dx, true, turned(dlow, rows),
			     straight(a->a->value, l->in), rows, l->in, rank);
	} else {
		float *din = pass_scratch(e, SCRATCH_ADAPTED, rows * l->in);

		pass_product(e, din, false, turned(dlow, rows),
			     straight(a->a->value, l->in), rows, l->in, rank);
		pass_drop_add(e, &mask, din, rows, l->in, dx);
	}
}

void pass_linear_backward(struct encoderpass *e, const struct pass_linear *l,
			  const float *x, const float *low, const float *dy,
			  size_t rows, float *dx, bool add)
{
	if (l->weight->gradient)
		pass_product(e, l->weight->gradient, true, turned(dy, l->out),
			     straight(x, l->in), l->out, l->in, rows);
	if (l->bias && l->bias->gradient)
		pass_sum_rows(e, dy, rows, l->out, l->bias->gradient);
	if (dx)
		pass_product(e, dx, add, straight(dy, l->out),
			     straight(l->weight->value, l->in), rows, l->in,
			     l->out);
	if (l->adapter.a)
		adapter_backward(e, l, x, low, dy, rows, dx);
}

bool pass_linear_trained(const struct pass_linear *l)
{
	return (l->weight && l->weight->gradient) ||
	       (l->bias && l->bias->gradient) ||
	       pass_adapter_trained(&l->adapter);
}

bool pass_adapter_trained(const struct adapter *a)
{
	return a->a && (a->a->gradient || a->b->gradient);
}
