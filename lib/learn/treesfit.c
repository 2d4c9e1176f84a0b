/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "learn/treesformat.h"
#include "math/random.h"

enum {
	CELLS = TREES_BINS + 1,
	FRONT_MAX = 128, /* nodes that one level splits */
	FRONT_NONE = FRONT_MAX,
	WORTH_THREADS = 1 << 17 /* values of a level */
};
static const double gain_least = 1e-9; /* share of the root's squared error */

const struct trees_params trees_usual = {
	.rounds = 200,
	.depth = 4,
	.bins = 64,
	.leaf_rows = 10,
	.rate = 0.05,
	.ridge = 1,
	.rows = 0.7,
	.columns = 0.5,
	.seed = 1,
	.threads = 1,
};

/* --- one tree, level by level --- */

struct sums {
	double g, h; /* weighted residuals; weights */
	uint32_t n;
};

struct split {
	double gain;
	struct sums left;
	uint16_t feature;
	uint8_t bin; /* the last of the left */
	bool right;  /* missing ones go right */
};

struct item { /* a row of this tree */
	uint32_t row;
	uint16_t front; /* among the nodes being split, or FRONT_NONE */
	double g, h;
};

struct front { /* a node being split */
	uint16_t node;
	struct sums all;
	struct split best;
};

struct fit {
	const struct trees_params *p;
	const struct trees_rows *r;
	struct trees *t;
	float *y, *weight; /* [rows] */
	uint32_t *row;     /* [rows] that count */
	double *predicted; /* [rows] */
	size_t rows;
	uint32_t *feature; /* [features] that this tree may split */
	size_t features;
	int threads;
	struct item *item;
	size_t items;
	double least;  /* gain of a split */
	double *gains; /* [dims] */
	/* [features][FRONT_MAX] of one level */
	struct split *found;
	struct front front[FRONT_MAX];
	size_t fronts;
	struct sums **cells; /* [threads][nodes of a level][CELLS] */
	struct trees_node node[TREES_NODES];
	uint8_t last[TREES_NODES]; /* bin of the left side */
	size_t nodes;
};

static double worth(const struct fit *f, double g, double h)
{
	return h + f->p->ridge > 0 ? g * g / (h + f->p->ridge) : 0;
}

static void consider(const struct fit *f, const struct sums *all,
		     const struct sums *left, struct split s,
		     struct split *best)
{
	uint32_t least = (uint32_t)f->p->leaf_rows;
	double gain;

	if (left->n < least || all->n - left->n < least)
		return;
	gain = worth(f, left->g, left->h) +
	       worth(f, all->g - left->g, all->h - left->h) -
	       worth(f, all->g, all->h);
	if (!(gain > best->gain))
		return;
	*best = s;
	best->gain = gain;
	best->left = *left;
}

static void add(struct sums *to, const struct sums *s)
{
	to->g += s->g;
	to->h += s->h;
	to->n += s->n;
}

/* The best split of one node on one feature. */
static void best_of(const struct fit *f, const struct sums *cell, size_t bins,
		    uint16_t feature, const struct sums *all,
		    struct split *best)
{
	const struct sums *missing = &cell[TREES_MISSING];
	struct sums left = { 0 };

	for (size_t b = 0; b < bins; b++) {
		struct split s = { 0, { 0 }, feature, (uint8_t)b, true };
		struct sums with;

		add(&left, &cell[b]);
		if (!cell[b].n)
			continue; /* no other than the one before */
		if (missing->n || 2 * left.n <= all->n)
			consider(f, all, &left, s, best);
		if (b + 1 == bins || (!missing->n && 2 * left.n <= all->n))
			continue;
		with = left;
		add(&with, missing);
		s.right = false;
		consider(f, all, &with, s, best);
	}
}

