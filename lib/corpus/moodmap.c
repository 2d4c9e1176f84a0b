/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodmap.h"

#include "corpus/datadir.h"
#include "io/input.h"
#include "learn/recipe.h"

enum { TABLE_MAX = 1 << 24 };

const char *const moodmap_columns[MOODMAP_COLUMNS] = {
	"valence",    "arousal",        "dominance",
	"confidence", "valence_spread", "arousal_spread"
};

static void put_digest(const char *name, const struct str *text,
		       struct str *recipe)
{
	char hex[2 * HASH_SIZE + 1];
	uint8_t sum[HASH_SIZE];

	hash_sha256(text->p, text->n, sum);
	hash_hex(sum, HASH_SIZE, hex);
	str_printf(recipe, "%s=%s ", name, hex);
}

static int load_sources(struct moodmap *m, const char *path, struct str *recipe,
			struct err *err)
{
	struct str text = { 0 }, built_in = { 0 };
	int rc;

	if (!path)
		path = datadir_path("mood-sources.tsv", &built_in);
	rc = input_slurp(path, TABLE_MAX, &text, err) ||
	     moodsources_parse(&m->sources, span_str(&text), path, err);
	if (!rc)
		put_digest("sources", &text, recipe);
	str_release(&text);
	str_release(&built_in);
	return rc ? -1 : 0;
}

static int load_words(struct moodmap *m, const struct moodmap_files *files,
		      struct str *recipe, struct err *err)
{
	struct str text = { 0 }, built_in = { 0 };
	const char *genres = files->genres;
	int rc = -1;

	if (!genres)
		genres = datadir_path("mood-genres.tsv", &built_in);
	m->words = lexicon_open(files->lexicon, &text, err);
	if (m->words) {
		put_digest("lexicon", &text, recipe);
		m->genres = lexicon_open(genres, &text, err);
	}
	if (m->genres) {
		put_digest("genres", &text, recipe);
		rc = 0;
	}
	str_release(&text);
	str_release(&built_in);
	return rc;
}

static int load_centre(struct moodmap *m, const struct moodmap_files *files,
		       struct str *recipe, struct err *err)
{
	const char *path = files->centre;
	struct str text = { 0 };
	int rc = 0;

	if (!path && !files->centre_text.p)
		return 0;
	if (path)
		rc = input_slurp(path, TABLE_MAX, &text, err);
	else
		str_span(&text, files->centre_text);
	rc = rc || moodcentre_parse(&m->centre, span_str(&text),
				    path ? path : "centre", err);
	if (!rc)
		put_digest("centre", &text, recipe);
	str_release(&text);
	return rc ? -1 : 0;
}

int moodmap_open_schema(struct moodmap *m, const struct moodmap_files *files,
			const struct feat_schema *schema, const char *source,
			struct str *recipe, struct err *err)
{
	int rc;

	*m = (struct moodmap){ 0 };
	rc = moodheard_open(&m->heard, files->model, files->formula, schema,
			    source, recipe, &m->instead, err) ||
	     load_sources(m, files->sources, recipe, err) ||
	     load_words(m, files, recipe, err) ||
	     load_centre(m, files, recipe, err);
	if (!rc)
		return 0;
	moodmap_close(m);
	return -1;
}

int moodmap_open(struct moodmap *m, const struct moodmap_files *files,
		 const char *features, struct str *recipe, struct err *err)
{
	struct feat *f = features ? feat_open(features, err) : NULL;
	int rc;

	*m = (struct moodmap){ 0 };
	if (features && !f)
		return -1;
	rc = moodmap_open_schema(m, files, f ? feat_schema(f) : NULL, features,
				 recipe, err);
	feat_close(f);
	return rc;
}

void moodmap_recipe(struct span told, const uint8_t *features,
		    uint8_t out[HASH_SIZE])
{
	struct str text = { 0 };

	str_span(&text, told);
	recipe_make("mood-map/3", str_z(&text), features, out);
	str_release(&text);
}

void moodmap_close(struct moodmap *m)
{
	moodheard_close(&m->heard);
	lexicon_free(m->words);
	lexicon_free(m->genres);
	m->words = m->genres = NULL;
}

static enum feat_method method_of(int surest)
{
	switch (surest) {
	case MOODSOURCE_SOUND:
	case MOODSOURCE_EMOTION:
	case MOODSOURCE_LYRICS:
		return FEAT_METHOD_MODEL;
	case MOODSOURCE_CALIBRATED:
	case MOODSOURCE_FORMULA:
		return FEAT_METHOD_FORMULA;
	case MOODSOURCE_GENRE:
		return FEAT_METHOD_GENRE;
	default:
		return FEAT_METHOD_LEXICON;
	}
}

bool moodmap_place(const struct moodmap *m, const struct moodwords *words,
		   const struct feat_row *heard, struct moodmap_place *out)
{
	struct moodsaid said[MOODSOURCES] = { 0 };
	struct moodfound f;

	out->measured = moodheard_say(&m->heard, heard, said);
	moodwords_say(words, m->words, m->genres, said);
	moodsources_blend(&m->sources, said, &m->centre, &f);
	if (f.surest < 0)
		return false;
	out->method = method_of(f.surest);
	for (int i = 0; i < MOODAXES; i++)
		out->values[MOODMAP_VALENCE + i] = (float)f.mean[i];
	for (int i = 0; i < 2; i++)
		out->values[MOODMAP_VALENCE_SPREAD + i] = (float)f.spread[i];
	out->values[MOODMAP_CONFIDENCE] = (float)f.confidence;
	return true;
}

static void add_row(const struct moodmap *m, const struct feat_row *row,
		    struct moodcentre_sums *sums)
{
	static const struct moodcentre none = { { 0, 0 } };
	struct moodsaid said[MOODSOURCES] = { 0 };
	struct moodfound f;

	if (!moodheard_say(&m->heard, row, said))
		return;
	moodsources_blend(&m->sources, said, &none, &f);
	moodcentre_add(sums, f.mean[MOODAXIS_VALENCE],
		       f.mean[MOODAXIS_AROUSAL]);
}

static int add_file(const struct moodmap *m, const char *path,
		    struct moodcentre_sums *sums, struct err *err)
{
	struct feat *f = feat_open(path, err);
	struct feat_row *row;
	int rc;

	if (!f)
		return -1;
	row = feat_row_new(feat_schema(f));
	while ((rc = feat_read(f, row, err)) > 0)
		add_row(m, row, sums);
	feat_row_free(row);
	feat_close(f);
	return rc;
}

int moodmap_fit(const struct moodmap_files *files, const char *const *features,
		size_t count, struct str *table, bool *instead, struct err *err)
{
	struct moodcentre_sums sums = { 0 };
	struct moodcentre centre;
	struct str recipe = { 0 };
	int rc = 0;

	*instead = false;
	for (size_t i = 0; !rc && i < count; i++) {
		struct moodmap m;

		rc = moodmap_open(&m, files, features[i], &recipe, err);
		if (rc)
			break;
		*instead |= m.instead;
		rc = add_file(&m, features[i], &sums, err);
		moodmap_close(&m);
	}
	str_release(&recipe);
	if (rc)
		return -1;
	moodcentre_fit(&sums, &centre);
	moodcentre_write(&centre, sums.count, table);
	return 0;
}
