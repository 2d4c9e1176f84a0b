/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/rankings.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "corpus/eachline.h"
#include "io/json.h"

#define LINE_LIMIT ((size_t)64 << 20)

/* Splits into at most `most` fields, at tabs where there is one, else at runs
 * of blanks; returns how many there are (most + 1: more). */
static size_t fields(struct span line, struct span *out, size_t most)
{
	bool tabs = memchr(line.p, '\t', line.n) != NULL;
	size_t n = 0, i = 0;

	while (i < line.n) {
		size_t start;

		while (!tabs && i < line.n &&
		       (line.p[i] == ' ' || line.p[i] == '\r'))
			i++;
		start = i;
		while (i < line.n &&
		       (tabs ? line.p[i] != '\t'
			     : line.p[i] != ' ' && line.p[i] != '\r'))
			i++;
		if (!tabs && i == start)
			break;
		if (n == most)
			return most + 1;
		out[n++] =
		    span_trim((struct span){ line.p + start, i - start });
		i += tabs;
	}
	return n;
}

static void pair_key(struct str *key, size_t query, struct span id)
{
	str_reset(key);
	str_put(key, &query, sizeof(query));
	str_span(key, id);
}

static int add_judgement(void *ctx, struct span line, struct err *err)
{
	struct qrels *q = ctx;
	struct span f[4];
	struct str key = { 0 };
	uint64_t *query, *pair;
	double relevance;

	if (fields(line, f, 4) != 4 || !f[0].n || !f[2].n ||
	    num_double(f[3], &relevance))
		return err_set(err, ERR_DATA, "qrels",
			       "not a judgement; "
			       "\"qid 0 track_id relevance\" was expected, "
			       "by blanks or tabs");
	query = table_put(&q->queries, f[0]);
	if (!*query)
		*query = q->queries.count;
	pair_key(&key, (size_t)*query - 1, f[2]);
	pair = table_put(&q->pairs, span_str(&key));
	str_release(&key);
	if (*pair)
		return err_set(err, ERR_DATA, "qrels",
			       "%.*s is judged twice "
			       "for this query",
			       (int)f[2].n, f[2].p);
	*pair = q->pairs.count;
	MEM_ROOM(q->relevance, q->pairs.count, q->cap);
	MEM_ROOM(q->query, q->pairs.count, q->query_cap);
	q->relevance[*pair - 1] = relevance;
	q->query[*pair - 1] = (uint32_t)(*query - 1);
	return 0;
}

int qrels_read(struct qrels *q, const char *path, struct err *err)
{
	return eachline_of(path, LINE_LIMIT, q, add_judgement, err);
}

void qrels_release(struct qrels *q)
{
	table_release(&q->queries);
	table_release(&q->pairs);
	free(q->relevance);
	free(q->query);
}

size_t qrels_query(const struct qrels *q, struct span qid)
{
	const uint64_t *n = table_get(&q->queries, qid);

	return n ? (size_t)*n - 1 : SIZE_MAX;
}

double qrels_relevance(const struct qrels *q, size_t query, struct span id)
{
	struct str key = { 0 };
	const uint64_t *pair;

	pair_key(&key, query, id);
	pair = table_get(&q->pairs, span_str(&key));
	str_release(&key);
	return pair ? q->relevance[*pair - 1] : 0;
}

static int larger_first(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x < y) - (x > y);
}

size_t qrels_relevant(const struct qrels *q, size_t query, double **out)
{
	size_t n = 0;

	*out = mem_zalloc(q->pairs.count + 1, sizeof(**out));
	for (size_t i = 0; i < q->pairs.count; i++)
		if (q->query[i] == query && q->relevance[i] > 0)
			(*out)[n++] = q->relevance[i];
	qsort(*out, n, sizeof(**out), larger_first);
	return n;
}

static size_t keep(struct rankings *r, struct span s)
{
	size_t at = r->text.n;

	str_span(&r->text, s);
	return at;
}

static struct ranking *add_ranking(struct rankings *r, struct span qid,
				   struct span query)
{
	struct ranking *g;

	MEM_ROOM(r->items, r->count + 1, r->cap);
	g = &r->items[r->count++];
	*g = (struct ranking){ .qid_length = qid.n,
			       .query_length = query.n,
			       .time_ms = NAN };
	g->qid = keep(r, qid);
	g->query = keep(r, query);
	return g;
}

static struct ranked *add_ranked(struct rankings *r, struct ranking *g,
				 struct span id)
{
	struct ranked *item;

	MEM_ROOM(g->items, g->count + 1, g->cap);
	item = &g->items[g->count];
	*item = (struct ranked){ .id_length = id.n,
				 .order = g->count,
				 .artist = UINT32_MAX,
				 .valence = NAN,
				 .arousal = NAN,
				 .match = NAN };
	g->count++;
	item->id = keep(r, id);
	return item;
}

