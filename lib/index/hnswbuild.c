/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/hnswbuild.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "index/hnswbuilt.h"
#include "index/hnswsort.h"
#include "math/random.h"

#define CHUNK 4096       /* rows that a thread takes at once */
#define NO_SIGNAL (-128) /* in a row's first byte */

struct hnsw_part { /* what a chunk of rows amounts to */
	float peak;
	double error2;
};

static void read_row(const struct hnsw_source *s, size_t i, float *x)
{
	if (s->floats) {
		memcpy(x, s->floats + i * s->dim, s->dim * sizeof(*x));
		return;
	}
	for (size_t j = 0; j < s->dim; j++)
		x[j] = s->scale[i] * (float)s->bytes[i * s->dim + j];
}

/* The largest magnitude; 0: zero or not finite. */
static float peak_of(const float *x, size_t n)
{
	float peak = 0;

	for (size_t j = 0; j < n; j++) {
		if (!isfinite(x[j]))
			return 0;
		peak = fmaxf(peak, fabsf(x[j]));
	}
	return peak;
}

static size_t chunk_end(const struct hnsw_built *b, size_t chunk)
{
	size_t end = (chunk + 1) * CHUNK;

	return end < b->header.count ? end : b->header.count;
}

static void find_peak(void *ctx, size_t chunk, int thread)
{
	struct hnsw_built *b = ctx;
	float x[HNSW_DIM_MAX], peak = 0;

	(void)thread;
	for (size_t i = chunk * CHUNK; i < chunk_end(b, chunk); i++) {
		read_row(b->source, i, x);
		peak = fmaxf(peak, peak_of(x, b->source->dim));
	}
	b->parts[chunk].peak = peak;
}

/* Row i as bytes, and |x - step q|^2. A row without a signal is marked
 * by its first byte, which no other has. */
static double quantise(const struct hnsw_built *b, size_t i, float *x)
{
	const struct hnsw_header *h = &b->header;
	int8_t *code = b->codes + i * h->stride;
	double error2 = 0;

	read_row(b->source, i, x);
	memset(code, 0, h->stride);
	if (!(peak_of(x, h->dim) > 0)) {
		code[0] = NO_SIGNAL;
		return 0;
	}
	for (size_t j = 0; j < h->dim; j++) {
		float q = fmaxf(-127, fminf(127, rintf(x[j] / h->step)));
		double off = (double)x[j] - (double)h->step * (double)q;

		code[j] = (int8_t)q;
		error2 += off * off;
	}
	return error2;
}

static void quantise_chunk(void *ctx, size_t chunk, int thread)
{
	struct hnsw_built *b = ctx;
	float x[HNSW_DIM_MAX];
	double error2 = 0;

	(void)thread;
	for (size_t i = chunk * CHUNK; i < chunk_end(b, chunk); i++) {
		error2 = fmax(error2, quantise(b, i, x));
		b->entries[i].id = (uint32_t)i;
		b->entries[i].hash =
		    hash_mix(b->codes + i * b->header.stride, b->header.stride);
	}
	b->parts[chunk].error2 = error2;
}

static void quantise_all(struct hnsw_built *b, int threads)
{
	size_t chunks = (b->header.count + CHUNK - 1) / CHUNK;
	double error2 = 0;
	float peak = 0;

	b->parts = mem_zalloc(chunks + 1, sizeof(*b->parts));
	if (!b->previous) {
		parallel_for(threads, chunks, find_peak, b);
		for (size_t i = 0; i < chunks; i++)
			peak = fmaxf(peak, b->parts[i].peak);
		b->header.step = peak / 127;
		if (!(b->header.step > 0))
			b->header.step = 1;
	}
	parallel_for(threads, chunks, quantise_chunk, b);
	for (size_t i = 0; i < chunks; i++)
		error2 = fmax(error2, b->parts[i].error2);
	b->header.error = (float)(sqrt(error2) * 1.000001);
	free(b->parts);
}

static const int8_t *code_of(const struct hnsw_built *b, uint32_t id)
{
	size_t stride = b->header.stride;

	return id & HNSW_GROUP
		   ? b->previous->vectors + (id & ~HNSW_GROUP) * stride
		   : b->codes + id * stride;
}

/* Equal vectors stand together: a node of before first, then rows ascending. */
static int entry_order(const void *x, const void *y, void *ctx)
{
	const struct hnsw_entry *a = x, *c = y;
	const struct hnsw_built *b = ctx;
	bool a_node = a->id & HNSW_GROUP, c_node = c->id & HNSW_GROUP;
	int order;

	if (a->hash != c->hash)
		return a->hash < c->hash ? -1 : 1;
	order = memcmp(code_of(b, a->id), code_of(b, c->id), b->header.stride);
	if (order)
		return order;
	if (a_node != c_node)
		return a_node ? -1 : 1;
	return a->id < c->id ? -1 : a->id > c->id;
}

