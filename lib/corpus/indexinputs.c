/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/indexinputs.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "corpus/datadir.h"
#include "corpus/lexicon.h"
#include "corpus/targets.h"
#include "corpus/themes.h"
#include "corpus/weights.h"
#include "index/signalwriter.h"
#include "io/input.h"
#include "learn/recipe.h"
#include "learn/textmodel.h"
#include "learn/textnet.h"
#include "text/foreign.h"

#define TABLE_MAX ((size_t)16 << 20)

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
	pack_close(in->emotion);
	str_release(&in->lexicon);
	str_release(&in->themes);
	str_release(&in->foreign);
	str_release(&in->targets);
	str_release(&in->weights);
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
		list = &files[signalwriter_audio_kind(feat_schema(f))];
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

/* The vectors must be the model's: query encodes with it. */
static int open_model(struct indexinputs *in, const struct indexinput_paths *p,
		      struct textmodel **model, struct err *err)
{
	uint8_t recipe[HASH_SIZE];

	if (!p->model)
		return 0;
	in->model = pack_open(p->model, TEXTMODEL_KIND, TEXTMODEL_VERSION, err);
	*model = in->model ? textmodel_open(in->model, err) : NULL;
	if (!*model)
		return -1;
	recipe_embed_text(pack_digest(in->model), recipe);
	if (!memcmp(recipe, featset_schema(in->sources.text)->recipe,
		    HASH_SIZE))
		return 0;
	return err_set(err, ERR_DATA, "recipe",
		       "%s was not made with %s; "
		       "make it again: embed text --model %s",
		       p->text.items[0], p->model, p->model);
}

/* Replaces *path and *text with where a table is and what it says. */
static int read_table(const char *name, struct str *path, struct str *text,
		      struct err *err)
{
	return input_slurp(datadir_path(name, path), TABLE_MAX, text, err);
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

/* What goes into the index is used unseen: every byte is checked here. */
static int open_emotion(struct indexinputs *in, struct err *err)
{
	struct str path = { 0 };
	struct textnet *net = NULL;
	int rc = 0;

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
	}
	textnet_free(net);
	str_release(&path);
	return rc;
}

int indexinputs_open(struct indexinputs *in, const struct indexinput_paths *p,
		     struct err *err)
{
	struct textmodel *model = NULL;
	int rc = open_set(&in->sources.text, &p->text, err) ||
		 open_set(&in->sources.sound, &p->sound, err) ||
		 open_set(&in->sources.mood, &p->mood, err) ||
		 open_audio(in, p, err) || open_model(in, p, &model, err) ||
		 read_texts(in, err) || compile_lexicon(&in->lexicon, err) ||
		 compile_themes(model, &in->themes, err) ||
		 compile_foreign(&in->foreign, err) || open_emotion(in, err);

	textmodel_free(model);
	return rc ? -1 : 0;
}

static void put_digest(struct str *out, const char *name, const uint8_t *d)
{
	char hex[2 * HASH_SIZE + 1];

	hash_hex(d, HASH_SIZE, hex);
	str_printf(out, ",\"%s\":\"%s\"", name, hex);
}

static int write_meta(const struct indexinputs *in,
		      const struct index_counts *n, struct pack_writer *pw,
		      struct err *err)
{
	static const char *const recipe[AUDIO_KINDS] = { "audio_recipe",
							 "cnn_recipe" };
	struct str s = { 0 };
	int rc;

	str_printf(&s,
		   "{\"format\":%d,\"tracks\":%zu,\"artists\":%zu,"
		   "\"genres\":%zu,\"text\":%zu,\"audio\":%zu,\"mood\":%zu,"
		   "\"sound\":%zu,\"measured\":%zu,\"text_lists\":%zu,"
		   "\"text_recall\":",
		   GENERATION_VERSION, n->tracks, n->artists, n->genres,
		   n->text, n->audio[AUDIO_COMPONENTS], n->mood, n->display,
		   n->measured, n->lists.lists);
	str_fixed(&s, n->lists.recall, 3);
	if (in->model)
		put_digest(&s, "text_model", pack_digest(in->model));
	if (in->emotion)
		put_digest(&s, "emotion_model", pack_digest(in->emotion));
	if (in->sources.sound)
		put_digest(&s, "sound_recipe",
			   featset_schema(in->sources.sound)->recipe);
	if (in->sources.mood)
		put_digest(&s, "mood_recipe",
			   featset_schema(in->sources.mood)->recipe);
	if (in->sources.audio[AUDIO_NETWORK])
		str_printf(&s, ",\"cnn\":%zu", n->audio[AUDIO_NETWORK]);
	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		if (in->sources.audio[kind])
			put_digest(
			    &s, recipe[kind],
			    featset_schema(in->sources.audio[kind])->recipe);
	str_puts(&s, "}\n");
	rc = pack_section(pw, "meta", s.p, s.n, err);
	str_release(&s);
	return rc;
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
		{ "weights", &in->weights },
	};

	if (copy_sections(in->model, textmodel_sections, pw, err) ||
	    copy_sections(in->emotion, textnet_sections, pw, err))
		return -1;
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		if (pack_section(pw, tables[i].name, tables[i].bytes->p,
				 tables[i].bytes->n, err))
			return -1;
	return write_meta(in, counts, pw, err);
}
