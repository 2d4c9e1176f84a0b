/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/moodgrid.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "index/moodgridformat.h"
#include "math/lanes.h"

/*
 * A point found is one number: the bits of its distance, which order as the
 * distance does, above its row. A box has the least such number that a point
 * in it may have.
 */
#define NOTHING ((uint64_t)0x7f800001 << 32) /* beyond every distance */

enum { DIGITS = 1024, FEW_DIGITS = 64, FEW = 24 };

int moodgrid_view(struct moodgrid *g, struct span bytes, size_t rows,
		  struct err *err)
{
	size_t boxes[MOODGRID_LEVELS], size = MOODGRID_HEADER;
	struct moodgrid_header h;

	*g = (struct moodgrid){ 0 };
	if (bytes.n < sizeof(h))
		return err_set(err, ERR_DATA, "artifact",
			       "mood grid of %zu bytes is cut short; build the "
			       "index again",
			       bytes.n);
	memcpy(&h, bytes.p, sizeof(h));
	if (h.version != 1 || h.dims < 2 || h.dims > 3 || h.rows != rows ||
	    h.points > h.rows || h.rows > UINT32_MAX)
		return err_set(err, ERR_DATA, "artifact",
			       "mood grid is not one of %zu rows; build the "
			       "index again",
			       rows);
	g->dims = h.dims;
	g->rows = rows;
	g->points = h.points;
	g->levels = moodgrid_levels(g->points, boxes);
	for (size_t l = g->levels; l--;) {
		g->level[l].groups = bytes.p + size;
		g->level[l].boxes = boxes[l];
		size += moodgrid_groups(boxes[l]) * moodgrid_group_size(h.dims);
	}
	g->blocks = g->levels ? boxes[0] : 0;
	g->block = bytes.p + size;
	size += g->blocks * moodgrid_block_size(h.dims);
	if (bytes.n == size && (uintptr_t)bytes.p % 4 == 0)
		return 0;
	return err_set(err, ERR_DATA, "artifact",
		       "mood grid of %zu points has %zu bytes, not %zu; build "
		       "the index again",
		       g->points, bytes.n, size);
}

void moodgrid_work_release(struct moodgrid_work *w)
{
	free(w->found);
	free(w->spare);
	free(w->nodes);
	*w = (struct moodgrid_work){ 0 };
}

static void insertion_sort(uint64_t *x, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		uint64_t v = x[i];
		size_t j = i;

		for (; j && x[j - 1] > v; j--)
			x[j] = x[j - 1];
		x[j] = v;
	}
}

/* The k least of x[n] come first, in order; what is behind them is lost but
 * for its presence. Buckets of equal width, each then likewise: the width
 * shrinks manifold at each step, so it ends. */
