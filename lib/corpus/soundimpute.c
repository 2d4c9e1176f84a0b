/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/soundimpute.h"

#include <stdlib.h>

#include "base/mem.h"
#include "corpus/genremodel.h"
#include "corpus/track.h"
#include "learn/recipe.h"
#include "math/vector.h"

struct soundimpute {
	struct pack *pack;
	struct soundmodel model;
	struct feat_schema schema;
	const char *features, *text; /* paths */
};

struct scratch {
	struct feat *features, *text;
	struct feat_row *sound, *words;
	bool has_sound, has_words;
	struct str id, genre, key, tags, seen;
	struct tokens tokens;
	int8_t *query; /* [dims] */
	float meta[SOUNDMETA_COUNT];
	struct err err; /* of opening or finding */
};

static int columns_differ(const struct soundmodel *m,
			  const struct feat_schema *s)
{
	if (s->count != m->params.columns)
		return 1;
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->columns[i].name, m->columns[i].name))
			return 1;
	return 0;
}

/* The files' schemas against the model's; fills s->schema and its recipe. */
static int check_files(struct soundimpute *s, const struct feat *features,
		       const struct feat *text, struct err *err)
{
	const struct feat_schema *fs = feat_schema(features);
	const struct feat_schema *ts = text ? feat_schema(text) : NULL;
	char audio[2 * HASH_SIZE + 1], words[2 * HASH_SIZE + 1] = "-";
	struct str parameters = { 0 };

	if (columns_differ(&s->model, fs))
		return err_set(err, ERR_DATA, "schema",
			       "%s: its columns are "
			       "not those the model was fitted on; fit the "
			       "model anew",
			       s->features);
	if (ts && s->model.params.dims &&
	    (ts->count != s->model.params.dims ||
	     memcmp(ts->recipe, s->model.params.text_recipe, HASH_SIZE)))
		return err_set(err, ERR_DATA, "recipe",
			       "%s: vectors of "
			       "another text model than the one the sound "
			       "model was fitted with; fit the sound model "
			       "anew",
			       s->text);
	for (size_t i = 0; i < fs->count; i++)
		feat_schema_add(&s->schema, fs->columns[i].name,
				fs->columns[i].unit)
		    ->version = fs->columns[i].version;
	memcpy(s->schema.stage, "sound", sizeof("sound"));
	hash_hex(fs->recipe, HASH_SIZE, audio);
	if (ts)
		hash_hex(ts->recipe, HASH_SIZE, words);
	str_printf(&parameters, "audio=%s text=%s", audio, words);
	recipe_make("impute-audio/2", str_z(&parameters), pack_digest(s->pack),
		    s->schema.recipe);
	str_release(&parameters);
	return 0;
}

struct soundimpute *soundimpute_open(const char *model, const char *features,
				     const char *text, struct err *err)
{
	struct soundimpute *s = mem_zalloc(1, sizeof(*s));
	struct feat *f = NULL, *t = NULL;
	int rc = -1;

	s->features = features;
	s->text = text;
	s->pack = pack_open(model, SOUNDMODEL_KIND, SOUNDMODEL_VERSION, err);
	if (s->pack && (pack_verify(s->pack, err) ||
			soundmodel_view(&s->model, s->pack, err)))
		err_prefix(err, "%s", model);
	else if (s->pack && (f = feat_open(features, err)) &&
		 (!text || (t = feat_open(text, err))))
		rc = check_files(s, f, t, err);
	feat_close(f);
	feat_close(t);
	if (!rc)
		return s;
	soundimpute_close(s);
	return NULL;
}

void soundimpute_close(struct soundimpute *s)
{
	if (!s)
		return;
	soundmodel_release(&s->model);
	pack_close(s->pack);
	feat_schema_release(&s->schema);
	free(s);
}

const struct feat_schema *soundimpute_schema(const struct soundimpute *s)
{
	return &s->schema;
}

void *soundimpute_scratch_new(void *ctx)
{
	const struct soundimpute *s = ctx;
	struct scratch *x = mem_zalloc(1, sizeof(*x));

	x->features = feat_open(s->features, &x->err);
	if (x->features)
		x->sound = feat_row_new(feat_schema(x->features));
	if (x->features && s->text) {
		x->text = feat_open(s->text, &x->err);
		if (x->text)
			x->words = feat_row_new(feat_schema(x->text));
	}
	x->query = mem_zalloc(s->model.params.dims + 1, 1);
	return x;
}

