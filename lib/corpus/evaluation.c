/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/evaluation.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/metrics.h"
#include "corpus/variety.h"

void evaluation_release(struct evaluation_by *by)
{
	qrels_release(&by->qrels);
	moodplaces_release(&by->tracks);
	moodplaces_release(&by->asked);
}

void evaluation_table_release(struct evaluation_table *t)
{
	table_release(&t->names);
	exposure_release(&t->exposure);
	free(t->rows);
	free(t->times);
}

/* Those of judged queries; g NULL: nothing was found. */
static void judged(struct evaluation_table *t, const struct evaluation_by *by,
		   const struct rankings *r, const struct ranking *g,
		   size_t query, double v[EVAL_MEASURES])
{
	double *all, *rel = mem_zalloc(g ? g->count + 1 : 1, sizeof(*rel));
	size_t relevant = qrels_relevant(&by->qrels, query, &all);
	size_t n = g ? g->count : 0;
	struct table seen = { 0 };

	for (size_t i = 0; g && i < n; i++) {
		struct span id =
		    rankings_text(r, g->items[i].id, g->items[i].id_length);
		uint64_t *slot = table_put(&seen, id);

		/* the same track again earns nothing */
		rel[i] = *slot ? 0 : qrels_relevance(&by->qrels, query, id);
		*slot = 1;
		if (relevant)
			reliability_add(&t->reliability, g->items[i].match,
					rel[i] > 0);
	}
	table_release(&seen);
	if (relevant) {
		v[EVAL_PRECISION] =
		    metrics_precision(rel, n, (size_t)by->at[EVAL_PRECISION]);
		v[EVAL_RECALL] = metrics_recall(
		    rel, n, (size_t)by->at[EVAL_RECALL], relevant);
		v[EVAL_NDCG] = metrics_ndcg(rel, n, (size_t)by->at[EVAL_NDCG],
					    all, relevant);
		v[EVAL_MAP] = metrics_average_precision(rel, n, relevant);
		v[EVAL_MRR] = metrics_reciprocal_rank(rel, n);
	}
	free(rel);
	free(all);
}

static bool first_of_artist(const struct ranking *g, size_t i)
{
	if (g->items[i].artist == UINT32_MAX)
		return true;
	for (size_t j = 0; j < i; j++)
		if (g->items[j].artist == g->items[i].artist)
			return false;
	return true;
}

static double distance(struct moodplace a, struct moodplace b)
{
	return hypot((double)(a.valence - b.valence),
		     (double)(a.arousal - b.arousal));
}

/* 1 - mean distance of n results, of labels or of what the answer says. */
static double alignment(const struct evaluation_by *by,
			const struct rankings *r, const struct ranking *g,
			size_t n, const struct moodplace *asked, bool own)
{
	double sum = 0;
	size_t placed = 0;

	for (size_t i = 0; asked && i < n; i++) {
		const struct ranked *x = &g->items[i];
		struct moodplace said = { x->valence, x->arousal };
		const struct moodplace *at = &said;

		if (!own)
			at = moodplaces_get(
			    &by->tracks, rankings_text(r, x->id, x->id_length));
		if (!at || isnan(at->valence) || isnan(at->arousal))
			continue;
		sum += distance(*asked, *at);
		placed++;
	}
	return placed ? 1 - sum / (double)placed : NAN;
}

/* Where people put the request; else, where the answer says that it is. */
static const struct moodplace *place_asked(const struct evaluation_by *by,
					   const struct rankings *r,
					   const struct ranking *g,
					   const struct moodplace *said)
{
	const struct moodplace *at = NULL;

	if (!by->asked.names.count)
		return said;
	if (g->qid_length)
		at = moodplaces_get(&by->asked,
				    rankings_text(r, g->qid, g->qid_length));
	return at ? at
		  : moodplaces_get(&by->asked,
				   rankings_text(r, g->query, g->query_length));
}