static void split_feature(void *ctx, size_t i, int thread)
{
	const struct fit *f = ctx;
	uint32_t d = f->feature[i];
	const uint8_t *bin = f->r->bin + d * f->r->n;
	struct sums *cells = f->cells[thread];

	memset(cells, 0, f->fronts * CELLS * sizeof(*cells));
	for (size_t k = 0; k < f->items; k++) {
		const struct item *it = &f->item[k];
		struct sums *c;

		if (it->front == FRONT_NONE)
			continue;
		c = &cells[it->front * (size_t)CELLS + bin[it->row]];
		c->g += it->g;
		c->h += it->h;
		c->n++;
	}
	for (size_t k = 0; k < f->fronts; k++) {
		struct split *s = &f->found[i * FRONT_MAX + k];

		*s = (struct split){ .gain = f->least };
		best_of(f, cells + k * CELLS, f->r->bins[d], (uint16_t)d,
			&f->front[k].all, s);
	}
}

static float leaf_value(const struct fit *f, const struct sums *s)
{
	double v = s->h + f->p->ridge > 0 ? s->g / (s->h + f->p->ridge) : 0;

	return (float)fmin(fmax(f->p->rate * v, (double)-FLT_MAX),
			   (double)FLT_MAX);
}

static uint16_t new_leaf(struct fit *f, const struct sums *s)
{
	f->node[f->nodes] = (struct trees_node){ 0, 0, leaf_value(f, s) };
	return (uint16_t)f->nodes++;
}

/* Gives a node of the front two children. */
static void split_node(struct fit *f, const struct front *k,
		       struct front children[2])
{
	const struct split *s = &k->best;
	const float *edge = f->r->edge + s->feature * (size_t)(TREES_BINS - 1);
	struct trees_node *node = &f->node[k->node];
	struct sums right = k->all;

	right.g -= s->left.g;
	right.h -= s->left.h;
	right.n -= s->left.n;
	f->gains[s->feature] += s->gain;
	f->last[k->node] = s->bin;
	node->feature = s->feature;
	node->value =
	    s->bin + 1 == f->r->bins[s->feature] ? INFINITY : edge[s->bin];
	node->left = (uint16_t)(f->nodes | (s->right ? TREES_RIGHT : 0));
	children[0] = (struct front){ .node = new_leaf(f, &s->left) };
	children[0].all = s->left;
	children[1] = (struct front){ .node = new_leaf(f, &right) };
	children[1].all = right;
}

/* Splits the nodes of the front where it pays; their children are the next. */
static void next_level(struct fit *f, bool last)
{
	struct front next[2 * FRONT_MAX];
	uint16_t from[FRONT_MAX];
	uint16_t count = 0;

	for (size_t k = 0; k < f->fronts; k++) {
		from[k] = FRONT_NONE;
		if (!(f->front[k].best.gain > f->least))
			continue;
		from[k] = count;
		split_node(f, &f->front[k], &next[count]);
		count = (uint16_t)(count + 2);
	}
	f->fronts = last ? 0 : count;
	for (size_t i = 0; i < f->items && f->fronts; i++) {
		struct item *it = &f->item[i];
		const struct split *s;
		uint8_t bin;

		if (it->front == FRONT_NONE)
			continue;
		s = &f->front[it->front].best;
		bin = f->r->bin[s->feature * f->r->n + it->row];
		it->front = from[it->front];
		if (it->front != FRONT_NONE)
			it->front =
			    (uint16_t)(it->front + (bin == TREES_MISSING
							? s->right
							: bin > s->bin));
	}
	memcpy(f->front, next, f->fronts * sizeof(*next));
}

static void grow(struct fit *f)
{
	struct sums all = { 0 };

	for (size_t i = 0; i < f->items; i++) {
		all.g += f->item[i].g;
		all.h += f->item[i].h;
		all.n++;
	}
	f->nodes = 0;
	f->front[0] = (struct front){ .node = new_leaf(f, &all), .all = all };
	f->fronts = 1;
	for (int level = 1; f->fronts && level <= f->p->depth; level++) {
		bool much = f->items * f->features >= WORTH_THREADS;

		parallel_for(much ? f->threads : 1, f->features, split_feature,
			     f);
		for (size_t k = 0; k < f->fronts; k++) {
			struct split *best = &f->front[k].best;

			*best = f->found[k];
			for (size_t i = 1; i < f->features; i++)
				if (f->found[i * FRONT_MAX + k].gain >
				    best->gain)
					*best = f->found[i * FRONT_MAX + k];
		}
		next_level(f, level == f->p->depth);
	}
}

