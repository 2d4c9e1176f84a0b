/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/healed.h"

#include "io/json.h"
#include "text/url.h"

/* Members of a finding that may stand under "imputed". */
static const char *const guesses[] = { "genre", "tags", "year", "license",
				       "description" };
enum { GUESSES = sizeof(guesses) / sizeof(*guesses) };

void healed_facts_read(struct healed_facts *f, const struct record *r)
{
	double ms;

	if (!record_text(r, "title", &f->title))
		str_reset(&f->title);
	if (!record_text(r, "artist", &f->artist))
		str_reset(&f->artist);
	if (!record_text(r, "album", &f->album))
		str_reset(&f->album);
	f->duration = 0;
	if (record_number(r, "duration_ms", &ms) && ms > 0 && ms < 1e9)
		f->duration = ms / 1000;
}

void healed_facts_release(struct healed_facts *f)
{
	str_release(&f->title);
	str_release(&f->artist);
	str_release(&f->album);
}

bool healed_key(const struct record *r, struct str *text, struct str *key)
{
	if (record_text(r, "permalink_url", text) &&
	    !url_canonical(span_str(text), key))
		return true;
	str_reset(key);
	if (record_id(r, text, NULL) || !text->n)
		return false;
	str_puts(key, "id:");
	str_span(key, span_str(text));
	return true;
}

static bool filled(struct span value)
{
	if (!value.p || json_type(value) == JSON_NULL)
		return false;
	if (json_type(value) == JSON_STRING) {
		struct span inside = { value.p + 1, value.n - 2 };

		return span_trim(inside).n > 0;
	}
	if (json_type(value) == JSON_ARRAY || json_type(value) == JSON_OBJECT) {
		struct span inside = { value.p + 1, value.n - 2 };

		return span_trim(inside).n > 0;
	}
	return value.n > 0;
}

static bool has(const struct record *r, const char *name)
{
	return filled(record_get(r, name));
}

static bool lacks(const struct record *r, const char *name)
{
	return !has(r, name);
}

unsigned healed_wants(const struct record *r, bool living)
{
	struct span status = record_get(r, "url_status");
	struct span music = record_get(r, "is_music");
	bool dead = status.p && span_is(status, "\"DEAD\"");
	unsigned kinds = 0;

	if (!has(r, "title") || (music.p && span_is(music, "false")))
		return 0;
	if (dead)
		kinds |= 1u << CATALOGUE_LINK;
	if ((dead || living) &&
	    (lacks(r, "genre") || lacks(r, "tags") || lacks(r, "year")))
		kinds |= 1u << CATALOGUE_METADATA;
	if (lacks(r, "lyrics"))
		kinds |= 1u << CATALOGUE_LYRICS;
	return kinds;
}

void healed_release(struct healed *h)
{
	str_release(&h->imputed);
	str_release(&h->text);
	str_release(&h->value);
}

/* --- undo --- */

static bool is_ours(const struct catalogues *c, struct span name)
{
	return span_is(name, HEALED_NEAR) || catalogues_find(c, name);
}

static bool text_is_ours(struct healed *h, const struct catalogues *c,
			 struct span value)
{
	str_reset(&h->text);
	return !json_string(value, &h->text) && is_ours(c, span_str(&h->text));
}

static void put_member(struct str *out, struct span name, struct span value)
{
	str_puts(out, out->n ? ",\"" : "{\"");
	str_span(out, name);
	str_puts(out, "\":");
	str_span(out, value);
}

bool healed_undo(struct healed *h, const struct catalogues *c, struct record *r)
{
	struct span imputed = record_get(r, "imputed"), name, value;
	struct span origin = record_get(r, "lyrics_origin");
	bool any = false, guess = false;
	size_t pos = 0;

	if (record_get(r, "recovered").p) {
		record_remove(r, "recovered");
		record_remove(r, "recovered_url");
		any = true;
	}
	if (origin.p && text_is_ours(h, c, origin)) {
		record_remove(r, "lyrics");
		record_remove(r, "lyrics_origin");
		any = true;
	}
	str_reset(&h->imputed);
	while (json_member(imputed, &pos, &name, &value) > 0) {
		if (text_is_ours(h, c, json_get(value, "method")))
			guess = true;
		else
			put_member(&h->imputed, name, value);
	}
	if (guess && h->imputed.n) {
		str_putc(&h->imputed, '}');
		record_set(r, "imputed", span_str(&h->imputed));
	} else if (guess) {
		record_remove(r, "imputed");
	}
	return any || guess;
}

/* --- adding --- */

void healed_begin(struct healed *h, const struct record *r)
{
	struct span imputed = record_get(r, "imputed"), name, value;
	size_t pos = 0;

	str_reset(&h->imputed);
	while (json_member(imputed, &pos, &name, &value) > 0)
		put_member(&h->imputed, name, value);
}

static bool is_in(struct healed *h, const char *name)
{
	size_t before = h->imputed.n;
	bool found;

	if (!before)
		return false;
	str_putc(&h->imputed, '}');
	found = json_get(span_str(&h->imputed), name).p != NULL;
	h->imputed.n = before;
	return found;
}

void healed_metadata(struct healed *h, const struct record *r,
		     struct span finding, const char *method)
{
	struct span confidence = json_get(finding, "confidence");

	for (int i = 0; i < GUESSES; i++) {
		struct span value = json_get(finding, guesses[i]);

		if (!filled(value) || !lacks(r, guesses[i]) ||
		    is_in(h, guesses[i]))
			continue;
		str_reset(&h->value);
		str_puts(&h->value, "{\"value\":");
		str_span(&h->value, value);
		str_puts(&h->value, ",\"method\":");
		json_put_string(&h->value, span_of(method));
		str_puts(&h->value, ",\"confidence\":");
		if (confidence.p)
			str_span(&h->value, confidence);
		else
			str_putc(&h->value, '0');
		str_putc(&h->value, '}');
		put_member(&h->imputed, span_of(guesses[i]),
			   span_str(&h->value));
	}
}

void healed_end(struct healed *h, struct record *r)
{
	if (!h->imputed.n)
		return;
	str_putc(&h->imputed, '}');
	if (!span_eq(span_str(&h->imputed), record_get(r, "imputed")))
		record_set(r, "imputed", span_str(&h->imputed));
}

bool healed_link(struct healed *h, struct record *r, struct span finding,
		 const char *source)
{
	static const char *const kept[] = {
		"confidence", "title", "artist", "album", "duration", "license"
	};
	struct span url = json_get(finding, "url");

	if (!filled(url))
		return false;
	str_reset(&h->value);
	put_member(&h->value, SPAN("source"), SPAN(""));
	json_put_string(&h->value, span_of(source));
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) {
		struct span value = json_get(finding, kept[i]);

		if (filled(value))
			put_member(&h->value, span_of(kept[i]), value);
	}
	str_putc(&h->value, '}');
	record_set(r, "recovered_url", url);
	record_set(r, "recovered", span_str(&h->value));
	return true;
}

void healed_lyrics(struct record *r, struct span finding, const char *origin)
{
	struct span lyrics = json_get(finding, "lyrics");

	if (!filled(lyrics) || has(r, "lyrics"))
		return;
	record_set(r, "lyrics", lyrics);
	record_set_text(r, "lyrics_origin", span_of(origin));
}
