/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mood-map: where each track lies in the mood space, from its sound by a
 * formula, else from its words by a lexicon.
 *
 * Reads id, title, genre, tags, description, extracted_vibe_text, imputed, and
 * a feature file of extract-features or "impute audio". Writes mood.feat:
 * valence, arousal, dominance (missing), confidence.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/datadir.h"
#include "corpus/lexicon.h"
#include "corpus/moodformula.h"
#include "corpus/track.h"
#include "corpus/trackrows.h"
#include "io/input.h"
#include "io/stream.h"
#include "learn/recipe.h"

static const char usage[] =
    "usage: mood-map [--features FILE] [--reuse FILE] [--records FILE] [FILE "
    "...]\n"
    "\n"
    "Gives each track its valence and arousal: from the features of its "
    "sound,\n"
    "else from its words. Writes a feature file.\n"
    "\n"
    "      --features FILE  rows of extract-features or impute audio; "
    "without,\n"
    "                       words only\n"
    "      --reuse FILE     take unchanged rows from this earlier output\n"
    "      --records FILE   pass the records on to FILE\n"
    "      --formula FILE   table of the formula (default: mood-formula.tsv)\n"
    "      --lexicon FILE   table of words (default: lexicon/base.tsv and\n"
    "                       lexicon/extension.tsv)\n"
    "      --words          let words speak beside measured sound too\n"
    "  -o, --output FILE    write there instead of to standard output\n"
    "  -j, --jobs N         threads (default: the processors)\n"
    "      --max-errors N   fail when more records failed; N or P%\n"
    "      --memory SIZE    accepted and not needed\n"
    "      --progress WHEN  auto, always or never\n"
    "  -q, --quiet          no last line\n"
    "  -v, --verbose\n"
    "  -h, --help\n"
    "  -V, --version\n";

enum { VALENCE, AROUSAL, DOMINANCE, CONFIDENCE };
enum { TABLE_MAX = 1 << 24 };

/* man mood-map(1), CONFIDENCE, says where these are from. */
static const double formula_confidence = 0.4;
static const double word_confidence = 0.1, words_confidence = 0.4;
static const double genre_sure = 0.3;

struct ctx {
	const char *features, *formula_path, *lexicon_path;
	bool words; /* beside measured sound too */
	struct moodformula formula;
	struct lexicon *lexicon;
	struct feat_schema schema;
};

struct scratch {
	struct trackrows rows;
	struct str words, part;
	int found; /* what trackrows_find said */
	struct err err;
};

static void *scratch_new(void *ctx)
{
	const struct ctx *c = ctx;
	struct scratch *s = mem_zalloc(1, sizeof(*s));

	if (c->features)
		trackrows_open(&s->rows, c->features, &s->err);
	return s;
}

static void scratch_free(void *scratch)
{
	struct scratch *s = scratch;

	trackrows_release(&s->rows);
	str_release(&s->words);
	str_release(&s->part);
	free(s);
}

static void add_words(struct scratch *s, bool wanted)
{
	if (!wanted)
		return;
	str_span(&s->words, span_str(&s->part));
	str_putc(&s->words, '\n');
}

/* What the source says, and a genre that is sure enough. Imputed tags and
 * descriptions only repeat the other texts. */
static void read_words(struct scratch *s, const struct record *r)
{
	double confidence;

	str_reset(&s->words);
	add_words(s, record_text(r, "title", &s->part));
	add_words(s, track_genre(r, &s->part, &confidence) &&
			 confidence >= genre_sure);
	add_words(s, track_tags(r, &s->part, NULL) == TRACK_SOURCE);
	add_words(s, track_description(r, &s->part, NULL) == TRACK_SOURCE);
	add_words(s, record_text(r, "extracted_vibe_text", &s->part));
}

/* Everything measure() goes by, which it then finds here. */
static uint64_t digest(void *ctx, void *scratch, const struct record *r)
{
	const struct ctx *c = ctx;
	struct scratch *s = scratch;
	uint64_t row = 0;

	read_words(s, r);
	s->found = 0;
	if (c->features && !s->err.status) {
		row = trackrows_digest(&s->rows, r);
		s->found = trackrows_find(&s->rows, r, &s->err);
	}
	str_reset(&s->part);
	str_u64(&s->part, row);
	str_putc(&s->part, '\n');
	str_span(&s->part, span_str(&s->words));
	return hash_u64(s->part.p, s->part.n);
}

struct guess {
	float valence, arousal;
	double confidence; /* 0: none */
	enum feat_method method;
};

static struct guess by_formula(const struct ctx *c, const struct scratch *s)
{
	struct guess g = { 0, 0, 0, FEAT_METHOD_FORMULA };
	const struct feat_row *row = s->rows.row;
	double sure;

	if (s->found <= 0 || !feat_status_measured(row->status) ||
	    !moodformula_apply(&c->formula, row->values, &g.valence,
			       &g.arousal))
		return g;
	sure = row->confidence > 0                   ? (double)row->confidence
	       : row->method <= FEAT_METHOD_MEASURED ? 1
						     : 0;
	g.confidence = formula_confidence * sure;
	return g;
}

