/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Norms with dropout and residuals before them, and functions of elements. */
#include "encoder/passlayers.h"

#include "math/lanes.h"
#include "math/rowwise.h"

struct norming {
	const struct pass_norm *norm;
	const struct dropmask *mask;
	const float *y, *residual;
	size_t n;
	float eps, *summed, *out, *stats;
};

static void norm_rows(void *ctx, size_t first, size_t n)
{
	const struct norming *c = ctx;

	for (size_t i = first; i < first + n; i++) {
		float *to = c->summed + i * c->n;

		dropmask_row(c->mask, i, c->y + i * c->n, to, c->n);
		if (c->residual)
			rowwise_add(to, c->residual + i * c->n, c->n);
		rowwise_norm(to, c->n, c->norm->gain->value,
			     c->norm->bias->value, c->eps, c->out + i * c->n,
			     c->stats + 2 * i);
	}
}

void pass_norm(const struct encoderpass *e, const struct pass_norm *norm,
	       const struct dropmask *mask, const float *y,
	       const float *residual, size_t rows, size_t n, float *summed,
	       float *out, float *stats)
{
	static const struct dropmask none;
	struct norming c = { norm, mask ? mask : &none, y,      residual,
			     n,    e->config->eps,      summed, out,
			     stats };

	pass_rows(e, rows, 4 * n, norm_rows, &c);
}

/* --- back --- */

struct norm_back {
	const struct pass_norm *norm;
	const float *summed, *stats, *dy;
	size_t rows, n;
	float *dx;
};

#define COLUMNS ((size_t)64)
#define ROWS ((size_t)32)

/* Gradients of gain and bias for columns from to from + n, in blocks of rows. */
static void norm_columns(const struct norm_back *c, size_t from, size_t n)
{
	float gain[COLUMNS] = { 0 }, bias[COLUMNS] = { 0 };

	for (size_t first = 0; first < c->rows; first += ROWS) {
		float g[COLUMNS] = { 0 }, b[COLUMNS] = { 0 };

		for (size_t i = first; i < first + ROWS && i < c->rows; i++) {
			const float *dy = c->dy + i * c->n + from;
			const float *x = c->summed + i * c->n + from;
			float mean = c->stats[2 * i], by = c->stats[2 * i + 1];

			for (size_t k = 0; k < n; k++) {
				g[k] += dy[k] * ((x[k] - mean) * by);
				b[k] += dy[k];
			}
		}
		rowwise_add(gain, g, n);
		rowwise_add(bias, b, n);
	}
	if (c->norm->gain->gradient)
		rowwise_add(c->norm->gain->gradient + from, gain, n);
	if (c->norm->bias->gradient)
		rowwise_add(c->norm->bias->gradient + from, bias, n);
}

static void norm_blocks(void *ctx, size_t first, size_t n)
{
	const struct norm_back *c = ctx;

	for (size_t i = first; i < first + n; i++) {
		size_t from = i * COLUMNS, left = c->n - from;

		norm_columns(c, from, left < COLUMNS ? left : COLUMNS);
	}
}

/* With h = (x - mean) / deviation and d = gain dy, the gradient of x is
 * (d - mean(d) - h mean(d h)) / deviation. */
LANES_CLONES static void norm_row(const float *x, const float *dy,
				  const float *gain, float mean, float by,
				  size_t n, float *dx)
{
	lanes sums = { 0 }, products = { 0 };
	float sum, product;
	size_t i;

	for (i = 0; i + LANES <= n; i += LANES) {
		lanes d = LANES_OF(dy + i) * LANES_OF(gain + i);

		sums += d;
		products += d * ((LANES_OF(x + i) - mean) * by);
	}
	sum = lanes_sum(&sums);
	product = lanes_sum(&products);
	for (; i < n; i++) {
		float d = dy[i] * gain[i];

		sum += d;
		product += d * ((x[i] - mean) * by);
	}
	sum /= (float)n;
	product /= (float)n;
	for (i = 0; i + LANES <= n; i += LANES) {
		lanes d = LANES_OF(dy + i) * LANES_OF(gain + i);
		lanes h = (LANES_OF(x + i) - mean) * by;

		LANES_AT(dx + i) = (d - sum - h * product) * by;
	}
	for (; i < n; i++)
		dx[i] =
		    (dy[i] * gain[i] - sum - (x[i] - mean) * by * product) * by;
}

