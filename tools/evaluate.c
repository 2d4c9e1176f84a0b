/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * evaluate: measures of a TREC run, or of answers of rerank, against judged
 * relevance; of answers also diversity, mood alignment and latency; with
 * intervals, beside those of another system where there is one. "evaluate
 * filter": of what music-filter removed, against labels. "evaluate text": of a
 * network of texts, against labelled texts.
 */
#include <stdio.h>
#include <stdlib.h>

#include "corpus/ablation.h"
#include "corpus/datadir.h"
#include "corpus/filtereval.h"
#include "corpus/indexpath.h"
#include "corpus/matchfit.h"
#include "io/atomic.h"
#include "io/stream.h"
#include "learn/textcheck.h"

static const char usage[] =
    "usage: evaluate --qrels QRELS --run RUN [options]\n"
    "       evaluate [--qrels QRELS] [options] [ANSWERS...]\n"
    "       evaluate --ablate [options] [CANDIDATES...]\n"
    "       evaluate filter --labels FILE [options] [RECORDS...]\n"
    "       evaluate text --config FILE [--model FILE] [options]\n"
    "Measure rankings against judged relevance (TREC qrels).\n"
    "  --qrels FILE     qid 0 track_id relevance; with tabs, the query may\n"
    "                   stand for the qid\n"
    "  --run FILE       TREC run; else answers of rerank (json) are read\n"
    "  --compare FILE   another system's run or answers beside them\n"
    "  --labels FILE    where tracks stand: id, tab, Q1 to Q4, or valence\n"
    "                   and arousal; for alignment\n"
    "  --asked FILE     the same of requests, by qid or query\n"
    "  --index PATH     for diversity of the sound, coverage and gini\n"
    "  --tracks N       of the catalogue (those of the index)\n"
    "  --precision-at K (10)   --recall-at K (50)   --ndcg-at K (20)\n"
    "  -k K             all three\n"
    "  --list N         results that diversity and alignment look at (50)\n"
    "  --ablate         rerank candidates of query with each part of the\n"
    "                   score switched off in turn\n"
    "  --fit-match      write data/match.tsv anew, from answers and "
    "judgements\n"
    "  --draws N (2000), --seed N (1)  of intervals and significance\n"
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

static int write_out(const struct options *o, const struct str *out,
		     struct err *err)
{
	struct atomic *a = atomic_open(o->output, err);

	if (!a)
		return -1;
	fwrite(out->p, 1, out->n, atomic_file(a));
	return atomic_commit(a, err);
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
		write_out(&o, &report, &err);
	str_release(&report);
	str_release(&path);
	return err.status ? options_fail(&o, &err) : 0;
}

/* What goes with what. */
static bool misused(const struct evalrun *e, bool ablate, bool fit, bool files)
{
	return (e->run && (!e->qrels || files)) || (e->asked && !e->labels) ||
	       ((ablate || fit) && (e->run || e->compare)) ||
	       (fit && (ablate || !e->qrels));
}

int main(int argc, char **argv)
{
	struct evalrun e = { .at = { 10, 50, 20 },
			     .list = 50,
			     .report.bootstrap = { 2000, 1 } };
	struct options o = { 0 };
	int k = 0, seed = 1, tracks = 0, status, first;
	struct str out = { 0 }, path = { 0 };
	bool ablate = false, fit = false;
	struct err err = { 0 };
	const struct option_spec specs[] = {
		{ "qrels", 0, OPTION_TEXT, &e.qrels, 0, 0 },
		{ "run", 0, OPTION_TEXT, &e.run, 0, 0 },
		{ "compare", 0, OPTION_TEXT, &e.compare, 0, 0 },
		{ "labels", 0, OPTION_TEXT, &e.labels, 0, 0 },
		{ "asked", 0, OPTION_TEXT, &e.asked, 0, 0 },
		{ "index", 0, OPTION_TEXT, &e.index, 0, 0 },
		{ "tracks", 0, OPTION_INT, &tracks, 1, 1 << 30 },
		{ "precision-at", 0, OPTION_INT, &e.at[0], 1, 1 << 30 },
		{ "recall-at", 0, OPTION_INT, &e.at[1], 1, 1 << 30 },
		{ "ndcg-at", 0, OPTION_INT, &e.at[2], 1, 1 << 30 },
		{ "depth", 'k', OPTION_INT, &k, 1, 1 << 30 },
		{ "list", 0, OPTION_INT, &e.list, 1, 10000 },
		{ "ablate", 0, OPTION_FLAG, &ablate, 0, 0 },
		{ "fit-match", 0, OPTION_FLAG, &fit, 0, 0 },
		{ "draws", 0, OPTION_INT, &e.report.bootstrap.draws, 40,
		  1000000 },
		{ "seed", 0, OPTION_INT, &seed, 0, 1 << 30 },
		{ "per-query", 0, OPTION_FLAG, &e.report.per_query, 0, 0 },
		{ "json", 0, OPTION_FLAG, &e.report.json, 0, 0 },
		{ 0 }
	};

	if (argc > 1 && !strcmp(argv[1], "filter"))
		return filter(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "text"))
		return text(argc - 1, argv + 1);
	first =
	    options_parse(&o, "evaluate", usage, specs, argc, argv, &status);
	if (first < 0)
		return status;
	if (misused(&e, ablate, fit, first < argc)) {
		fprintf(stderr,
			"evaluate: --run needs --qrels, and no other files; "
			"--asked needs --labels;\n--ablate reads candidates, "
			"--fit-match answers and --qrels\n%s",
			usage);
		return ERR_USAGE;
	}
	for (int m = 0; k && m < EVAL_MAP; m++)
		e.at[m] = k;
	e.report.bootstrap.seed = (uint64_t)seed;
	e.report.tracks = (size_t)tracks;
	if (ablate)
		e.index = indexpath(e.index, &path);
	if (ablate)
		ablation_report(&e, argv + first, argc - first, &out, &err);
	else if (fit)
		matchfit_table(&e, argv + first, argc - first, &out, &err);
	else
		evalrun_report(&e, argv + first, argc - first, &out, &err);
	if (err.status || write_out(&o, &out, &err))
		status = options_fail(&o, &err);
	else
		status = 0;
	str_release(&out);
	str_release(&path);
	return status;
}
