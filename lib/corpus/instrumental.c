/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/instrumental.h"

#include <stdlib.h>

#include "base/mem.h"
#include "io/json.h"
#include "io/tableline.h"

enum { YES = 1, NO = 2 }; /* bits of what was found */
enum { IN_TITLE = 4, IN_TAGS = 8, IN_GENRE = 16 };
enum {
	PHRASE_WORDS = 16,
	LYRICS_LOOKED = 2000, /* bytes */
	LYRICS_WORDS = 10,    /* fewer are a remark about them */
};

void instrumental_release(struct instrumental_words *w)
{
	table_release(&w->phrases);
	*w = (struct instrumental_words){ 0 };
}

void instrumental_scratch_release(struct instrumental_scratch *s)
{
	tokens_release(&s->tokens);
	str_release(&s->text);
	str_release(&s->words);
	free(s->ends);
	*s = (struct instrumental_scratch){ 0 };
}

/* Sets s->words to the folded words of text joined by blanks, and s->ends to
 * where each of them ends; how many. */
static size_t read_words(struct instrumental_scratch *s, struct span text)
{
	struct token token;
	size_t n = 0;

	str_reset(&s->words);
	tokens_start(&s->tokens, text);
	while (tokens_next(&s->tokens, &token)) {
		if (n)
			str_putc(&s->words, ' ');
		str_span(&s->words, token.text);
		MEM_ROOM(s->ends, n + 1, s->cap);
		s->ends[n++] = s->words.n;
	}
	return n;
}

/* --- the table --- */

static struct span column(struct span *line)
{
	const char *tab = memchr(line->p, '\t', line->n);
	struct span c = *line;

	if (tab)
		c.n = (size_t)(tab - line->p);
	line->p += tab ? c.n + 1 : c.n;
	line->n -= tab ? c.n + 1 : c.n;
	return span_trim(c);
}

static int parse_line(struct instrumental_words *w,
		      struct instrumental_scratch *s, struct span line)
{
	struct span phrase = column(&line), answer = column(&line);
	struct span places = column(&line);
	uint64_t meaning = span_is(answer, "yes")  ? YES
			   : span_is(answer, "no") ? NO
						   : 0;
	size_t words = read_words(s, phrase);

	if (!meaning || !words || words > PHRASE_WORDS || !places.n)
		return -1;
	for (size_t i = 0; i < places.n; i++) {
		switch (places.p[i]) {
		case 't':
			meaning |= IN_TITLE;
			break;
		case 'k':
			meaning |= IN_TAGS;
			break;
		case 'g':
			meaning |= IN_GENRE;
			break;
		default:
			return -1;
		}
	}
	w->longest = words > w->longest ? words : w->longest;
	*table_put(&w->phrases, span_str(&s->words)) = meaning;
	return 0;
}

int instrumental_parse(struct instrumental_words *w, struct span tsv,
		       const char *name, struct err *err)
{
	struct instrumental_scratch s = { 0 };
	struct span line;
	size_t number = 0;
	int rc = 0;

	*w = (struct instrumental_words){ 0 };
	while (!rc && tableline_next(&tsv, &line, &number))
		if (parse_line(w, &s, line))
			rc = err_set(err, ERR_DATA, "malformed",
				     "%s:%zu: expected a phrase, yes or no, "
				     "and places (letters of tkg), with tabs "
				     "between them",
				     name, number);
	instrumental_scratch_release(&s);
	if (rc)
		instrumental_release(w);
	return rc;
}

/* --- a record --- */

/* What is said in n words of s->words: bits of YES and NO. */
static unsigned said(const struct instrumental_words *w,
		     const struct instrumental_scratch *s, size_t n,
		     uint64_t place)
{
	unsigned found = 0;
	size_t i = 0, start = 0;

	while (i < n) {
		size_t last = n - i < w->longest ? n - i : w->longest;
		const uint64_t *meaning = NULL;

		for (; last; last--) {
			struct span phrase = { s->words.p + start,
					       s->ends[i + last - 1] - start };

			meaning = table_get(&w->phrases, phrase);
			if (meaning && (*meaning & place))
				break;
		}
		if (last)
			found |= (unsigned)(*meaning & (YES | NO));
		i += last ? last : 1;
		start = s->ends[i - 1] + 1;
	}
	return found;
}

static unsigned said_in(const struct instrumental_words *w,
			struct instrumental_scratch *s, struct span value,
			uint64_t place)
{
	struct span element;
	unsigned found = 0;
	size_t pos = 0;

	if (json_type(value) == JSON_ARRAY) {
		while (json_each(value, &pos, &element) > 0)
			if (json_type(element) == JSON_STRING)
				found |= said_in(w, s, element, place);
		return found;
	}
	str_reset(&s->text);
	if (json_string(value, &s->text))
		return 0;
	return said(w, s, read_words(s, span_str(&s->text)), place);
}

static unsigned said_by_lyrics(const struct instrumental_words *w,
			       struct instrumental_scratch *s,
			       const struct record *r)
{
	struct span text;
	size_t n;

	if (!record_text(r, "lyrics", &s->text))
		return 0;
	text = span_str(&s->text);
	text.n = text.n < LYRICS_LOOKED ? text.n : LYRICS_LOOKED;
	n = read_words(s, text);
	return n >= LYRICS_WORDS ? NO : said(w, s, n, IN_TAGS) & YES;
}

static unsigned measured(const struct record *r)
{
	struct span all = record_get(r, "measured_elsewhere"), name, one;
	unsigned found = 0;
	size_t pos = 0;
	double v;

	while (json_member(all, &pos, &name, &one) > 0) {
		if (json_type(one) != JSON_OBJECT ||
		    json_number(json_get(one, "instrumentalness"), &v))
			continue;
		found |= v >= INSTRUMENTAL_YES  ? YES
			 : v <= INSTRUMENTAL_NO ? NO
						: YES | NO;
	}
	return found;
}

int instrumental_judge(const struct instrumental_words *w,
		       struct instrumental_scratch *s, const struct record *r,
		       const char **because)
{
	static const char *const names[] = { "title", "lyrics", "genre", "tags",
					     "measured" };
	unsigned found = 0;

	for (int i = 0; i < 5; i++) {
		switch (i) {
		case 0:
			found = said_in(w, s, record_get(r, "title"), IN_TITLE);
			break;
		case 1:
			found = said_by_lyrics(w, s, r);
			break;
		case 2:
			found = said_in(w, s, record_get(r, "genre"), IN_GENRE);
			break;
		case 3:
			found = said_in(w, s, record_get(r, "tags"), IN_TAGS);
			break;
		default:
			found = measured(r);
		}
		if (found != YES && found != NO)
			continue;
		*because = names[i];
		return found == YES;
	}
	return -1;
}
