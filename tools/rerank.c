/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rerank: candidates (from query) to answers: scores, diversity, dead links
 * out. Opens the generation that the candidates name; answer(5).
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/diversify.h"
#include "corpus/indexpath.h"
#include "corpus/eachline.h"
#include "corpus/playlist.h"
#include "io/atomic.h"
#include "io/options.h"
#include "io/progress.h"

#define CANDIDATES_LINE_MAX ((size_t)256 << 20)

static const char usage[] =
    "usage: query WORDS | rerank [--index PATH] [-k N] [--format FORMAT]\n"
    "Score, diversify and answer; reads candidates objects of query.\n"
    "  --index PATH     as for query; the candidates' generation is opened\n"
    "  -k, --top-k N    results (the request's top_k, else 20)\n"
    "  --format FORMAT  json (default), ndjson, table, m3u, trec\n"
    "  --per-artist N   at most N results of one artist (0: any)\n"
    "  --lambda X       relevance against variety, 0-1 (0.7)\n"
    "  --spacing N      others between two of one artist (3)\n"
    "  --tag WORD       run tag of --format trec (moodpipe)\n"
    "  -o, --output FILE  --max-errors N|P%  -q, --quiet\n"
    "  -h, --help  -V, --version\n";

enum format {
	FORMAT_JSON,
	FORMAT_NDJSON,
	FORMAT_TABLE,
	FORMAT_M3U,
	FORMAT_TREC,
	FORMATS
};

struct ctx {
	struct options options;
	const char *index, *format_name, *tag;
	enum format format;
	int top_k, per_artist, spacing;
	double lambda;

	struct str path;
	struct generation *g;
	struct weights weights;
	struct candidates c;
	struct scored *scored;
	uint32_t *order;
	size_t scored_cap, order_cap;
	struct str out;
	struct progress progress;
	FILE *file;
};

/* The generation the candidates name; mostly the one already open. */
static int open_generation(struct ctx *c, struct err *err)
{
	if (c->g && !strcmp(c->g->name, c->c.generation))
		return 0;
	generation_close(c->g);
	weights_release(&c->weights);
	c->weights = (struct weights){ 0 };
	c->g = generation_open_named(indexpath(c->index, &c->path),
				     c->c.generation, err);
	if (!c->g)
		return -1;
	if (weights_parse(&c->weights, c->g->weights, "weights", err))
		return err_prefix(err, "%s", c->g->path);
	return 0;
}

/* MMR takes the top 50 of 100, as the design has it; more where more results
 * are wanted. Returns the number of results. */
static size_t diversify(struct ctx *c, size_t n)
{
	size_t k = (size_t)(c->top_k ? c->top_k : c->c.top_k ? c->c.top_k : 20);
	size_t pool = k > 50 ? 2 * k : 100, picks = k > 50 ? k : 50;

	if (pool > n)
		pool = n;
	for (size_t i = 0; i < n; i++)
		c->order[i] = (uint32_t)i;
	diversify_mmr(c->scored, c->order, pool, picks, (float)c->lambda);
	if (c->per_artist)
		n = diversify_limit(c->scored, c->order, n,
				    (size_t)c->per_artist);
	diversify_space(c->scored, c->order, n, (size_t)c->spacing);
	return k < n ? k : n;
}

static int rank(struct ctx *c, struct answer *a, struct err *err)
{
	double start = progress_clock(), scored;
	size_t n;

	if (open_generation(c, err))
		return -1;
	MEM_ROOM(c->scored, c->c.count + 1, c->scored_cap);
	MEM_ROOM(c->order, c->c.count + 1, c->order_cap);
	n = scoring_run(&c->c, c->g, &c->weights, c->scored, &a->dead, err);
	if (n == SIZE_MAX)
		return -1;
	scored = progress_clock();
	a->g = c->g;
	a->count = diversify(c, n);
	a->scored = c->scored;
	a->order = c->order;
	a->scoring_ms = 1e3 * (scored - start);
	a->ranked = progress_clock();
	a->reranking_ms = 1e3 * (a->ranked - scored);
	return 0;
}

