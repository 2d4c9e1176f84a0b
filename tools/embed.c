/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * embed: vectors to compare tracks by, from words (text) or sound (audio), and
 * a map from the first to the second (bridge). Text models are the corpus' own
 * (a pack) or a transformer's folder.
 *
 * Members read: id title artist genre tags description extracted_vibe_text
 * imputed (text); id, audio{path, sha256} (audio). Members added: none.
 * Artifacts: a model (--fit), rows t000.., a00.. or v000.. (--model).
 */
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/bridgefit.h"
#include "corpus/embedder.h"
#include "corpus/wordfit.h"
#include "corpus/wordvector.h"
#include "io/atomic.h"
#include "io/progress.h"
#include "io/stream.h"

static const char usage[] =
    "usage: embed text --fit MODEL [tracks.ndjson ...]\n"
    "       embed text --model MODEL [options] [tracks.ndjson ...]\n"
    "       embed text --model MODEL --nearest N TEXT ...\n"
    "       embed text --model DIR [--precision P] [--query] [options]\n"
    "                  [tracks.ndjson ...]\n"
    "       embed audio --fit MODEL --features FILE ... [FILE ...]\n"
    "       embed audio --model MODEL --features FILE [options] "
    "[tracks.ndjson ...]\n"
    "       embed audio --model DIR [options] [tracks.ndjson ...]\n"
    "       embed bridge --fit MODEL --text FILE ... --features FILE ...\n"
    "                    [--mood FILE ...] [tracks.ndjson ...]\n"
    "\n"
    "      --fit MODEL      fit on all operands and write MODEL\n"
    "      --base MODEL     text model to build on; none (the shipped one)\n"
    "      --weights LIST   how often a text of each file counts (1)\n"
    "      --terms N, --grams N  rows of a text model at most\n"
    "      --model MODEL    apply MODEL; rows to the output\n"
    "      --nearest N      print the N terms nearest to each TEXT\n"
    "      --precision P    f32, bf16 or int8 (encoder; f32)\n"
    "      --query          records are requests, not tracks (encoder)\n"
    "      --features FILE  feature rows of the sound (audio), or vectors of\n"
    "                       embed audio (bridge)\n"
    "      --text FILE      vectors of embed text (bridge)\n"
    "      --mood FILE      rows of mood-map, to compare with (bridge)\n"
    "      --audio-root DIR where relative audio paths start (network)\n"
    "      --seconds N      of each recording, 1 to 600 (network; 30)\n"
    "      --mels N         mel bands, 8 to 256 (network; its config.json's)\n"
    "      --reuse FILE     rows of an earlier run, kept if unchanged\n"
    "      --records FILE   pass the records on to FILE\n"
    "      --memory SIZE    limit of a fit; beyond it, a sample (1G)\n"
    "  -o, --output FILE    rows to FILE (default: stdout)\n"
    "  -j, --jobs N         threads (default: processors)\n"
    "Also --max-errors, --progress, -q, -v, -h, -V: moodpipe(7).\n";

enum { ENCODED = 16 }; /* texts of a job: each takes milliseconds */

struct ctx {
	struct options o;
	const char *fit, *model, *reuse, *records;
	struct option_list features, text_files, mood_files;
	struct embedder embedder;
	int nearest;
	bool bridge;
	struct wordfit words;
	struct progress progress;
};

static int apply(struct ctx *c, char **files, int nfiles)
{
	struct feat_schema schema = { 0 };
	struct stream s = { .options = &c->o,
			    .ctx = &c->embedder,
			    .schema = &schema,
			    .scratch_new = embedder_scratch_new,
			    .scratch_free = embedder_scratch_free,
			    .measure = embedder_measure,
			    .digest = embedder_digest,
			    .reuse = c->reuse,
			    .records_path = c->records,
			    .batch = c->embedder.cnn       ? 1
				     : c->embedder.encoder ? ENCODED
							   : 0 };
	uint64_t texts, windowed;
	int rc;

	embedder_schema(&c->embedder, &schema);
	rc = stream_run(&s, files, nfiles);
	feat_schema_release(&schema);
	windowed = embedder_windowed(&c->embedder, &texts);
	if (windowed && !c->o.quiet)
		fprintf(stderr,
			"embed text: %llu of %llu texts are longer than the "
			"model takes: read in parts, averaged\n",
			(unsigned long long)windowed,
			(unsigned long long)texts);
	return rc;
}

