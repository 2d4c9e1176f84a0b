/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of words as shipped. */
#ifndef MOODPIPE_ASKTABLES_H
#define MOODPIPE_ASKTABLES_H

#include "corpus/askwords.h"
#include "corpus/datadir.h"
#include "io/input.h"
#include "testing.h"

/* *text is replaced by both tables, which the result is of. */
static inline struct askwords *asktables_load(struct str *text)
{
	struct str path = { 0 }, more = { 0 };
	struct err err = { 0 };
	struct askwords *t;

	assert_int_equal(
	    input_slurp(datadir_path("asking.tsv", &path), 1 << 20, text, &err),
	    0);
	assert_int_equal(input_slurp(datadir_path("contexts.tsv", &path),
				     1 << 20, &more, &err),
			 0);
	str_span(text, span_str(&more));
	t = askwords_parse(span_str(text), "tables", &err);
	assert_non_null(t);
	str_release(&path);
	str_release(&more);
	return t;
}

#endif