/* --- boosting --- */

static double tree_value(const struct fit *f, uint32_t row)
{
	size_t at = 0;

	while (f->node[at].left) {
		const struct trees_node *n = &f->node[at];
		uint8_t bin = f->r->bin[n->feature * f->r->n + row];

		at = (n->left & (TREES_RIGHT - 1)) +
		     (size_t)(bin == TREES_MISSING ? n->left / TREES_RIGHT
						   : bin > f->last[at]);
	}
	return (double)f->node[at].value;
}

static void keep_tree(struct fit *f)
{
	struct trees *t = f->t;
	size_t have = t->own_first[t->head.trees];

	MEM_ROOM(t->own_nodes, have + f->nodes, t->nodes_cap);
	memcpy(t->own_nodes + have, f->node, f->nodes * sizeof(*f->node));
	t->own_first[++t->head.trees] = (uint32_t)(have + f->nodes);
}

/* Which rows and features this tree sees: as many as the shares say, in order
 * (selection sampling, Knuth 3.4.2 S). */
static void sample(struct fit *f, struct random *rng)
{
	size_t want = (size_t)ceil(f->p->rows * (double)f->rows);

	f->items = 0;
	for (size_t i = 0; i < f->rows && f->items < want; i++) {
		uint32_t row = f->row[i];
		double w = (double)f->weight[i];

		if (want < f->rows &&
		    random_below(rng, f->rows - i) >= want - f->items)
			continue;
		f->item[f->items++] =
		    (struct item){ row, 0,
				   w * ((double)f->y[i] - f->predicted[i]), w };
	}
	want = (size_t)ceil(f->p->columns * (double)f->r->dims);
	f->features = 0;
	for (size_t d = 0; d < f->r->dims && f->features < want; d++)
		if (want == f->r->dims ||
		    random_below(rng, f->r->dims - d) < want - f->features)
			f->feature[f->features++] = (uint32_t)d;
}

static void boost(struct fit *f)
{
	bool all = f->p->rows >= 1 && f->p->columns >= 1;
	struct random rng;

	for (int i = 0; i < f->p->rounds; i++) {
		random_seed(&rng, f->p->seed, (uint64_t)i);
		sample(f, &rng);
		grow(f);
		if (f->nodes < 2 && all)
			break; /* nor will the next one */
		if (f->nodes < 2)
			continue;
		keep_tree(f);
		for (size_t k = 0; k < f->rows; k++)
			f->predicted[k] += tree_value(f, f->row[k]);
	}
}

/* The rows that count, and their mean. */
static bool start(struct fit *f, const float *y, const float *weight)
{
	double sum = 0, all = 0, error = 0;

	for (size_t i = 0; i < f->r->n; i++) {
		float w = weight ? weight[i] : 1;

		if (!isfinite(y[i]) || !(w > 0) || !isfinite(w))
			continue;
		f->row[f->rows] = (uint32_t)i;
		f->y[f->rows] = y[i];
		f->weight[f->rows++] = w;
		sum += (double)w * (double)y[i];
		all += (double)w;
	}
	if (!f->rows)
		return false;
	sum /= all;
	f->t->head.base = (float)sum;
	for (size_t i = 0; i < f->rows; i++) {
		double d = (double)f->y[i] - (double)f->t->head.base;

		f->predicted[i] = (double)f->t->head.base;
		error += (double)f->weight[i] * d * d;
	}
	f->least = gain_least * error;
	return true;
}

