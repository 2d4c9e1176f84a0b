/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mood-map: where each track lies in the mood space, by all that tells it: its
 * sound, tags, title, genre and what its texts feel like, each as surely as it
 * was found to tell (mood-sources.tsv).
 *
 * Reads id, title, genre, tags, description, extracted_vibe_text, lyrics,
 * emotion, imputed, and a feature file of extract-features or "impute audio".
 * Writes mood.feat: valence, arousal, dominance, confidence, and the spreads of
 * the first two.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/moodmap.h"
#include "corpus/trackrows.h"
#include "io/atomic.h"
#include "io/stream.h"

static const char usage[] =
    "usage: mood-map [--features FILE] [--centre FILE] [--reuse FILE]\n"
    "                [--records FILE] [FILE ...]\n"
    "       mood-map --fit FILE --features FILE [--features FILE ...]\n"
    "\n"
    "Gives each track its valence, arousal and dominance, with confidence: "
    "from "
    "the\n"
    "features of its sound and from its words. Writes a feature file. With "
    "--fit\n"
    "finds where the middle of a corpus' sound is, for --centre.\n"
    "\n"
    "      --features FILE  rows of extract-features or impute audio; "
    "without,\n"
    "                       words only\n"
    "      --fit FILE       write the corpus' middle there\n"
    "      --centre FILE    what --fit wrote: moods are around that\n"
    "      --model FILE     mood from sound (default: models/mood.pack)\n"
    "      --formula FILE   a table of weights instead; baseline: the "
    "uncalibrated\n"
    "                       one of mood-formula.tsv\n"
    "      --sources FILE   how surely each source tells (default:\n"
    "                       mood-sources.tsv)\n"
    "      --lexicon FILE   table of words (default: lexicon/base.tsv and\n"
    "                       lexicon/extension.tsv)\n"
    "      --genres FILE    table of genres (default: mood-genres.tsv)\n"
    "      --reuse FILE     take unchanged rows from this earlier output\n"
    "      --records FILE   pass the records on to FILE\n"
    "  -o, --output FILE    write there instead of to standard output\n"
    "  -j, --jobs N         threads (default: the processors)\n"
    "      --max-errors N   fail when more records failed; N or P%\n"
    "      --memory SIZE    accepted and not needed\n"
    "      --progress WHEN  auto, always or never\n"
    "  -q, --quiet          no last line\n"
    "  -v, --verbose\n"
    "  -h, --help\n"
    "  -V, --version\n";

struct ctx {
	struct option_list features;
	const char *fit;
	struct moodmap_files files;
	struct moodmap map;
	struct feat_schema schema;
};

struct scratch {
	struct trackrows rows;
	struct moodwords words;
	struct str said;
	int found; /* what trackrows_find said */
	struct err err;
};

static void *scratch_new(void *ctx)
{
	const struct ctx *c = ctx;
	struct scratch *s = mem_zalloc(1, sizeof(*s));

	if (c->features.count)
		trackrows_open(&s->rows, c->features.items[0], &s->err);
	return s;
}

static void scratch_free(void *scratch)
{
	struct scratch *s = scratch;

	trackrows_release(&s->rows);
	moodwords_release(&s->words);
	str_release(&s->said);
	free(s);
}

/* Everything measure() goes by, which it then finds here. */
static uint64_t digest(void *ctx, void *scratch, const struct record *r)
{
	const struct ctx *c = ctx;
	struct scratch *s = scratch;
	uint64_t row = 0;

	moodwords_read(&s->words, r);
	s->found = 0;
	if (c->features.count && !s->err.status) {
		row = trackrows_digest(&s->rows, r);
		s->found = trackrows_find(&s->rows, r, &s->err);
	}
	str_reset(&s->said);
	str_u64(&s->said, row);
	str_putc(&s->said, '\n');
	moodwords_digest(&s->words, &s->said);
	return hash_u64(s->said.p, s->said.n);
}

static int measure(void *ctx, void *scratch, struct record *r,
		   struct feat_row *row, struct err *err)
{
	const struct ctx *c = ctx;
	const struct scratch *s = scratch;
	struct moodmap_place place;

