/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodcontour.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

enum { SIDE = MOODCONTOUR_SIDE, FULL = SIDE + 2 };

/* Widths of the Gaussian, in cells. */
#define NARROWEST 1.6
#define WIDEST 7.0

static size_t cell_of(double v)
{
	double at = floor((v + 1) / 2 * SIDE);

	return 1 + (at < 0 ? 0 : at > SIDE - 1 ? SIDE - 1 : (size_t)at);
}

void moodcontour_add(struct moodcontour *c, double x, double y, double weight)
{
	c->cells[cell_of(y)][cell_of(x)] += weight;
	c->count++;
	c->all += weight;
	c->sum[0] += weight * x;
	c->sum[1] += weight * y;
	c->square[0] += weight * x * x;
	c->square[1] += weight * y * y;
}

/* Silverman's width for points in the plane, in cells. */
static double width_of(const struct moodcontour *c)
{
	double variance = 0, width;

	for (int i = 0; i < 2; i++) {
		double mean = c->sum[i] / c->all;

		variance += (c->square[i] / c->all - mean * mean) / 2;
	}
	width = sqrt(fmax(0, variance)) * pow(c->count, -1.0 / 6) * SIDE / 2;
	return fmax(NARROWEST, fmin(WIDEST, width));
}

/* One pass over a line of cells, step apart; mass at the ends is kept in. */
static void smooth_line(double *line, size_t step, const double *kernel,
			int reach)
{
	double out[SIDE] = { 0 };

	for (int i = 0; i < SIDE; i++) {
		double v = line[(size_t)(i + 1) * step];

		for (int k = -reach; v > 0 && k <= reach; k++) {
			int j = i + k;

			j = j < 0 ? -1 - j : j >= SIDE ? 2 * SIDE - 1 - j : j;
			out[j] += v * kernel[abs(k)];
		}
	}
	for (int i = 0; i < SIDE; i++)
		line[(size_t)(i + 1) * step] = out[i];
}

void moodcontour_smooth(struct moodcontour *c)
{
	double kernel[3 * (int)WIDEST + 2], sum = 0, width;
	int reach;

	if (!(c->all > 0))
		return;
	width = width_of(c);
	reach = (int)(3 * width);
	for (int k = 0; k <= reach; k++) {
		kernel[k] = exp(-k * k / (2 * width * width));
		sum += k ? 2 * kernel[k] : kernel[k];
	}
	for (int k = 0; k <= reach; k++)
		kernel[k] /= sum;
	for (size_t i = 1; i <= SIDE; i++)
		smooth_line(c->cells[i], 1, kernel, reach);
	for (size_t i = 1; i <= SIDE; i++)
		smooth_line(&c->cells[0][i], FULL, kernel, reach);
}

static int descending(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return (a < b) - (a > b);
}

double moodcontour_level(const struct moodcontour *c, double share)
{
	double *sorted = mem_dup(c->cells, sizeof(c->cells)), sum = 0,
	       level = 0;

	qsort(sorted, (size_t)FULL * FULL, sizeof(*sorted), descending);
	for (size_t i = 0; i < (size_t)FULL * FULL && sorted[i] > 0; i++) {
		level = sorted[i];
		sum += level;
		if (sum >= share * c->all)
			break;
	}
	free(sorted);
	return level;
}

/* Lines go through the edges between neighbouring cells: 2 * cell for the one
 * to the right, + 1 for the one above. next[edge] is where a line goes on,
 * with what is denser to its right. */
enum { EDGES = 2 * FULL * FULL, NOWHERE = -1 };
enum side { BELOW, RIGHT, ABOVE, LEFT, NO_SIDE };

/* By the corners that are dense (1 lower left, 2 lower right, 4 upper right, 8
 * upper left): where up to two lines enter and leave. */
