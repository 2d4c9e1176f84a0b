/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query: understands requests and retrieves candidates for rerank. Reads
 * words or requests (NDJSON), writes one candidates object each; answer(5).
 */
#include <stdio.h>
#include <stdlib.h>

#include "corpus/indexpath.h"
#include "corpus/requestlines.h"
#include "corpus/seeker.h"
#include "io/atomic.h"
#include "io/json.h"
#include "io/options.h"
#include "io/progress.h"

enum { OWN_OPTIONS = 14 }; /* beside those of requests */

static const char usage[] =
    "usage: query [--index PATH] [-k N] [--mood V,A[,D]] [FILTER]... WORDS...\n"
    "       query --like TRACK [--more ASPECT]... [--less ASPECT]... "
    "[WORDS...]\n"
    "       query --from TRACK --to TRACK | --arc \"MOOD -> MOOD\" [--minutes "
    "N]\n"
    "       query [--index PATH] < REQUESTS | MARKED\n"
    "Find candidates for a mood or other words; pipe them into rerank.\n"
    "  --index PATH  directory of generations or an .idx file; else\n"
    "                $MOODPIPE_INDEX, else the demo corpus\n"
    "  -k, --top-k N        answers wanted of rerank (1-1000)\n"
    "  --mood V,A[,D]       music of that valence, arousal and dominance, "
    "each\n"
    "                       -1 to 1, whatever the mood of WORDS, if any\n"
    "By example; a TRACK is an id, a URL, \"Artist - Title\" or a sound file, "
    "in\n"
    "the corpus or not, an ASPECT a word as energetic, dark, fast, vocals:\n"
    "  --like TRACK ...     sounds and feels like it\n"
    "  --unlike TRACK ...   less like it\n"
    "  --keep TRACK ...     like it, and it stays in the answer\n"
    "  --more ASPECT ...  --less ASPECT ...\n"
    "                       than TRACK, or than the mood of WORDS\n"
    "Journeys:\n"
    "  --from TRACK --to TRACK  from one to the other; or moods in words\n"
    "  --arc \"sad -> hopeful -> energetic\"  past these stations\n"
    "  --minutes N          so long, also of other requests\n"
    "Filters, for WORDS; those with ... may be repeated:\n"
    "  --genre G ...        these genres\n"
    "  --exclude-genre G ...  all but these genres\n"
    "  --artist A ...       these artists, typing errors forgiven\n"
    "  --exclude-artist A ...  all but these artists\n"
    "  --language L ...     these languages, by code: en\n"
    "  --min-year Y  --max-year Y\n"
    "  --min-duration T  --max-duration T    seconds, or 3:30\n"
    "  --min-popularity P  --max-popularity P\n"
    "                       percentiles: 98 leaves the most played 2 %\n"
    "  --status S ...       links that are UNKNOWN, VALID, MOVED,\n"
    "                       REQUIRES_AUTH or DEAD; else all but DEAD\n"
    "  --sets               DJ sets and mixes too\n"
    "  --literal            words are words: no filters (\"from the 80s\", "
    "\"no\n"
    "                       vocals\") or names (\"songs like X\") are read\n"
    "Candidates:\n"
    "  --retrieve N         rows of each retrieval, at most (500)\n"
    "  --per-artist N       candidates of one artist, 0: any (10)\n"
    "  --candidates N       candidates in all (1000)\n"
    "  --keep-dead          dead links too (rerank drops them)\n"
    "  --ids                with their ids, for people\n"
    "  --probe N            lists of texts that are compared (the index')\n"
    "  --sound-probe N      lists of sounds, likewise\n"
    "  --ef N               of a graph of sounds: how far it is walked (128)\n"
    "  --exact              compare all texts and sounds\n"
    "  --text-model DIR     where the encoder of the index' text vectors is, "
    "if\n"
    "                       not where it was\n"
    "  -j, --jobs N  -o, --output FILE  --max-errors N|P%  -q, --quiet\n"
    "  -h, --help  -V, --version\n"
    "Without WORDS (or with -) requests are read from standard input, one\n"
    "JSON object a line: {\"query\":\"i miss my ex\",\"top_k\":20,\n"
    "\"filters\":{\"min_year\":2010,\"genres\":[\"Indie\"]}}; or a list of\n"
    "rerank --format marks, with + and - put into it. See answer(5).\n";

