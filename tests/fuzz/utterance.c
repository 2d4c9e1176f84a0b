/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a text, its cues and its grams: all of it is read, in pieces,
 * and what is said of it lies within it. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "learn/textgrams.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define EIGHT "\t-\t-\t-\t-\t-\t-\t-\t-"
static const char table[] =
    "good\t1.9\t3\t.5\t.2\t.1" EIGHT "\tjoy\n"
    "love\t3.2\t3\t.9\t.3\t.2" EIGHT "\tlove\n"
    "a\t-2\t-2\t-.9\t.9\t-.9\t0\t0\t0\t1\t0\t1\t0\t0\tsadness\n"
    ":(\t-2\t-2\t-.9\t.9\t-.9" EIGHT "\t-\n";

static void need(bool what)
{
	if (!what)
		abort();
}

static void check_tokens(const struct utterance *u, size_t taken)
{
	size_t last = 0;

	need(u->count <= UTTERANCE_TOKENS);
	for (size_t i = 0; i < u->count; i++) {
		const struct utterance_token *t = &u->tokens[i];

		need(t->text.n && t->text.n <= UTTERANCE_WORD);
		need(t->start >= last && t->end > t->start && t->end <= taken);
		need(t->kind == UTTERANCE_STAND_IN || utf8_valid(t->text));
		last = t->end;
	}
}

static void check_grams(const struct textgrams *g, const struct utterance *u,
			const struct textcues_found *found)
{
	need(found->count <= u->count * TEXTCUES_LABELS);
	need(found->words <= u->count && found->listed <= u->count);
	for (size_t i = 0; i < TEXTCUES; i++)
		need(isfinite(found->value[i]));
	for (size_t i = 0; i < g->count; i++) {
		const struct textgram *t = &g->items[i];

		need(t->count && t->first <= t->last && t->last < u->count);
		need(t->group < TEXTGRAM_GROUPS);
	}
	for (size_t i = 0; i < u->count; i++)
		need(g->inner_start[i] <= g->inner_start[i + 1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct textcues cues = { 0 };
	struct textcues_found found;
	struct textgrams g = { 0 };
	struct utterance u = { 0 };
	char *text = mem_alloc(size ? size : 1); /* no byte behind it */
	size_t at = 0;

	memcpy(text, data, size);
	need(!textcues_parse(&cues, SPAN(table), "table", NULL));
	do {
		size_t taken =
		    utterance_read(&u, (struct span){ text + at, size - at });

		need(taken <= size - at && (taken || at == size));
		check_tokens(&u, taken);
		textcues_read(&cues, &u, &found);
		textgrams_read(&g, &u, &found);
		check_grams(&g, &u, &found);
		at += taken;
	} while (at < size);
	textgrams_release(&g);
	utterance_release(&u);
	free((void *)(uintptr_t)cues.rows);
	free(text);
	return 0;
}
