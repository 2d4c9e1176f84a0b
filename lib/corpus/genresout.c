/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/genresout.h"

#include <stdlib.h>

#include "base/mem.h"
#include "corpus/request.h"
#include "text/tokens.h"

struct words {
	struct str spaced, squeezed; /* " death metal ", "deathmetal" */
};

static void read_words(struct words *w, struct span name)
{
	struct tokens tokens = { 0 };
	struct token token;

	str_reset(&w->spaced);
	str_reset(&w->squeezed);
	str_putc(&w->spaced, ' ');
	tokens_start(&tokens, name);
	while (tokens_next(&tokens, &token)) {
		str_span(&w->spaced, token.text);
		str_putc(&w->spaced, ' ');
		str_span(&w->squeezed, token.text);
	}
	tokens_release(&tokens);
}

static void release_words(struct words *w)
{
	str_release(&w->spaced);
	str_release(&w->squeezed);
}

static bool meant(const struct words *genre, const struct words *name)
{
	return name->squeezed.n &&
	       (memmem(genre->spaced.p, genre->spaced.n, name->spaced.p,
		       name->spaced.n) ||
		span_eq(span_str(&genre->squeezed), span_str(&name->squeezed)));
}

/* out[count]: 1 where a genre is meant */
static void mark(const struct names *genres, struct span names, uint8_t *out)
{
	struct words genre = { { 0 }, { 0 } }, wanted = { { 0 }, { 0 } };
	struct span name, text;

	while (request_next(&names, &name)) {
		read_words(&wanted, name);
		for (size_t i = 0; i < genres->count; i++) {
			if (out[i] || names_get(genres, i, &text))
				continue;
			read_words(&genre, text);
			out[i] = meant(&genre, &wanted);
		}
	}
	release_words(&genre);
	release_words(&wanted);
}

size_t genresout_apply(const struct generation *g, struct span names,
		       struct candidates *c)
{
	uint8_t *out;
	size_t kept = 0, taken;

	if (!names.n)
		return 0;
	out = mem_zalloc(g->genres.count + 1, 1);
	mark(&g->genres, names, out);
	for (size_t i = 0; i < c->count; i++) {
		uint32_t row = c->items[i].row;
		uint32_t genre =
		    row < g->count ? g->genre[row] : CATALOGUE_NONE;

		if (genre >= g->genres.count || !out[genre])
			c->items[kept++] = c->items[i];
	}
	taken = c->count - kept;
	c->count = kept;
	free(out);
	return taken;
}
