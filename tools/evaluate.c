/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * evaluate: measures of a TREC run, or of answers of rerank, against judged
 * relevance; of answers also diversity, mood alignment and latency.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/evaluation.h"
#include "corpus/metrics.h"
#include "io/atomic.h"
#include "io/json.h"
#include "io/options.h"

static const char usage[] =
    "usage: evaluate --qrels QRELS --run RUN [options]\n"
    "       evaluate [--qrels QRELS] [options] [ANSWERS...]\n"
    "Measure rankings against judged relevance (TREC qrels).\n"
    "  --qrels FILE     qid 0 track_id relevance; with tabs, the query may\n"
    "                   stand for the qid\n"
    "  --run FILE       TREC run; else answers of rerank (json) are read\n"
    "  --precision-at K (10)   --recall-at K (50)   --ndcg-at K (20)\n"
    "  -k K             all three\n"
    "  --per-query      a row for each query before the means\n"
    "  --json           one JSON object instead of a table\n"
    "  -o, --output FILE  -h, --help  -V, --version\n";

struct ctx {
	struct options options;
	const char *qrels_path, *run_path;
	int k, at[EVAL_MAP]; /* precision, recall, NDCG */
	bool per_query, json;

	struct qrels qrels;
	struct rankings rankings;
	char names[EVAL_MEASURES][32];
	double sum[EVAL_MEASURES];
	size_t counted[EVAL_MEASURES];
	struct str rows, out; /* per query, and all */
};

static void put_value(struct str *out, const struct ctx *c, int m, double v)
{
	int width;

	if (c->json) {
		str_printf(out, ",\"%s\":", c->names[m]);
		json_put_number(out, v, 6);
		return;
	}
	width = (int)strlen(c->names[m]);
	width = width > 6 ? width : 6;
	if (isnan(v))
		str_printf(out, "  %*s", width, "-");
	else
		str_printf(out, "  %*.4f", width, v);
}

static void add_row(struct ctx *c, struct span name,
		    const double v[EVAL_MEASURES])
{
	for (int m = 0; m < EVAL_MEASURES; m++) {
		if (isnan(v[m]))
			continue;
		c->sum[m] += v[m];
		c->counted[m]++;
	}
	if (!c->per_query)
		return;
	if (c->json) {
		str_puts(&c->rows, c->rows.n ? ",{\"query\":" : "{\"query\":");
		json_put_string(&c->rows, name);
	}
	for (int m = 0; m < EVAL_MEASURES; m++)
		if (!c->json || !isnan(v[m]))
			put_value(&c->rows, c, m, v[m]);
	if (c->json) {
		str_putc(&c->rows, '}');
		return;
	}
	str_puts(&c->rows, "  ");
	str_span(&c->rows, name);
	str_putc(&c->rows, '\n');
}

static void clear(double v[EVAL_MEASURES])
{
	for (int m = 0; m < EVAL_MEASURES; m++)
		v[m] = NAN;
}

/* Judged queries without a ranking count, with nothing found. */
static void add_unanswered(struct ctx *c, const bool *met)
{
	double v[EVAL_MEASURES];

	for (size_t i = 0; i < c->qrels.queries.count; i++) {
		if (met[i])
			continue;
		clear(v);
		evaluation_judged(&c->qrels, &c->rankings, NULL, i, c->at, v);
		add_row(c, c->qrels.queries.entries[i].key, v);
	}
}

