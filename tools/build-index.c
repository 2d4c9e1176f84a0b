/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * build-index: one index generation from the records and feature files of a
 * corpus, or from those that changed and the generation before. Reads id,
 * title, artist, album, genre, tags (effective values), description, lyrics,
 * language, instrumental, playlists, year, duration_ms, the working URL,
 * url_status, playback_count, popularity, popularity_tier, is_music,
 * music_class, duplicate_of. Writes INDEX/<generation>.idx and swaps
 * INDEX/current; index(5).
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "corpus/eachline.h"
#include "corpus/indexagree.h"
#include "corpus/indexfile.h"
#include "corpus/indexrow.h"
#include "corpus/track.h"
#include "index/publish.h"
#include "io/options.h"
#include "io/progress.h"

#define LINE_MAX_BYTES ((size_t)1 << 30)

static const char usage[] =
    "usage: build-index --index DIR [--text-model MODEL... --text FEAT...]\n"
    "                   [--sound FEAT]... [--mood FEAT]... [--audio FEAT]...\n"
    "                   [--bridge PACK] [--sound-model PACK] [--centre FILE]\n"
    "                   [TRACKS...]\n"
    "       build-index --update --index DIR [--remove IDS]\n"
    "                   [--text-model MODEL]... [--text FEAT]...\n"
    "                   [--sound FEAT]... [--mood FEAT]... [--audio FEAT]...\n"
    "                   [TRACKS...]\n"
    "       build-index --verify --index PATH [OPTION...] [TRACKS...]\n"
    "       build-index --export WHAT --index PATH [--format F] [-o FILE]\n"
    "Build an index generation from tracks (NDJSON) and feature files.\n"
    "  --index DIR        directory of generations, made where needed\n"
    "  --text-model MODEL  what made the text vectors: a pack, which goes "
    "into\n"
    "                     the index, or an encoder's folder, which is noted\n"
    "                     there; beside it a pack tells themes\n"
    "  --bridge PACK      from words to sound (embed bridge); goes in, too\n"
    "  --sound-model PACK  what made the components of --audio (embed audio); "
    "goes\n"
    "                     in, so that queries hear files that are in no "
    "corpus\n"
    "  --centre FILE      the middle of --mood (mood-map --fit); goes in, too\n"
    "  --text FEAT        text vectors (embed text); repeat for shards\n"
    "  --sound FEAT       sound features (impute audio, extract-features)\n"
    "  --mood FEAT        moods (mood-map)\n"
    "  --audio FEAT       sound vectors (embed audio), of either kind or both\n"
    "  --update           begin with the index that is there: TRACKS and FEAT\n"
    "                     files hold what is new or changed\n"
    "  --remove IDS       a file of ids, one a line, whose tracks are to go\n"
    "  --lists N, --probe N  lists of text vectors; how many a query reads\n"
    "  --graph WHEN       what finds sounds: lists, always (a graph), never\n"
    "                     (all are compared), auto (lists of many)\n"
    "  --links N, --ef-construction N  of the graph (32, 200)\n"
    "  --memory SIZE      to sort words in (1G); the index is the same\n"
    "  --verify           check every byte of an index, build nothing; and "
    "with\n"
    "                     the options and tracks of a build that it is of "
    "these\n"
    "  --export WHAT      write its vectors of text, audio or cnn, in the\n"
    "                     order of rows, for others' tools\n"
    "  --format F         npy (default), flat or ivfflat (of FAISS), or ids:\n"
    "                     the tracks that they are of, one a line\n"
    "  -o, --output FILE  of an export\n"
    "  -j, --jobs N       threads; the index is the same (processors)\n"
    "  --max-errors N|P%  status 1 where more records are left out\n"
    "  -v, --verbose      tell the generation, and what an update changed\n"
    "  -q, --quiet        no last line\n"
    "  -h, --help  -V, --version\n"
    "Tracks come from standard input where no file is named. See index(5).\n";