static void norm_rows_back(void *ctx, size_t first, size_t n)
{
	const struct norm_back *c = ctx;

	for (size_t i = first; i < first + n; i++)
		norm_row(c->summed + i * c->n, c->dy + i * c->n,
			 c->norm->gain->value, c->stats[2 * i],
			 c->stats[2 * i + 1], c->n, c->dx + i * c->n);
}

bool pass_norm_trained(const struct pass_norm *norm)
{
	return (norm->gain && norm->gain->gradient) ||
	       (norm->bias && norm->bias->gradient);
}

void pass_norm_backward(const struct encoderpass *e,
			const struct pass_norm *norm, const float *summed,
			const float *stats, const float *dy, size_t rows,
			size_t n, float *dx)
{
	struct norm_back c = { norm, summed, stats, dy, rows, n, dx };

	if (pass_norm_trained(norm))
		pass_rows(e, (n + COLUMNS - 1) / COLUMNS, 2 * rows * COLUMNS,
			  norm_blocks, &c);
	pass_rows(e, rows, 4 * n, norm_rows_back, &c);
}

/* --- elements --- */

struct elements {
	const struct dropmask *mask;
	enum linear_function f;
	const float *x, *dy;
	float *y;
	size_t n;
};

static void drop_rows(void *ctx, size_t first, size_t n)
{
	const struct elements *c = ctx;

	for (size_t i = first; i < first + n; i++)
		dropmask_row(c->mask, i, c->x + i * c->n, c->y + i * c->n,
			     c->n);
}

void pass_drop(const struct encoderpass *e, const struct dropmask *mask,
	       const float *x, size_t rows, size_t n, float *y)
{
	struct elements c = { .mask = mask, .x = x, .y = y, .n = n };

	if (mask->below || x != y)
		pass_rows(e, rows, n, drop_rows, &c);
}

static void drop_rows_add(void *ctx, size_t first, size_t n)
{
	const struct elements *c = ctx;

	for (size_t i = first; i < first + n; i++)
		dropmask_add(c->mask, i, c->x + i * c->n, c->y + i * c->n,
			     c->n);
}

void pass_drop_add(const struct encoderpass *e, const struct dropmask *mask,
		   const float *x, size_t rows, size_t n, float *y)
{
	struct elements c = { .mask = mask, .x = x, .y = y, .n = n };

	pass_rows(e, rows, n, drop_rows_add, &c);
}

static void function_rows(void *ctx, size_t first, size_t n)
{
	const struct elements *c = ctx;
	float *y = c->y + first * c->n;

	if (c->y != c->x)
		memcpy(y, c->x + first * c->n, n * c->n * sizeof(*y));
	rowwise_function(c->f, y, n * c->n);
}

void pass_function(const struct encoderpass *e, enum linear_function f,
		   const float *x, size_t rows, size_t n, float *y)
{
	struct elements c = { .f = f, .x = x, .y = y, .n = n };

	pass_rows(e, rows, 4 * n, function_rows, &c);
}

static void function_rows_back(void *ctx, size_t first, size_t n)
{
	const struct elements *c = ctx;
	size_t from = first * c->n;

	rowwise_gradient(c->f, c->x + from, c->dy + from, c->y + from,
			 n * c->n);
}

void pass_function_backward(const struct encoderpass *e, enum linear_function f,
			    const float *x, const float *dy, size_t rows,
			    size_t n, float *dx)
{
	struct elements c = { .f = f, .x = x, .dy = dy, .y = dx, .n = n };

	pass_rows(e, rows, 4 * n, function_rows_back, &c);
}
