/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/metamodel.h"

#include <stdlib.h>

#include "corpus/track.h"
#include "io/json.h"

/* Confidences that are no estimates: man impute(1) says what was measured. */
static const double vibe_confidence = 0.8, template_confidence = 0.3;
static const double template_genre = 0.3; /* least of a genre told */

int metamodel_open(struct metamodel *m, const char *path, struct err *err)
{
	*m = (struct metamodel){ 0 };
	m->pack = pack_open(path, METAMODEL_KIND, METAMODEL_VERSION, err);
	if (!m->pack)
		return -1;
	if (!pack_verify(m->pack, err) &&
	    !genremodel_open(&m->genres, m->pack, err) &&
	    !tagmodel_open(&m->tags, m->pack, err))
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

static int impute_genre(const struct metamodel *m, struct metatext *t,
			const struct record *r, struct err *err)
{
	struct genre_clues clues;
	struct genre_guess guess;

	if (metatext_clues(t, &m->genres.sound, r, &clues, err))
		return -1;
	if (!genremodel_guess(&m->genres, &clues, &guess))
		return 0;
	begin_guess(&t->out, "genre");
	json_put_string(&t->out, guess.value);
	end_guess(&t->out, genre_method_name(guess.method), guess.confidence);
	if (guess.confidence >= template_genre && guess.method != GENRE_COMMON)
		str_span(&t->genre, guess.value);
	return 0;
}

static void impute_tags(const struct metamodel *m, struct metatext *t)
{
	struct tagmodel_clues clues;
	bool text = false, genre = false;
	double sure = 0;
	size_t n;

	metatext_tag_clues(t, &m->tags, span_str(&t->genre), &clues);
	n = tagmodel_choose(&m->tags, &clues, t->tags);
	if (!n)
		return;
	begin_guess(&t->out, "tags");
	for (size_t i = 0; i < n; i++) {
		str_putc(&t->out, i ? ',' : '[');
		json_put_string(&t->out,
				tagmodel_name(&m->tags, t->tags[i].tag));
		sure += t->tags[i].sure / (double)n;
		text = text || t->tags[i].source < TAGMODEL_GENRE;
		genre = genre || t->tags[i].source == TAGMODEL_GENRE;
	}
	str_putc(&t->out, ']');
	end_guess(&t->out,
		  text    ? "tf-idf"
		  : genre ? "genre"
			  : "association",
		  sure);
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
	static const char *const methods[] = { "artist-mode", "sound-cluster",
					       "keyword",     "most-common",
					       "tf-idf",      "genre",
					       "association", "vibe-text",
					       "template" };

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

int metamodel_impute(const struct metamodel *m, struct metatext *t,
		     struct record *r, struct err *err)
{
	bool genre, tags, description;

	fields_find(&t->fields, r);
	genre = metatext_has(t, FIELD_GENRE);
	tags = metatext_has(t, FIELD_TAGS);
	description = metatext_has(t, FIELD_DESCRIPTION);
	str_reset(&t->out);
	str_reset(&t->genre);
	if (genre)
		str_span(&t->genre,
			 fields_text(t->fields.at[FIELD_GENRE], &t->text));
	copy_foreign(t, record_get(r, "imputed"), &genre, &tags, &description);
	metatext_read(t, !tags, !genre);
	if (!genre && impute_genre(m, t, r, err))
		return -1;
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
	return 0;
}
