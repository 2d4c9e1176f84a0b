/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/cnn.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "math/linear.h"

#define SIDE_MAX 4096
#define CELLS_MAX ((size_t)1 << 28) /* of activations, and of a strip */
#define SIDE 3                      /* of a convolution */
#define TAPS (SIDE * SIDE)
#define STRIP 96   /* places of a convolution at a time, or a line */
#define OUTPUTS 64 /* weights of so many are laid out at a time */

enum kind { CONV, POOL, DENSE };

struct shape {
	size_t height, width, channels;
};

struct layer {
	enum kind kind;
	struct shape in, out;
	struct linear *linear; /* CONV: of [TAPS][in] */
	enum linear_function function;
};

struct cnn {
	struct layer layers[CNN_LAYERS_MAX];
	int count;
	struct shape first, last;
	size_t cells, columns; /* the most that a layer, and a strip, needs */
	bool channels_first;
};

struct cnn_work {
	float *a, *b;            /* activations of a patch, or of a batch */
	float *columns;          /* of a strip: [places][TAPS][channels] */
	float *batch, *batch_to; /* [CNN_BATCH][widest dense layer] */
	struct linear_work linear;
};

static size_t cells(struct shape s)
{
	return s.height * s.width * s.channels;
}

struct cnn *cnn_new(size_t height, size_t width)
{
	struct cnn *c = mem_zalloc(1, sizeof(*c));

	c->first.height = height < SIDE_MAX ? height : SIDE_MAX;
	c->first.width = width < SIDE_MAX ? width : SIDE_MAX;
	c->first.channels = 1;
	c->last = c->first;
	c->cells = cells(c->first);
	return c;
}

void cnn_free(struct cnn *c)
{
	if (!c)
		return;
	for (int i = 0; i < c->count; i++)
		linear_free(c->layers[i].linear);
	free(c);
}

void cnn_channels_first(struct cnn *c)
{
	c->channels_first = true;
}

size_t cnn_dim(const struct cnn *c)
{
	return cells(c->last);
}

static int misfit(const struct tensor *t, const char *expected, struct err *err)
{
	struct str shape = { 0 };

	tensor_shape(t, &shape);
	err_set(err, ERR_DATA, "model",
		"tensor \"%s\" is %s, expected %s: give weights of this "
		"architecture, or another config.json",
		t->name, str_z(&shape), expected);
	str_release(&shape);
	return -1;
}

static int check_values(const struct tensor *t, struct err *err)
{
	for (size_t i = 0; i < t->count; i++)
		if (!t->values || !isfinite(t->values[i]))
			return err_set(err, ERR_DATA, "model",
				       "tensor \"%s\" holds what is no finite "
				       "number: export the weights again",
				       t->name);
	return 0;
}

static int check_bias(const struct tensor *t, size_t n, struct err *err)
{
	char expected[32];

	snprintf(expected, sizeof(expected), "%zu", n);
	if (t->ndim != 1 || t->count != n)
		return misfit(t, expected, err);
	return check_values(t, err);
}

/* Lines of a shape that a strip has. */
static size_t lines(struct shape s)
{
	size_t n = STRIP / s.width ? STRIP / s.width : 1;

	return n < s.height ? n : s.height;
}

/* A new layer from the shape so far to `out`, or NULL. */
static struct layer *add(struct cnn *c, enum kind kind, struct shape out,
			 struct err *err)
{
	size_t size, columns = 0;
	struct layer *l;

	if (kind == CONV)
		columns = lines(out) * out.width * TAPS * c->last.channels;
	if (c->count == CNN_LAYERS_MAX || columns > CELLS_MAX ||
	    num_muladd(out.height * out.width, out.channels, 0, &size) ||
	    size > CELLS_MAX) {
		err_set(err, ERR_DATA, "model",
			"layer %d is one too many, or larger than a network "
			"may be: another config.json is needed",
			c->count + 1);
		return NULL;
	}
	l = &c->layers[c->count++];
	*l = (struct layer){ .kind = kind, .in = c->last, .out = out };
	c->last = out;
	c->cells = size > c->cells ? size : c->cells;
	c->columns = columns > c->columns ? columns : c->columns;
	return l;
}

/* to[n][rows] of from[rows][stride], a few lines of the cache at a time. */
static void turn(float *to, const float *from, size_t stride, size_t rows,
		 size_t n)
{
	for (size_t first = 0, end; first < rows; first = end) {
		end = rows - first < 16 ? rows : first + 16;
		for (size_t i = 0; i < n; i++)
			for (size_t r = first; r < end; r++)
				to[i * rows + r] = from[r * stride + i];
	}
}

