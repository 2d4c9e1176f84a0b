/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/wording.h"

#include "corpus/datadir.h"
#include "io/input.h"

enum { TABLE_MAX = 1 << 20 };

int wording_open(struct wording *w, struct err *err)
{
	struct str path = { 0 }, text = { 0 };
	uint8_t profiles[HASH_SIZE];
	struct hash *digest;
	int rc;

	*w = (struct wording){ 0 };
	rc = input_slurp(datadir_path("instrumental-words.tsv", &path),
			 TABLE_MAX, &text, err);
	if (!rc)
		rc = instrumental_parse(&w->words, span_str(&text),
					str_z(&path), err);
	if (!rc)
		w->languages = language_profiles(
		    datadir_path("languages.conf", &path), err);
	if (w->languages) {
		profiles_digest(w->languages, profiles);
		digest = hash_new();
		hash_add(digest, profiles, sizeof(profiles));
		hash_add(digest, text.p, text.n);
		hash_end(digest, w->digest);
		hash_free(digest);
	}
	rc = w->languages ? 0 : -1;
	str_release(&path);
	str_release(&text);
	if (rc)
		wording_close(w);
	return rc;
}

void wording_close(struct wording *w)
{
	instrumental_release(&w->words);
	profiles_free(w->languages);
	*w = (struct wording){ 0 };
}

void wording_scratch_release(struct wording_scratch *s)
{
	language_free(s->language);
	instrumental_scratch_release(&s->instrumental);
	str_release(&s->text);
	str_release(&s->raw);
	*s = (struct wording_scratch){ 0 };
}

static void add_language(const struct wording *w, struct wording_scratch *s,
			 struct record *r)
{
	static const char *const names[] = { "lyrics", "description", "title" };
	const char *best = NULL;

	str_reset(&s->raw);
	for (int i = 0; i < 3; i++) {
		const char *code;

		if (!record_text(r, names[i], &s->text))
			continue;
		if (!s->language)
			s->language = language_new(w->languages);
		code = language_of(s->language, span_str(&s->text));
		str_printf(&s->raw, "%c\"%s\":\"%s\"", best ? ',' : '{',
			   names[i], code);
		if (!best || !strcmp(best, LANGUAGE_UNKNOWN))
			best = code;
	}
	if (!best)
		return;
	str_putc(&s->raw, '}');
	record_set_text(r, "language", span_of(best));
	if (strcmp(best, LANGUAGE_UNKNOWN) != 0)
		record_set(r, "languages", span_str(&s->raw));
}

void wording_add(const struct wording *w, struct wording_scratch *s,
		 struct record *r)
{
	const char *because;
	int is;

	add_language(w, s, r);
	is = instrumental_judge(&w->words, &s->instrumental, r, &because);
	if (is < 0)
		return;
	record_set(r, "instrumental", is ? SPAN("true") : SPAN("false"));
	record_set_text(r, "instrumental_reason", span_of(because));
}
