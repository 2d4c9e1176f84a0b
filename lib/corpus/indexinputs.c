/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/indexinputs.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "corpus/askwords.h"
#include "corpus/datadir.h"
#include "corpus/indexencoder.h"
#include "corpus/lexicon.h"
#include "corpus/targets.h"
#include "corpus/themes.h"
#include "corpus/weights.h"
#include "index/soundwriter.h"
#include "io/input.h"
#include "learn/bridge.h"
#include "learn/recipe.h"
#include "learn/textmodel.h"
#include "learn/textnet.h"
#include "text/foreign.h"

#define TABLE_MAX ((size_t)16 << 20)

static bool is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

bool indexinput_paths_models(struct indexinput_paths *p,
			     const struct option_list *models)
{
	for (size_t i = 0; i < models->count; i++) {
		const char *path = models->items[i];
		const char **to = is_folder(path) ? &p->encoder : &p->model;

		if (*to)
			return false;
		*to = path;
	}
	return true;
}

void indexinput_paths_release(struct indexinput_paths *p)
{
	free(p->text.items);
	free(p->sound.items);
	free(p->mood.items);
	free(p->audio.items);
}

void indexinputs_release(struct indexinputs *in)
{
	featset_close(in->sources.text);
	featset_close(in->sources.sound);
	featset_close(in->sources.mood);
	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		featset_close(in->sources.audio[kind]);
	pack_close(in->model);
	encodermark_release(&in->encoder);
	pack_close(in->emotion);
	pack_close(in->bridge);
	indexear_release(&in->ear);
	str_release(&in->lexicon);
	str_release(&in->themes);
	str_release(&in->foreign);
	str_release(&in->targets);
	str_release(&in->weights);
	str_release(&in->asking);
}

static int open_set(struct featset **set, const struct option_list *paths,
		    struct err *err)
{
	if (!paths->count)
		return 0;
	*set = featset_open(paths->items, paths->count, err);
	return *set ? 0 : -1;
}

/* What embed audio wrote, by what it is: either kind, or both. */
static int open_audio(struct indexinputs *in, const struct indexinput_paths *p,
		      struct err *err)
{
	struct option_list files[AUDIO_KINDS] = { 0 };
	int rc = 0;

	for (size_t i = 0; i < p->audio.count && !rc; i++) {
		struct feat *f = feat_open(p->audio.items[i], err);
		struct option_list *list;

		if (!f) {
			rc = -1;
			break;
		}
		list = &files[soundwriter_kind(feat_schema(f))];
		MEM_ROOM(list->items, list->count + 1, list->cap);
		list->items[list->count++] = p->audio.items[i];
		feat_close(f);
	}
	for (int kind = 0; kind < AUDIO_KINDS; kind++) {
		rc =
		    rc || open_set(&in->sources.audio[kind], &files[kind], err);
		free(files[kind].items);
	}
	return rc ? -1 : 0;
}

/* What feature files were made with; an update is to have the base's. */
static int check_origin(struct indexinputs *in, enum index_origin which,
			const struct featset *set, const char *option,
			struct err *err)
{
	char was[ORIGIN_HEX];

	if (!set)
		return 0;
	memcpy(was, in->origins.digest[which], ORIGIN_HEX);
	index_origins_set(&in->origins, which, featset_schema(set)->recipe);
	if (!*was || !strcmp(was, in->origins.digest[which]))
		return 0;
	return err_set(err, ERR_DATA, "recipe",
		       "the %s files were made in another way than those of "
		       "the index that is to be updated; build it anew, "
		       "without --update",
		       option);
}

/* Scores of the base are those of its tables. */
static int check_texture(struct indexinputs *in, struct err *err)
{
	char was[ORIGIN_HEX];

	if (!in->sources.sound)
		return 0;
	memcpy(was, in->origins.digest[ORIGIN_TEXTURE], ORIGIN_HEX);
	index_origins_set(&in->origins, ORIGIN_TEXTURE, in->texture.digest);
	if (!*was || !strcmp(was, in->origins.digest[ORIGIN_TEXTURE]))
		return 0;
	return err_set(err, ERR_DATA, "recipe",
		       "the index that is to be updated was built with another "
		       "timbre.tsv or voice.tsv; build it anew, without "
		       "--update");
}