/* From [TAPS][in][out] or [out][in][TAPS]; of a dense layer, without TAPS. */
static void weigh(struct layer *l, const struct tensor *weights,
		  const struct tensor *bias, enum cnn_layout layout,
		  bool rectify)
{
	size_t taps = l->kind == CONV ? TAPS : 1, out = bias->count, n;
	size_t in = weights->count / out;
	float *some =
	    mem_alloc((out < OUTPUTS ? out : OUTPUTS) * in * sizeof(*some));

	l->function = rectify ? LINEAR_RELU : LINEAR_IDENTITY;
	l->linear = linear_new(in, out, LINEAR_F32);
	for (size_t i = 0; i < out; i += n) {
		const float *from = weights->values;

		n = out - i < OUTPUTS ? out - i : OUTPUTS;
		if (layout == CNN_HWIO)
			turn(some, from + i, out, in, n);
		for (size_t o = 0; o < n && layout == CNN_OIHW; o++)
			turn(some + o * in, from + (i + o) * in, taps,
			     in / taps, taps);
		linear_set(l->linear, i, n, some, bias->values + i);
	}
	free(some);
}

int cnn_conv(struct cnn *c, const struct tensor *weights,
	     const struct tensor *bias, enum cnn_layout layout, bool rectify,
	     struct err *err)
{
	bool tf = layout == CNN_HWIO;
	const size_t *d = weights->dims;
	size_t in = c->last.channels;
	struct shape to = c->last;
	char expected[80];
	struct layer *l;

	if (tf)
		snprintf(expected, sizeof(expected), "3 x 3 x %zu x any", in);
	else
		snprintf(expected, sizeof(expected), "any x %zu x 3 x 3", in);
	if (c->count && c->layers[c->count - 1].kind == DENSE)
		return misfit(weights, "to stand before dense layers", err);
	if (weights->ndim != 4 || d[tf ? 0 : 2] != SIDE ||
	    d[tf ? 1 : 3] != SIDE || d[tf ? 2 : 1] != in || !weights->count)
		return misfit(weights, expected, err);
	to.channels = d[tf ? 3 : 0];
	if (check_values(weights, err) || check_bias(bias, to.channels, err))
		return -1;
	l = add(c, CONV, to, err);
	if (!l)
		return -1;
	weigh(l, weights, bias, layout, rectify);
	return 0;
}

int cnn_pool(struct cnn *c, struct err *err)
{
	struct shape to = c->last;

	if (to.height % 2 || to.width % 2 || !to.height || !to.width)
		return err_set(err, ERR_DATA, "model",
			       "layer %d: %zu x %zu cannot be pooled by 2 x 2: "
			       "another number of mel bands, or another "
			       "config.json, is needed",
			       c->count + 1, to.height, to.width);
	to.height /= 2;
	to.width /= 2;
	return add(c, POOL, to, err) ? 0 : -1;
}

int cnn_dense(struct cnn *c, struct tensor *weights, const struct tensor *bias,
	      enum cnn_layout layout, bool rectify, struct err *err)
{
	bool tf = layout == CNN_HWIO;
	size_t in = cells(c->last);
	struct shape to = { 1, 1, weights->dims[tf ? 1 : 0] };
	char expected[80];
	struct layer *l;

	if (tf)
		snprintf(expected, sizeof(expected), "%zu x any", in);
	else
		snprintf(expected, sizeof(expected), "any x %zu", in);
	if (weights->ndim != 2 || weights->dims[tf ? 0 : 1] != in ||
	    !weights->count)
		return misfit(weights, expected, err);
	if (check_values(weights, err) || check_bias(bias, to.channels, err))
		return -1;
	l = add(c, DENSE, to, err);
	if (!l)
		return -1;
	weigh(l, weights, bias, layout, rectify);
	free(weights->values);
	weights->values = NULL;
	return 0;
}

/* The most numbers a patch has in, or on the way into, dense layers. */
static size_t widest(const struct cnn *c)
{
	size_t most = cnn_dim(c);

	for (int i = 0; i < c->count; i++)
		if (c->layers[i].kind == DENSE && cells(c->layers[i].in) > most)
			most = cells(c->layers[i].in);
	return most;
}

struct cnn_work *cnn_work_new(const struct cnn *c)
{
	struct cnn_work *w = mem_zalloc(1, sizeof(*w));
	size_t wide = widest(c);