struct ctx {
	struct options options;
	const char *index;
	struct indexinput_paths paths;
	bool verify, update;
	const char *export, *format, *remove, *graph;
	struct option_list models;
	int lists, probe, links, ef;
	struct generation *base; /* of an update */
	struct indexwriter *writer;
	struct indexrow row;
	struct record record;
	struct progress progress;
	struct indexinputs inputs;
};

/* What a build leaves out is not to stay where it was. */
static void drop_failed(struct ctx *c)
{
	struct str *id = &c->row.text[CATALOGUE_ID];

	if (!record_id(&c->record, id, NULL))
		indexwriter_drop(c->writer, track_key(span_str(id)));
}

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
		drop_failed(c);
		return 0;
	}
	switch (indexrow_read(&c->row, &c->record, err)) {
	case -1:
		err->status = ERR_DATA; /* no id: not a stream of ours */
		return -1;
	case 1:
		p->dropped++;
		indexwriter_drop(c->writer, c->row.row.key);
		return 0;
	}
	p->ok++;
	return indexwriter_add(c->writer, &c->row.row, err);
}

static int process_removed(void *ctx, struct span line, struct err *err)
{
	struct ctx *c = ctx;
	struct span id = span_trim(line);

	(void)err;
	if (id.n)
		indexwriter_drop(c->writer, track_key(id));
	return 0;
}

static int read_tracks(struct ctx *c, char **files, int count, struct err *err)
{
	if (c->remove &&
	    eachline_of(c->remove, LINE_MAX_BYTES, c, process_removed, err))
		return -1;
	/* An update may be one of files alone. */
	if (c->update && !count)
		return 0;
	return eachline(files, count, LINE_MAX_BYTES, c, process, err);
}

static void set_dials(struct ctx *c)
{
	struct index_sources *s = &c->inputs.sources;

	s->threads = c->options.jobs;
	s->memory = c->options.memory;
	s->lists.lists = (size_t)c->lists;
	s->lists.probe = (size_t)c->probe;
	s->graph.links = (uint32_t)c->links;
	s->graph.ef = (uint32_t)c->ef;
}

static int open_inputs(struct ctx *c, struct err *err)
{
	if (c->update) {
		c->base = generation_open(c->index, err);
		if (!c->base)
			return -1;
		/* What is damaged is not to get checksums that are right. */
		if (pack_verify(c->base->pack, err))
			return err_prefix(err, "%s", c->base->path);
	}
	c->writer = indexwriter_new(c->base);
	set_dials(c);
	if (indexinputs_open(&c->inputs, &c->paths, c->base, err))
		return -1;
	c->row.sung_words = c->inputs.texture.sung_words;
	return 0;
}

static void tell(const struct ctx *c, const char *name, bool changed,
		 const struct index_counts *n)
{
	fprintf(stderr, "build-index: generation %s%s\n", name,
		changed ? "" : ", as before");
	if (c->update)
		fprintf(stderr,
			"build-index: %zu tracks added, %zu replaced, %zu "
			"removed; %zu now\n",
			n->added, n->replaced, n->removed, n->tracks);
}

/* Else an update would leave a directory and a lock where none is. */
static bool has_index(const char *path, struct err *err)
{
	struct generation *g = generation_open(path, err);

	generation_close(g);
	return g;
}

static int build(struct ctx *c, char **files, int count, struct err *err)
{
	char name[GENERATION_NAME];
	struct index_counts counts;
	struct str path = { 0 };
	bool changed = false;
	int lock = c->update && !has_index(c->index, err)
		       ? -1
		       : publish_begin(c->index, err);
	int rc = lock < 0 || open_inputs(c, err) ||
		 read_tracks(c, files, count, err) ||
		 indexfile_write(publish_path(c->index, &path), c->writer,
				 &c->inputs, &counts, name, err) ||
		 publish_end(c->index, name, &changed, err);

	if (!rc && c->options.verbose)
		tell(c, name, changed, &counts);
	if (lock >= 0)
		close(lock);
	str_release(&path);
	return rc ? -1 : 0;
}

