/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * build-index: one index generation from the records and feature files of a
 * corpus. Reads id, title, artist, genre, tags (effective values), year, the
 * working URL, url_status, playback_count, popularity, popularity_tier,
 * is_music, music_class, duplicate_of. Writes INDEX/<generation>.idx and swaps
 * INDEX/current; index(5).
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "corpus/datadir.h"
#include "corpus/indexrow.h"
#include "corpus/lexicon.h"
#include "corpus/eachline.h"
#include "corpus/weights.h"
#include "index/publish.h"
#include "io/atomic.h"
#include "io/input.h"
#include "io/options.h"
#include "io/progress.h"
#include "learn/recipe.h"
#include "learn/textmodel.h"

#define TABLE_MAX ((size_t)16 << 20)
#define LINE_MAX_BYTES ((size_t)1 << 30)

static const char usage[] =
    "usage: build-index --index DIR [--text-model PACK --text FEAT...]\n"
    "                   [--sound FEAT]... [--mood FEAT]... [--audio FEAT]...\n"
    "                   [TRACKS...]\n"
    "       build-index --verify --index PATH\n"
    "Build an index generation from tracks (NDJSON) and feature files.\n"
    "  --index DIR        directory of generations, made where needed\n"
    "  --text-model PACK  the model of the text vectors; goes into the index\n"
    "  --text FEAT        text vectors (embed text); repeat for shards\n"
    "  --sound FEAT       sound features (impute audio, extract-features)\n"
    "  --mood FEAT        moods (mood-map)\n"
    "  --audio FEAT       sound vectors (embed audio)\n"
    "  --verify           check every byte of an index, build nothing\n"
    "  -q, --quiet        no last line\n"
    "  -h, --help  -V, --version\n"
    "Tracks come from standard input where no file is named. See index(5).\n";

struct ctx {
	struct options options;
	const char *index, *model_path;
	struct option_list text, sound, mood, audio;
	bool verify;
	struct indexwriter *writer;
	struct indexrow row;
	struct record record;
	struct progress progress;
	struct pack *model;
	struct index_sources sources;
	struct index_counts counts;
	struct str lexicon, weights;
};

static int process(void *ctx, struct span line, struct err *err)
{
	struct ctx *c = ctx;
	struct progress *p = &c->progress;

	if (record_parse(&c->record, line, err))
		return -1;
	p->in++;
	progress_show(p);
	if (record_failed(&c->record)) {
		p->errors++;
		return 0;
	}
	switch (indexrow_read(&c->row, &c->record, err)) {
	case -1:
		err->status = ERR_DATA; /* no id: not a stream of ours */
		return -1;
	case 1:
		p->dropped++;
		return 0;
	}
	p->ok++;
	return indexwriter_add(c->writer, &c->row.row, err);
}

static int open_set(struct featset **set, const struct option_list *paths,
		    struct err *err)
{
	if (!paths->count)
		return 0;
	*set = featset_open(paths->items, paths->count, err);
	return *set ? 0 : -1;
}

/* The vectors must be the model's: query encodes with it. */
static int check_recipe(struct ctx *c, struct err *err)
{
	uint8_t recipe[HASH_SIZE];
	struct textmodel *m;

	if (!c->model_path)
		return 0;
	c->model =
	    pack_open(c->model_path, TEXTMODEL_KIND, TEXTMODEL_VERSION, err);
	m = c->model ? textmodel_open(c->model, err) : NULL;
	if (!m)
		return -1;
	textmodel_free(m);
	recipe_embed_text(pack_digest(c->model), recipe);
	if (!memcmp(recipe, featset_schema(c->sources.text)->recipe, HASH_SIZE))
		return 0;
	return err_set(err, ERR_DATA, "recipe",
		       "%s was not made with %s; "
		       "make it again: embed text --model %s",
		       c->text.items[0], c->model_path, c->model_path);
}

static int open_inputs(struct ctx *c, struct err *err)
{
	struct str path = { 0 };
	struct lexicon *lexicon = NULL;
	struct weights weights = { 0 };
	int rc = input_slurp(datadir_path("lexicon.tsv", &path), TABLE_MAX,
			     &c->lexicon, err);

	if (!rc) {
		lexicon = lexicon_parse(span_str(&c->lexicon), path.p, err);
		rc = lexicon ? 0 : -1;
	}
	rc = rc ||
	     input_slurp(datadir_path("weights.tsv", &path), TABLE_MAX,
			 &c->weights, err) ||
	     weights_parse(&weights, span_str(&c->weights), path.p, err) ||
	     open_set(&c->sources.text, &c->text, err) ||
	     open_set(&c->sources.sound, &c->sound, err) ||
	     open_set(&c->sources.mood, &c->mood, err) ||
	     open_set(&c->sources.audio, &c->audio, err) ||
	     check_recipe(c, err);
	lexicon_free(lexicon);
	weights_release(&weights);
	str_release(&path);
	return rc ? -1 : 0;
}

static void put_digest(struct str *out, const char *name, const uint8_t *d)
{
	char hex[2 * HASH_SIZE + 1];

	hash_hex(d, HASH_SIZE, hex);
	str_printf(out, ",\"%s\":\"%s\"", name, hex);
}

