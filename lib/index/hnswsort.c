/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/hnswsort.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "index/hnswlists.h"
#include "index/nearestrecall.h"
#include "math/dotmax.h"
#include "math/kmeans.h"

enum {
	GROWTH = 2,     /* times that centroids of before serve */
	PER_CENTRE = 32 /* nodes that the centroids are fitted on */
};
#define SEED 20261121

struct sorting {
	struct hnsw_built *b;
	const struct hnsw_source *source;
	int threads;
	float *length;  /* [nodes]: 1 / that of the node's bytes */
	uint32_t *list; /* [nodes] */
	/* of the choice of how many lists are compared */
	uint32_t *list_of; /* [count], of rows */
	size_t samples, step;
	uint32_t (*rank)[NEARESTRECALL_K]; /* [samples] */
	size_t *found;                     /* [samples] */
};

static const int8_t *vector(const struct sorting *s, size_t node)
{
	return s->b->graph.vectors + node * s->b->header.stride;
}

static void measure_lengths(struct sorting *s)
{
	size_t n = s->b->header.stride, nodes = s->b->header.nodes;

	s->length = mem_zalloc(nodes, sizeof(*s->length));
	for (size_t i = 0; i < nodes; i++) {
		int32_t dot = vector_dot_i8(vector(s, i), vector(s, i), n);

		s->length[i] = dot > 0 ? 1 / sqrtf((float)dot) : 0;
	}
}

static struct kmeans_rows rows_of(const struct sorting *s)
{
	return (struct kmeans_rows){ s->b->graph.vectors, s->length,
				     s->b->header.nodes, s->b->header.stride };
}

/* --- the lists of nodes --- */

static void fit(struct sorting *s, uint32_t lists)
{
	struct hnsw_built *b = s->b;
	struct kmeans_rows rows = rows_of(s);
	struct kmeans_options o = { .k = lists,
				    .per_centre = PER_CENTRE,
				    .threads = s->threads,
				    .seed = SEED };

	b->header.lists = lists;
	b->header.fitted = b->header.nodes;
	b->centroids = mem_zalloc(lists, b->header.stride);
	b->scale = mem_zalloc(lists, sizeof(*b->scale));
	kmeans_fit(&rows, &o, b->centroids, b->scale);
}

static void take_previous(struct sorting *s, const struct hnsw *p)
{
	struct hnsw_built *b = s->b;

	b->header.lists = p->header->lists;
	b->header.fitted = p->header->fitted;
	b->centroids =
	    mem_dup(p->centroids, (size_t)p->header->lists * p->header->stride);
	b->scale = mem_dup(p->scale, p->header->lists * sizeof(*b->scale));
}

static void assign(const struct sorting *s, const int8_t *q,
		   const float *length, size_t n, uint32_t *list)
{
	const struct hnsw_built *b = s->b;
	struct kmeans_rows some = { q, length, n, b->header.stride };

	if (n)
		kmeans_assign(&some, b->centroids, b->scale, b->header.lists,
			      s->threads, list);
}

/* Nodes of before by their vectors: open addressing, numbers + 1. */
struct known {
	const struct hnsw *h;
	uint32_t *node, *list;
	size_t mask;
};

static void know(struct known *k, const struct hnsw *h)
{
	size_t stride = h->header->stride, room = 16;

	while (room < 2 * (size_t)h->header->nodes)
		room *= 2;
	*k = (struct known){ .h = h, .mask = room - 1 };
	k->node = mem_zalloc(room, sizeof(*k->node));
	k->list = mem_zalloc((size_t)h->header->nodes + 1, sizeof(*k->list));
	for (uint32_t l = 0; l < h->header->lists; l++)
		for (uint32_t i = h->first[l]; i < h->first[l + 1]; i++)
			k->list[i] = l;
	for (uint32_t i = 0; i < h->header->nodes; i++) {
		size_t at = hash_mix(h->vectors + i * stride, stride) & k->mask;

		while (k->node[at])
			at = (at + 1) & k->mask;
		k->node[at] = i + 1;
	}
}

