/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Isotonic curves and thresholds. */
#include "learn/calibration.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

struct point {
	float x, y;
	size_t row; /* equal scores keep the order of the rows */
};

static int by_x(const void *a, const void *b)
{
	const struct point *p = a, *q = b;

	if (p->x != q->x)
		return p->x < q->x ? -1 : 1;
	return p->row < q->row ? -1 : p->row > q->row;
}

/* The finite ones, by rising x; their number in *count. */
static struct point *sorted(const float *x, const float *y, size_t n,
			    size_t *count)
{
	struct point *points = mem_zalloc(n ? n : 1, sizeof(*points));
	size_t m = 0;

	for (size_t i = 0; i < n; i++)
		if (isfinite(x[i]) && isfinite(y[i]))
			points[m++] = (struct point){ x[i], y[i], i };
	qsort(points, m, sizeof(*points), by_x);
	*count = m;
	return points;
}

double calibration_threshold(const float *p, const float *target, size_t n,
			     double *f1)
{
	size_t m, yes = 0, told = 0, hits = 0;
	struct point *points = sorted(p, target, n, &m);
	double best = 0, threshold = 1;

	for (size_t i = 0; i < m; i++)
		yes += points[i].y >= .5f;
	for (size_t i = m; i-- > 0;) {
		double score, below;

		told++;
		hits += points[i].y >= .5f;
		if (i && points[i - 1].x == points[i].x)
			continue;
		score = 2 * (double)hits / (double)(told + yes);
		if (score <= best)
			continue;
		best = score;
		below = i ? (double)points[i - 1].x : 0;
		threshold = (below + (double)points[i].x) / 2;
	}
	free(points);
	if (f1)
		*f1 = best;
	return threshold;
}

struct pool {
	double x, y, weight; /* sums; weight 0: made one with one before it */
	size_t before, after;
};

static double height(const struct pool *p)
{
	return p->y / p->weight;
}

static void absorb(struct pool *p, const struct pool *q)
{
	p->x += q->x;
	p->y += q->y;
	p->weight += q->weight;
}

/* Rising pools of m points, in pools[m]; returns how many. */
static size_t pool_violators(const struct point *points, size_t m,
			     struct pool *pools)
{
	size_t count = 0;

	for (size_t i = 0; i < m; i++) {
		struct pool one = { .x = (double)points[i].x,
				    .y = (double)points[i].y,
				    .weight = 1 };

		for (; i + 1 < m && points[i + 1].x == points[i].x; i++)
			absorb(&one,
			       &(struct pool){ .x = (double)points[i + 1].x,
					       .y = (double)points[i + 1].y,
					       .weight = 1 });
		pools[count++] = one;
		for (; count > 1 &&
		       height(&pools[count - 2]) >= height(&pools[count - 1]);
		     count--)
			absorb(&pools[count - 2], &pools[count - 1]);
	}
	return count;
}

/* The squared error that making p one with the next adds. */
static double union_cost(const struct pool *pools, size_t count, size_t i)
{
	const struct pool *p = &pools[i], *q;
	double d;

	if (p->weight <= 0 || p->after >= count)
		return INFINITY;
	q = &pools[p->after];
	d = height(q) - height(p);
	return p->weight * q->weight / (p->weight + q->weight) * d * d;
}

/* A tournament: winner[count + i] is pool i, winner[node] the cheaper to unite
 * of winner[2 node] and [2 node + 1]. */
static void replay(const double *cost, size_t *winner, size_t node)
{
	size_t a = winner[2 * node], b = winner[2 * node + 1];

	winner[node] =
	    cost[b] < cost[a] || (b < a && cost[b] == cost[a]) ? b : a;
}

static void reprice(const struct pool *pools, size_t count, double *cost,
		    size_t *winner, size_t i)
{
	cost[i] = union_cost(pools, count, i);
	for (size_t node = (count + i) / 2; node; node /= 2)
		replay(cost, winner, node);
}

/* Unites neighbours until at most `most` pools have weight. */
static void unite(struct pool *pools, size_t count, size_t most)
{
	double *cost = mem_zalloc(count, sizeof(*cost));
	size_t *winner = mem_zalloc(2 * count, sizeof(*winner));

	for (size_t i = 0; i < count; i++) {
		pools[i].before = i ? i - 1 : count;
		pools[i].after = i + 1;
	}
	for (size_t i = 0; i < count; i++) {
		cost[i] = union_cost(pools, count, i);
		winner[count + i] = i;
	}
	for (size_t node = count; node-- > 1;)
		replay(cost, winner, node);
	for (size_t left = count; left > most; left--) {
		size_t i = winner[1], gone = pools[i].after;

		absorb(&pools[i], &pools[gone]);
		pools[gone].weight = 0;
		pools[i].after = pools[gone].after;
		if (pools[i].after < count)
			pools[pools[i].after].before = i;
		reprice(pools, count, cost, winner, gone);
		reprice(pools, count, cost, winner, i);
		if (pools[i].before < count)
			reprice(pools, count, cost, winner, pools[i].before);
	}
	free(cost);
	free(winner);
}

size_t calibration_isotonic(const float *score, const float *target, size_t n,
			    double *knots_x, double *knots_y, size_t max_knots)
{
	size_t m, count, knots = 0;
	struct point *points = sorted(score, target, n, &m);
	struct pool *pools = mem_zalloc(m ? m : 1, sizeof(*pools));

	count = pool_violators(points, m, pools);
	if (max_knots && count > max_knots)
		unite(pools, count, max_knots);
	for (size_t i = 0; i < count && max_knots; i++) {
		if (pools[i].weight <= 0)
			continue;
		knots_x[knots] = pools[i].x / pools[i].weight;
		knots_y[knots++] = height(&pools[i]);
	}
	free(points);
	free(pools);
	return knots;
}

double calibration_isotonic_apply(const double *knots_x, const double *knots_y,
				  size_t count, double score)
{
	size_t lo = 0, hi = count;

	if (isnan(score) || !count)
		return score;
	while (lo < hi) { /* the first knot beyond the score */
		size_t mid = lo + (hi - lo) / 2;

		if (knots_x[mid] > score)
			hi = mid;
		else
			lo = mid + 1;
	}
	if (!lo)
		return knots_y[0];
	if (lo == count)
		return knots_y[count - 1];
	return knots_y[lo - 1] + (knots_y[lo] - knots_y[lo - 1]) *
				     (score - knots_x[lo - 1]) /
				     (knots_x[lo] - knots_x[lo - 1]);
}
