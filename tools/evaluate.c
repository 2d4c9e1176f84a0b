/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * evaluate: measures of a TREC run, or of answers of rerank, against judged
 * relevance; of answers also diversity, mood alignment and latency. "evaluate
 * filter": of what music-filter removed, against labels. "evaluate text": of a
 * network of texts, against labelled texts.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/datadir.h"
#include "corpus/evalreport.h"
#include "corpus/filtereval.h"
#include "io/atomic.h"
#include "io/stream.h"
#include "learn/textcheck.h"

static const char usage[] =
    "usage: evaluate --qrels QRELS --run RUN [options]\n"
    "       evaluate [--qrels QRELS] [options] [ANSWERS...]\n"
    "       evaluate filter --labels FILE [options] [RECORDS...]\n"
    "       evaluate text --config FILE [--model FILE] [options]\n"
    "Measure rankings against judged relevance (TREC qrels).\n"
    "  --qrels FILE     qid 0 track_id relevance; with tabs, the query may\n"
    "                   stand for the qid\n"
    "  --run FILE       TREC run; else answers of rerank (json) are read\n"
    "  --precision-at K (10)   --recall-at K (50)   --ndcg-at K (20)\n"
    "  -k K             all three\n"
    "  --per-query      a row for each query before the means\n"
    "  --json           one JSON object instead of a table\n"
    "  -o, --output FILE  -h, --help  -V, --version\n";

static const char filter_usage[] =
    "usage: evaluate filter --labels FILE [options] [RECORDS...]\n"
    "Measure what music-filter removed, over all records of a crawl.\n"
    "  --labels FILE    track_id, tab, track, set, talk or noise (\"talk?\": "
    "doubtful);\n"
    "                   for the test half another tab and test\n"
    "  --half H         dev (default): uploaders with a label of dev; test: "
    "all others\n"
    "  --sure           leave out doubtful labels\n"
    "  --json           one JSON object instead of a table\n"
    "  -v, --verbose    list the errors; never those of the test half\n"
    "  -o, --output FILE  -h, --help  -V, --version\n";

static const char text_usage[] =
    "usage: evaluate text --config FILE [--model FILE] [options]\n"
    "Measure a network of texts (train text) on labelled texts: the checks of\n"
    "a configuration, as lines of set, figure and value.\n"
    "  --config FILE    checks, with where their texts are\n"
    "  --model FILE     the network (default: models/emotion.pack)\n"
    "  --sources DIR    where the files of the configuration are (.)\n"
    "  --check NAME     only that one\n"
    "  --details        single labels, too\n"
    "  -j, --jobs N     threads (default: the processors)\n"
    "  -o, --output FILE  -h, --help  -V, --version\n";

struct ctx {
	struct options options;
	const char *qrels_path, *run_path;
	int k, at[EVAL_MAP]; /* precision, recall, NDCG */

	struct qrels qrels;
	struct rankings rankings;
	struct evalreport report;
};

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
		evalreport_add(&c->report, c->qrels.queries.entries[i].key, v);
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
		evalreport_add(&c->report, query.n ? query : qid, v);
	}
	add_unanswered(c, met);
	free(met);
}

static int write_out(const struct options *o, const struct str *out,
		     struct err *err)
{
	struct atomic *a = atomic_open(o->output, err);

	if (!a)
		return -1;
	fwrite(out->p, 1, out->n, atomic_file(a));
	return atomic_commit(a, err);
}

static int run(struct ctx *c, char **files, int count, struct err *err)
{
	struct str out = { 0 };
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
	evalreport_write(&c->report, &c->rankings, &out);
	rc = write_out(&c->options, &out, err);
	str_release(&out);
	return rc;
}