static void measure(struct ctx *c)
{
	bool *met = mem_zalloc(c->qrels.queries.count + 1, sizeof(*met));
	double v[EVAL_MEASURES];

	for (size_t i = 0; i < c->rankings.count; i++) {
		const struct ranking *g = &c->rankings.items[i];
		struct span qid =
		    rankings_text(&c->rankings, g->qid, g->qid_length);
		struct span query =
		    rankings_text(&c->rankings, g->query, g->query_length);
		size_t at = qid.n ? qrels_query(&c->qrels, qid) : SIZE_MAX;

		if (at == SIZE_MAX)
			at = qrels_query(&c->qrels, query);
		clear(v);
		if (at != SIZE_MAX && !met[at]) {
			met[at] = true;
			evaluation_judged(&c->qrels, &c->rankings, g, at, c->at,
					  v);
		}
		if (!c->run_path)
			evaluation_answer(g, v);
		add_row(c, query.n ? query : qid, v);
	}
	add_unanswered(c, met);
	free(met);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* p50, p95 and p99 of the times the answers tell. */
static void put_latency(struct ctx *c)
{
	static const int percent[] = { 50, 95, 99 };
	double *x = mem_zalloc(c->rankings.count + 1, sizeof(*x));
	size_t n = 0;

	for (size_t i = 0; i < c->rankings.count; i++)
		if (!isnan(c->rankings.items[i].time_ms))
			x[n++] = c->rankings.items[i].time_ms;
	qsort(x, n, sizeof(*x), by_value);
	for (int i = 0; n && i < 3; i++) {
		double q = metrics_quantile(x, n, percent[i] / 100.0);

		if (c->json) {
			str_printf(&c->out, ",\"p%d_ms\":", percent[i]);
			json_put_number(&c->out, q, 3);
		} else {
			str_printf(&c->out, "%-14sp%d %.2f ms\n", "latency",
				   percent[i], q);
		}
	}
	free(x);
}

static void report(struct ctx *c)
{
	if (c->json) {
		str_printf(&c->out, "{\"queries\":%zu,\"judged\":%zu",
			   c->rankings.count, c->counted[EVAL_PRECISION]);
	} else {
		if (c->per_query) {
			for (int m = 0; m < EVAL_MEASURES; m++)
				str_printf(&c->out, "  %6s", c->names[m]);
			str_puts(&c->out, "  query\n");
			str_span(&c->out, span_str(&c->rows));
			str_putc(&c->out, '\n');
		}
		str_printf(&c->out, "%-14s%zu\n%-14s%zu\n", "queries",
			   c->rankings.count, "judged",
			   c->counted[EVAL_PRECISION]);
	}
	for (int m = 0; m < EVAL_MEASURES; m++) {
		double mean =
		    c->counted[m] ? c->sum[m] / (double)c->counted[m] : NAN;

		if (isnan(mean))
			continue;
		if (c->json)
			put_value(&c->out, c, m, mean);
		else
			str_printf(&c->out, "%-14s%.4f\n", c->names[m], mean);
	}
	put_latency(c);
	if (!c->json)
		return;
	if (c->per_query) {
		str_puts(&c->out, ",\"per_query\":[");
		str_span(&c->out, span_str(&c->rows));
		str_putc(&c->out, ']');
	}
	str_puts(&c->out, "}\n");
}

static int run(struct ctx *c, char **files, int count, struct err *err)
{
	struct atomic *a;
	int rc = 0;

	if (c->qrels_path)
		rc = qrels_read(&c->qrels, c->qrels_path, err);
	if (!rc && c->run_path)
		rc = rankings_read_run(&c->rankings, c->run_path, err);
	else if (!rc && !count)
		rc = rankings_read_answers(&c->rankings, "-", err);
	for (int i = 0; i < count && !rc && !c->run_path; i++)
		rc = rankings_read_answers(&c->rankings, files[i], err);
	if (rc)
		return -1;
	measure(c);
	report(c);
	a = atomic_open(c->options.output, err);
	if (!a)
		return -1;
	fwrite(c->out.p, 1, c->out.n, atomic_file(a));
	return atomic_commit(a, err);
}

static void name_measures(struct ctx *c)
{
	static const char *const names[EVAL_MEASURES] = {
		"P", "recall", "NDCG", "MAP", "MRR", "artists", "alignment"
	};

	for (int m = 0; m < EVAL_MEASURES; m++) {
		if (m >= EVAL_MAP) {
			snprintf(c->names[m], sizeof(c->names[m]), "%s",
				 names[m]);
			continue;
		}
		if (c->k)
			c->at[m] = c->k;
		snprintf(c->names[m], sizeof(c->names[m]), "%s@%d", names[m],
			 c->at[m]);
	}
}

int main(int argc, char **argv)
{
	struct ctx c = { .at = { 10, 50, 20 } };
	struct err err = { 0 };
	const struct option_spec specs[] = {
		{ "qrels", 0, OPTION_TEXT, &c.qrels_path, 0, 0 },
		{ "run", 0, OPTION_TEXT, &c.run_path, 0, 0 },
		{ "precision-at", 0, OPTION_INT, &c.at[0], 1, 1 << 30 },
		{ "recall-at", 0, OPTION_INT, &c.at[1], 1, 1 << 30 },
		{ "ndcg-at", 0, OPTION_INT, &c.at[2], 1, 1 << 30 },
		{ "depth", 'k', OPTION_INT, &c.k, 1, 1 << 30 },
		{ "per-query", 0, OPTION_FLAG, &c.per_query, 0, 0 },
		{ "json", 0, OPTION_FLAG, &c.json, 0, 0 },
		{ 0 }
	};
	int status, first = options_parse(&c.options, "evaluate", usage, specs,
					  argc, argv, &status);

	if (first < 0)
		return status;
	if (c.run_path && (!c.qrels_path || first < argc)) {
		fprintf(stderr,
			"evaluate: --run needs --qrels, and no other "
			"files\n%s",
			usage);
		return ERR_USAGE;
	}
	name_measures(&c);
	status = run(&c, argv + first, argc - first, &err)
		     ? options_fail(&c.options, &err)
		     : 0;
	qrels_release(&c.qrels);
	rankings_release(&c.rankings);
	str_release(&c.rows);
	str_release(&c.out);
	return status;
}