/* HNSW_NONE: it is new. */
static uint32_t known_list(const struct known *k, const int8_t *v)
{
	size_t stride = k->h->header->stride;
	size_t at = hash_mix(v, stride) & k->mask;

	for (; k->node[at]; at = (at + 1) & k->mask) {
		uint32_t i = k->node[at] - 1;

		if (!memcmp(v, k->h->vectors + i * stride, stride))
			return k->list[i];
	}
	return HNSW_NONE;
}

/* Those that were there before keep their lists, which is where they would come
 * again. */
static void assign_new(struct sorting *s, const struct hnsw *previous)
{
	size_t nodes = s->b->header.nodes, stride = s->b->header.stride, n = 0;
	uint32_t *which = mem_zalloc(nodes + 1, sizeof(*which));
	uint32_t *list = mem_zalloc(nodes + 1, sizeof(*list));
	struct known known;
	int8_t *q;

	know(&known, previous);
	for (size_t i = 0; i < nodes; i++) {
		s->list[i] = known_list(&known, vector(s, i));
		if (s->list[i] == HNSW_NONE)
			which[n++] = (uint32_t)i;
	}
	q = mem_zalloc(n + 1, stride);
	for (size_t i = 0; i < n; i++)
		memcpy(q + i * stride, vector(s, which[i]), stride);
	assign(s, q, NULL, n, list);
	for (size_t i = 0; i < n; i++)
		s->list[which[i]] = list[i];
	free(known.node);
	free(known.list);
	free(which);
	free(list);
	free(q);
}

static void order(struct sorting *s)
{
	struct hnsw_built *b = s->b;
	uint32_t *next = mem_zalloc(b->header.lists + 1, sizeof(*next));

	b->list_first =
	    mem_zalloc((size_t)b->header.lists + 1, sizeof(*b->list_first));
	for (size_t i = 0; i < b->header.nodes; i++)
		b->list_first[s->list[i] + 1]++;
	for (size_t l = 0; l < b->header.lists; l++) {
		next[l] = b->list_first[l];
		b->list_first[l + 1] += b->list_first[l];
	}
	for (uint32_t i = 0; i < b->header.nodes; i++)
		b->order[next[s->list[i]]++] = i;
	free(next);
}

/* --- how many of them --- */

static void spread_to_rows(struct sorting *s)
{
	const struct hnsw_built *b = s->b;

	s->list_of = mem_alloc((b->header.count + 1) * sizeof(*s->list_of));
	memset(s->list_of, 0xff, (b->header.count + 1) * sizeof(*s->list_of));
	for (size_t i = 0; i < b->header.nodes; i++)
		for (uint32_t k = 0; k < b->members[i]; k++)
			s->list_of[b->entries[b->first[i] + k].id] = s->list[i];
}

/* How many lists are nearer to the query than each neighbour's. */
static void rank_lists(const struct sorting *s, const float *unit,
		       const uint32_t *list, size_t n, uint32_t *rank)
{
	const struct hnsw_header *h = &s->b->header;
	int8_t q[HNSW_DIM_MAX] = { 0 };
	float *score = mem_zalloc(h->lists, sizeof(*score));

	vector_quantise(unit, q, h->dim);
	for (size_t l = 0; l < h->lists; l++)
		score[l] = s->b->scale[l] *
			   (float)vector_dot_i8(
			       q, s->b->centroids + l * h->stride, h->stride);
	for (size_t k = 0; k < n; k++) {
		uint32_t mine = list[k];

		rank[k] = 0;
		for (uint32_t l = 0; l < h->lists; l++)
			rank[k] += (score[l] > score[mine]) |
				   ((score[l] == score[mine]) & (l < mine));
	}
	free(score);
}