static int write_meta(struct ctx *c, struct pack_writer *pw, struct err *err)
{
	const struct index_counts *n = &c->counts;
	struct str s = { 0 };
	int rc;

	str_printf(&s,
		   "{\"format\":%d,\"tracks\":%zu,\"artists\":%zu,"
		   "\"genres\":%zu,\"text\":%zu,\"audio\":%zu,\"mood\":%zu,"
		   "\"sound\":%zu,\"measured\":%zu,\"retrieval\":\"exact\"",
		   GENERATION_VERSION, n->tracks, n->artists, n->genres,
		   n->text, n->audio, n->mood, n->display, n->measured);
	if (c->model)
		put_digest(&s, "text_model", pack_digest(c->model));
	if (c->sources.sound)
		put_digest(&s, "sound_recipe",
			   featset_schema(c->sources.sound)->recipe);
	if (c->sources.mood)
		put_digest(&s, "mood_recipe",
			   featset_schema(c->sources.mood)->recipe);
	if (c->sources.audio)
		put_digest(&s, "audio_recipe",
			   featset_schema(c->sources.audio)->recipe);
	str_puts(&s, "}\n");
	rc = pack_section(pw, "meta", s.p, s.n, err);
	str_release(&s);
	return rc;
}

static int write_sections(struct ctx *c, struct pack_writer *pw,
			  struct err *err)
{
	if (indexwriter_write(c->writer, &c->sources, pw, &c->counts, err))
		return -1;
	for (int i = 0; c->model && textmodel_sections[i]; i++) {
		struct span s = pack_get(c->model, textmodel_sections[i]);

		if (s.p &&
		    pack_section(pw, textmodel_sections[i], s.p, s.n, err))
			return -1;
	}
	return pack_section(pw, "lexicon", c->lexicon.p, c->lexicon.n, err) ||
		       pack_section(pw, "weights", c->weights.p, c->weights.n,
				    err) ||
		       write_meta(c, pw, err)
		   ? -1
		   : 0;
}

/* Writes the file and gives its generation's name. */
static int write_index(struct ctx *c, const char *path,
		       char name[2 * HASH_SIZE + 1], struct err *err)
{
	uint8_t digest[HASH_SIZE];
	struct atomic *a = atomic_open(path, err);
	struct pack_writer *pw =
	    !a ? NULL
	       : pack_writer_new(atomic_file(a), GENERATION_KIND,
				 GENERATION_VERSION, err);
	int rc = pw ? write_sections(c, pw, err) : -1;

	if (pw && pack_writer_end(pw, digest, rc ? NULL : err))
		rc = -1;
	if (rc) {
		atomic_abort(a);
		return -1;
	}
	hash_hex(digest, HASH_SIZE, name);
	name[GENERATION_NAME - 1] = '\0';
	return atomic_commit(a, err);
}

static int build(struct ctx *c, char **files, int count, struct err *err)
{
	char name[2 * HASH_SIZE + 1];
	struct str path = { 0 };
	bool changed = false;
	int lock = publish_begin(c->index, err);
	int rc = lock < 0 || open_inputs(c, err) ? -1 : 0;

	if (!rc)
		rc = eachline(files, count, LINE_MAX_BYTES, c, process, err);
	if (!rc)
		rc = write_index(c, publish_path(c->index, &path), name, err);
	if (!rc)
		rc = publish_end(c->index, name, &changed, err);
	if (!rc && c->options.verbose)
		fprintf(stderr, "build-index: generation %s%s\n", name,
			changed ? "" : ", as before");
	if (lock >= 0)
		close(lock);
	str_release(&path);
	return rc;
}

static int verify(struct ctx *c, struct err *err)
{
	struct generation *g = generation_open(c->index, err);
	int rc = g ? pack_verify(g->pack, err) : -1;

	if (g && rc)
		err_prefix(err, "%s", g->path);
	if (!rc && c->options.verbose)
		fprintf(stderr, "build-index: generation %s is whole\n",
			g->name);
	generation_close(g);
	return rc;
}

static void release(struct ctx *c)
{
	featset_close(c->sources.text);
	featset_close(c->sources.sound);
	featset_close(c->sources.mood);
	featset_close(c->sources.audio);
	indexwriter_free(c->writer);
	indexrow_release(&c->row);
	record_release(&c->record);
	pack_close(c->model);
	str_release(&c->lexicon);
	str_release(&c->weights);
	free(c->text.items);
	free(c->sound.items);
	free(c->mood.items);
	free(c->audio.items);
}

static int run(struct ctx *c, char **files, int count)
{
	struct err err = { 0 };

	if (!c->index || (!c->verify && !c->text.count != !c->model_path)) {
		fprintf(stderr, "build-index: %s\n%s",
			c->index ? "--text and --text-model belong together"
				 : "--index DIR is needed",
			usage);
		return ERR_USAGE;
	}
	if (c->verify)
		return verify(c, &err) ? options_fail(&c->options, &err) : 0;
	progress_start(&c->progress, &c->options);
	c->writer = indexwriter_new();
	if (build(c, files, count, &err))
		return options_fail(&c->options, &err);
	progress_end(&c->progress, false);
	return progress_status(&c->progress);
}

int main(int argc, char **argv)
{
	struct ctx c = { 0 };
	const struct option_spec specs[] = {
		{ "index", 0, OPTION_TEXT, &c.index, 0, 0 },
		{ "text-model", 0, OPTION_TEXT, &c.model_path, 0, 0 },
		{ "text", 0, OPTION_LIST, &c.text, 0, 0 },
		{ "sound", 0, OPTION_LIST, &c.sound, 0, 0 },
		{ "mood", 0, OPTION_LIST, &c.mood, 0, 0 },
		{ "audio", 0, OPTION_LIST, &c.audio, 0, 0 },
		{ "verify", 0, OPTION_FLAG, &c.verify, 0, 0 },
		{ 0 }
	};
	int status, first = options_parse(&c.options, "build-index", usage,
					  specs, argc, argv, &status);

	if (first >= 0)
		status = run(&c, argv + first, argc - first);
	release(&c);
	return status;
}