static struct guess by_lexicon(const struct ctx *c, const struct scratch *s)
{
	struct lexicon_mood m =
	    lexicon_mood(c->lexicon, span_str(&s->words), NULL);

	return (
	    struct guess){ m.valence, m.arousal,
			   fmin(words_confidence, word_confidence * m.matches),
			   FEAT_METHOD_LEXICON };
}

/* Sound and words, weighed by their confidence; sound alone where it is to
 * speak alone. */
static struct guess combine(struct guess sound, struct guess words, bool alone)
{
	double all = sound.confidence + words.confidence;
	struct guess g = sound.confidence >= words.confidence ? sound : words;

	if (alone || !(sound.confidence > 0) || !(words.confidence > 0))
		return alone ? sound : g;
	g.valence = (float)((sound.confidence * (double)sound.valence +
			     words.confidence * (double)words.valence) /
			    all);
	g.arousal = (float)((sound.confidence * (double)sound.arousal +
			     words.confidence * (double)words.arousal) /
			    all);
	return g;
}

static int measure(void *ctx, void *scratch, struct record *r,
		   struct feat_row *row, struct err *err)
{
	const struct ctx *c = ctx;
	const struct scratch *s = scratch;
	struct guess sound, g;
	bool measured;

	(void)r; /* digest() has read it */
	if (s->err.status) {
		*err = s->err;
		return -1;
	}
	sound = by_formula(c, s);
	measured =
	    sound.confidence > 0 && s->rows.row->method <= FEAT_METHOD_MEASURED;
	g = combine(sound, by_lexicon(c, s), measured && !c->words);
	if (!(g.confidence > 0)) {
		row->status = FEAT_NO_INPUT;
		return 0;
	}
	row->status = FEAT_OK;
	row->method = (uint8_t)g.method;
	row->confidence = (float)g.confidence;
	row->values[VALENCE] = g.valence;
	row->values[AROUSAL] = g.arousal;
	row->values[CONFIDENCE] = (float)g.confidence;
	feat_row_mark(row, &c->schema, !measured);
	return 0;
}

static void add_digest(const char *name, const struct str *text,
		       struct str *parameters)
{
	char hex[2 * HASH_SIZE + 1];
	uint8_t sum[HASH_SIZE];

	hash_sha256(text->p, text->n, sum);
	hash_hex(sum, HASH_SIZE, hex);
	str_printf(parameters, "%s=%s ", name, hex);
}

static int load_formula(struct ctx *c, struct str *text, struct err *err)
{
	struct str built_in = { 0 };
	const char *path = c->formula_path;
	int rc;

	if (!path)
		path = datadir_path("mood-formula.tsv", &built_in);
	str_reset(text);
	rc = input_slurp(path, TABLE_MAX, text, err) ||
	     moodformula_parse(&c->formula, span_str(text), path, err);
	str_release(&built_in);
	return rc ? -1 : 0;
}

static int set_up(struct ctx *c, struct err *err)
{
	struct str text = { 0 }, parameters = { 0 };
	struct feat *f = c->features ? feat_open(c->features, err) : NULL;
	int rc = -1;

	if (c->features && !f)
		return -1;
	c->lexicon = lexicon_open(c->lexicon_path, &text, err);
	if (!c->lexicon)
		goto out;
	add_digest("lexicon", &text, &parameters);
	if (load_formula(c, &text, err) ||
	    (f &&
	     moodformula_bind(&c->formula, feat_schema(f), c->features, err)))
		goto out;
	add_digest("mood-formula", &text, &parameters);
	if (c->words)
		str_puts(&parameters, "words ");
	memcpy(c->schema.stage, "mood", sizeof("mood"));
	feat_schema_add(&c->schema, "valence", "1");
	feat_schema_add(&c->schema, "arousal", "1");
	feat_schema_add(&c->schema, "dominance", "1");
	feat_schema_add(&c->schema, "confidence", "1");
	recipe_make("mood-map/2", str_z(&parameters),
		    f ? feat_schema(f)->recipe : NULL, c->schema.recipe);
	rc = 0;
out:
	feat_close(f);
	str_release(&text);
	str_release(&parameters);
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
		{ "features", 0, OPTION_TEXT, &c.features, 0, 0 },
		{ "reuse", 0, OPTION_TEXT, &s.reuse, 0, 0 },
		{ "records", 0, OPTION_TEXT, &s.records_path, 0, 0 },
		{ "formula", 0, OPTION_TEXT, &c.formula_path, 0, 0 },
		{ "lexicon", 0, OPTION_TEXT, &c.lexicon_path, 0, 0 },
		{ "words", 0, OPTION_FLAG, &c.words, 0, 0 },
		{ 0 }
	};
	struct err err = { 0 };
	int status, first;

	first =
	    options_parse(&o, "mood-map", usage, specs, argc, argv, &status);
	if (first < 0)
		return status;
	if (set_up(&c, &err))
		status = options_fail(&o, &err);
	else
		status = stream_run(&s, argv + first, argc - first);
	lexicon_free(c.lexicon);
	feat_schema_release(&c.schema);
	return status;
}
