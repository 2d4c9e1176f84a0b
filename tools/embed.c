/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * embed: vectors to compare tracks by, from words (text) or sound (audio).
 *
 * Members read: id title artist genre tags description extracted_vibe_text
 * imputed (text); id (audio). Members added: none.
 * Artifacts: a model (--fit), rows t000..t383 or a00..a63 (--model).
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "corpus/track.h"
#include "corpus/trackrows.h"
#include "corpus/tracktext.h"
#include "io/atomic.h"
#include "io/progress.h"
#include "io/stream.h"
#include "learn/pca.h"
#include "learn/recipe.h"
#include "learn/textfit.h"
#include "learn/textmodel.h"

static const char usage[] =
    "usage: embed text --fit MODEL [tracks.ndjson ...]\n"
    "       embed text --model MODEL [options] [tracks.ndjson ...]\n"
    "       embed audio --fit MODEL --features FILE ... [FILE ...]\n"
    "       embed audio --model MODEL --features FILE [options] "
    "[tracks.ndjson ...]\n"
    "\n"
    "      --fit MODEL      fit on all operands and write MODEL\n"
    "      --model MODEL    apply MODEL; feature rows to the output\n"
    "      --features FILE  feature rows of the sound (audio)\n"
    "      --reuse FILE     rows of an earlier run, kept where nothing "
    "changed\n"
    "      --records FILE   pass the records on to FILE\n"
    "      --memory SIZE    limit of a fit; beyond it, a sample (1G)\n"
    "  -o, --output FILE    rows to FILE (default: stdout)\n"
    "  -j, --jobs N         threads (default: processors)\n"
    "Also --max-errors, --progress, -q, -v, -h, -V: moodpipe(7).\n";

struct ctx {
	struct options o;
	const char *fit, *model, *reuse, *records;
	struct option_list features;
	struct pack *pack;
	struct textmodel *text;
	struct pca *pca;
	struct textcorpus corpus;
	struct tracktext words;
	struct str id;
	struct progress progress;
};

struct scratch {
	struct tracktext words;
	struct textvector vector;
	struct trackrows sound;
	struct pca_view view;
	struct err err; /* why sound cannot be read */
};

static void *scratch_new(void *ctx)
{
	struct ctx *c = ctx;
	struct scratch *s = mem_zalloc(1, sizeof(*s));
	const char *path = c->pca ? c->features.items[0] : NULL;

	if (path && !trackrows_open(&s->sound, path, &s->err) &&
	    pca_bind(c->pca, feat_schema(s->sound.feat), path, &s->view,
		     &s->err))
		trackrows_release(&s->sound);
	return s;
}

static void scratch_free(void *scratch)
{
	struct scratch *s = scratch;

	tracktext_release(&s->words);
	textvector_release(&s->vector);
	trackrows_release(&s->sound);
	pca_view_release(&s->view);
	free(s);
}

static uint64_t text_digest(void *ctx, void *scratch, const struct record *r)
{
	struct scratch *s = scratch;

	(void)ctx;
	tracktext_read(&s->words, r);
	return tracktext_digest(&s->words);
}

static int text_measure(void *ctx, void *scratch, struct record *r,
			struct feat_row *row, struct err *err)
{
	struct ctx *c = ctx;
	struct scratch *s = scratch;
	float out[TEXTMODEL_DIM];
	double share;

	(void)err;
	row->status = FEAT_NO_INPUT;
	tracktext_read(&s->words, r);
	if (tracktext_encode(&s->words, c->text, &s->vector, out))
		return 0;
	memcpy(row->values, out, sizeof(out));
	share = (double)s->vector.known + (double)s->vector.unknown;
	row->status = FEAT_OK;
	row->method = FEAT_METHOD_MODEL;
	row->confidence = share > 0 ? (float)(s->vector.known / share) : 0;
	memset(row->measured, 0xff, TEXTMODEL_DIM / 8);
	return 0;
}

static uint64_t audio_digest(void *ctx, void *scratch, const struct record *r)
{
	(void)ctx;
	return trackrows_digest(&((struct scratch *)scratch)->sound, r);
}

static int audio_measure(void *ctx, void *scratch, struct record *r,
			 struct feat_row *row, struct err *err)
{
	struct ctx *c = ctx;
	struct scratch *s = scratch;
	const struct feat_row *from = s->sound.row;
	float out[PCA_DIM];
	int found;

	row->status = FEAT_NO_INPUT;
	if (!s->sound.feat) {
		*err = s->err;
		return -1;
	}
	found = trackrows_find(&s->sound, r, err);
	if (found <= 0 || pca_apply(c->pca, &s->view, from->values, out))
		return found < 0 ? -1 : 0;
	memcpy(row->values, out, sizeof(out));
	row->status = from->status == FEAT_PARTIAL ? FEAT_PARTIAL : FEAT_OK;
	row->method = from->method;
	row->confidence = from->confidence;
	memset(from->method == FEAT_METHOD_MEASURED ? row->measured
						    : row->imputed,
	       0xff, PCA_DIM / 8);
	return 0;
}

