/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodby.h"

static const char *const names[] = { "none",  "lexicon", "model", "both",
				     "names", "request", "like" };

const char *moodby_name(enum moodby by)
{
	return names[(unsigned)by <= MOODBY_LIKE ? by : MOODBY_NONE];
}

enum moodby moodby_find(struct span name)
{
	for (int by = MOODBY_LEXICON; by <= MOODBY_LIKE; by++)
		if (span_is(name, names[by]))
			return (enum moodby)by;
	return MOODBY_NONE;
}
