/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/versions.h"

#include "corpus/datadir.h"
#include "io/input.h"
#include "io/tableline.h"
#include "text/tokens.h"

enum { TABLE_MAX = 1 << 20, PHRASE_WORDS = 16, PHRASE_BYTES = 128 };

static struct span field(struct span *line)
{
	const char *tab = memchr(line->p, '\t', line->n);
	struct span f = *line;

	if (!tab) {
		*line = (struct span){ line->p + line->n, 0 };
		return span_trim(f);
	}
	f.n = (size_t)(tab - line->p);
	*line = (struct span){ tab + 1, line->n - f.n - 1 };
	return span_trim(f);
}

static int class_of(struct versions *v, struct span name)
{
	int i;

	for (i = 1; i < v->classes; i++)
		if (span_is(name, v->names[i]))
			return i;
	if (!name.n || name.n >= VERSIONS_NAME || i >= VERSIONS_CLASSES)
		return 0;
	memcpy(v->names[i], name.p, name.n);
	v->classes = i + 1;
	return i;
}

static unsigned places_of(struct span text)
{
	static const char letters[] = "btal";
	unsigned places = 0;

	for (size_t i = 0; i < text.n; i++) {
		const char *at = memchr(letters, text.p[i], 4);

		if (!at)
			return 0;
		places |= 1u << (at - letters);
	}
	return places;
}

/* Replaces *out with the phrase's tokens, joined by blanks; how many. */
static size_t phrase_of(struct span text, struct str *out)
{
	struct tokens t = { 0 };
	struct token k;
	size_t n = 0;

	str_reset(out);
	tokens_start(&t, text);
	while (tokens_next(&t, &k)) {
		if (n++)
			str_putc(out, ' ');
		str_span(out, k.text);
	}
	tokens_release(&t);
	return n;
}

static int parse_line(struct versions *v, struct span line, struct str *phrase)
{
	struct span text = field(&line), name = field(&line);
	unsigned places = places_of(field(&line));
	size_t words = phrase_of(text, phrase);
	int class = class_of(v, name);

	if (!words || words > PHRASE_WORDS || phrase->n > PHRASE_BYTES ||
	    !class || !places)
		return -1;
	if (words > v->longest)
		v->longest = words;
	*table_put(&v->phrases, span_str(phrase)) =
	    (uint64_t) class << 8 | places;
	return 0;
}

int versions_parse(struct versions *v, struct span tsv, const char *name,
		   struct err *err)
{
	struct str phrase = { 0 };
	struct span line;
	size_t number = 0;
	int rc = 0;

	*v = (struct versions){ .classes = 1 };
	class_of(v, SPAN("noise"));
	class_of(v, SPAN("guests"));
	while (!rc && tableline_next(&tsv, &line, &number))
		if (parse_line(v, line, &phrase))
			rc = err_set(err, ERR_DATA, "malformed",
				     "%s:%zu: expected a phrase, a class and "
				     "places (letters of btal), with tabs "
				     "between them",
				     name, number);
	str_release(&phrase);
	if (rc)
		versions_release(v);
	return rc;
}

int versions_load(struct versions *v, struct err *err)
{
	struct str path = { 0 }, text = { 0 };
	int rc = input_slurp(datadir_path("version-words.tsv", &path),
			     TABLE_MAX, &text, err);

	if (!rc)
		rc = versions_parse(v, span_str(&text), str_z(&path), err);
	str_release(&path);
	str_release(&text);
	return rc;
}

void versions_release(struct versions *v)
{
	table_release(&v->phrases);
	*v = (struct versions){ 0 };
}

int versions_find(const struct versions *v, const struct span *words, size_t n,
		  enum versions_place place, size_t *used)
{
	char text[PHRASE_BYTES];
	size_t at = 0;
	int found = 0;

	for (size_t i = 0; i < n && i < v->longest; i++) {
		const uint64_t *value;

		if (at + words[i].n + 1 > sizeof(text))
			break;
		if (i)
			text[at++] = ' ';
		memcpy(text + at, words[i].p, words[i].n);
		at += words[i].n;
		value = table_get(&v->phrases, (struct span){ text, at });
		if (!value || !(*value & (unsigned)place))
			continue;
		found = (int)(*value >> 8);
		*used = i + 1;
	}
	return found;
}
