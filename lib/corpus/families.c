/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/families.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/match.h"
#include "text/tokens.h"

enum { WORDS_MOST = 24 };

struct families {
	struct versions versions;
	bool loaded;
	struct match_name *name;
	struct tokens tokens;
	struct str title, artist, keys[2];
};

struct families *families_new(void)
{
	return mem_zalloc(1, sizeof(struct families));
}

void families_free(struct families *f)
{
	if (!f)
		return;
	versions_release(&f->versions);
	match_name_free(f->name);
	tokens_release(&f->tokens);
	str_release(&f->title);
	str_release(&f->artist);
	str_release(&f->keys[0]);
	str_release(&f->keys[1]);
	free(f);
}

static int load(struct families *f, struct err *err)
{
	if (f->loaded)
		return 0;
	if (versions_load(&f->versions, err))
		return -1;
	f->name = match_name_new();
	f->loaded = true;
	return 0;
}

struct rough {
	uint32_t words[WORDS_MOST];
	size_t n, core; /* how many there are; before a bracket or dash */
};

/* Hashes of words as they are spelt, but for ASCII case. */
static void rough_words(struct span s, struct rough *r)
{
	uint32_t h = 0;

	r->n = 0;
	r->core = WORDS_MOST;
	for (size_t i = 0; i <= s.n && r->n < WORDS_MOST; i++) {
		unsigned char c = i < s.n ? (unsigned char)s.p[i] : ' ';

		if (c >= 'A' && c <= 'Z')
			c = (unsigned char)(c + 'a' - 'A');
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    c >= 0x80)
			h = (h ? h : 2166136261U) * 16777619U ^ c;
		else if (h)
			r->words[r->n++] = h, h = 0;
		if (c && strchr("([{-|", c) && r->n && r->core == WORDS_MOST)
			r->core = r->n;
	}
	if (r->core > r->n)
		r->core = r->n;
}

static bool has_all(const struct rough *x, const struct rough *of)
{
	for (size_t i = 0; i < of->n; i++) {
		size_t j = 0;

		while (j < x->n && x->words[j] != of->words[i])
			j++;
		if (j == x->n)
			return false;
	}
	return of->n > 0;
}

/* May they be versions at all? The same words before what is aside, or all of
 * one in the other. */
static bool alike(struct span a, struct span b)
{
	struct rough x, y;

	rough_words(a, &x);
	rough_words(b, &y);
	return (x.core && x.core == y.core &&
		!memcmp(x.words, y.words, x.core * sizeof(*x.words))) ||
	       has_all(&x, &y) || has_all(&y, &x);
}

/* The words of the title proper, joined by blanks. */
static void key_of(struct families *f, struct span title, struct str *out)
{
	struct match_facts facts = { .title = title, .artist = SPAN("-") };
	struct token word;

	str_reset(out);
	str_reset(&f->title);
	str_reset(&f->artist);
	match_read(f->name, &f->versions, &facts);
	match_question(f->name, 0, &f->title, &f->artist);
	tokens_start(&f->tokens, f->title.n ? span_str(&f->title) : title);
	while (tokens_next(&f->tokens, &word)) {
		if (out->n)
			str_putc(out, ' ');
		str_span(out, word.text);
	}
}

int families_same(struct families *f, struct span a, struct span b,
		  struct err *err)
{
	if (!alike(a, b))
		return 0;
	if (load(f, err))
		return -1;
	key_of(f, a, &f->keys[0]);
	key_of(f, b, &f->keys[1]);
	return f->keys[0].n &&
	       span_eq(span_str(&f->keys[0]), span_str(&f->keys[1]));
}

int families_asked(struct families *f, struct span request, struct err *err)
{
	struct token word;
	size_t used;
	int found = 0;

	if (load(f, err))
		return -1;
	tokens_start(&f->tokens, request);
	while (!found && tokens_next(&f->tokens, &word)) {
		int class = versions_find(&f->versions, &word.text, 1,
					  VERSIONS_TITLE, &used);

		found = class >= VERSIONS_FIRST;
	}
	return found;
}