static void ask(void *ctx, size_t i, int thread)
{
	struct sorting *s = ctx;
	struct hnsw_source source = *s->source;
	size_t row = i * s->step, n = 0;
	uint32_t list[NEARESTRECALL_K];
	struct topk_item near[NEARESTRECALL_K] = { { 0 } };
	struct hnsw_query q = { .k = NEARESTRECALL_K };
	float *unit = mem_alloc(source.dim * sizeof(*unit));

	(void)thread;
	for (size_t j = 0; j < source.dim; j++)
		unit[j] = source.floats
			      ? source.floats[row * source.dim + j]
			      : source.scale[row] *
				    (float)source.bytes[row * source.dim + j];
	source.rows = NULL;
	q.unit = unit;
	if (s->list_of[row] != HNSW_NONE)
		n = hnsw_exact(&source, &q, near);
	for (size_t k = 0; k < n; k++)
		if (s->list_of[near[k].index] != HNSW_NONE)
			list[s->found[i]++] = s->list_of[near[k].index];
	rank_lists(s, unit, list, s->found[i], s->rank[i]);
	free(unit);
}

/* The least number of lists that holds enough of the nearest. */
static uint32_t choose_probe(struct sorting *s, double *recall)
{
	uint32_t lists = s->b->header.lists, probe;
	size_t *by_rank = mem_zalloc((size_t)lists + 1, sizeof(*by_rank));
	size_t all = 0, held = 0;

	for (size_t i = 0; i < s->samples; i++)
		for (size_t k = 0; k < s->found[i]; k++, all++)
			by_rank[s->rank[i][k]]++;
	for (probe = 0; probe < lists; probe++) {
		if (probe && (double)held >= HNSWSORT_RECALL * (double)all)
			break;
		held += by_rank[probe];
	}
	*recall = all ? (double)held / (double)all : 1;
	free(by_rank);
	return probe;
}

static uint32_t measure(struct sorting *s, double *recall)
{
	size_t count = s->b->header.count;
	uint32_t probe;

	s->samples =
	    count < NEARESTRECALL_SAMPLE ? count : NEARESTRECALL_SAMPLE;
	s->step = s->samples ? count / s->samples : 0;
	s->rank = mem_zalloc(s->samples + 1, sizeof(*s->rank));
	s->found = mem_zalloc(s->samples + 1, sizeof(*s->found));
	spread_to_rows(s);
	parallel_for(s->threads, s->samples, ask, s);
	probe = choose_probe(s, recall);
	free(s->rank);
	free(s->found);
	free(s->list_of);
	return probe;
}

/* Few lists are not worth it, nor are such of which a quarter is compared. */
static void give_up(struct hnsw_built *b)
{
	free(b->centroids);
	free(b->scale);
	free(b->list_first);
	b->centroids = NULL;
	b->scale = NULL;
	b->list_first = NULL;
	b->header.lists = b->header.probe = b->header.fitted = 0;
	for (uint32_t i = 0; i < b->header.nodes; i++)
		b->order[i] = i;
}

static bool serves(const struct hnsw *p, const struct hnsw_built *b)
{
	uint64_t n = b->header.nodes, fitted;

	if (!p || !p->header->lists || p->header->stride != b->header.stride)
		return false;
	fitted = p->header->fitted;
	return n >= p->header->lists && n <= GROWTH * fitted &&
	       fitted <= GROWTH * n && !hnswlists_verify(p, NULL);
}

void hnswsort_run(struct hnsw_built *b, const struct hnsw_source *source,
		  const struct hnsw_options *o, const struct hnsw *previous,
		  struct hnsw_report *report)
{
	struct sorting s = { .b = b, .source = source, .threads = o->threads };
	uint32_t nodes = b->header.nodes, lists = o->lists;

	lists = lists < nodes / 8 ? lists : nodes / 8;
	lists = lists < HNSW_LISTS_MAX ? lists : HNSW_LISTS_MAX;
	report->recall = 1;
	if (b->header.m || !o->lists || lists < 2 ||
	    b->header.stride > DOTMAX_DIM)
		return;
	measure_lengths(&s);
	s.list = mem_zalloc(nodes, sizeof(*s.list));
	if (serves(previous, b)) {
		take_previous(&s, previous);
		assign_new(&s, previous);
	} else {
		fit(&s, lists);
		assign(&s, b->graph.vectors, s.length, nodes, s.list);
	}
	order(&s);
	b->header.probe = measure(&s, &report->recall);
	if (b->header.probe > b->header.lists / 4 + 1) {
		give_up(b);
		report->recall = 1;
	}
	free(s.length);
	free(s.list);
}
