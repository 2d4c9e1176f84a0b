/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/metamodel.h"

#include <stdlib.h>

#include "base/mem.h"
#include "corpus/artists.h"
#include "corpus/fields.h"
#include "corpus/track.h"
#include "io/atomic.h"
#include "io/json.h"

/* Confidences that are no estimates: man impute(1) says what was measured. */
static const double vibe_confidence = 0.8, template_confidence = 0.3;
static const double tags_confidence = 0.15; /* with TAGMODEL_LEAST tags */
static const double template_genre = 0.3;   /* least of a genre told */

struct metatext {
	struct fields fields;
	struct ngrams texts, all, name;
	struct str text, folded, out, genre;
	struct span tags[TAGMODEL_MOST];
};

struct metamodel_fit {
	struct genremodel_fit *genres;
	struct tagmodel_fit *tags;
	struct metatext *text;
};

struct metatext *metatext_new(void)
{
	return mem_zalloc(1, sizeof(struct metatext));
}

void metatext_free(struct metatext *t)
{
	if (!t)
		return;
	ngrams_release(&t->texts);
	ngrams_release(&t->all);
	ngrams_release(&t->name);
	str_release(&t->text);
	str_release(&t->folded);
	str_release(&t->out);
	str_release(&t->genre);
	free(t);
}

/* As track.h sees it: only tags may be more than a text. */
static bool has(struct metatext *t, enum field field)
{
	struct span value = t->fields.at[field];

	return field == FIELD_TAGS ? fields_filled(value)
				   : fields_text(value, &t->text).p != NULL;
}

static void add_text(struct metatext *t, struct ngrams *g, enum field field)
{
	struct span s = fields_text(t->fields.at[field], &t->text);

	if (s.p)
		ngrams_add(g, s);
}

/* Source tags, a string or an array of strings. */
static void add_tags(struct metatext *t, struct ngrams *g)
{
	struct span value = t->fields.at[FIELD_TAGS], element;
	size_t pos = 0;

	add_text(t, g, FIELD_TAGS);
	while (json_each(value, &pos, &element) > 0) {
		element = fields_text(element, &t->text);
		if (element.p)
			ngrams_add(g, element);
	}
}

/* Terms of title, description and vibe text; of those and the tags. */
static void read_texts(struct metatext *t, bool texts, bool all)
{
	ngrams_reset(&t->texts);
	ngrams_reset(&t->all);
	for (int i = 0; i < 2; i++) {
		struct ngrams *g = i ? &t->all : &t->texts;

		if (!(i ? all : texts))
			continue;
		add_text(t, g, FIELD_TITLE);
		add_text(t, g, FIELD_DESCRIPTION);
		add_text(t, g, FIELD_VIBE_TEXT);
		if (i)
			add_tags(t, g);
		ngrams_merge(g);
	}
}

static struct genre_clues clues_of(struct metatext *t)
{
	struct genre_clues clues = { .terms = &t->all };
	struct span artist = fields_text(t->fields.at[FIELD_ARTIST], &t->text);

	if (artist.p) {
		clues.has_artist = true;
		clues.artist = artists_key(artist, &t->folded);
	}
	return clues;
}

/* --- fitting --- */

struct metamodel_fit *metamodel_fit_new(const struct stoplist *stop,
					size_t memory)
{
	struct metamodel_fit *f = mem_zalloc(1, sizeof(*f));

	f->genres = genremodel_fit_new(stop, memory / 2);
	f->tags = tagmodel_fit_new(stop, memory / 2);
	f->text = metatext_new();
	return f;
}

void metamodel_fit_free(struct metamodel_fit *f)
{
	if (!f)
		return;
	genremodel_fit_free(f->genres);
	tagmodel_fit_free(f->tags);
	metatext_free(f->text);
	free(f);
}

int metamodel_fit_each(void *ctx, struct record *r, struct err *err)
{
	struct metamodel_fit *f = ctx;
	struct metatext *t = f->text;
	struct genre_clues clues;
	struct span genre;

	fields_find(&t->fields, r);
	read_texts(t, true, has(t, FIELD_GENRE));
	if (tagmodel_fit_add(f->tags, &t->texts, err))
		return -1;
	if (!has(t, FIELD_GENRE))
		return 0;
	clues = clues_of(t);
	genre = fields_text(t->fields.at[FIELD_GENRE], &t->text);
	return genre.p ? genremodel_fit_add(f->genres, genre, &clues, err) : 0;
}

int metamodel_fit_write(struct metamodel_fit *f, const char *path,
			struct err *err)
{
	struct atomic *a = atomic_open(path, err);
	struct pack_writer *w;
	int rc;

	if (!a)
		return -1;
	w = pack_writer_new(atomic_file(a), METAMODEL_KIND, METAMODEL_VERSION,
			    err);
	rc = !w || genremodel_fit_write(f->genres, w, err) ||
	     tagmodel_fit_write(f->tags, w, err);
	if (w && pack_writer_end(w, NULL, rc ? NULL : err))
		rc = -1;
	if (!rc)
		return atomic_commit(a, err);
	atomic_abort(a);
	return -1;
}

/* --- applying --- */

int metamodel_open(struct metamodel *m, const char *path, struct err *err)
{
	*m = (struct metamodel){ 0 };
	m->pack = pack_open(path, METAMODEL_KIND, METAMODEL_VERSION, err);
	if (!m->pack)
		return -1;
	if (!genremodel_open(&m->genres, m->pack, err) &&
	    !terms_open(&m->tags, m->pack, "tag", err))
		return 0;
	err_prefix(err, "%s", path);
	metamodel_close(m);
	return -1;
}