static void unjudged(const struct evaluation_by *by, const struct rankings *r,
		     const struct ranking *g, double v[EVAL_MEASURES])
{
	size_t n = g->count < (size_t)by->list ? g->count : (size_t)by->list;
	struct moodplace said = { g->valence, g->arousal };
	const struct moodplace *own = g->has_mood ? &said : NULL;
	size_t unique = 0;

	for (size_t i = 0; i < n; i++)
		unique += first_of_artist(g, i);
	if (n && !r->run)
		v[EVAL_ARTISTS] = (double)unique / (double)n;
	if (by->g)
		v[EVAL_DIVERSITY] = variety_of(by->g, r, g, n);
	else if (!r->run)
		v[EVAL_OWN_DIVERSITY] = variety_of(NULL, r, g, n);
	if (by->tracks.names.count)
		v[EVAL_ALIGNMENT] =
		    alignment(by, r, g, n, place_asked(by, r, g, own), false);
	else
		v[EVAL_OWN_ALIGNMENT] = alignment(by, r, g, n, own, true);
}

static double *add_row(struct evaluation_table *t, struct span key,
		       struct span name)
{
	uint64_t *slot = table_put(&t->names, key);
	struct evaluation_row *row;

	if (!*slot)
		*slot = t->count + 1; /* the first of that name is paired */
	MEM_ROOM(t->rows, t->count + 1, t->cap);
	row = &t->rows[t->count++];
	row->name = name;
	for (int m = 0; m < EVAL_MEASURES; m++)
		row->v[m] = NAN;
	return row->v;
}

static void add_ranking(struct evaluation_table *t,
			const struct evaluation_by *by,
			const struct rankings *r, const struct ranking *g,
			bool *met)
{
	struct span qid = rankings_text(r, g->qid, g->qid_length);
	struct span query = rankings_text(r, g->query, g->query_length);
	size_t at = qid.n ? qrels_query(&by->qrels, qid) : SIZE_MAX;
	double *v = add_row(t, qid.n ? qid : query, query.n ? query : qid);

	if (at == SIZE_MAX)
		at = qrels_query(&by->qrels, query);
	if (at != SIZE_MAX && !met[at]) {
		met[at] = true;
		judged(t, by, r, g, at, v);
	}
	unjudged(by, r, g, v);
	for (size_t i = 0; i < g->count; i++)
		exposure_add(
		    &t->exposure,
		    rankings_text(r, g->items[i].id, g->items[i].id_length));
	if (isnan(g->time_ms))
		return;
	MEM_ROOM(t->times, t->ntimes + 1, t->times_cap);
	t->times[t->ntimes++] = g->time_ms;
}

void evaluation_add(struct evaluation_table *t, const struct evaluation_by *by,
		    const struct rankings *r)
{
	const struct table *queries = &by->qrels.queries;
	bool *met = mem_zalloc(queries->count + 1, sizeof(*met));

	for (size_t i = 0; i < r->count; i++)
		add_ranking(t, by, r, &r->items[i], met);
	t->answered += r->count;
	for (size_t i = 0; i < queries->count; i++)
		if (!met[i])
			judged(t, by, r, NULL, i,
			       add_row(t, queries->entries[i].key,
				       queries->entries[i].key));
	free(met);
}

size_t evaluation_column(const struct evaluation_table *t, int m, double *out)
{
	size_t n = 0;

	for (size_t i = 0; i < t->count; i++)
		if (!isnan(t->rows[i].v[m]))
			out[n++] = t->rows[i].v[m];
	return n;
}

size_t evaluation_pairs(const struct evaluation_table *a,
			const struct evaluation_table *b, int m, double *out)
{
	size_t n = 0;

	for (size_t i = 0; i < a->names.count; i++) {
		const struct table_entry *e = &a->names.entries[i];
		const uint64_t *other = table_get(&b->names, e->key);
		double x = a->rows[e->value - 1].v[m];

		if (other && !isnan(x) && !isnan(b->rows[*other - 1].v[m]))
			out[n++] = x - b->rows[*other - 1].v[m];
	}
	return n;
}