/* The map, and a line that says what it is worth. */
static int fit_bridge(struct ctx *c, char **files, int nfiles, FILE *out,
		      struct err *err)
{
	struct bridgefit b = { c->text_files, c->features, c->mood_files, files,
			       nfiles };
	struct progress *p = &c->progress;
	struct bridge_info told;

	if (bridgefit_write(&b, out, &p->in, &p->ok, &told, err))
		return -1;
	if (!c->o.quiet)
		fprintf(stderr,
			"embed bridge: words tell %.3f of the sound of %u "
			"tracks held out, moods %.3f (cosine, beyond the "
			"mean)\n",
			(double)told.skill, told.held, (double)told.mood_skill);
	return 0;
}

static int fit(struct ctx *c, bool text, char **files, int nfiles,
	       struct err *err)
{
	struct atomic *out = atomic_open(c->fit, err);
	struct progress *p = &c->progress;
	bool changed;
	int rc;

	if (!out)
		return -1;
	progress_start(p, &c->o);
	c->words.memory = c->o.memory;
	c->words.jobs = c->o.jobs;
	rc = c->bridge ? fit_bridge(c, files, nfiles, atomic_file(out), err)
	     : text    ? wordfit_write(&c->words, files, nfiles, p,
				       atomic_file(out), err)
		    : pca_fit(c->features.items, c->features.count, PCA_POWER,
			      atomic_file(out), &p->in, &p->ok, NULL, err);
	p->dropped = p->in - p->ok;
	if (rc) {
		atomic_abort(out);
		return -1;
	}
	if (atomic_commit_changed(out, &changed, err))
		return -1;
	progress_end(p, false);
	return 0;
}

static int run(struct ctx *c, bool text, char **files, int nfiles)
{
	struct err err = { 0 };

	if (c->features.count)
		c->embedder.features = c->features.items[0];
	if (c->fit ? fit(c, text, files, nfiles, &err)
		   : embedder_open(&c->embedder, text, c->model, &err))
		return options_fail(&c->o, &err);
	if (c->nearest)
		return wordvector_nearest(c->embedder.pack, files, nfiles,
					  c->nearest, stdout, &err)
			   ? options_fail(&c->o, &err)
			   : 0;
	return c->fit ? 0 : apply(c, files, nfiles);
}

/* What the options say does not fit together, or NULL. */
static const char *misuse(const struct ctx *c, bool text)
{
	bool folder = soundvector_is_model(c->model);
	bool cnn = !text && folder, encoder = text && folder;

	if (c->bridge)
		return c->fit && !c->model && !c->reuse && !c->records &&
			       !c->o.output && c->text_files.count &&
			       c->features.count
			   ? NULL
			   : "embed bridge needs --fit MODEL, --text and "
			     "--features";
	if (c->text_files.count || c->mood_files.count)
		return "--text and --mood go with embed bridge";
	if (!c->fit == !c->model)
		return "give either --fit or --model";
	if (c->fit && (c->reuse || c->records || c->o.output))
		return "--reuse, --records and --output do not go with --fit";
	if ((!text || !c->fit) && (c->words.base || c->words.weights))
		return "--base and --weights go with embed text --fit";
	if (c->nearest && (!text || c->fit))
		return "--nearest goes with embed text --model";
	if (!encoder && (c->embedder.precision || c->embedder.query))
		return "--precision and --query go with embed text and the "
		       "folder of an encoder as MODEL";
	if (encoder && c->nearest)
		return "--nearest goes with a pack: an encoder has no terms";
	if (!cnn && (c->embedder.sound.root || c->embedder.mels ||
		     c->embedder.sound.seconds != SOUNDVECTOR_SECONDS))
		return "--audio-root, --seconds and --mels go with a folder "
		       "that holds a network";
	if (!(c->embedder.sound.seconds >= SOUNDVECTOR_SECONDS_MIN &&
	      c->embedder.sound.seconds <= SOUNDVECTOR_SECONDS_MAX))
		return "--seconds: 1 to 600 are possible";
	if (cnn && c->features.count)
		return "a network hears the sound itself: no --features";
	if (text ? c->features.count != 0
		 : !cnn && c->features.count != 1 &&
		       !(c->fit && c->features.count))
		return "embed audio needs --features FILE (one with --model), "
		       "or a folder as MODEL; embed text needs none";
	return NULL;
}

