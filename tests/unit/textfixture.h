/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made-up labelled texts and word lists for tests of networks of texts. */
#ifndef MOODPIPE_TEXTFIXTURE_H
#define MOODPIPE_TEXTFIXTURE_H

#include <math.h>
#include <stdlib.h>

#include "learn/labelled.h"
#include "learn/textdata.h"
#include "testing.h"

/* Columns of a table of cues: word, VADER, AFINN, norms (valence, arousal,
 * dominance), eight of emoji, feeling. */
#define EIGHT "\t-\t-\t-\t-\t-\t-\t-\t-"
static const char textfixture_cues[] =
    "# word\tvader\n"
    "good\t1.9\t3\t0.5\t0.25\t0.1" EIGHT "\t-\n"
    "bad\t-2.5\t-3\t-0.6\t0.1\t-0.2" EIGHT "\t-\n"
    "love\t3.2\t3\t0.9\t0.3\t0.2" EIGHT "\tlove\n"
    "sad\t-2.1\t-2\t-0.7\t-0.4\t-0.5" EIGHT "\tsadness\n"
    "happy\t2.7\t3\t0.8\t0.2\t0.3" EIGHT "\tjoy\n"
    "zero\t0\t-\t-\t-\t-" EIGHT "\t-\n"
    "table\t-\t-\t0.1\t-0.6\t0" EIGHT "\t-\n"
    "\xf0\x9f\x98\x80\t-\t-\t-\t-\t-\t0\t0.1\t0\t0\t0.8\t0\t0.2\t0.3\t-\n";
#undef EIGHT

/* Rows are the caller's to free. */
static inline struct textcues textfixture_parse(const char *tsv)
{
	struct textcues t = { 0 };
	struct err err = { 0 };

	if (textcues_parse(&t, span_of(tsv), "cues", &err))
		fail_msg("%s", err.message);
	return t;
}

static inline void textfixture_free(struct textcues *t)
{
	free((void *)(uintptr_t)t->rows);
}

static inline void textfixture_heads(struct textheads *h, const char *json)
{
	struct err err = { 0 };

	if (textheads_read(h, span_of(json), &err))
		fail_msg("%s", err.message);
}

/* Reads a source whose file has the bytes of `table`; its description goes
 * without "file". */
static inline int textfixture_read(struct labelled *l,
				   const struct textheads *h, const char *table,
				   const char *rest, struct err *err)
{
	char *path = test_path("texts.tsv");
	struct str json = { 0 };
	int rc;

	test_save(path, table, strlen(table));
	str_printf(&json, "[{\"file\":\"%s\",%s}]", strrchr(path, '/') + 1,
		   rest);
	*strrchr(path, '/') = '\0';
	rc = labelled_read(l, h, span_str(&json), path, err);
	path[strlen(path)] = '/';
	unlink(path);
	free(path);
	str_release(&json);
	return rc;
}

static inline void textfixture_texts(struct labelled *l,
				     const struct textheads *h,
				     const char *table, const char *rest)
{
	struct err err = { 0 };

	if (textfixture_read(l, h, table, rest, &err))
		fail_msg("%s", err.message);
}

#endif
