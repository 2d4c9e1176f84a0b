/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/filtershape.h"

#include <string.h>

enum { SENTENCE_WORDS = 6, DIGITS = 6 };
static const double sentence_small = 0.6;

static bool holds(struct span title, const char *const *any)
{
	for (; *any; any++)
		if (memmem(title.p, title.n, *any, strlen(*any)))
			return true;
	return false;
}

static bool is_dash(struct span title)
{
	static const char *const any[] = { " - ", " – ", " — ", NULL };

	return holds(title, any);
}

static bool is_brackets(struct span title)
{
	static const char *const any[] = { "(", "[", "【", "（", NULL };

	return holds(title, any);
}

/* "Programme: subject", not "Artist : Title". */
static bool is_colon(struct span title)
{
	static const char *const wide[] = { "：", NULL };

	for (size_t i = 1; i + 1 < title.n; i++)
		if (title.p[i] == ':' && title.p[i - 1] != ' ' &&
		    title.p[i + 1] == ' ')
			return true;
	return holds(title, wide);
}

static bool is_question(struct span title)
{
	static const char *const ends[] = { "?", "？", "؟" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		size_t n = strlen(ends[i]);

		if (title.n > n && !memcmp(title.p + title.n - n, ends[i], n))
			return true;
	}
	return false;
}

static bool is_sentence(struct span title)
{
	size_t words = 0, small = 0;
	char before = ' ';

	for (size_t i = 0; i < title.n; before = title.p[i++]) {
		if (before != ' ' || title.p[i] == ' ')
			continue;
		words++;
		small += title.p[i] >= 'a' && title.p[i] <= 'z';
	}
	return words >= SENTENCE_WORDS &&
	       (double)small >= sentence_small * (double)words;
}

static bool is_digits(struct span title)
{
	int run = 0;

	for (size_t i = 0; i < title.n; i++) {
		run = title.p[i] >= '0' && title.p[i] <= '9' ? run + 1 : 0;
		if (run == DIGITS)
			return true;
	}
	return false;
}

static const struct {
	const char *name;
	bool (*is)(struct span title);
} shapes[FILTER_SHAPES] = {
	{ "dash", is_dash },         { "brackets", is_brackets },
	{ "colon", is_colon },       { "question", is_question },
	{ "sentence", is_sentence }, { "digits", is_digits },
};

int filtershape_find(struct span name)
{
	for (int i = 0; i < FILTER_SHAPES; i++)
		if (span_is(name, shapes[i].name))
			return i;
	return -1;
}

bool filtershape_is(int shape, struct span title)
{
	return shapes[shape].is(span_trim(title));
}
