/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/linear.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/kernels.h"
#include "math/largepages.h"

enum {
	PANEL = KERNELS_COLUMNS,
	ROWS_SIZE = 1 << 19,     /* bytes of rows laid out at a time */
	ROWS = 4 * KERNELS_ROWS, /* or these, if they need more */
};

struct linear {
	size_t in, out, units;
	enum linear_precision precision;
	void *memory; /* of all that follows, if it is its own */
	char *panels;
	const struct linear *next; /* or NULL */
	float *bias, *scale;       /* to whole panels; the latter of int8, */
	int32_t *sums;             /* as these */
};

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

struct linear *linear_new_in(struct largepages *m, size_t in, size_t out,
			     enum linear_precision p)
{
	struct linear *l = mem_zalloc(1, sizeof(*l));
	size_t whole = (out + PANEL - 1) / PANEL * PANEL, panels, size;

	if (p == LINEAR_INT8 && in > LINEAR_INT8_MAX)
		p = LINEAR_BF16;
	l->in = in;
	l->out = out;
	l->precision = p;
	l->units = kernels_units(p, in);
	if (in > (SIZE_MAX >> 8) / whole)
		mem_resize(NULL, SIZE_MAX, 2); /* more than there is */
	panels = kernels_panels_size(p, out, in);
	size = panels + 3 * whole * sizeof(float);
	if (m) {
		l->panels = largepages_take(m, size);
	} else {
		l->memory = mem_zalloc(size + 64, 1);
		l->panels = (char *)l->memory + (-(uintptr_t)l->memory & 63);
	}
	l->bias = (float *)(void *)(l->panels + panels);
	l->scale = l->bias + whole;
	l->sums = (int32_t *)(void *)(l->scale + whole);
	return l;
}

struct linear *linear_new(size_t in, size_t out, enum linear_precision p)
{
	return linear_new_in(NULL, in, out, p);
}

void linear_free(struct linear *l)
{
	if (!l)
		return;
	free(l->memory);
	free(l);
}

/* Columns of a panel that are not all of it: laid out apart, then copied. */
static void set_some(const struct linear *l, const struct kernels *k,
		     const struct matrix *w, size_t from, size_t first,
		     size_t n, char *panel)
{
	char *apart = mem_alloc(l->units * PANEL * 4 + 64);
	char *at = apart + (-(uintptr_t)apart & 63);

	k->panel(l->precision, w, from, n, l->in, at, l->scale + first,
		 l->sums + first);
	for (size_t u = 0; u < l->units; u++)
		memcpy(panel + (u * PANEL + first % PANEL) * 4,
		       at + u * PANEL * 4, n * 4);
	free(apart);
}

void linear_set(struct linear *l, size_t first, size_t n, const float *weights,
		const float *bias)
{
	const struct kernels *k = kernels_best();
	struct matrix w = { weights, l->in, true };
	size_t some;

	for (size_t i = first; i < first + n; i += some) {
		char *panel = l->panels + i / PANEL * l->units * PANEL * 4;

		some = least(PANEL - i % PANEL, first + n - i);
		if (some == PANEL || (i % PANEL == 0 && i + some == l->out))
			k->panel(l->precision, &w, i - first, some, l->in,
				 panel, l->scale + i, l->sums + i);
		else
			set_some(l, k, &w, i - first, i, some, panel);
	}
	if (bias)
		memcpy(l->bias + first, bias, n * sizeof(*bias));
	else
		memset(l->bias + first, 0, n * sizeof(*bias));
}

void linear_before(struct linear *l, const struct linear *next)
{
	l->next = next;
}

size_t linear_in(const struct linear *l)
{
	return l->in;
}

size_t linear_out(const struct linear *l)
{
	return l->out;
}

void linear_work_release(struct linear_work *w)
{
	free(w->rows);
	memset(w, 0, sizeof(*w));
}

void linear_apply(const struct linear *l, struct linear_work *w, const float *x,
		  size_t x_stride, size_t rows, enum linear_function f,
		  float *y, size_t y_stride)
{
	const struct kernels *k = w->kernels ? w->kernels : kernels_best();
	size_t row = kernels_rows_size(l->precision, 1, l->in);
	size_t most = ROWS_SIZE / row > ROWS ? ROWS_SIZE / row : ROWS;
	struct matrix m = { x, x_stride, false };
	struct kernels_step *steps;
	char *at;

	if (l->precision == LINEAR_INT8 && f == LINEAR_GELU)
		f = LINEAR_GELU_NEAR;
	most = least(most / KERNELS_ROWS * KERNELS_ROWS, rows);
	if (w->cap < most * (row + sizeof(*steps)) + 64) {
		free(w->rows);
		w->cap = most * (row + sizeof(*steps)) + 64;
		w->rows = largepages_scratch(w->cap);
	}
	at = (char *)w->rows + (-(uintptr_t)w->rows & 63);
	steps = (struct kernels_step *)(void *)(at + most * row);
	for (size_t i = 0; i < rows; i += most) {
		struct kernels_product p = {
			.rows = at,
			.panels = l->panels,
			.count = least(most, rows - i),
			.columns = l->out,
			.units = l->units,
			.y = y + i * y_stride,
			.stride = y_stride,
			.bias = l->bias,
			.function = f,
			.scale = l->scale,
			.sums = l->sums,
			.steps = steps,
			.next = l->next ? l->next->panels : NULL,
		};

		k->rows(l->precision, &m, i, p.count, l->in, 1, at, steps);
		k->product[l->precision](&p);
	}
}