static int check_origins(struct indexinputs *in, struct err *err)
{
	const struct index_sources *s = &in->sources;

	return check_origin(in, ORIGIN_SOUND, s->sound, "--sound", err) ||
		       check_origin(in, ORIGIN_MOOD, s->mood, "--mood", err) ||
		       check_origin(in, ORIGIN_AUDIO,
				    s->audio[AUDIO_COMPONENTS], "--audio",
				    err) ||
		       check_origin(in, ORIGIN_CNN, s->audio[AUDIO_NETWORK],
				    "--audio", err) ||
		       check_texture(in, err)
		   ? -1
		   : 0;
}

/* The pack that holds the text model; NULL: there is none. */
static const struct pack *text_pack(const struct indexinputs *in)
{
	return in->model                                        ? in->model
	       : in->base && in->origins.digest[ORIGIN_TEXT][0] ? in->base->pack
								: NULL;
}

static int open_named(struct indexinputs *in, const char *path, struct err *err)
{
	char was[ORIGIN_HEX];

	in->model = pack_open(path, TEXTMODEL_KIND, TEXTMODEL_VERSION, err);
	if (!in->model)
		return -1;
	memcpy(was, in->origins.digest[ORIGIN_TEXT], ORIGIN_HEX);
	index_origins_set(&in->origins, ORIGIN_TEXT, pack_digest(in->model));
	if (!*was || !strcmp(was, in->origins.digest[ORIGIN_TEXT]))
		return 0;
	return err_set(err, ERR_DATA, "recipe",
		       "%s is not the text model of the index that is to be "
		       "updated; build it anew, without --update",
		       path);
}

/* The vectors must be the model's: query encodes with it. */
static int open_model(struct indexinputs *in, const struct indexinput_paths *p,
		      struct textmodel **model, struct err *err)
{
	uint8_t digest[HASH_SIZE], recipe[HASH_SIZE];
	const char *name = p->model ? p->model : "the index' text model";

	if (p->model && open_named(in, p->model, err))
		return -1;
	if (!text_pack(in))
		return p->text.count && !in->encoder.dim
			   ? err_set(err, ERR_USAGE, "usage",
				     "--text needs --text-model, which made it")
			   : 0;
	*model = textmodel_open(text_pack(in), err);
	if (!*model)
		return -1;
	if (!in->sources.text || in->encoder.dim ||
	    hash_unhex(in->origins.digest[ORIGIN_TEXT], HASH_SIZE, digest))
		return 0;
	recipe_embed_text(digest, recipe);
	if (!memcmp(recipe, featset_schema(in->sources.text)->recipe,
		    HASH_SIZE))
		return 0;
	return err_set(err, ERR_DATA, "recipe",
		       "%s was not made with %s; "
		       "make it again: embed text --model %s",
		       p->text.items[0], name, p->model ? p->model : "MODEL");
}

static bool is_other(const struct featset *set, const uint8_t *recipe)
{
	return set &&
	       memcmp(featset_schema(set)->recipe, recipe, HASH_SIZE) != 0;
}

/* Of the vectors that there are to search. */
static size_t text_dim(const struct indexinputs *in)
{
	return in->sources.text ? featset_schema(in->sources.text)->count
	       : in->base && in->base->text_dim ? in->base->text_dim
						: GENERATION_TEXT_DIM;
}

/* It maps between the vectors of this index, of no other. */
static int open_bridge(struct indexinputs *in, const char *path,
		       struct err *err)
{
	struct bridge b;

	if (!path)
		return in->base ? bridge_open(&b, in->base->pack, err) : 0;
	in->bridge = pack_open(path, BRIDGE_KIND, BRIDGE_VERSION, err);
	if (!in->bridge || pack_verify(in->bridge, err) ||
	    bridge_open(&b, in->bridge, err))
		return -1;
	if (b.info && bridge_check(&b, text_dim(in), GENERATION_AUDIO_DIM, err))
		return err_prefix(err, "%s", path);
	if (b.info && !is_other(in->sources.text, b.info->text_recipe) &&
	    !is_other(in->sources.audio[AUDIO_COMPONENTS],
		      b.info->sound_recipe))
		return 0;
	return err_set(err, ERR_DATA, "recipe",
		       "%s was not fitted on such vectors as --text and "
		       "--audio; fit it again: embed bridge --fit %s",
		       path, path);
}

