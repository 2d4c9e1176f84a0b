/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/indexinputs.h"

#include <stdlib.h>

#include "base/mem.h"
#include "corpus/datadir.h"
#include "corpus/lexicon.h"
#include "corpus/weights.h"
#include "index/signalwriter.h"
#include "io/input.h"
#include "learn/recipe.h"
#include "learn/textmodel.h"

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
	str_release(&in->lexicon);
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
static int check_recipe(struct indexinputs *in,
			const struct indexinput_paths *p, struct err *err)
{
	uint8_t recipe[HASH_SIZE];
	struct textmodel *m;

	if (!p->model)
		return 0;
	in->model = pack_open(p->model, TEXTMODEL_KIND, TEXTMODEL_VERSION, err);
	m = in->model ? textmodel_open(in->model, err) : NULL;
	if (!m)
		return -1;
	textmodel_free(m);
	recipe_embed_text(pack_digest(in->model), recipe);
	if (!memcmp(recipe, featset_schema(in->sources.text)->recipe,
		    HASH_SIZE))
		return 0;
	return err_set(err, ERR_DATA, "recipe",
		       "%s was not made with %s; "
		       "make it again: embed text --model %s",
		       p->text.items[0], p->model, p->model);
}

int indexinputs_open(struct indexinputs *in, const struct indexinput_paths *p,
		     struct err *err)
{
	struct str path = { 0 };
	struct lexicon *lexicon = NULL;
	struct weights weights = { 0 };
	int rc = input_slurp(datadir_path("lexicon.tsv", &path), TABLE_MAX,
			     &in->lexicon, err);

	if (!rc) {
		lexicon = lexicon_parse(span_str(&in->lexicon), path.p, err);
		rc = lexicon ? 0 : -1;
	}
	rc = rc ||
	     input_slurp(datadir_path("weights.tsv", &path), TABLE_MAX,
			 &in->weights, err) ||
	     weights_parse(&weights, span_str(&in->weights), path.p, err) ||
	     open_set(&in->sources.text, &p->text, err) ||
	     open_set(&in->sources.sound, &p->sound, err) ||
	     open_set(&in->sources.mood, &p->mood, err) ||
	     open_audio(in, p, err) || check_recipe(in, p, err);
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
		   "\"sound\":%zu,\"measured\":%zu,\"retrieval\":\"exact\"",
		   GENERATION_VERSION, n->tracks, n->artists, n->genres,
		   n->text, n->audio[AUDIO_COMPONENTS], n->mood, n->display,
		   n->measured);
	if (in->model)
		put_digest(&s, "text_model", pack_digest(in->model));
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

int indexinputs_write(const struct indexinputs *in,
		      const struct index_counts *counts, struct pack_writer *pw,
		      struct err *err)
{
	for (int i = 0; in->model && textmodel_sections[i]; i++) {
		struct span s = pack_get(in->model, textmodel_sections[i]);

		if (s.p &&
		    pack_section(pw, textmodel_sections[i], s.p, s.n, err))
			return -1;
	}
	return pack_section(pw, "lexicon", in->lexicon.p, in->lexicon.n, err) ||
		       pack_section(pw, "weights", in->weights.p, in->weights.n,
				    err) ||
		       write_meta(in, counts, pw, err)
		   ? -1
		   : 0;
}
