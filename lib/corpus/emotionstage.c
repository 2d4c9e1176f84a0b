/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/emotionstage.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "corpus/datadir.h"
#include "corpus/emotionencoder.h"
#include "corpus/encoderprecision.h"
#include "corpus/targets.h"
#include "corpus/themes.h"
#include "io/input.h"
#include "io/json.h"
#include "learn/recipe.h"
#include "learn/textnet.h"
#include "text/foreign.h"

enum { TABLE_MAX = 1 << 24, THEMES_TOLD = 8 };

struct emotionstage {
	struct emotionstage_options options;
	struct emotionfields fields;
	struct pack *pack;
	struct foreign *foreign;
	struct emotion_reader *reader;
	struct emotionencoder *encoder; /* in place of pack and reader */
	struct themes *themes;          /* or NULL */
	struct targets *targets;        /* or NULL */
	struct str digests;             /* of the tables read, for the recipe */
};

struct emotionstage_work {
	struct emotion_work *emotion;
	struct emotionencoder_work *encoder;
	struct emotionfields_texts texts;
	struct emotion told;
	struct str whole, json;
};

/* Reads a table under data/ and notes its digest. */
static int read_table(struct emotionstage *s, const char *name,
		      struct str *text, struct err *err)
{
	struct str path = { 0 };
	char hex[2 * HASH_SIZE + 1];
	uint8_t sum[HASH_SIZE];
	int rc = input_slurp(datadir_path(name, &path), TABLE_MAX, text, err);

	if (!rc) {
		hash_sha256(text->p, text->n, sum);
		hash_hex(sum, HASH_SIZE, hex);
		str_printf(&s->digests, " %s=%s", name, hex);
	}
	str_release(&path);
	return rc;
}

#define FOREIGN_TABLE "lexicon/foreign.tsv"

static int open_tables(struct emotionstage *s, struct err *err)
{
	struct str text = { 0 };
	int rc = -1;

	if (read_table(s, FOREIGN_TABLE, &text, err))
		goto out;
	s->foreign = foreign_parse(span_str(&text), FOREIGN_TABLE, err);
	if (!s->foreign)
		goto out;
	str_reset(&text);
	if (s->options.themes) {
		if (read_table(s, "themes.tsv", &text, err))
			goto out;
		s->themes = themes_parse(span_str(&text), "themes.tsv", err);
		if (!s->themes)
			goto out;
	}
	str_reset(&text);
	if (s->options.targets) {
		if (read_table(s, "targets.tsv", &text, err))
			goto out;
		s->targets = targets_parse(span_str(&text), "targets.tsv", err);
		if (!s->targets)
			goto out;
	}
	rc = 0;
out:
	str_release(&text);
	return rc;
}

static int open_pack(struct emotionstage *s, struct err *err)
{
	struct str path = { 0 };
	const char *model = s->options.model;

	if (!model)
		model = datadir_path("models/emotion.pack", &path);
	s->pack = pack_open(model, TEXTNET_KIND, TEXTNET_VERSION, err);
	if (!s->pack && !strcmp(err->code, "missing"))
		err_set(err, ERR_DATA, "missing",
			"%s: no such file; the model is made by \"make -f "
			"pipelines/models.mk\", another is named with --model",
			model);
	str_release(&path);
	return s->pack ? 0 : -1;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return path && !stat(path, &st) && S_ISDIR(st.st_mode);
}

static int open_encoder(struct emotionstage *s, struct err *err)
{
	const struct emotionstage_options *o = &s->options;
	enum linear_precision precision = LINEAR_F32;

	if (o->emotion.sarcasm_prior != emotion_defaults.sarcasm_prior ||
	    o->emotion.sarcasm_turns != emotion_defaults.sarcasm_turns)
		return err_set(err, ERR_USAGE, "usage",
			       "--sarcasm-prior and --sarcasm-turns go with a "
			       "network of texts, not with an encoder's "
			       "folder");
	if (o->precision &&
	    encoderprecision_parse(span_of(o->precision), &precision, err))
		return -1;
	s->encoder = emotionencoder_open(o->model, precision, err);
	return s->encoder ? 0 : -1;
}

static int open_reader(struct emotionstage *s, struct err *err)
{
	const char *model = s->options.model;

	s->reader = emotion_open(s->pack, s->foreign, &s->options.emotion, err);
	if (!s->reader && err->status == ERR_DATA)
		err_prefix(err, "%s", model ? model : "models/emotion.pack");
	return s->reader ? 0 : -1;
}

static int open_model(struct emotionstage *s, struct err *err)
{
	if (is_folder(s->options.model))
		return open_encoder(s, err) || open_tables(s, err) ? -1 : 0;
	if (s->options.precision)
		return err_set(err, ERR_USAGE, "usage",
			       "--precision goes with an encoder's folder as "
			       "--model");
	return open_pack(s, err) || open_tables(s, err) || open_reader(s, err)
		   ? -1
		   : 0;
}

struct emotionstage *emotionstage_open(const struct emotionstage_options *o,
				       struct err *err)
{
	struct emotionstage *s = mem_zalloc(1, sizeof(*s));

	s->options = *o;
	if ((o->fields &&
	     emotionfields_parse(&s->fields, span_of(o->fields), err)) ||
	    open_model(s, err)) {
		emotionstage_close(s);
		return NULL;
	}
	return s;
}

