/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What query says it understood of a request, for people and for what comes
 * behind it, man answer(5): the words of the lexicon that told the mood, the feeling of the
 * person who wrote it (which need not be the mood asked for), themes, and what
 * music of that mood measures (targets.h).
 */
#ifndef MOODPIPE_UNDERSTOOD_H
#define MOODPIPE_UNDERSTOOD_H

#include "corpus/intent.h"
#include "corpus/targets.h"
#include "corpus/themes.h"

#define UNDERSTOOD_THEMES 3

struct understood_models { /* zeroed: valid */
	struct requestmood_models mood;
	struct lexicon *lexicon;
	struct foreign *foreign;        /* NULL: all is English */
	struct emotion_reader *emotion; /* NULL: words alone */
	struct themes *themes;          /* NULL: none are told */
	struct targets *targets;        /* likewise */
	struct askwords *words;         /* NULL: mood and type alone */
};
/* Views what an index has, which must outlive *m, as text (may be NULL) must;
 * for one thread. -1, ERR_DATA. */
int understood_open(struct understood_models *m, const struct generation *g,
		    const struct textmodel *text, struct err *err);
void understood_close(struct understood_models *m);

struct understood_more { /* of a request, beside its words; each may be empty */
	struct span tracks;  /* JSON objects, a comma between: those it names */
	struct span aspects; /* JSON members: aspects.h */
};
/* Replaces *out by {"words":[...],"emotion":{...},"themes":[...],
 * "targets":{...},"filters":[...],"contexts":[...],"tracks":[...],
 * "aspects":{...}}, each where there is something to tell; empty where there is
 * nothing at all. */
void understood_write(const struct understood_models *m,
		      const struct intent *in, struct span query,
		      const struct understood_more *more, struct str *out);

#endif
