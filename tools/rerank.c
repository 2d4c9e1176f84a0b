/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rerank: candidates (from query) to answers: scores, diversity, dead links
 * out. Opens the generation that the candidates name; answer(5).
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "corpus/crossrank.h"
#include "corpus/eachline.h"
#include "corpus/formats.h"
#include "corpus/indexpath.h"
#include "corpus/playlistpath.h"
#include "corpus/request.h"
#include "corpus/reranker.h"
#include "corpus/seen.h"
#include "io/atomic.h"
#include "io/options.h"
#include "io/progress.h"

#define CANDIDATES_LINE_MAX ((size_t)256 << 20)

static const char usage[] =
    "usage: query WORDS | rerank [--index PATH] [-k N] [--format FORMAT]\n"
    "Score, diversify and answer; reads candidates objects of query.\n"
    "  --index PATH     as for query; the candidates' generation is opened\n"
    "  -k, --top-k N    results, 1-1000 (the request's top_k, else 20)\n"
    "  --format FORMAT  of the answer, one of\n"
    "                   " FORMAT_NAMES "\n"
    "  --why            table, marks: with reasons under each result\n"
    "  --absolute-paths  playlists: not as seen from the playlist's folder\n"
    "  --cross-encoder DIR  reads the best with the request once more\n"
    "  --top N          so many of them (20)\n"
    "  --budget-ms N    for that long; then the order stays (2000)\n"
    "  --precision P    of the cross-encoder: f32 (default), bf16, int8\n"
    "  --fusion HOW     of signals: weighted (default) or rrf\n"
    "  --lambda X       relevance against variety, 0-1 (0.95)\n"
    "  --per-artist N   at most N results of one artist (2; 0: any)\n"
    "  --spacing N      others between two of one artist (3)\n"
    "  --album-spacing N  and between two of one album (5)\n"
    "  --genre-share X  of the results, at most that share of one genre (0.6)\n"
    "  --keep-versions  remixes and live versions of one song all stay\n"
    "  --max-popularity N  leave out what is above that percentile, 0-100\n"
    "  --seed N         let near equals change places, the same for one N\n"
    "  --seen FILE      leave out ids that are in it, one a line\n"
    "  --seen-add       and add those of each answer\n"
    "  --tag WORD       run tag of --format trec (moodpipe)\n"
    "  -o, --output FILE  --max-errors N|P%  -q, --quiet\n"
    "  -h, --help  -V, --version\n";

struct ctx {
	struct options options;
	const char *index, *format_name;
	struct format_options format;
	const char *fusion_name, *seed, *seen_path;
	double lambda, genre_share;
	const char *cross, *precision;
	bool seen_add, absolute;
	struct reranker_options how;
	bool told_unused;
	struct seen seen;

	struct str path, dir;
	struct generation *g;
	struct reranker *reranker;
	struct candidates c;
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
	c->g = generation_open_named(indexpath(c->index, &c->path),
				     c->c.generation, err);
	return c->g ? 0 : -1;
}

/* In the answer, and for who waits for it. */
static void tell_late(struct ctx *c)
{
	size_t at = c->c.warnings.n;

	str_printf(&c->c.warnings,
		   "the cross-encoder had no time for the best %d in %d ms: "
		   "ranked without it\n",
		   c->how.cross_top, c->how.cross_ms);
	if (!c->options.quiet)
		fprintf(stderr, "rerank: %s", c->c.warnings.p + at);
}

/* In the answer, and once for who said so. */
static void tell_unused(struct ctx *c)
{
	size_t at = c->c.warnings.n;

	reranker_unused(&c->how, &c->c.warnings);
	if (c->c.warnings.n == at)
		return;
	str_puts(&c->c.warnings, ": not for journeys, and not heeded\n");
	if (!c->options.quiet && !c->told_unused)
		fprintf(stderr, "rerank: %s", c->c.warnings.p + at);
	c->told_unused = true;
}

static int rank(struct ctx *c, struct answer *a, struct err *err)
{
	if (open_generation(c, err))
		return -1;
	generation_read_once(c->g, c->progress.in ==
				       1); /* mostly it is the only one */
	if (!c->reranker)
		c->reranker = reranker_new(err);
	if (!c->reranker ||
	    reranker_run(c->reranker, &c->c, c->g, &c->how, a, err))
		return -1;
	if (a->cross_late)
		tell_late(c);
	if (a->journey)
		tell_unused(c);
	return 0;
}

/* Behind the answer: one that did not get out was not seen. */
static int remember(struct ctx *c, const struct answer *a, struct err *err)
{
	struct answer_track t;

	str_reset(&c->out);
	for (size_t i = 0; i < a->count; i++) {
		if (answer_track(a, i, &t, err))
			return -1;
		str_span(&c->out, t.text[CATALOGUE_ID]);
		str_putc(&c->out, '\n');
	}
	return seen_append(&c->seen, c->seen_path, span_str(&c->out), err);
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
	if (format_put(&c->format, &a, c->progress.in, &c->out, err))
		return -1;
	if ((c->out.n && fwrite(c->out.p, 1, c->out.n, c->file) != c->out.n) ||
	    fflush(c->file))
		return err_errno(err, "cannot write the answers");
	return c->seen_add ? remember(c, &a, err) : 0;
}

/* While query is at work: most likely the candidates will be of the index as it
 * is. What goes wrong here will again, and be told, when they are there. */
static void open_ahead(struct ctx *c)
{
	struct err ignored;

	c->g = generation_open(indexpath(c->index, &c->path), &ignored);
	if (c->g)
		generation_touch(c->g);
	c->reranker = reranker_new(&ignored);
}

