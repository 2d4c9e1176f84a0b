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

#include "corpus/eachline.h"
#include "corpus/indexinputs.h"
#include "corpus/indexrow.h"
#include "index/indexexport.h"
#include "index/publish.h"
#include "io/atomic.h"
#include "io/options.h"
#include "io/progress.h"

#define LINE_MAX_BYTES ((size_t)1 << 30)

static const char usage[] =
    "usage: build-index --index DIR [--text-model PACK --text FEAT...]\n"
    "                   [--sound FEAT]... [--mood FEAT]... [--audio FEAT]...\n"
    "                   [TRACKS...]\n"
    "       build-index --verify --index PATH\n"
    "       build-index --export WHAT --index PATH [--format F] [-o FILE]\n"
    "Build an index generation from tracks (NDJSON) and feature files.\n"
    "  --index DIR        directory of generations, made where needed\n"
    "  --text-model PACK  the model of the text vectors; goes into the index\n"
    "  --text FEAT        text vectors (embed text); repeat for shards\n"
    "  --sound FEAT       sound features (impute audio, extract-features)\n"
    "  --mood FEAT        moods (mood-map)\n"
    "  --audio FEAT       sound vectors (embed audio): components, a "
    "network's,\n"
    "                     or both\n"
    "  --verify           check every byte of an index, build nothing\n"
    "  --export WHAT      write its vectors of text, audio or cnn, in the\n"
    "                     order of rows, for others' tools\n"
    "  --format F         npy (default), flat or ivfflat (of FAISS), or ids:\n"
    "                     the tracks that they are of, one a line\n"
    "  -o, --output FILE  of an export\n"
    "  -j, --jobs N       threads; the index is the same (processors)\n"
    "  -q, --quiet        no last line\n"
    "  -h, --help  -V, --version\n"
    "Tracks come from standard input where no file is named. See index(5).\n";

struct ctx {
	struct options options;
	const char *index;
	struct indexinput_paths paths;
	bool verify;
	const char *export, *format;
	struct indexwriter *writer;
	struct indexrow row;
	struct record record;
	struct progress progress;
	struct indexinputs inputs;
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

static int write_sections(struct ctx *c, struct pack_writer *pw,
			  struct err *err)
{
	struct index_counts counts;

	c->inputs.sources.threads = c->options.jobs;
	return indexwriter_write(c->writer, &c->inputs.sources, pw, &counts,
				 err) ||
		       indexinputs_write(&c->inputs, &counts, pw, err)
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
	int rc =
	    lock < 0 || indexinputs_open(&c->inputs, &c->paths, err) ? -1 : 0;

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

	if (!rc && g->text_count)
		rc = ivf_verify(&g->text_lists, err);
	if (g && rc)
		err_prefix(err, "%s", g->path);
	if (!rc && c->options.verbose)
		fprintf(stderr, "build-index: generation %s is whole\n",
			g->name);
	generation_close(g);
	return rc;
}

static int export_vectors(struct ctx *c, struct err *err)
{
	enum indexexport_what what = indexexport_what(span_of(c->export));
	enum indexexport_format format =
	    indexexport_format(c->format ? span_of(c->format) : SPAN("npy"));
	struct generation *g;
	struct atomic *a;
	int rc = -1;

	if (what == INDEXEXPORT_WHATS || format == INDEXEXPORT_FORMATS)
		return err_set(err, ERR_USAGE, "usage",
			       "--export takes text, audio or cnn, --format "
			       "npy, flat, ivfflat or ids");
	g = generation_open(c->index, err);
	a = g ? atomic_open(c->options.output, err) : NULL;
	if (a) {
		rc = indexexport(g, what, format, c->options.jobs,
				 atomic_file(a), atomic_name(a), err);
		if (rc)
			atomic_abort(a);
		else
			rc = atomic_commit(a, err);
	}
	generation_close(g);
	return rc;
}

static void release(struct ctx *c)
{
	indexwriter_free(c->writer);
	indexrow_release(&c->row);
	record_release(&c->record);
	indexinputs_release(&c->inputs);
	indexinput_paths_release(&c->paths);
}

static int run(struct ctx *c, char **files, int count)
{
	struct err err = { 0 };

	if (!c->index || (!c->verify && !c->export &&
			  !c->paths.text.count != !c->paths.model)) {
		fprintf(stderr, "build-index: %s\n%s",
			c->index ? "--text and --text-model belong together"
				 : "--index DIR is needed",
			usage);
		return ERR_USAGE;
	}
	if (c->export)
		return export_vectors(c, &err) ? options_fail(&c->options, &err)
					       : 0;
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
		{ "text-model", 0, OPTION_TEXT, &c.paths.model, 0, 0 },
		{ "text", 0, OPTION_LIST, &c.paths.text, 0, 0 },
		{ "sound", 0, OPTION_LIST, &c.paths.sound, 0, 0 },
		{ "mood", 0, OPTION_LIST, &c.paths.mood, 0, 0 },
		{ "audio", 0, OPTION_LIST, &c.paths.audio, 0, 0 },
		{ "verify", 0, OPTION_FLAG, &c.verify, 0, 0 },
		{ "export", 0, OPTION_TEXT, &c.export, 0, 0 },
		{ "format", 0, OPTION_TEXT, &c.format, 0, 0 },
		{ 0 }
	};
	int status, first = options_parse(&c.options, "build-index", usage,
					  specs, argc, argv, &status);

	if (first >= 0)
		status = run(&c, argv + first, argc - first);
	release(&c);
	return status;
}