/* Replaces *path and *text with where a table is and what it says. */
static int read_table(const char *name, struct str *path, struct str *text,
		      struct err *err)
{
	return input_slurp(datadir_path(name, path), TABLE_MAX, text, err);
}

static int read_texture(struct indexinputs *in, struct err *err)
{
	struct str path = { 0 }, voice_path = { 0 };
	struct str timbre = { 0 }, voice = { 0 };
	int rc = read_table("timbre.tsv", &path, &timbre, err) ||
		 read_table("voice.tsv", &voice_path, &voice, err) ||
		 timbretable_parse(&in->texture, span_str(&timbre), path.p,
				   span_str(&voice), voice_path.p, err);

	if (!rc && in->sources.sound) {
		timbretable_bind(&in->texture,
				 featset_schema(in->sources.sound));
		in->sources.hearing.hear = timbretable_hear;
		in->sources.hearing.ctx = &in->texture;
	}
	str_release(&path);
	str_release(&voice_path);
	str_release(&timbre);
	str_release(&voice);
	return rc ? -1 : 0;
}

static int compile_lexicon(struct str *out, struct err *err)
{
	struct str text = { 0 };
	struct lexicon *l = lexicon_open(NULL, &text, err);

	if (l)
		lexicon_compile(l, out);
	lexicon_free(l);
	str_release(&text);
	return l ? 0 : -1;
}

static int compile_themes(const struct textmodel *m, struct str *out,
			  struct err *err)
{
	struct str path = { 0 }, text = { 0 };
	struct themes *t = NULL;

	if (!read_table("themes.tsv", &path, &text, err))
		t = themes_parse(span_str(&text), path.p, err);
	if (t) {
		themes_vectors(t, m);
		themes_compile(t, out);
	}
	themes_free(t);
	str_release(&path);
	str_release(&text);
	return t ? 0 : -1;
}

static int compile_foreign(struct str *out, struct err *err)
{
	struct str path = { 0 }, text = { 0 };
	struct foreign *f = NULL;

	if (!read_table("lexicon/foreign.tsv", &path, &text, err))
		f = foreign_parse(span_str(&text), path.p, err);
	if (f)
		foreign_compile(f, out);
	foreign_free(f);
	str_release(&path);
	str_release(&text);
	return f ? 0 : -1;
}

static int read_texts(struct indexinputs *in, struct err *err)
{
	struct str path = { 0 };
	struct weights weights = { 0 };
	struct targets *targets = NULL;
	int rc = read_table("weights.tsv", &path, &in->weights, err) ||
		 weights_parse(&weights, span_str(&in->weights), path.p, err) ||
		 read_table("targets.tsv", &path, &in->targets, err);

	if (!rc)
		targets = targets_parse(span_str(&in->targets), path.p, err);
	weights_release(&weights);
	targets_free(targets);
	str_release(&path);
	return targets ? 0 : -1;
}

/* Both tables, one behind the other. */
static int read_asking(struct indexinputs *in, struct err *err)
{
	static const char *const names[] = { "asking.tsv", "contexts.tsv" };
	struct str path = { 0 }, text = { 0 };
	int rc = 0;

	str_reset(&in->asking);
	for (size_t i = 0; i < 2 && !rc; i++) {
		struct askwords *words = NULL;

		str_reset(&text);
		rc = read_table(names[i], &path, &text, err);
		if (!rc)
			words = askwords_parse(span_str(&text), path.p, err);
		rc = rc || !words ? -1 : 0;
		askwords_free(words);
		if (text.n && text.p[text.n - 1] != '\n')
			str_putc(&text, '\n');
		str_span(&in->asking, span_str(&text));
	}
	str_release(&path);
	str_release(&text);
	return rc;
}