	(void)r; /* digest() has read it */
	if (s->err.status) {
		*err = s->err;
		return -1;
	}
	if (!moodmap_place(&c->map, &s->words,
			   s->found > 0 ? s->rows.row : NULL, &place)) {
		row->status = FEAT_NO_INPUT;
		return 0;
	}
	row->status = FEAT_OK;
	row->method = (uint8_t)place.method;
	row->confidence = place.values[MOODMAP_CONFIDENCE];
	memcpy(row->values, place.values, sizeof(place.values));
	feat_row_mark(row, &c->schema, !place.measured);
	return 0;
}

static void tell_instead(const struct options *o, bool instead)
{
	if (instead && !o->quiet)
		fprintf(stderr,
			"mood-map: mood from sound is by the formula: "
			"%s is not there or misses features\n",
			MOODHEARD_MODEL);
}

static int set_up(struct ctx *c, const struct options *o, struct err *err)
{
	const char *path = c->features.count ? c->features.items[0] : NULL;
	struct feat *f = path ? feat_open(path, err) : NULL;
	struct str recipe = { 0 };
	int rc;

	if (path && !f)
		return -1;
	rc = moodmap_open(&c->map, &c->files, path, &recipe, err);
	if (!rc) {
		memcpy(c->schema.stage, "mood", sizeof("mood"));
		for (size_t i = 0; i < MOODMAP_COLUMNS; i++)
			feat_schema_add(&c->schema, moodmap_columns[i], "1");
		moodmap_recipe(span_str(&recipe),
			       f ? feat_schema(f)->recipe : NULL,
			       c->schema.recipe);
		tell_instead(o, path && c->map.instead);
	}
	feat_close(f);
	str_release(&recipe);
	return rc;
}

static int check(const struct ctx *c, int operands, struct err *err)
{
	if (c->files.model && c->files.formula)
		return err_set(err, ERR_USAGE, "usage",
			       "--model and --formula: give one of them");
	if (c->fit && (!c->features.count || operands || c->files.centre))
		return err_set(err, ERR_USAGE, "usage",
			       "--fit reads --features FILE and nothing else");
	if (!c->fit && c->features.count > 1)
		return err_set(err, ERR_USAGE, "usage",
			       "several --features go with --fit only");
	return 0;
}

static int fit(const struct ctx *c, const struct options *o, struct err *err)
{
	struct atomic *a = NULL;
	struct str table = { 0 };
	bool instead;
	int rc;

	rc = moodmap_fit(&c->files, c->features.items, c->features.count,
			 &table, &instead, err);
	if (!rc) {
		tell_instead(o, instead);
		a = atomic_open(c->fit, err);
		rc = a ? 0 : -1;
	}
	if (a) {
		fwrite(table.p, 1, table.n, atomic_file(a));
		rc = atomic_commit(a, err);
	}
	str_release(&table);
	return rc;
}

int main(int argc, char **argv)
{
	struct ctx c = { 0 };
	struct options o = { 0 };
	struct stream s = {
		.options = &o,
		.ctx = &c,
		.scratch_new = scratch_new,
		.scratch_free = scratch_free,
		.measure = measure,
		.digest = digest,
		.schema = &c.schema,
	};
	const struct option_spec specs[] = {
		{ "features", 0, OPTION_LIST, &c.features, 0, 0 },
		{ "fit", 0, OPTION_TEXT, &c.fit, 0, 0 },
		{ "centre", 0, OPTION_TEXT, &c.files.centre, 0, 0 },
		{ "model", 0, OPTION_TEXT, &c.files.model, 0, 0 },
		{ "formula", 0, OPTION_TEXT, &c.files.formula, 0, 0 },
		{ "sources", 0, OPTION_TEXT, &c.files.sources, 0, 0 },
		{ "lexicon", 0, OPTION_TEXT, &c.files.lexicon, 0, 0 },
		{ "genres", 0, OPTION_TEXT, &c.files.genres, 0, 0 },
		{ "reuse", 0, OPTION_TEXT, &s.reuse, 0, 0 },
		{ "records", 0, OPTION_TEXT, &s.records_path, 0, 0 },
		{ 0 }
	};
	struct err err = { 0 };
	int status, first;

	first =
	    options_parse(&o, "mood-map", usage, specs, argc, argv, &status);
	if (first < 0)
		return status;
	if (check(&c, argc - first, &err) ||
	    (c.fit ? fit(&c, &o, &err) : set_up(&c, &o, &err)))
		status = options_fail(&o, &err);
	else
		status = c.fit ? 0 : stream_run(&s, argv + first, argc - first);
	moodmap_close(&c.map);
	feat_schema_release(&c.schema);
	free(c.features.items);
	return status;
}