void metamodel_close(struct metamodel *m)
{
	pack_close(m->pack);
	*m = (struct metamodel){ 0 };
}

/* "name":{"value": of a member of imputed; end_guess closes it. */
static void begin_guess(struct str *out, const char *name)
{
	str_putc(out, out->n ? ',' : '{');
	json_put_string(out, span_of(name));
	str_puts(out, ":{\"value\":");
}

static void end_guess(struct str *out, const char *method, double confidence)
{
	str_puts(out, ",\"method\":");
	json_put_string(out, span_of(method));
	str_puts(out, ",\"confidence\":");
	json_put_number(out, confidence, 3);
	str_putc(out, '}');
}

static void impute_genre(const struct metamodel *m, struct metatext *t)
{
	struct genre_clues clues = clues_of(t);
	struct genre_guess guess;

	if (!genremodel_guess(&m->genres, &clues, &guess))
		return;
	begin_guess(&t->out, "genre");
	json_put_string(&t->out, guess.value);
	end_guess(&t->out, guess.method, guess.confidence);
	if (guess.confidence >= template_genre &&
	    strcmp(guess.method, "most-common"))
		str_span(&t->genre, guess.value);
}

static void impute_tags(const struct metamodel *m, struct metatext *t)
{
	struct span artist = fields_text(t->fields.at[FIELD_ARTIST], &t->text);
	size_t n;

	ngrams_reset(&t->name);
	if (artist.p)
		ngrams_add(&t->name, artist);
	ngrams_merge(&t->name);
	n = tagmodel_choose(&m->tags, &t->texts, &t->name, t->tags);
	if (!n)
		return;
	begin_guess(&t->out, "tags");
	for (size_t i = 0; i < n; i++) {
		str_putc(&t->out, i ? ',' : '[');
		json_put_string(&t->out, t->tags[i]);
	}
	str_putc(&t->out, ']');
	end_guess(&t->out, "tf-idf",
		  n < TAGMODEL_LEAST
		      ? tags_confidence * (double)n / TAGMODEL_LEAST
		      : tags_confidence);
}

/* "A House track by Narq from 2003", with what is known. */
static bool template(struct metatext *t, const struct record *r,
		     struct str *out)
{
	struct span artist = fields_text(t->fields.at[FIELD_ARTIST], &t->text);
	int year;

	if (!artist.p && !t->genre.n)
		return false;
	str_reset(out);
	str_puts(out, t->genre.n && strchr("AEIOUaeiou", t->genre.p[0]) ? "An"
									: "A");
	if (t->genre.n) {
		str_putc(out, ' ');
		str_span(out, span_str(&t->genre));
	}
	str_puts(out, " track");
	if (artist.p) {
		str_puts(out, " by ");
		str_span(out, artist);
	}
	if (track_year(r, &year)) {
		str_puts(out, " from ");
		str_i64(out, year);
	}
	return true;
}

static void impute_description(struct metatext *t, const struct record *r)
{
	struct span vibe = fields_text(t->fields.at[FIELD_VIBE_TEXT], &t->text);

	if (vibe.p) {
		begin_guess(&t->out, "description");
		json_put_string(&t->out, vibe);
		end_guess(&t->out, "vibe-text", vibe_confidence);
	} else if (template(t, r, &t->folded)) {
		begin_guess(&t->out, "description");
		json_put_string(&t->out, span_str(&t->folded));
		end_guess(&t->out, "template", template_confidence);
	}
}

/* Did impute make this member of an "imputed"? What heal found is surer than
 * any guess of ours. */
static bool is_own(struct metatext *t, struct span name, struct span value)
{
	static const char *const methods[] = { "artist-mode", "keyword",
					       "most-common", "tf-idf",
					       "vibe-text",   "template" };

	if (!json_name_is(name, "genre") && !json_name_is(name, "tags") &&
	    !json_name_is(name, "description"))
		return false;
	str_reset(&t->text);
	if (json_string(json_get(value, "method"), &t->text))
		return true;
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (span_is(span_str(&t->text), methods[i]))
			return true;
	return false;
}

/* Members that others made; a genre is known then. */
static void copy_foreign(struct metatext *t, struct span imputed, bool *genre,
			 bool *tags, bool *description)
{
	struct str *out = &t->out;
	struct span name, value;
	size_t pos = 0;

	while (json_member(imputed, &pos, &name, &value) > 0) {
		if (is_own(t, name, value))
			continue;
		str_puts(out, out->n ? ",\"" : "{\"");
		str_span(out, name);
		str_puts(out, "\":");
		str_span(out, value);
		if (json_name_is(name, "genre") && !*genre) {
			*genre = true;
			json_string(json_get(value, "value"), &t->genre);
		}
		*tags |= json_name_is(name, "tags");
		*description |= json_name_is(name, "description");
	}
}

void metamodel_impute(const struct metamodel *m, struct metatext *t,
		      struct record *r)
{
	bool genre, tags, description;

	fields_find(&t->fields, r);
	genre = has(t, FIELD_GENRE);
	tags = has(t, FIELD_TAGS);
	description = has(t, FIELD_DESCRIPTION);
	str_reset(&t->out);
	str_reset(&t->genre);
	if (genre && !description)
		str_span(&t->genre,
			 fields_text(t->fields.at[FIELD_GENRE], &t->text));
	copy_foreign(t, record_get(r, "imputed"), &genre, &tags, &description);
	read_texts(t, !tags, !genre);
	if (!genre)
		impute_genre(m, t);
	if (!tags)
		impute_tags(m, t);
	if (!description)
		impute_description(t, r);
	if (t->out.n) {
		str_putc(&t->out, '}');
		record_set(r, "imputed", span_str(&t->out));
	} else {
		record_remove(r, "imputed");
	}
}