static void fit_new(struct fit *f)
{
	size_t n = f->r->n, dims = f->r->dims;

	f->threads = f->p->threads < 1 ? 1 : f->p->threads;
	f->y = mem_zalloc(n + 1, sizeof(*f->y));
	f->weight = mem_zalloc(n + 1, sizeof(*f->weight));
	f->row = mem_zalloc(n + 1, sizeof(*f->row));
	f->predicted = mem_zalloc(n + 1, sizeof(*f->predicted));
	f->item = mem_zalloc(n + 1, sizeof(*f->item));
	f->feature = mem_zalloc(dims, sizeof(*f->feature));
	f->gains = mem_zalloc(dims, sizeof(*f->gains));
	f->found = mem_zalloc(dims, FRONT_MAX * sizeof(*f->found));
	f->cells = mem_zalloc((size_t)f->threads, sizeof(*f->cells));
	for (int i = 0; i < f->threads; i++)
		f->cells[i] = mem_zalloc((size_t)CELLS << (f->p->depth - 1),
					 sizeof(**f->cells));
	f->t = mem_zalloc(1, sizeof(*f->t));
	f->t->head.dims = (uint32_t)dims;
	f->t->own_first =
	    mem_zalloc((size_t)f->p->rounds + 1, sizeof(*f->t->own_first));
	f->t->own_gains = mem_zalloc(dims, sizeof(*f->t->own_gains));
	f->t->own_nodes = mem_zalloc(1, sizeof(*f->t->own_nodes));
	f->t->nodes_cap = 1;
}

static struct trees *fit_end(struct fit *f, bool good)
{
	struct trees *t = f->t;
	double sum = 0;

	for (size_t d = 0; d < f->r->dims; d++)
		sum += f->gains[d];
	for (size_t d = 0; d < f->r->dims; d++)
		t->own_gains[d] = (float)(sum > 0 ? f->gains[d] / sum : 0);
	t->first = t->own_first;
	t->gains = t->own_gains;
	t->nodes = t->own_nodes;
	free(f->y);
	free(f->weight);
	free(f->row);
	free(f->predicted);
	free(f->item);
	free(f->feature);
	free(f->gains);
	free(f->found);
	for (int i = 0; i < f->threads; i++)
		free(f->cells[i]);
	free(f->cells);
	if (good)
		return t;
	trees_free(t);
	return NULL;
}

static bool in_range(const struct trees_params *p)
{
	return p->rounds >= 0 && p->rounds <= TREES_ROUNDS && p->depth >= 1 &&
	       p->depth <= TREES_DEPTH && p->leaf_rows >= 1 &&
	       p->leaf_rows <= UINT32_MAX && p->rate > 0 && p->rate <= 1 &&
	       p->ridge >= 0 && isfinite(p->ridge) && p->rows > 0 &&
	       p->rows <= 1 && p->columns > 0 && p->columns <= 1;
}

struct trees *trees_fit_rows(const struct trees_params *p,
			     const struct trees_rows *r, const float *y,
			     const float *weight, struct err *err)
{
	struct fit *f;
	struct trees *t;
	bool good;

	if (!in_range(p)) {
		err_set(err, ERR_DATA, "trees",
			"%d trees of depth %d, learning rate %g, shares %g of "
			"rows and %g of columns: out of range (trees.h)",
			p->rounds, p->depth, p->rate, p->rows, p->columns);
		return NULL;
	}
	f = mem_zalloc(1, sizeof(*f));
	f->p = p;
	f->r = r;
	fit_new(f);
	good = start(f, y, weight);
	if (good && f->rows >= 2 * p->leaf_rows)
		boost(f);
	if (!good)
		err_set(err, ERR_DATA, "trees",
			"none of %zu rows has a label: nothing to fit trees "
			"on",
			r->n);
	t = fit_end(f, good);
	free(f);
	return t;
}

struct trees *trees_fit(const struct trees_params *p, const float *x,
			const float *y, const float *weight, size_t n,
			size_t dims, struct err *err)
{
	struct trees_rows *r =
	    trees_rows_new(x, n, dims, p->bins, p->threads, err);
	struct trees *t = r ? trees_fit_rows(p, r, y, weight, err) : NULL;

	trees_rows_free(r);
	return t;
}