static int add_run_line(void *ctx, struct span line, struct err *err)
{
	struct rankings *r = ctx;
	struct span f[6];
	struct ranked *item;
	uint64_t *slot, rank;
	double score;

	if (fields(line, f, 6) != 6 || num_u64(f[3], &rank) ||
	    num_double(f[4], &score))
		return err_set(err, ERR_DATA, "run",
			       "not a line of a run; "
			       "\"qid Q0 track_id rank score tag\" was "
			       "expected");
	slot = table_put(&r->by_qid, f[0]);
	if (!*slot) {
		add_ranking(r, f[0], (struct span){ "", 0 });
		*slot = r->count;
	}
	item = add_ranked(r, &r->items[*slot - 1], f[2]);
	item->score = score;
	item->rank = rank;
	return 0;
}

static int by_score(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static void sort_run(struct rankings *r)
{
	r->run = true;
	for (size_t i = 0; i < r->count; i++)
		qsort(r->items[i].items, r->items[i].count,
		      sizeof(*r->items[i].items), by_score);
}

int rankings_read_run(struct rankings *r, const char *path, struct err *err)
{
	if (eachline_of(path, LINE_LIMIT, r, add_run_line, err))
		return -1;
	sort_run(r);
	return 0;
}

static bool mood_of(struct span object, float *valence, float *arousal)
{
	double v, a;

	if (json_number(json_get(object, "valence"), &v) ||
	    json_number(json_get(object, "arousal"), &a))
		return false;
	*valence = (float)v;
	*arousal = (float)a;
	return true;
}

static void add_result(struct rankings *r, struct ranking *g,
		       struct span object)
{
	struct str text = { 0 };
	struct ranked *item;
	uint64_t *slot;

	if (json_string(json_get(object, "track_id"), &text))
		str_reset(&text);
	item = add_ranked(r, g, span_str(&text));
	str_reset(&text);
	if (!json_string(json_get(object, "artist"), &text) && text.n) {
		slot = table_put(&r->artists, span_str(&text));
		if (!*slot)
			*slot = r->artists.count;
		item->artist = (uint32_t)*slot - 1;
	}
	mood_of(json_get(object, "mood"), &item->valence, &item->arousal);
	if (!json_number(json_get(object, "match"), &item->match))
		item->match /= 100;
	if (json_number(json_get(object, "score"), &item->score))
		item->score = NAN;
	str_release(&text);
}

int rankings_add(struct rankings *r, struct span line, struct err *err)
{
	struct str query = { 0 }, qid = { 0 };
	struct span results, element, object = span_trim(line);
	const char *why = "not an object",
		   *end = object.p[0] == '{'
			      ? json_skip(object.p, object.p + object.n, &why)
			      : NULL;
	struct ranking *g;
	size_t pos = 0;
	double matches;

	if (end != object.p + object.n ||
	    json_string(json_get(object, "query"), &query)) {
		str_release(&query);
		return err_set(err, ERR_DATA, "answers",
			       "not an answer of "
			       "rerank (%s); --format json was expected",
			       end ? "no \"query\"" : why);
	}
	if (json_string(json_get(object, "qid"), &qid))
		str_reset(&qid);
	g = add_ranking(r, span_str(&qid), span_str(&query));
	str_release(&query);
	str_release(&qid);
	results = json_get(object, "mood_detected");
	g->has_mood = mood_of(results, &g->valence, &g->arousal) &&
		      (json_number(json_get(results, "matches"), &matches) ||
		       matches > 0);
	if (json_number(
		json_get(json_get(object, "metadata"), "processing_time_ms"),
		&g->time_ms))
		g->time_ms = NAN;
	results = json_get(object, "results");
	while (json_each(results, &pos, &element) > 0)
		add_result(r, g, element);
	return 0;
}

static int add_answer(void *ctx, struct span line, struct err *err)
{
	return rankings_add(ctx, line, err);
}

static int add_either(void *ctx, struct span line, struct err *err)
{
	struct rankings *r = ctx;

	if (!r->count)
		r->run = span_trim(line).p[0] != '{';
	return r->run ? add_run_line(r, line, err) : rankings_add(r, line, err);
}

int rankings_read(struct rankings *r, const char *path, struct err *err)
{
	if (eachline_of(path, LINE_LIMIT, r, add_either, err))
		return -1;
	if (r->run)
		sort_run(r);
	return 0;
}

int rankings_read_answers(struct rankings *r, const char *path, struct err *err)
{
	return eachline_of(path, LINE_LIMIT, r, add_answer, err);
}

void rankings_release(struct rankings *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->items[i].items);
	free(r->items);
	str_release(&r->text);
	table_release(&r->by_qid);
	table_release(&r->artists);
}