static int run(struct ctx *c, char **files, int count, struct err *err)
{
	struct atomic *a;

	if (format_has_paths(c->format.format) && !c->absolute) {
		if (playlistpath_folder(c->options.output, &c->dir, err))
			return -1;
		c->format.dir = span_str(&c->dir);
	}
	if (c->seen_path && seen_load(&c->seen, c->seen_path, c->seen_add, err))
		return -1;
	if (c->cross &&
	    !(c->how.cross = crossrank_new(c->cross, c->precision, err)))
		return -1;
	a = atomic_open(c->options.output, err);
	if (!a)
		return -1;
	c->file = atomic_file(a);
	if (!count)
		open_ahead(c);
	/* Before the clock of the first request runs. */
	if (c->cross && crossrank_ready(c->how.cross, err)) {
		atomic_abort(a);
		return -1;
	}
	if (!eachline(files, count, CANDIDATES_LINE_MAX, c, process, err))
		return atomic_commit(a, err);
	atomic_abort(a);
	return -1;
}

/* What is wrong with the options; NULL: nothing. */
static const char *take_options(struct ctx *c)
{
	c->format.format = format_find(c->format_name);
	if (c->format.format == FORMATS)
		return "format: one of " FORMAT_NAMES;
	while (c->how.fusion < FUSIONS &&
	       strcmp(fusion_name(c->how.fusion), c->fusion_name))
		c->how.fusion++;
	if (c->how.fusion == FUSIONS)
		return "fusion: weighted or rrf";
	if (c->lambda > 1 || (c->lambda < 0 && c->lambda != -1))
		return "lambda: 0 to 1";
	if (c->genre_share > 1 || (c->genre_share < 0 && c->genre_share != -1))
		return "genre-share: 0 to 1";
	c->how.lambda = (float)c->lambda;
	c->how.genre_share = (float)c->genre_share;
	c->how.seeded = c->seed != NULL;
	if (c->seed && num_u64(span_of(c->seed), &c->how.seed))
		return "seed: a whole number from 0";
	if (c->seen_add && !c->seen_path)
		return "seen-add: it needs --seen FILE";
	if (!c->cross && (c->how.cross_top != CROSSRANK_TOP ||
			  c->how.cross_ms != CROSSRANK_BUDGET_MS))
		return "top: it and --budget-ms go with --cross-encoder DIR";
	c->how.seen = c->seen_path ? &c->seen : NULL;
	return NULL;
}

static void release(struct ctx *c)
{
	generation_close(c->g);
	reranker_free(c->reranker);
	crossrank_free(c->how.cross);
	candidates_release(&c->c);
	seen_release(&c->seen);
	str_release(&c->path);
	str_release(&c->dir);
	str_release(&c->out);
}

int main(int argc, char **argv)
{
	struct ctx c = { .format_name = "json",
			 .format.tag = "moodpipe",
			 .fusion_name = "weighted",
			 .lambda = -1,
			 .genre_share = -1,
			 .precision = "f32",
			 .how = RERANKER_OPTIONS };
	struct err err = { 0 };
	const char *wrong;
	const struct option_spec specs[] = {
		{ "index", 0, OPTION_TEXT, &c.index, 0, 0 },
		{ "top-k", 'k', OPTION_INT, &c.how.top_k, 1,
		  REQUEST_TOP_K_MAX },
		{ "format", 0, OPTION_TEXT, &c.format_name, 0, 0 },
		{ "per-artist", 0, OPTION_INT, &c.how.per_artist, 0, 1 << 20 },
		{ "fusion", 0, OPTION_TEXT, &c.fusion_name, 0, 0 },
		{ "lambda", 0, OPTION_REAL, &c.lambda, 0, 0 },
		{ "album-spacing", 0, OPTION_INT, &c.how.album_spacing, 0,
		  1000 },
		{ "genre-share", 0, OPTION_REAL, &c.genre_share, 0, 0 },
		{ "keep-versions", 0, OPTION_FLAG, &c.how.versions, 0, 0 },
		{ "max-popularity", 0, OPTION_INT, &c.how.max_popularity, 0,
		  100 },
		{ "seed", 0, OPTION_TEXT, &c.seed, 0, 0 },
		{ "seen", 0, OPTION_TEXT, &c.seen_path, 0, 0 },
		{ "seen-add", 0, OPTION_FLAG, &c.seen_add, 0, 0 },
		{ "why", 0, OPTION_FLAG, &c.format.why, 0, 0 },
		{ "absolute-paths", 0, OPTION_FLAG, &c.absolute, 0, 0 },
		{ "cross-encoder", 0, OPTION_TEXT, &c.cross, 0, 0 },
		{ "top", 0, OPTION_INT, &c.how.cross_top, 1, 1000 },
		{ "budget-ms", 0, OPTION_INT, &c.how.cross_ms, 0, 3600000 },
		{ "precision", 0, OPTION_TEXT, &c.precision, 0, 0 },
		{ "spacing", 0, OPTION_INT, &c.how.spacing, 0, 1000 },
		{ "tag", 0, OPTION_TEXT, &c.format.tag, 0, 0 },
		{ 0 }
	};
	int status, first = options_parse(&c.options, "rerank", usage, specs,
					  argc, argv, &status);

	if (first < 0)
		return status;
	wrong = take_options(&c);
	if (wrong) {
		fprintf(stderr, "rerank: bad --%s\n%s", wrong, usage);
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