static int apply(struct ctx *c, bool text, char **files, int nfiles)
{
	struct feat_schema schema = { 0 };
	struct stream s = { .options = &c->o,
			    .ctx = c,
			    .schema = &schema,
			    .scratch_new = scratch_new,
			    .scratch_free = scratch_free,
			    .measure = text ? text_measure : audio_measure,
			    .digest = text ? text_digest : audio_digest,
			    .reuse = c->reuse,
			    .records_path = c->records };
	int rc;

	(text ? recipe_text_schema : recipe_audio_schema)(&schema,
							  pack_digest(c->pack));
	rc = stream_run(&s, files, nfiles);
	feat_schema_release(&schema);
	return rc;
}

static int add_track(void *ctx, struct record *r, struct err *err)
{
	struct ctx *c = ctx;

	if (record_id(r, &c->id, err))
		return err_set(err, ERR_DATA, "id",
			       "a record without an id: "
			       "give the output of ingest");
	c->progress.in++;
	c->progress.ok++;
	progress_show(&c->progress);
	tracktext_read(&c->words, r);
	tracktext_collect(&c->words, &c->corpus, track_key(span_str(&c->id)));
	return 0;
}

static int fit_text(struct ctx *c, FILE *out, char **files, int nfiles,
		    struct err *err)
{
	textcorpus_init(&c->corpus, textfit_limit(c->o.memory));
	return stream_each(files, nfiles, c, add_track, err) ||
	       textfit_write(&c->corpus, &textfit_defaults, c->o.memory,
			     c->o.jobs, out, NULL, err);
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
	rc = text ? fit_text(c, atomic_file(out), files, nfiles, err)
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

static int open_model(struct ctx *c, bool text, struct err *err)
{
	if (access(c->model, F_OK))
		return err_set(err, ERR_DATA, "model",
			       "%s: no such model: "
			       "fit one with embed %s --fit %s (make refit)",
			       c->model, text ? "text" : "audio", c->model);
	c->pack = pack_open(c->model, text ? TEXTMODEL_KIND : PCA_KIND,
			    text ? TEXTMODEL_VERSION : PCA_VERSION, err);
	if (!c->pack || pack_verify(c->pack, err))
		return -1;
	return text ? -!(c->text = textmodel_open(c->pack, err))
		    : -!(c->pca = pca_open(c->pack, err));
}

static int run(struct ctx *c, bool text, char **files, int nfiles)
{
	struct err err = { 0 };

	if (c->fit ? fit(c, text, files, nfiles, &err)
		   : open_model(c, text, &err))
		return options_fail(&c->o, &err);
	return c->fit ? 0 : apply(c, text, files, nfiles);
}

/* What the options say does not fit together, or NULL. */
static const char *misuse(const struct ctx *c, bool text)
{
	if (!c->fit == !c->model)
		return "give either --fit or --model";
	if (c->fit && (c->reuse || c->records || c->o.output))
		return "--reuse, --records and --output do not go with --fit";
	if (text ? c->features.count != 0
		 : c->features.count != 1 && !(c->fit && c->features.count))
		return "embed audio needs --features FILE (one with --model), "
		       "embed text takes none";
	return NULL;
}

int main(int argc, char **argv)
{
	struct ctx c = { 0 };
	struct option_list *f = &c.features;
	const struct option_spec specs[] = {
		{ "fit", 0, OPTION_TEXT, &c.fit, 0, 0 },
		{ "model", 0, OPTION_TEXT, &c.model, 0, 0 },
		{ "features", 0, OPTION_LIST, &c.features, 0, 0 },
		{ "reuse", 0, OPTION_TEXT, &c.reuse, 0, 0 },
		{ "records", 0, OPTION_TEXT, &c.records, 0, 0 },
		{ 0 },
	};
	bool text = argc > 1 && !strcmp(argv[1], "text");
	bool named = text || (argc > 1 && !strcmp(argv[1], "audio"));
	const char *wrong = "the first word is text or audio";
	int status, first;

	first = options_parse(&c.o, "embed", usage, specs, argc - named,
			      argv + named, &status);
	if (first < 0)
		return status;
	first += named;
	c.o.tool = text ? "embed text" : "embed audio";
	while (named && !text && c.fit && first < argc) {
		MEM_ROOM(f->items, f->count + 1, f->cap);
		f->items[f->count++] = argv[first++];
	}
	if (!named || (wrong = misuse(&c, text))) {
		fprintf(stderr, "embed: %s\nTry 'embed --help'.\n", wrong);
		return ERR_USAGE;
	}
	status = run(&c, text, argv + first, argc - first);
	textmodel_free(c.text);
	pca_free(c.pca);
	pack_close(c.pack);
	textcorpus_release(&c.corpus);
	tracktext_release(&c.words);
	str_release(&c.id);
	free(f->items);
	return status;
}