struct ctx {
	struct options options;
	const char *index, *encoder;
	struct retrieval_limits limits;
	int probe, sound_probe, ef, each, per_artist, most, top_k;
	struct option_list said[REQUEST_OPTIONS]; /* of WORDS */
	bool sets, literal;

	struct generation *g;
	struct textmodel *model;
	struct querytext *words;
	struct understood_models models;
	struct weights weights;
	struct seeker seeker;
	struct request request;
	struct candidates found;
	struct str out;
	struct progress progress;
	FILE *file;
};

/* ahead: there will be words to look for. */
static int open_index(struct ctx *c, bool ahead, struct err *err)
{
	struct str path = { 0 };

	c->g = generation_open(indexpath(c->index, &path), err);
	str_release(&path);
	if (!c->g)
		return -1;
	if (weights_parse(&c->weights, c->g->weights, "weights", err))
		return err_prefix(err, "%s", c->g->path);
	if (c->g->text_count &&
	    (!c->g->encoder.p || pack_get(c->g->pack, "text.info").p)) {
		c->model = textmodel_open(c->g->pack, err);
		if (!c->model)
			return err_prefix(err, "%s", c->g->path);
	}
	c->words = querytext_new(c->g, c->model, c->encoder, err);
	if (!c->words || (ahead && querytext_ahead(c->words, err)))
		return -1;
	if (understood_open(&c->models, c->g, c->model, err))
		return -1;
	c->limits.each = (size_t)c->each;
	c->limits.per_artist = (size_t)c->per_artist;
	c->limits.most = (size_t)c->most;
	c->limits.threads = c->options.jobs;
	c->limits.dials.probe = (size_t)c->probe;
	c->limits.dials.sound_probe = (size_t)c->sound_probe;
	c->limits.dials.ef = (size_t)c->ef;
	c->found.threads = c->options.jobs;
	seeker_init(&c->seeker, c->g, &c->weights, &c->models, c->words,
		    c->limits);
	return 0;
}

static void put_error(struct candidates *found, const struct err *err)
{
	str_reset(&found->error);
	str_puts(&found->error, "{\"tool\":\"query\",\"code\":");
	json_put_string(&found->error, span_of(err->code));
	str_puts(&found->error, ",\"message\":");
	json_put_string(&found->error, span_of(err->message));
	str_puts(&found->error, ",\"retry\":false}");
}

static void refuse(struct ctx *c, const struct err *err)
{
	c->progress.errors++;
	put_error(&c->found, err);
	if (!c->options.quiet)
		fprintf(stderr, "query: request %llu: %s\n",
			(unsigned long long)c->progress.in, err->message);
}

/* Answers c->request, or says that it was refused. */
static int answer(void *ctx, int refused, struct err *err)
{
	struct ctx *c = ctx;

	candidates_reset(&c->found);
	str_span(&c->found.query, span_str(&c->request.query));
	str_span(&c->found.qid, span_str(&c->request.qid));
	c->progress.in++;
	if (!refused) {
		c->request.literal = c->request.literal || c->literal;
		request_put(&c->request, &c->found.asked);
		refused = seeker_run(&c->seeker, &c->request, &c->found, err);
		if (refused && err->status != ERR_RECORD)
			return -1;
	}
	if (refused) {
		refuse(c, err);
	} else {
		if (c->found.hint.n && !c->options.quiet)
			fprintf(stderr, "query: %s\n", str_z(&c->found.hint));
		c->progress.ok++;
	}
	str_reset(&c->out);
	if (candidates_write(&c->found, c->g, &c->out, err))
		return -1;
	if (fwrite(c->out.p, 1, c->out.n, c->file) != c->out.n ||
	    fflush(c->file))
		return err_errno(err, "cannot write the candidates");
	return 0;
}

/* What the options say, before there is an index. */
static int read_options(struct ctx *c, struct err *err)
{
	for (size_t i = 0; i < REQUEST_OPTIONS; i++)
		for (size_t k = 0; k < c->said[i].count; k++)
			if (request_option(&c->request, request_option_name(i),
					   span_of(c->said[i].items[k]), err))
				return -1;
	c->request.top_k = c->top_k;
	c->request.sets = c->sets;
	return 0;
}