/* What goes into the index is used unseen: every byte is checked here. */
static int open_emotion(struct indexinputs *in, struct err *err)
{
	struct str path = { 0 };
	struct textnet *net = NULL;
	int rc = 0;

	in->origins.digest[ORIGIN_EMOTION][0] = '\0';
	if (!access(datadir_path("models/emotion.pack", &path), F_OK)) {
		in->emotion =
		    pack_open(path.p, TEXTNET_KIND, TEXTNET_VERSION, err);
		rc = in->emotion ? 0 : -1;
	}
	if (in->emotion) {
		if (!pack_verify(in->emotion, err))
			net = textnet_open(in->emotion, err);
		if (!net) {
			if (strncmp(err->message, path.p, path.n))
				err_prefix(err, "%s", path.p);
			rc = -1;
		}
		index_origins_set(&in->origins, ORIGIN_EMOTION,
				  pack_digest(in->emotion));
	}
	textnet_free(net);
	str_release(&path);
	return rc;
}

int indexinputs_open(struct indexinputs *in, const struct indexinput_paths *p,
		     const struct generation *base, struct err *err)
{
	struct textmodel *model = NULL;
	int rc;

	in->base = base;
	if (base)
		index_origins_read(&in->origins, base->meta);
	rc = open_set(&in->sources.text, &p->text, err) ||
	     open_set(&in->sources.sound, &p->sound, err) ||
	     open_set(&in->sources.mood, &p->mood, err) ||
	     open_audio(in, p, err) || read_texture(in, err) ||
	     check_origins(in, err) ||
	     indexencoder_open(&in->encoder, p->encoder, in->sources.text,
			       p->text.count ? p->text.items[0] : NULL, base,
			       err) ||
	     open_model(in, p, &model, err) ||
	     open_bridge(in, p->bridge, err) ||
	     indexear_open(&in->ear, &p->ear, in->sources.sound,
			   in->origins.digest[ORIGIN_AUDIO],
			   base ? base->pack : NULL, err) ||
	     read_texts(in, err) || read_asking(in, err) ||
	     compile_lexicon(&in->lexicon, err) ||
	     compile_themes(model, &in->themes, err) ||
	     compile_foreign(&in->foreign, err) || open_emotion(in, err);

	textmodel_free(model);
	return rc ? -1 : 0;
}

/* The sections of that name that `from` has, byte for byte. */
static int copy_sections(const struct pack *from, const char *const *names,
			 struct pack_writer *pw, struct err *err)
{
	for (int i = 0; from && names[i]; i++) {
		struct span s = pack_get(from, names[i]);

		if (s.p && pack_section(pw, names[i], s.p, s.n, err))
			return -1;
	}
	return 0;
}

int indexinputs_write(const struct indexinputs *in,
		      const struct index_counts *counts, struct pack_writer *pw,
		      struct err *err)
{
	const struct {
		const char *name;
		const struct str *bytes;
	} tables[] = {
		{ "lexicon", &in->lexicon }, { "themes", &in->themes },
		{ "foreign", &in->foreign }, { "targets", &in->targets },
		{ "weights", &in->weights }, { "asking", &in->asking },
	};

	struct str meta = { 0 }, encoder = { 0 };
	int rc = 0;

	if (in->encoder.dim) {
		encodermark_write(&in->encoder, &encoder);
		rc = pack_section(pw, "encoder", encoder.p, encoder.n, err);
		str_release(&encoder);
	}
	if (rc || copy_sections(text_pack(in), textmodel_sections, pw, err) ||
	    copy_sections(in->emotion, textnet_sections, pw, err) ||
	    copy_sections(in->bridge ? in->bridge
			  : in->base ? in->base->pack
				     : NULL,
			  bridge_sections, pw, err) ||
	    indexear_write(&in->ear, pw, err))
		return -1;
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		if (pack_section(pw, tables[i].name, tables[i].bytes->p,
				 tables[i].bytes->n, err))
			return -1;
	indexmeta_write(counts, &in->origins, &meta);
	rc = pack_section(pw, "meta", meta.p, meta.n, err);
	str_release(&meta);
	return rc;
}
