/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/trees.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "learn/treesformat.h"

void trees_free(struct trees *t)
{
	if (!t)
		return;
	free(t->own_first);
	free(t->own_gains);
	free(t->own_nodes);
	free(t);
}

size_t trees_dims(const struct trees *t)
{
	return t->head.dims;
}

size_t trees_count(const struct trees *t)
{
	return t->head.trees;
}

float trees_predict_first(const struct trees *t, size_t count, const float *x)
{
	double sum = (double)t->head.base;

	for (size_t i = 0; i < count && i < t->head.trees; i++)
		sum += (double)trees_leaf(t->nodes + t->first[i], x);
	/* within a float whatever a hostile pack's leaves add up to */
	return (float)fmin(fmax(sum, (double)-FLT_MAX), (double)FLT_MAX);
}

float trees_predict(const struct trees *t, const float *x)
{
	return trees_predict_first(t, t->head.trees, x);
}

void trees_keep(struct trees *t, size_t count)
{
	if (t->own_first && count < t->head.trees)
		t->head.trees = (uint32_t)count;
}

void trees_gains(const struct trees *t, double *out)
{
	double sum = 0;

	for (size_t i = 0; i < t->head.dims; i++)
		sum += (double)t->gains[i];
	for (size_t i = 0; i < t->head.dims; i++)
		out[i] = sum > 0 ? (double)t->gains[i] / sum : 0;
}

/* --- in a pack --- */

static void section_name(char name[PACK_NAME], const char *prefix,
			 const char *what)
{
	snprintf(name, PACK_NAME, "%s.%s", prefix, what);
}

int trees_write(const struct trees *t, const char *prefix,
		struct pack_writer *w, struct err *err)
{
	char name[PACK_NAME];
	const struct trees_head *h = &t->head;

	section_name(name, prefix, "trees");
	if (pack_begin(w, name, err) || pack_put(w, h, sizeof(*h), err) ||
	    pack_put(w, t->first, (h->trees + (size_t)1) * sizeof(*t->first),
		     err) ||
	    pack_put(w, t->gains, h->dims * sizeof(*t->gains), err))
		return -1;
	section_name(name, prefix, "nodes");
	return pack_section(w, name, t->nodes,
			    t->first[h->trees] * sizeof(*t->nodes), err);
}

static bool tree_sound(const struct trees_node *n, size_t count, uint32_t dims)
{
	for (size_t i = 0; i < count; i++) {
		size_t left = n[i].left & (TREES_RIGHT - 1);

		if (isnan(n[i].value) || (!left && !isfinite(n[i].value)))
			return false;
		if (!left && n[i].left)
			return false;
		/* forwards only, so that every walk ends */
		if (left &&
		    (left <= i || left + 1 >= count || n[i].feature >= dims))
			return false;
	}
	return true;
}

static bool all_sound(const struct trees *t, size_t nodes)
{
	for (uint32_t i = 0; i < t->head.dims; i++)
		if (!isfinite(t->gains[i]) || t->gains[i] < 0)
			return false;
	if (!isfinite(t->head.base) || t->head.zero || t->first[0] != 0 ||
	    t->first[t->head.trees] != nodes)
		return false;
	for (uint32_t i = 0; i < t->head.trees; i++) {
		uint32_t from = t->first[i], to = t->first[i + 1];

		if (to <= from || to > nodes || to - from > TREES_NODES ||
		    !tree_sound(t->nodes + from, to - from, t->head.dims))
			return false;
	}
	return true;
}

/* The head fits the section's size. */
static bool read_head(struct trees *t, struct span s)
{
	struct trees_head *h = &t->head;

	if (s.n < sizeof(*h))
		return false;
	memcpy(h, s.p, sizeof(*h));
	if (!h->dims || h->dims > TREES_DIMS || h->trees > TREES_ROUNDS ||
	    s.n != sizeof(*h) + ((size_t)h->trees + 1 + h->dims) * 4)
		return false;
	t->first = (const uint32_t *)(const void *)(s.p + sizeof(*h));
	t->gains = (const float *)(const void *)(t->first + h->trees + 1);
	return true;
}

struct trees *trees_view(const struct pack *p, const char *prefix,
			 struct err *err)
{
	struct trees t = { 0 }, *out;
	char name[PACK_NAME];
	size_t nodes;

	section_name(name, prefix, "nodes");
	t.nodes = pack_array(p, name, sizeof(*t.nodes), SIZE_MAX, &nodes, err);
	if (!t.nodes)
		return NULL;
	section_name(name, prefix, "trees");
	if (!read_head(&t, pack_get(p, name)) || !all_sound(&t, nodes)) {
		err_set(err, ERR_DATA, "corrupt",
			"trees \"%s\" are not whole: fit the model anew "
			"(make refit)",
			prefix);
		return NULL;
	}
	out = mem_alloc(sizeof(*out));
	*out = t;
	return out;
}