static void sort_entries(struct hnsw_built *b)
{
	uint32_t old = b->previous ? b->previous->header->nodes : 0;
	size_t n = 0;

	for (size_t i = 0; i < b->header.count; i++)
		if (*code_of(b, (uint32_t)i) != NO_SIGNAL)
			b->entries[n++] = b->entries[i];
	b->header.signal = (uint32_t)n;
	for (uint32_t i = 0; i < old; i++, n++) {
		b->entries[n].id = i | HNSW_GROUP;
		b->entries[n].hash =
		    hash_mix(code_of(b, i | HNSW_GROUP), b->header.stride);
	}
	b->entry_count = n;
	qsort_r(b->entries, n, sizeof(*b->entries), entry_order, b);
}

static bool same_vector(const struct hnsw_built *b, size_t i, size_t j)
{
	return b->entries[i].hash == b->entries[j].hash &&
	       !memcmp(code_of(b, b->entries[i].id),
		       code_of(b, b->entries[j].id), b->header.stride);
}

static int by_row(const void *x, const void *y, void *ctx)
{
	const struct hnsw_entry *e = ctx;
	uint32_t a = e[*(const uint32_t *)x].id, b = e[*(const uint32_t *)y].id;

	return a < b ? -1 : a > b;
}

/* Every run of equal entries becomes a node: that of before, which may have
 * lost its rows, or a new one. New ones come in an order of chance, which is
 * what makes the lowest numbers good upper layers. */
static void make_nodes(struct hnsw_built *b, const struct hnsw_options *o)
{
	uint32_t old = b->previous ? b->previous->header->nodes : 0, *fresh;
	size_t n = b->entry_count, count = 0, end;
	struct random r;

	fresh = mem_zalloc(n + 1, sizeof(*fresh));
	b->first = mem_zalloc(n + old + 1, sizeof(*b->first));
	b->members = mem_zalloc(n + old + 1, sizeof(*b->members));
	for (size_t i = 0; i < n; i = end) {
		uint32_t id = b->entries[i].id;

		for (end = i + 1; end < n && same_vector(b, i, end); end++)
			continue;
		if (id & HNSW_GROUP) {
			/* A damaged graph may hold a vector twice. */
			while (i < end && b->entries[i].id & HNSW_GROUP)
				i++;
			b->first[id & ~HNSW_GROUP] = (uint32_t)i;
			b->members[id & ~HNSW_GROUP] = (uint32_t)(end - i);
		} else {
			fresh[count++] = (uint32_t)i;
		}
	}
	qsort_r(fresh, count, sizeof(*fresh), by_row, b->entries);
	if (o->m) {
		random_seed(&r, o->seed, 0);
		random_shuffle(&r, fresh, count);
	}
	for (size_t i = 0; i < count; i++) {
		for (end = fresh[i] + 1; end < n; end++)
			if (!same_vector(b, fresh[i], end))
				break;
		b->first[old + i] = fresh[i];
		b->members[old + i] = (uint32_t)(end - fresh[i]);
	}
	b->header.nodes = old + (uint32_t)count;
	free(fresh);
}

/* The nodes of before keep their numbers, layers and links. */
static void take_previous(struct hnsw_built *b)
{
	const struct hnsw *p = b->previous;
	const struct hnsw_header *h = p->header;
	struct hnswlink *g = &b->graph;

	for (uint32_t l = g->layers; l-- > 1; g->layer[l] = 0)
		free(g->links[l]);
	g->layers = h->layers;
	for (uint32_t l = 1; l < h->layers; l++) {
		size_t n = (size_t)h->layer[l] * h->m;

		g->layer[l] = h->layer[l];
		g->links[l] = mem_dup(p->upper[l], n * sizeof(uint32_t));
	}
	memcpy(g->links[0], p->links, (size_t)h->nodes * h->m0 * 4);
}

static void link_all(struct hnsw_built *b, const struct hnsw_options *o,
		     struct hnsw_report *report)
{
	uint32_t old = b->previous ? b->previous->header->nodes : 0;
	struct hnsw_header *h = &b->header;

	hnswlink_init(&b->graph, h->nodes, h->stride, o->m, o->ef);
	for (uint32_t i = 0; i < h->nodes; i++)
		memcpy(b->graph.vectors + (size_t)i * h->stride,
		       i < old ? code_of(b, i | HNSW_GROUP)
			       : code_of(b, b->entries[b->first[i]].id),
		       h->stride);
	free(b->codes);
	b->codes = NULL;
	if (b->previous)
		take_previous(b);
	report->inserted = h->nodes - old;
	if (o->m && h->nodes) {
		hnswlink_insert(&b->graph, old, o->threads);
		report->mended = hnswlink_repair(&b->graph);
	}
	b->order = mem_zalloc(h->nodes + 1, sizeof(*b->order));
	b->number = mem_zalloc(h->nodes + 1, sizeof(*b->number));
	hnswlink_order(&b->graph, b->order);
	for (uint32_t i = 0; i < h->nodes; i++)
		b->number[b->order[i]] = i;
}