static int format(struct ctx *c, const struct answer *a, struct err *err)
{
	switch (c->format) {
	case FORMAT_NDJSON:
		return answer_ndjson(a, &c->out, err);
	case FORMAT_TABLE:
		if (c->progress.in > 1)
			str_putc(&c->out, '\n');
		return playlist_table(a, &c->out, err);
	case FORMAT_M3U:
		return playlist_m3u(a, c->progress.in, &c->out, err);
	case FORMAT_TREC:
		return playlist_trec(a, c->progress.in, c->tag, &c->out, err);
	default:
		return answer_json(a, &c->out, err);
	}
}

static int process(void *ctx, struct span line, struct err *err)
{
	struct ctx *c = ctx;
	struct answer a = { .c = &c->c };

	c->progress.in++;
	if (candidates_read(&c->c, line, err))
		return -1;
	if (c->c.error.n)
		c->progress.errors++;
	else if (rank(c, &a, err))
		return -1;
	else
		c->progress.ok++;
	str_reset(&c->out);
	if (format(c, &a, err))
		return -1;
	if ((c->out.n && fwrite(c->out.p, 1, c->out.n, c->file) != c->out.n) ||
	    fflush(c->file))
		return err_errno(err, "cannot write the answers");
	return 0;
}

static int run(struct ctx *c, char **files, int count, struct err *err)
{
	struct atomic *a = atomic_open(c->options.output, err);

	if (!a)
		return -1;
	c->file = atomic_file(a);
	if (!eachline(files, count, CANDIDATES_LINE_MAX, c, process, err))
		return atomic_commit(a, err);
	atomic_abort(a);
	return -1;
}

static bool take_format(struct ctx *c)
{
	static const char *const names[FORMATS] = { "json", "ndjson", "table",
						    "m3u", "trec" };
	int f = 0;

	while (f < FORMATS && strcmp(names[f], c->format_name))
		f++;
	c->format = (enum format)f;
	return f < FORMATS;
}

static void release(struct ctx *c)
{
	generation_close(c->g);
	weights_release(&c->weights);
	candidates_release(&c->c);
	str_release(&c->path);
	str_release(&c->out);
	free(c->scored);
	free(c->order);
}

int main(int argc, char **argv)
{
	struct ctx c = { .format_name = "json",
			 .tag = "moodpipe",
			 .lambda = 0.7,
			 .spacing = 3 };
	struct err err = { 0 };
	const struct option_spec specs[] = {
		{ "index", 0, OPTION_TEXT, &c.index, 0, 0 },
		{ "top-k", 'k', OPTION_INT, &c.top_k, 1, CANDIDATES_MAX },
		{ "format", 0, OPTION_TEXT, &c.format_name, 0, 0 },
		{ "per-artist", 0, OPTION_INT, &c.per_artist, 0, 1 << 20 },
		{ "lambda", 0, OPTION_REAL, &c.lambda, 0, 0 },
		{ "spacing", 0, OPTION_INT, &c.spacing, 0, 1000 },
		{ "tag", 0, OPTION_TEXT, &c.tag, 0, 0 },
		{ 0 }
	};
	int status, first = options_parse(&c.options, "rerank", usage, specs,
					  argc, argv, &status);

	if (first < 0)
		return status;
	if (!take_format(&c) || !(c.lambda >= 0 && c.lambda <= 1)) {
		fprintf(stderr, "rerank: bad --%s\n%s",
			c.format < FORMATS ? "lambda: 0 to 1" : "format",
			usage);
		return ERR_USAGE;
	}
	progress_start(&c.progress, &c.options);
	if (run(&c, argv + first, argc - first, &err)) {
		status = options_fail(&c.options, &err);
	} else {
		if (c.progress.in != 1 || c.progress.errors)
			progress_end(&c.progress, false);
		status = progress_status(&c.progress);
	}
	release(&c);
	return status;
}