static int filter(int argc, char **argv)
{
	struct filtereval e = { 0 };
	struct options o = { 0 };
	struct str out = { 0 };
	const char *labels = NULL, *half = "dev";
	bool json = false;
	struct err err = { 0 };
	const struct option_spec specs[] = {
		{ "labels", 0, OPTION_TEXT, &labels, 0, 0 },
		{ "half", 0, OPTION_TEXT, &half, 0, 0 },
		{ "sure", 0, OPTION_FLAG, &e.sure, 0, 0 },
		{ "json", 0, OPTION_FLAG, &json, 0, 0 },
		{ 0 }
	};
	int status, first = options_parse(&o, "evaluate", filter_usage, specs,
					  argc, argv, &status);

	if (first < 0)
		return status;
	if (!labels || (strcmp(half, "dev") && strcmp(half, "test"))) {
		fprintf(stderr,
			"evaluate: filter needs --labels, and --half is dev "
			"or test\n%s",
			filter_usage);
		return ERR_USAGE;
	}
	e.half = strcmp(half, "test") ? FILTER_DEV : FILTER_TEST;
	e.list = o.verbose > 0;
	status = 0;
	if (filtereval_read_labels(&e, labels, &err) ||
	    stream_each(argv + first, argc - first, &e, filtereval_each, &err))
		status = options_fail(&o, &err);
	else {
		filtereval_report(&e, json, &out);
		if (write_out(&o, &out, &err))
			status = options_fail(&o, &err);
	}
	filtereval_release(&e);
	str_release(&out);
	return status;
}

static int write_text(const struct str *text, const char *path, struct err *err)
{
	struct atomic *out = atomic_open(path, err);

	if (!out)
		return -1;
	fwrite(text->p, 1, text->n, atomic_file(out));
	return atomic_commit(out, err);
}

static int text(int argc, char **argv)
{
	const char *config = NULL, *model = NULL, *sources = ".", *only = NULL;
	bool details = false;
	const struct option_spec specs[] = {
		{ "config", 0, OPTION_TEXT, &config, 0, 0 },
		{ "model", 0, OPTION_TEXT, &model, 0, 0 },
		{ "sources", 0, OPTION_TEXT, &sources, 0, 0 },
		{ "check", 0, OPTION_TEXT, &only, 0, 0 },
		{ "details", 0, OPTION_FLAG, &details, 0, 0 },
		{ 0 }
	};
	struct options o;
	struct err err = { 0 };
	struct str report = { 0 }, path = { 0 };
	int status, first = options_parse(&o, "evaluate text", text_usage,
					  specs, argc, argv, &status);

	if (first < 0)
		return status;
	if (!config || first < argc)
		err_set(&err, ERR_USAGE, "usage",
			"--config is needed, and no operands; see --help");
	else if (!textcheck_file(
		     model ? model : datadir_path("models/emotion.pack", &path),
		     config, sources, o.jobs, only, details, &report, &err))
		write_text(&report, o.output, &err);
	str_release(&report);
	str_release(&path);
	return err.status ? options_fail(&o, &err) : 0;
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
		{ "per-query", 0, OPTION_FLAG, &c.report.per_query, 0, 0 },
		{ "json", 0, OPTION_FLAG, &c.report.json, 0, 0 },
		{ 0 }
	};
	int status, first;

	if (argc > 1 && !strcmp(argv[1], "filter"))
		return filter(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "text"))
		return text(argc - 1, argv + 1);
	first = options_parse(&c.options, "evaluate", usage, specs, argc, argv,
			      &status);
	if (first < 0)
		return status;
	if (c.run_path && (!c.qrels_path || first < argc)) {
		fprintf(stderr,
			"evaluate: --run needs --qrels, and no other "
			"files\n%s",
			usage);
		return ERR_USAGE;
	}
	for (int m = 0; c.k && m < EVAL_MAP; m++)
		c.at[m] = c.k;
	evalreport_name(&c.report, c.at);
	status = run(&c, argv + first, argc - first, &err)
		     ? options_fail(&c.options, &err)
		     : 0;
	qrels_release(&c.qrels);
	rankings_release(&c.rankings);
	evalreport_release(&c.report);
	return status;
}