static const unsigned char ways[16][4] = {
	{ NO_SIDE, 0, NO_SIDE, 0 },    { LEFT, BELOW, NO_SIDE, 0 },
	{ BELOW, RIGHT, NO_SIDE, 0 },  { LEFT, RIGHT, NO_SIDE, 0 },
	{ RIGHT, ABOVE, NO_SIDE, 0 },  { LEFT, BELOW, RIGHT, ABOVE },
	{ BELOW, ABOVE, NO_SIDE, 0 },  { LEFT, ABOVE, NO_SIDE, 0 },
	{ ABOVE, LEFT, NO_SIDE, 0 },   { ABOVE, BELOW, NO_SIDE, 0 },
	{ ABOVE, LEFT, BELOW, RIGHT }, { ABOVE, RIGHT, NO_SIDE, 0 },
	{ RIGHT, LEFT, NO_SIDE, 0 },   { RIGHT, BELOW, NO_SIDE, 0 },
	{ BELOW, LEFT, NO_SIDE, 0 },   { NO_SIDE, 0, NO_SIDE, 0 },
};

static int edge(int x, int y, int side)
{
	int cell = y * FULL + x;

	switch (side) {
	case BELOW:
		return 2 * cell;
	case RIGHT:
		return 2 * (cell + 1) + 1;
	case ABOVE:
		return 2 * (cell + FULL);
	default:
		return 2 * cell + 1;
	}
}

static void link_edges(const struct moodcontour *c, double level, int *next)
{
	for (int i = 0; i < EDGES; i++)
		next[i] = NOWHERE;
	for (int y = 0; y + 1 < FULL; y++)
		for (int x = 0; x + 1 < FULL; x++) {
			int dense = (c->cells[y][x] >= level) |
				    (c->cells[y][x + 1] >= level) << 1 |
				    (c->cells[y + 1][x + 1] >= level) << 2 |
				    (c->cells[y + 1][x] >= level) << 3;
			const unsigned char *w = ways[dense];

			for (int i = 0; i < 4 && w[i] != NO_SIDE; i += 2)
				next[edge(x, y, w[i])] = edge(x, y, w[i + 1]);
		}
}

/* Where the level is passed on an edge, in tenths of a unit. */
static void crossing(const struct moodcontour *c, double level, int e,
		     double left, double bottom, double unit, long at[2])
{
	int x = e / 2 % FULL, y = e / 2 / FULL;
	double a = c->cells[y][x];
	double b = e % 2 ? c->cells[y + 1][x] : c->cells[y][x + 1];
	double t = (level - a) / (b - a);

	t = t > 0 && t < 1 ? t : t > 0 ? 1 : 0;
	at[0] = lround(10 * (left + (x - 0.5 + (e % 2 ? 0 : t)) * unit));
	at[1] = lround(10 * (bottom - (y - 0.5 + (e % 2 ? t : 0)) * unit));
}

/* Tenths as a number. */
static void put_tenths(struct str *out, long v)
{
	if (out->p[out->n - 1] >= '0' && out->p[out->n - 1] <= '9' && v >= 0)
		str_putc(out, ' ');
	str_fixed(out, (double)v / 10, 1);
}

void moodcontour_path(const struct moodcontour *c, double level, double left,
		      double bottom, double side, struct str *out)
{
	int *next;

	if (!(level > 0))
		return;
	next = mem_alloc(EDGES * sizeof(*next));
	link_edges(c, level, next);
	for (int e = 0; e < EDGES; e++) {
		long was[2] = { 0, 0 };
		bool first = true;

		for (int i = e; next[i] != NOWHERE;) {
			int to = next[i];
			long at[2];

			crossing(c, level, i, left, bottom, side / SIDE, at);
			next[i] = NOWHERE;
			i = to;
			if (!first && at[0] == was[0] && at[1] == was[1])
				continue;
			str_putc(out, first ? 'M' : 'l');
			put_tenths(out, at[0] - was[0]);
			put_tenths(out, at[1] - was[1]);
			was[0] = at[0];
			was[1] = at[1];
			first = false;
		}
		if (!first)
			str_putc(out, 'z');
	}
	free(next);
}