	w->a = mem_zalloc(c->cells, sizeof(float));
	w->b = mem_zalloc(c->cells, sizeof(float));
	w->columns = mem_zalloc(c->columns + 1, sizeof(float));
	w->batch = mem_zalloc(wide, CNN_BATCH * sizeof(float));
	w->batch_to = mem_zalloc(wide, CNN_BATCH * sizeof(float));
	return w;
}

void cnn_work_free(struct cnn_work *w)
{
	if (!w)
		return;
	free(w->a);
	free(w->b);
	free(w->columns);
	free(w->batch);
	free(w->batch_to);
	linear_work_release(&w->linear);
	free(w);
}

/* columns[width][TAPS][channels]: the neighbourhoods of a line's cells. */
static void unroll(const float *x, struct shape s, size_t y, float *columns)
{
	size_t n = s.channels;

	for (size_t at = 0; at < s.width; at++)
		for (size_t k = 0; k < TAPS; k++, columns += n) {
			size_t row = y + k / SIDE - 1; /* -1 is large */
			size_t col = at + k % SIDE - 1;

			if (row >= s.height || col >= s.width)
				memset(columns, 0, n * sizeof(*x));
			else
				memcpy(columns, x + (row * s.width + col) * n,
				       n * sizeof(*x));
		}
}

static void conv(const struct layer *l, struct cnn_work *w, const float *x,
		 float *out)
{
	size_t in = linear_in(l->linear), to = l->out.channels, n;
	size_t width = l->in.width, strip = lines(l->in);

	for (size_t y = 0; y < l->in.height; y += n) {
		n = l->in.height - y < strip ? l->in.height - y : strip;
		for (size_t i = 0; i < n; i++)
			unroll(x, l->in, y + i, w->columns + i * width * in);
		linear_apply(l->linear, &w->linear, w->columns, in, n * width,
			     l->function, out + y * width * to, to);
	}
}

static float larger(float a, float b)
{
	return a > b ? a : b;
}

static void pool(const float *x, struct shape s, float *out)
{
	size_t n = s.channels, line = s.width * n;

	for (size_t y = 0; y < s.height; y += 2)
		for (size_t at = 0; at < s.width; at += 2, out += n) {
			const float *p = x + y * line + at * n;

			for (size_t i = 0; i < n; i++) {
				float a = larger(p[i], p[n + i]);
				float b = larger(p[line + i], p[line + n + i]);

				out[i] = larger(a, b);
			}
		}
}

static void swap(float **a, float **b)
{
	float *t = *a;

	*a = *b;
	*b = t;
}

static void flatten(const struct cnn *c, struct shape s, const float *x,
		    float *out)
{
	size_t places = s.height * s.width;

	if (!c->channels_first) {
		memcpy(out, x, cells(s) * sizeof(*x));
		return;
	}
	for (size_t k = 0; k < s.channels; k++)
		for (size_t i = 0; i < places; i++)
			*out++ = x[i * s.channels + k];
}

/* All layers before the dense ones, of one patch, to out. */
static void convolve(const struct cnn *c, struct cnn_work *w,
		     const float *patch, float *out)
{
	const struct layer *l = c->layers, *end = l + c->count;
	struct shape last = c->first;

	memcpy(w->a, patch, cells(c->first) * sizeof(*patch));
	for (; l < end && l->kind != DENSE; last = l->out, l++) {
		if (l->kind == POOL)
			pool(w->a, l->in, w->b);
		else
			conv(l, w, w->a, w->b);
		swap(&w->a, &w->b);
	}
	flatten(c, last, w->a, out);
}

static void apply_batch(const struct cnn *c, struct cnn_work *w,
			const float *patches, size_t n, float *out)
{
	size_t dim = cnn_dim(c), in = cells(c->first), flat;
	int first = 0;

	while (first < c->count && c->layers[first].kind != DENSE)
		first++;
	flat = first < c->count ? cells(c->layers[first].in) : dim;
	for (size_t i = 0; i < n; i++)
		convolve(c, w, patches + i * in, w->batch + i * flat);
	for (const struct layer *l = c->layers + first;
	     l < c->layers + c->count; l++) {
		linear_apply(l->linear, &w->linear, w->batch, cells(l->in), n,
			     l->function, w->batch_to, cells(l->out));
		swap(&w->batch, &w->batch_to);
	}
	memcpy(out, w->batch, n * dim * sizeof(*out));
}

void cnn_apply(const struct cnn *c, struct cnn_work *w, const float *patches,
	       size_t n, float *out)
{
	for (size_t i = 0; i < n; i += CNN_BATCH)
		apply_batch(c, w, patches + i * cells(c->first),
			    n - i < CNN_BATCH ? n - i : CNN_BATCH,
			    out + i * cnn_dim(c));
}