int main(int argc, char **argv)
{
	struct ctx c = { .embedder.sound.seconds = SOUNDVECTOR_SECONDS,
			 .words = wordfit_defaults };
	struct option_list *f = &c.features;
	const struct option_spec specs[] = {
		{ "fit", 0, OPTION_TEXT, &c.fit, 0, 0 },
		{ "model", 0, OPTION_TEXT, &c.model, 0, 0 },
		{ "base", 0, OPTION_TEXT, &c.words.base, 0, 0 },
		{ "weights", 0, OPTION_TEXT, &c.words.weights, 0, 0 },
		{ "terms", 0, OPTION_INT, &c.words.terms, 1, 1 << 24 },
		{ "grams", 0, OPTION_INT, &c.words.grams, 0, 1 << 24 },
		{ "nearest", 0, OPTION_INT, &c.nearest, 1, 1000 },
		{ "features", 0, OPTION_LIST, &c.features, 0, 0 },
		{ "text", 0, OPTION_LIST, &c.text_files, 0, 0 },
		{ "mood", 0, OPTION_LIST, &c.mood_files, 0, 0 },
		{ "audio-root", 0, OPTION_TEXT, &c.embedder.sound.root, 0, 0 },
		{ "seconds", 0, OPTION_REAL, &c.embedder.sound.seconds, 0, 0 },
		{ "mels", 0, OPTION_INT, &c.embedder.mels, 8,
		  CNNMODEL_MELS_MAX },
		{ "precision", 0, OPTION_TEXT, &c.embedder.precision, 0, 0 },
		{ "query", 0, OPTION_FLAG, &c.embedder.query, 0, 0 },
		{ "reuse", 0, OPTION_TEXT, &c.reuse, 0, 0 },
		{ "records", 0, OPTION_TEXT, &c.records, 0, 0 },
		{ 0 },
	};
	bool text = argc > 1 && !strcmp(argv[1], "text");
	bool named = text || (argc > 1 && (!strcmp(argv[1], "audio") ||
					   !strcmp(argv[1], "bridge")));
	const char *wrong = "the first word is text, audio or bridge";
	int status, first;

	first = options_parse(&c.o, "embed", usage, specs, argc - named,
			      argv + named, &status);
	if (first < 0)
		return status;
	first += named;
	c.bridge = named && !strcmp(argv[1], "bridge");
	c.o.tool = c.bridge ? "embed bridge"
		   : text   ? "embed text"
			    : "embed audio";
	while (named && !text && !c.bridge && c.fit && first < argc) {
		MEM_ROOM(f->items, f->count + 1, f->cap);
		f->items[f->count++] = argv[first++];
	}
	if (!named || (wrong = misuse(&c, text))) {
		fprintf(stderr, "embed: %s\nTry 'embed --help'.\n", wrong);
		free(f->items);
		free(c.text_files.items);
		free(c.mood_files.items);
		return ERR_USAGE;
	}
	status = run(&c, text, argv + first, argc - first);
	embedder_close(&c.embedder);
	free(f->items);
	free(c.text_files.items);
	free(c.mood_files.items);
	return status;
}
