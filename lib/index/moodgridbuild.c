/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/moodgrid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "index/moodgridformat.h"

enum { DIGITS = 1024 };

struct point {
	float x[MOODGRID_AXES];
	uint32_t row;
};

struct build {
	size_t dims, n, levels, boxes[MOODGRID_LEVELS];
	struct point *points, *spare;
	size_t part, whole; /* points of a child and of a node, being ordered */
	char *level[MOODGRID_LEVELS], *block;
};

/* Orders as the float does. */
static uint32_t order_of(float x)
{
	uint32_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits ^ (bits >> 31 ? UINT32_MAX : (uint32_t)1 << 31);
}

/*
 * Orders points [from, to) of b along an axis just so far that each multiple
 * of cut, counted from origin, has none behind it that belongs before. Stable:
 * points of one place stay in the order of their rows.
 */
static void order_along(struct build *b, size_t origin, size_t from, size_t to,
			size_t cut, size_t axis)
{
	uint32_t low = UINT32_MAX, high = 0;
	uint32_t end[DIGITS] = { 0 }, sum = 0;
	int shift = 0;

	for (size_t i = from; i < to; i++) {
		uint32_t o = order_of(b->points[i].x[axis]);

		low = o < low ? o : low;
		high = o > high ? o : high;
	}
	if (low >= high)
		return;
	while ((high - low) >> shift >= DIGITS)
		shift++;
	for (size_t i = from; i < to; i++)
		end[(order_of(b->points[i].x[axis]) - low) >> shift]++;
	for (size_t d = 0; d < DIGITS; d++) {
		uint32_t met = end[d];

		end[d] = sum;
		sum += met;
	}
	for (size_t i = from; i < to; i++) {
		uint32_t o = order_of(b->points[i].x[axis]) - low;

		b->spare[from + end[o >> shift]++] = b->points[i];
	}
	memcpy(b->points + from, b->spare + from,
	       (to - from) * sizeof(*b->points));
	for (size_t d = 0, at = from; shift && d < DIGITS; d++) {
		size_t next = from + end[d];

		/* A cut strictly inside this bucket? */
		if (next - at > 1 &&
		    (at - origin) / cut != (next - 1 - origin) / cut)
			order_along(b, origin, at, next, cut, axis);
		at = next;
	}
}

static size_t widest_axis(const struct build *b, size_t from, size_t to)
{
	float widest = -1;
	size_t best = 0;

	for (size_t k = 0; k < b->dims; k++) {
		float low = INFINITY, high = -INFINITY;

		for (size_t i = from; i < to; i++) {
			float x = b->points[i].x[k];

			low = x < low ? x : low;
			high = x > high ? x : high;
		}
		if (high - low > widest) {
			widest = high - low;
			best = k;
		}
	}
	return best;
}

/* Four slabs of four parts each. */
static void order_node(void *ctx, size_t node, int thread)
{
	struct build *b = ctx;
	size_t from = node * b->whole, to = from + b->whole, cut = 4 * b->part;

	(void)thread;
	to = to < b->n ? to : b->n;
	if (to - from > cut)
		order_along(b, from, from, to, cut, widest_axis(b, from, to));
	for (size_t at = from; at < to; at += cut) {
		size_t next = at + cut < to ? at + cut : to;

		if (next - at > b->part)
			order_along(b, at, at, next, b->part,
				    widest_axis(b, at, next));
	}
}

static void order_points(struct build *b, int threads)
{
	b->part = MOODGRID_BLOCK;
	for (size_t l = 1; l < b->levels; l++)
		b->part *= MOODGRID_FAN;
	for (; b->part >= MOODGRID_BLOCK; b->part /= MOODGRID_FAN) {
		b->whole = b->part * MOODGRID_FAN;
		parallel_for(threads, (b->n + b->whole - 1) / b->whole,
			     order_node, b);
	}
}

/* Box i of a group: grown to hold lower, upper, row. */
static void grow_box(const struct build *b, void *group, size_t i,
		     const float *lower, const float *upper, uint32_t row)
{
	float *low = group, *high = low + b->dims * MOODGRID_FAN;
	uint32_t *lowest = (uint32_t *)group + 2 * b->dims * MOODGRID_FAN;

	for (size_t k = 0; k < b->dims; k++) {
		float *l = low + k * MOODGRID_FAN + i;
		float *h = high + k * MOODGRID_FAN + i;

		*l = lower[k] < *l ? lower[k] : *l;
		*h = upper[k] > *h ? upper[k] : *h;
	}
	lowest[i] = row < lowest[i] ? row : lowest[i];
}