static bool any_option(const struct ctx *c)
{
	for (size_t i = 0; i < REQUEST_OPTIONS; i++)
		if (c->said[i].count)
			return true;
	return c->sets;
}

/* 1: they are refused, with what is to be answered. */
static int read_words(struct ctx *c, char **words, int count, struct err *err)
{
	struct str text = { 0 };
	int rc;

	for (int i = 0; i < count; i++)
		str_printf(&text, i ? " %s" : "%s", words[i]);
	rc = request_words(&c->request, span_str(&text), err);
	str_release(&text);
	return rc && err->status == ERR_RECORD ? 1 : rc;
}

static void release(struct ctx *c)
{
	seeker_release(&c->seeker);
	querytext_free(c->words);
	understood_close(&c->models);
	textmodel_free(c->model);
	weights_release(&c->weights);
	generation_close(c->g);
	request_release(&c->request);
	candidates_release(&c->found);
	str_release(&c->out);
	for (size_t i = 0; i < REQUEST_OPTIONS; i++)
		free(c->said[i].items);
}

static int run(struct ctx *c, char **words, int count, struct err *err)
{
	bool requests = count == 1 && !strcmp(words[0], "-");
	struct err why = { 0 };
	struct atomic *a;
	int rc, refused = 0;

	if (read_options(c, err))
		return -1;
	requests = requests || (!count && !request_asks(&c->request));
	if (requests && any_option(c))
		return err_set(
		    err, ERR_USAGE, "usage",
		    "filters and --minutes are options of WORDS or "
		    "of what else is asked; a request brings its own "
		    "\"filters\" and \"minutes\"");
	if (!requests)
		refused = read_words(c, words, count, &why);
	if (refused < 0) {
		*err = why;
		return -1;
	}
	if (open_index(c, requests || c->request.query.n || c->request.arc.n,
		       err))
		return -1;
	generation_read_once(c->g, !requests);
	a = atomic_open(c->options.output, err);
	if (!a)
		return -1;
	c->file = atomic_file(a);
	if (requests)
		rc = requestlines_read(&c->request, c->top_k, c, answer, err);
	else
		rc = answer(c, refused, refused ? &why : err);
	if (rc && refused)
		*err = why;
	if (!rc)
		return atomic_commit(a, err);
	atomic_abort(a);
	return -1;
}

int main(int argc, char **argv)
{
	struct ctx c = { .each = 500, .per_artist = 10, .most = 1000 };
	struct err err = { 0 };
	struct option_spec specs[OWN_OPTIONS + REQUEST_OPTIONS + 1] = {
		{ "index", 0, OPTION_TEXT, &c.index, 0, 0 },
		{ "top-k", 'k', OPTION_INT, &c.top_k, 1, REQUEST_TOP_K_MAX },
		{ "sets", 0, OPTION_FLAG, &c.sets, 0, 0 },
		{ "literal", 0, OPTION_FLAG, &c.literal, 0, 0 },
		{ "retrieve", 0, OPTION_INT, &c.each, 1, CANDIDATES_MAX },
		{ "per-artist", 0, OPTION_INT, &c.per_artist, 0, 1 << 20 },
		{ "candidates", 0, OPTION_INT, &c.most, 1, CANDIDATES_MAX },
		{ "keep-dead", 0, OPTION_FLAG, &c.limits.keep_dead, 0, 0 },
		{ "probe", 0, OPTION_INT, &c.probe, 1, 65536 },
		{ "sound-probe", 0, OPTION_INT, &c.sound_probe, 1, 65536 },
		{ "ef", 0, OPTION_INT, &c.ef, 1, 1 << 20 },
		{ "ids", 0, OPTION_FLAG, &c.found.ids, 0, 0 },
		{ "text-model", 0, OPTION_TEXT, &c.encoder, 0, 0 },
		{ "exact", 0, OPTION_FLAG, &c.limits.dials.exact, 0, 0 },
	};
	int status, first;

	for (size_t i = 0; i < REQUEST_OPTIONS; i++)
		specs[OWN_OPTIONS + i] = (struct option_spec){
			request_option_name(i), 0, OPTION_LIST, &c.said[i], 0, 0
		};
	first = options_parse(&c.options, "query", usage, specs, argc, argv,
			      &status);
	if (first < 0) {
		release(&c);
		return status;
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