void emotionstage_close(struct emotionstage *s)
{
	if (!s)
		return;
	themes_free(s->themes);
	targets_free(s->targets);
	emotion_close(s->reader);
	emotionencoder_close(s->encoder);
	foreign_free(s->foreign);
	pack_close(s->pack);
	emotionfields_release(&s->fields);
	str_release(&s->digests);
	free(s);
}

void emotionstage_recipe(const struct emotionstage *s,
			 uint8_t recipe[HASH_SIZE])
{
	struct str p = { 0 };

	str_puts(&p, "fields=");
	for (size_t i = 0; i < s->fields.count; i++)
		str_printf(&p, "%s,", s->fields.names[i]);
	str_printf(
	    &p, " prior=%.17g turns=%.17g%s", s->options.emotion.sarcasm_prior,
	    s->options.emotion.sarcasm_turns, s->digests.n ? s->digests.p : "");
	if (s->encoder)
		str_printf(&p, " precision=%s",
			   s->options.precision ? s->options.precision : "f32");
	recipe_make(s->encoder ? "emotion-encoder/1" : "emotion/1", str_z(&p),
		    s->encoder ? emotionencoder_digest(s->encoder)
			       : pack_digest(s->pack),
		    recipe);
	str_release(&p);
}

struct emotionstage_work *emotionstage_work_new(const struct emotionstage *s)
{
	struct emotionstage_work *w = mem_zalloc(1, sizeof(*w));

	if (s->encoder)
		w->encoder = emotionencoder_work_new(s->encoder);
	else
		w->emotion = emotion_work_new(s->reader);
	return w;
}

void emotionstage_work_free(struct emotionstage_work *w)
{
	if (!w)
		return;
	emotion_work_free(w->emotion);
	emotionencoder_work_free(w->encoder);
	emotionfields_texts_release(&w->texts);
	str_release(&w->whole);
	str_release(&w->json);
	free(w);
}

/* Appends themes as an array: false where there are none. */
static bool put_themes(const struct emotionstage *s, struct span text,
		       struct str *out)
{
	struct theme_hit hits[THEMES_TOLD];
	size_t n;

	if (text.n > EMOTION_LIMIT)
		text.n = EMOTION_LIMIT;
	n = themes_read(s->themes, text, hits, THEMES_TOLD);

	themes_json(hits, n, out);
	return n > 0;
}

/* Appends what music fits; false: there is nothing to go by. */
static bool put_targets(const struct emotionstage *s, const struct emotion *e,
			struct str *out)
{
	enum emotion_class a = e->top[0], b = e->top[1];
	struct target t;

	if (!e->tokens || e->tops < 2 ||
	    targets_blend(s->targets, emotion_names[a], e->probs[a],
			  emotion_names[b], e->probs[b], e->confidence, &t))
		return false;
	targets_json(&t, out);
	return true;
}

static int read_texts(const struct emotionstage *s, struct emotionstage_work *w,
		      const struct emotion_text *texts, size_t count,
		      struct err *err)
{
	if (s->encoder)
		return emotionencoder_read(s->encoder, w->encoder, texts, count,
					   &w->told, err);
	emotion_read_all(s->reader, w->emotion, texts, count, &w->told);
	return 0;
}

static void put_emotion(const struct emotionstage *s,
			const struct emotionstage_work *w, struct str *out)
{
	if (s->encoder)
		emotionencoder_json(s->encoder, &w->told, out);
	else
		emotion_json(&w->told, out);
}

void emotionstage_line(const struct emotionstage *s,
		       struct emotionstage_work *w, struct span line,
		       struct str *out)
{
	const struct emotion_text one = { line, 1 };
	struct err err;

	str_puts(out, "{\"text\":");
	json_put_string(out, line);
	str_puts(out, ",\"emotion\":");
	if (read_texts(s, w, &one, 1, &err))
		str_puts(out, "null");
	else
		put_emotion(s, w, out);
	if (s->themes) {
		str_puts(out, ",\"themes\":");
		put_themes(s, line, out);
	}
	str_reset(&w->json);
	if (s->targets && put_targets(s, &w->told, &w->json)) {
		str_puts(out, ",\"targets\":");
		str_span(out, span_str(&w->json));
	}
	str_puts(out, "}\n");
}

/* Sets a member to what json holds, or removes it. */
static void settle(struct record *r, const char *name, bool there,
		   struct emotionstage_work *w)
{
	if (there)
		record_set(r, name, span_str(&w->json));
	else
		record_remove(r, name);
	str_reset(&w->json);
}

static void join_texts(struct emotionstage_work *w)
{
	str_reset(&w->whole);
	for (size_t i = 0; i < w->texts.count; i++) {
		str_span(&w->whole, w->texts.texts[i].text);
		str_putc(&w->whole, '\n');
	}
}

int emotionstage_record(const struct emotionstage *s,
			struct emotionstage_work *w, struct record *r,
			struct err *err)
{
	const struct emotion *e = &w->told;

	emotionfields_read(&s->fields, r, &w->texts);
	if (read_texts(s, w, w->texts.texts, w->texts.count, err))
		return -1;
	str_reset(&w->json);
	if (e->tokens)
		put_emotion(s, w, &w->json);
	settle(r, "emotion", e->tokens, w);
	if (s->themes) {
		join_texts(w);
		settle(r, "themes",
		       put_themes(s, span_str(&w->whole), &w->json), w);
	}
	if (s->targets)
		settle(r, "targets", put_targets(s, e, &w->json), w);
	return 0;
}