void soundimpute_scratch_free(void *scratch)
{
	struct scratch *x = scratch;

	feat_close(x->features);
	feat_close(x->text);
	feat_row_free(x->sound);
	feat_row_free(x->words);
	str_release(&x->id);
	str_release(&x->genre);
	str_release(&x->key);
	str_release(&x->tags);
	str_release(&x->seen);
	tokens_release(&x->tokens);
	free(x->query);
	free(x);
}

static bool is_measured(const struct feat_row *row)
{
	return feat_status_measured(row->status) ||
	       feat_status_mute(row->status);
}

/* The key of a genre that is sure enough; empty where there is none. */
static void read_genre(const struct record *r, struct tokens *tokens,
		       struct str *genre, struct str *key)
{
	double confidence;

	str_reset(key);
	if (!track_genre(r, genre, &confidence) ||
	    confidence < SOUNDMODEL_GENRE_SURE ||
	    !genremodel_key(span_str(genre), NULL, tokens, key))
		str_reset(key);
}

static int find_rows(struct scratch *x, const struct record *r)
{
	uint64_t key;
	int rc;

	x->has_sound = x->has_words = false;
	if (x->err.status || record_id(r, &x->id, &x->err))
		return -1;
	key = track_key(span_str(&x->id));
	rc = feat_find(x->features, key, x->sound, &x->err);
	if (rc < 0)
		return -1;
	x->has_sound = rc > 0 && is_measured(x->sound);
	if (!x->text || x->has_sound)
		return 0;
	rc = feat_find(x->text, key, x->words, &x->err);
	if (rc < 0)
		return -1;
	x->has_words = rc > 0 && x->words->status == FEAT_OK;
	return 0;
}

uint64_t soundimpute_digest(void *ctx, void *scratch, const struct record *r)
{
	struct scratch *x = scratch;
	struct str *seen = &x->seen;

	(void)ctx;
	str_reset(seen);
	if (find_rows(x, r))
		return 0;
	str_puts(seen, x->has_sound ? "sound " : x->has_words ? "words " : "");
	if (x->has_sound) {
		str_u64(seen, x->sound->digest);
		str_putc(seen, ' ');
		str_u64(seen, x->sound->status);
		return hash_u64(seen->p, seen->n);
	}
	if (x->has_words)
		str_u64(seen, x->words->digest);
	read_genre(r, &x->tokens, &x->genre, &x->key);
	str_putc(seen, ' ');
	str_span(seen, span_str(&x->key));
	soundmeta_read(r, &x->tags, x->meta);
	str_put(seen, (const char *)x->meta, sizeof(x->meta));
	return hash_u64(seen->p, seen->n);
}

static void pass_through(const struct feat_row *from, uint32_t count,
			 struct feat_row *to)
{
	to->status = from->status;
	to->method = from->method ? from->method : FEAT_METHOD_MEASURED;
	to->confidence = from->confidence > 0 ? from->confidence : 1;
	memcpy(to->values, from->values, count * sizeof(*to->values));
	memcpy(to->measured, from->measured, (count + 7) / 8);
	memcpy(to->imputed, from->imputed, (count + 7) / 8);
}

static void read_clues(const struct soundmodel *m, struct scratch *x,
		       struct sound_clues *clues)
{
	const struct term *genre = NULL;

	*clues = (struct sound_clues){ NULL, 0, -1, 0, { 0 } };
	memcpy(clues->meta, x->meta, sizeof(x->meta));
	if (x->has_words && m->params.dims) {
		clues->scale =
		    vector_quantise(x->words->values, x->query, m->params.dims);
		clues->text = x->query;
	}
	if (x->key.n)
		genre = terms_find(&m->genres, span_str(&x->key));
	if (genre && genre->id < m->params.protos) {
		clues->proto = (int)genre->id;
		clues->genre_tracks = genre->value;
	}
}

int soundimpute_measure(void *ctx, void *scratch, struct record *r,
			struct feat_row *row, struct err *err)
{
	const struct soundimpute *s = ctx;
	struct scratch *x = scratch;
	struct sound_clues clues;
	struct sound_guess guess;

	(void)r; /* digest() has read it */
	if (x->err.status) {
		*err = x->err;
		return -1;
	}
	if (x->has_sound) {
		pass_through(x->sound, s->schema.count, row);
		return 0;
	}
	read_clues(&s->model, x, &clues);
	if (!soundmodel_predict(&s->model, &clues, row->values, &guess)) {
		row->status = FEAT_NO_INPUT;
		return 0;
	}
	row->status = FEAT_OK;
	row->method = (uint8_t)guess.method;
	row->confidence = (float)guess.confidence;
	feat_row_mark(row, &s->schema, true);
	return 0;
}