static void empty_boxes(const struct build *b, void *group)
{
	float *x = group;
	size_t half = b->dims * MOODGRID_FAN;

	for (size_t i = 0; i < 2 * half; i++)
		x[i] = i < half ? INFINITY : -INFINITY;
	memset(x + 2 * half, 0xff, MOODGRID_FAN * 4);
}

static void write_block(const struct build *b, size_t block, void *group)
{
	void *points = b->block + block * moodgrid_block_size(b->dims);
	float *x = points;
	uint32_t *row = (uint32_t *)points + b->dims * MOODGRID_BLOCK;
	const struct point *p = b->points + block * MOODGRID_BLOCK;
	size_t n = b->n - block * MOODGRID_BLOCK;

	for (size_t i = 0; i < MOODGRID_BLOCK && i < n; i++) {
		for (size_t k = 0; k < b->dims; k++)
			x[k * MOODGRID_BLOCK + i] = p[i].x[k];
		row[i] = p[i].row;
		grow_box(b, group, block % MOODGRID_FAN, p[i].x, p[i].x,
			 p[i].row);
	}
}

static void write_group(void *ctx, size_t g, int thread)
{
	struct build *b = ctx;
	char *group = b->level[0] + g * moodgrid_group_size(b->dims);

	(void)thread;
	empty_boxes(b, group);
	for (size_t i = g * MOODGRID_FAN;
	     i < (g + 1) * MOODGRID_FAN && i < b->boxes[0]; i++)
		write_block(b, i, group);
}

/* The boxes of a level around those of the level below. */
static void write_level(const struct build *b, size_t l)
{
	size_t size = moodgrid_group_size(b->dims);

	for (size_t g = 0; g < moodgrid_groups(b->boxes[l]); g++)
		empty_boxes(b, b->level[l] + g * size);
	for (size_t c = 0; c < b->boxes[l - 1]; c++) {
		const void *group = b->level[l - 1] + c / MOODGRID_FAN * size;
		const float *x = (const float *)group + c % MOODGRID_FAN;
		size_t up = c / MOODGRID_FAN, d = b->dims;
		float low[MOODGRID_AXES], high[MOODGRID_AXES];
		uint32_t row;

		for (size_t k = 0; k < d; k++) {
			low[k] = x[k * MOODGRID_FAN];
			high[k] = x[(d + k) * MOODGRID_FAN];
		}
		memcpy(&row, x + 2 * d * MOODGRID_FAN, sizeof(row));
		grow_box(b, b->level[l] + up / MOODGRID_FAN * size,
			 up % MOODGRID_FAN, low, high, row);
	}
}

static void take_points(struct build *b, const float *const *axis, size_t rows)
{
	b->points = mem_alloc((rows + 1) * sizeof(*b->points));
	for (size_t i = 0; i < rows; i++) {
		struct point *p = &b->points[b->n];
		int ok = 1;

		*p = (struct point){ .row = (uint32_t)i };
		for (size_t k = 0; k < b->dims; k++) {
			p->x[k] = axis[k][i] + 0.f; /* no negative zero */
			ok &= isfinite(p->x[k]) != 0;
		}
		b->n += (size_t)ok;
	}
	b->spare = mem_alloc((b->n + 1) * sizeof(*b->spare));
}

void *moodgrid_build(const float *const *axis, size_t dims, size_t rows,
		     int threads, size_t *size)
{
	struct moodgrid_header h = { .version = 1,
				     .dims = (uint32_t)dims,
				     .rows = rows };
	struct build b = { .dims = dims };
	size_t blocks;
	char *bytes;

	take_points(&b, axis, rows);
	b.levels = moodgrid_levels(b.n, b.boxes);
	blocks = b.levels ? b.boxes[0] : 0;
	*size = MOODGRID_HEADER + blocks * moodgrid_block_size(dims);
	for (size_t l = 0; l < b.levels; l++)
		*size +=
		    moodgrid_groups(b.boxes[l]) * moodgrid_group_size(dims);
	bytes = mem_zalloc(*size, 1);
	h.points = b.n;
	memcpy(bytes, &h, sizeof(h));
	b.block = bytes + MOODGRID_HEADER;
	for (size_t l = b.levels; l--;) {
		b.level[l] = b.block;
		b.block +=
		    moodgrid_groups(b.boxes[l]) * moodgrid_group_size(dims);
	}
	if (b.n) {
		order_points(&b, threads);
		parallel_for(threads, moodgrid_groups(blocks), write_group, &b);
		for (size_t l = 1; l < b.levels; l++)
			write_level(&b, l);
	}
	free(b.points);
	free(b.spare);
	return bytes;
}