static void fill_header(struct hnsw_built *b, const struct hnsw_report *report)
{
	struct hnsw_header *h = &b->header;

	h->m = b->graph.m;
	h->m0 = b->graph.m0;
	h->ef = b->graph.ef;
	h->layers = b->graph.layers;
	memcpy(h->layer, b->graph.layer, sizeof(h->layer));
	h->added =
	    b->previous ? b->previous->header->added + report->inserted : 0;
	for (uint32_t i = 0; i < h->nodes; i++) {
		if (b->members[i] > 1)
			h->group_words += b->members[i] + 1;
		h->dead += !b->members[i];
	}
}

/* Does it hold for adding to? Reads all of it, but not what it was built
 * over. */
static bool fits(const struct hnsw *p, const struct hnsw_source *s,
		 const struct hnsw_options *o)
{
	const struct hnsw_header *h = p->header;
	struct hnsw shape = *p;

	shape.source.floats = NULL;
	shape.source.bytes = NULL;
	return o->m && h->dim == s->dim && h->m == o->m && h->ef == o->ef &&
	       h->nodes && !hnsw_verify(&shape, NULL);
}

static struct hnsw_built *build(const struct hnsw_source *source,
				const struct hnsw_options *o,
				const struct hnsw *previous,
				const struct hnsw *lists,
				struct hnsw_report *report)
{
	struct hnsw_built *b = mem_zalloc(1, sizeof(*b));
	struct hnsw_header *h = &b->header;
	uint32_t old = previous ? previous->header->nodes : 0;

	b->source = source;
	b->previous = previous;
	h->count = (uint32_t)source->count;
	h->dim = (uint32_t)source->dim;
	h->stride = (uint32_t)hnsw_align(source->dim, HNSW_LINE);
	if (previous)
		h->step = previous->header->step;
	b->codes = mem_alloc(source->count * h->stride + 1);
	b->entries = mem_zalloc(source->count + old + 1, sizeof(*b->entries));
	quantise_all(b, o->threads);
	sort_entries(b);
	make_nodes(b, o);
	for (uint32_t i = 0; i < h->nodes; i++)
		h->dead += !b->members[i];
	if (previous && h->dead + previous->header->added + h->nodes - old >
			    HNSW_REBUILD_SHARE * h->nodes) {
		hnsw_built_free(b);
		return NULL;
	}
	h->dead = 0;
	link_all(b, o, report);
	fill_header(b, report);
	hnswsort_run(b, source, o, lists, report);
	report->lists = b->header.lists;
	report->probe = b->header.probe;
	b->source = NULL;
	b->previous = NULL;
	return b;
}

struct hnsw_built *hnsw_build(const struct hnsw_source *source,
			      const struct hnsw_options *options,
			      const struct hnsw *previous,
			      struct hnsw_report *report, struct err *err)
{
	struct hnsw_built *b = NULL;
	struct hnsw_report unused = { 0 };

	report = report ? report : &unused;
	*report = (struct hnsw_report){ 0 };
	if (!source->dim || source->dim > HNSW_DIM_MAX ||
	    source->count > HNSW_NODES_MAX / 2) {
		err_set(err, ERR_USAGE, "graph",
			"a graph of %zu vectors of %zu numbers: at most %u of "
			"1 to %d",
			source->count, source->dim, HNSW_NODES_MAX / 2,
			HNSW_DIM_MAX);
		return NULL;
	}
	if (options->m > HNSW_M_MAX || options->m == 1 ||
	    options->ef < options->m || options->ef > 100000) {
		err_set(err, ERR_USAGE, "graph",
			"a graph of %u links and efConstruction %u: at most "
			"%d links, 0 or 2 up, and efConstruction from there "
			"to 100000",
			options->m, options->ef, HNSW_M_MAX);
		return NULL;
	}
	if (previous && fits(previous, source, options))
		b = build(source, options, previous, NULL, report);
	return b ? b : build(source, options, NULL, previous, report);
}

void hnsw_built_free(struct hnsw_built *b)
{
	if (!b)
		return;
	hnswlink_release(&b->graph);
	free(b->codes);
	free(b->entries);
	free(b->first);
	free(b->members);
	free(b->order);
	free(b->number);
	free(b->centroids);
	free(b->scale);
	free(b->list_first);
	free(b);
}