static void sort_least(uint64_t *x, uint64_t *spare, size_t n, size_t k)
{
	uint64_t low = UINT64_MAX, high = 0;
	size_t digits = n < 4 * FEW_DIGITS ? FEW_DIGITS : DIGITS;
	uint32_t end[DIGITS], sum = 0;
	int shift = 0;

	if (n <= FEW) {
		insertion_sort(x, n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		low = x[i] < low ? x[i] : low;
		high = x[i] > high ? x[i] : high;
	}
	if (low == high)
		return;
	while ((high - low) >> shift >= digits)
		shift++;
	memset(end, 0, digits * sizeof(*end));
	for (size_t i = 0; i < n; i++)
		end[(x[i] - low) >> shift]++;
	for (size_t d = 0; d < digits; d++) {
		uint32_t met = end[d];

		end[d] = sum;
		sum += met;
	}
	for (size_t i = 0; i < n; i++)
		spare[end[(x[i] - low) >> shift]++] = x[i];
	memcpy(x, spare, n * sizeof(*x));
	for (size_t d = 0, from = 0; shift && d < digits && from < k;
	     from = end[d++])
		if (end[d] - from > 1)
			sort_least(x + from, spare, end[d] - from, k - from);
}

static void push_node(struct moodgrid_work *w, size_t *count,
		      struct moodgrid_node x)
{
	struct moodgrid_node *h;
	size_t i = (*count)++;

	MEM_ROOM(w->nodes, *count, w->nodes_cap);
	h = w->nodes;
	for (; i && h[(i - 1) / 2].bound > x.bound; i = (i - 1) / 2)
		h[i] = h[(i - 1) / 2];
	h[i] = x;
}

static struct moodgrid_node pop_node(struct moodgrid_node *h, size_t *count)
{
	struct moodgrid_node first = h[0], x = h[--*count];
	size_t n = *count, i = 0, child;

	while ((child = 2 * i + 1) < n) {
		if (child + 1 < n && h[child + 1].bound < h[child].bound)
			child++;
		if (h[child].bound >= x.bound)
			break;
		h[i] = h[child];
		i = child;
	}
	h[i] = x;
	return first;
}

/* d[i] = the distance of point i of a block, n = 64. */
LANES_CLONES static void point_distances(const float *x, size_t dims,
					 const float *at, float *d)
{
	for (size_t i = 0; i < MOODGRID_BLOCK; i += LANES) {
		lanes dx = LANES_OF(x + i) - at[0], sum = dx * dx;

		for (size_t k = 1; k < dims; k++) {
			dx = LANES_OF(x + k * MOODGRID_BLOCK + i) - at[k];
			sum += dx * dx;
		}
		LANES_AT(d + i) = sum;
	}
	for (size_t i = 0; i < MOODGRID_BLOCK; i++)
		d[i] = sqrtf(d[i]);
}

/* The distance of each of 16 boxes, by the same roundings. */
LANES_CLONES static void box_distances(const float *x, size_t dims,
				       const float *at, float *d)
{
	const float *upper = x + dims * MOODGRID_FAN;

	for (size_t i = 0; i < MOODGRID_FAN; i += LANES) {
		lanes sum = { 0 };

		for (size_t k = 0; k < dims; k++) {
			lanes below =
			    LANES_OF(x + k * MOODGRID_FAN + i) - at[k];
			lanes above =
			    at[k] - LANES_OF(upper + k * MOODGRID_FAN + i);
			lanes gap = { 0 };

			lanes_maximum(&gap, &below);
			lanes_maximum(&gap, &above);
			sum += gap * gap;
		}
		LANES_AT(d + i) = sum;
	}
	for (size_t i = 0; i < MOODGRID_FAN; i++)
		d[i] = sqrtf(d[i]);
}

LANES_INLINE uint64_t key_of(float distance, uint32_t row)
{
	uint32_t bits;

	memcpy(&bits, &distance, sizeof(bits));
	return (uint64_t)bits << 32 | row;
}

struct search {
	const struct moodgrid *g;
	struct moodgrid_work *w;
	const float *at;
	const uint8_t *allowed;
	uint64_t bound; /* a point must be below */
	size_t k, found, room, nodes;
};

static void look_into(struct search *s, size_t level, size_t group)
{
	size_t dims = s->g->dims, first = group * MOODGRID_FAN;
	size_t n = s->g->level[level].boxes - first;
	const void *boxes =
	    s->g->level[level].groups + group * moodgrid_group_size(dims);
	const float *x = boxes;
	const uint32_t *lowest = boxes;
	float d[MOODGRID_FAN] = { 0 };

	lowest += 2 * dims * MOODGRID_FAN;
	box_distances(x, dims, s->at, d);
	for (size_t i = 0; i < n && i < MOODGRID_FAN; i++) {
		uint64_t bound = key_of(d[i], lowest[i]);

		if (bound < s->bound)
			push_node(
			    s->w, &s->nodes,
			    (struct moodgrid_node){ bound, (uint32_t)level,
						    (uint32_t)(first + i) });
	}
}

/* Those not among the k nearest go. */
static void tighten(struct search *s)
{
	sort_least(s->w->found, s->w->spare, s->found, s->k);
	if (s->found >= s->k) {
		s->found = s->k;
		s->bound = s->w->found[s->k - 1];
	}
}

static void take_block(struct search *s, size_t block)
{
	const struct moodgrid *g = s->g;
	const void *points = g->block + block * moodgrid_block_size(g->dims);
	const float *x = points;
	const uint32_t *row =
	    (const uint32_t *)points + g->dims * MOODGRID_BLOCK;
	size_t n = g->points - block * MOODGRID_BLOCK, found = s->found;
	uint64_t *out = s->w->found;
	float d[MOODGRID_BLOCK] = { 0 };

	n = n < MOODGRID_BLOCK ? n : MOODGRID_BLOCK;
	point_distances(x, g->dims, s->at, d);
	for (size_t i = 0; i < n; i++) {
		out[found] = key_of(d[i], row[i]);
		found += (out[found] < s->bound) & (row[i] < g->rows) &&
			 (!s->allowed || s->allowed[row[i]]);
	}
	if (found >= s->k && (s->bound == NOTHING || found > s->room)) {
		s->found = found;
		tighten(s);
	} else {
		s->found = found;
	}
}

static bool begin(struct search *s, size_t dims, size_t points, size_t k)
{
	size_t need;

	for (size_t i = 0; i < dims; i++)
		if (isnan(s->at[i]))
			return false;
	s->k = k < points ? k : points;
	s->room = 2 * s->k;
	s->bound = NOTHING;
	need = s->room + 2 * MOODGRID_BLOCK;
	MEM_ROOM(s->w->found, need, s->w->found_cap);
	MEM_ROOM(s->w->spare, need, s->w->spare_cap);
	return s->k > 0;
}

static size_t answer(struct search *s, struct topk_item *out)
{
	tighten(s);
	for (size_t i = 0; i < s->found; i++) {
		uint32_t bits = (uint32_t)(s->w->found[i] >> 32);
		float distance;

		memcpy(&distance, &bits, sizeof(bits));
		out[i] =
		    (struct topk_item){ -distance, (uint32_t)s->w->found[i] };
	}
	return s->found;
}

size_t moodgrid_search(const struct moodgrid *g, struct moodgrid_work *w,
		       const float *at, const uint8_t *allowed, size_t k,
		       struct topk_item *out)
{
	struct search s = { .g = g, .w = w, .at = at, .allowed = allowed };

	if (!begin(&s, g->dims, g->points, k))
		return 0;
	look_into(&s, g->levels - 1, 0);
	while (s.nodes) {
		struct moodgrid_node n = pop_node(w->nodes, &s.nodes);

		if (n.bound >= s.bound)
			break;
		if (n.level)
			look_into(&s, n.level - 1, n.index);
		else
			take_block(&s, n.index);
	}
	return answer(&s, out);
}

static void compare_row(struct search *s, const float *const *axis, size_t dims,
			size_t row)
{
	float sum = 0;
	uint64_t key;

	for (size_t k = 0; k < dims; k++) {
		float d = axis[k][row] - s->at[k];

		if (!isfinite(axis[k][row]))
			return;
		sum += d * d;
	}
	key = key_of(sqrtf(sum), (uint32_t)row);
	if (key >= s->bound)
		return;
	s->w->found[s->found++] = key;
	if (s->found > s->room)
		tighten(s);
}

size_t moodgrid_compare(const float *const *axis, size_t dims, size_t rows,
			struct moodgrid_work *w, const float *at,
			const uint8_t *allowed, size_t k, struct topk_item *out)
{
	struct search s = { .w = w, .at = at };
	uint64_t eight;

	if (!begin(&s, dims, rows, k))
		return 0;
	for (size_t i = 0; i < rows;) {
		if (allowed && i + 8 <= rows) {
			memcpy(&eight, allowed + i, 8);
			if (!eight) {
				i += 8;
				continue;
			}
		}
		for (size_t to = i + 8; i < to && i < rows; i++)
			if (!allowed || allowed[i])
				compare_row(&s, axis, dims, i);
	}
	return answer(&s, out);
}

size_t moodgrid_nearest(const struct moodgrid *g, const float *const *axis,
			struct moodgrid_work *w, const float *at,
			const uint8_t *allowed, size_t count, size_t k,
			struct topk_item *out)
{
	return allowed && count < g->rows / MOODGRID_SELECTIVE
		   ? moodgrid_compare(axis, g->dims, g->rows, w, at, allowed, k,
				      out)
		   : moodgrid_search(g, w, at, allowed, k, out);
}