static int verify(struct ctx *c, char **files, int count, struct err *err)
{
	char name[GENERATION_NAME];

	if (indexfile_verify(c->index, c->options.jobs, name, err))
		return -1;
	if ((count || c->paths.model) &&
	    indexagree(c->index, &c->paths, files, count, err))
		return -1;
	if (c->options.verbose)
		fprintf(stderr, "build-index: generation %s is whole\n", name);
	return 0;
}

static void release(struct ctx *c)
{
	indexwriter_free(c->writer);
	generation_close(c->base);
	indexrow_release(&c->row);
	record_release(&c->record);
	indexinputs_release(&c->inputs);
	indexinput_paths_release(&c->paths);
	free(c->models.items);
}

/* What is wrong with the options; NULL: nothing. */
static const char *misused(struct ctx *c)
{
	static const char *const when[] = { "auto", "always", "never",
					    "lists" };
	int w = 0;

	while (c->graph && w < 4 && strcmp(c->graph, when[w]))
		w++;
	c->inputs.sources.graph.when = (enum soundgraph_when)w;
	if (!c->index || !*c->index)
		return "--index DIR is needed";
	if (c->verify + c->update + (c->export != NULL) > 1)
		return "--update, --verify and --export exclude each other";
	if (!indexinput_paths_models(&c->paths, &c->models))
		return "--text-model: a pack and an encoder's folder, one of "
		       "each at most";
	if (!c->verify && !c->export && !c->update &&
	    !c->paths.text.count != !(c->paths.model || c->paths.encoder))
		return "--text and --text-model belong together";
	if (c->remove && !c->update)
		return "--remove belongs to --update";
	return w == 4 ? "--graph takes auto, always, never or lists" : NULL;
}

static int run(struct ctx *c, char **files, int count)
{
	struct err err = { 0 };
	const char *wrong = misused(c);
	int rc;

	if (wrong) {
		fprintf(stderr, "build-index: %s\n%s", wrong, usage);
		return ERR_USAGE;
	}
	if (c->export || c->verify) {
		rc = c->verify ? verify(c, files, count, &err)
			       : indexfile_export(c->index, c->export,
						  c->format, c->options.jobs,
						  c->options.output, &err);
		return rc ? options_fail(&c->options, &err) : 0;
	}
	progress_start(&c->progress, &c->options);
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
		{ "text-model", 0, OPTION_LIST, &c.models, 0, 0 },
		{ "bridge", 0, OPTION_TEXT, &c.paths.bridge, 0, 0 },
		{ "sound-model", 0, OPTION_TEXT, &c.paths.ear.model, 0, 0 },
		{ "centre", 0, OPTION_TEXT, &c.paths.ear.centre, 0, 0 },
		{ "text", 0, OPTION_LIST, &c.paths.text, 0, 0 },
		{ "sound", 0, OPTION_LIST, &c.paths.sound, 0, 0 },
		{ "mood", 0, OPTION_LIST, &c.paths.mood, 0, 0 },
		{ "audio", 0, OPTION_LIST, &c.paths.audio, 0, 0 },
		{ "update", 0, OPTION_FLAG, &c.update, 0, 0 },
		{ "remove", 0, OPTION_TEXT, &c.remove, 0, 0 },
		{ "lists", 0, OPTION_INT, &c.lists, 1, 65536 },
		{ "probe", 0, OPTION_INT, &c.probe, 1, 65536 },
		{ "graph", 0, OPTION_TEXT, &c.graph, 0, 0 },
		{ "links", 0, OPTION_INT, &c.links, 2, HNSW_M_MAX },
		{ "ef-construction", 0, OPTION_INT, &c.ef, 1, 65536 },
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
