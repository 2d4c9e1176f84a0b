/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Labelled texts from tables of any shape, described by a list of sources:
 *   {"file": "goemotions/train.tsv",  below the folder of sources
 *    "delimiter": "\t",               (default: told from the first line)
 *    "header": false,                 the first row names columns (true)
 *    "text": 1,                       a column, by number or name
 *    "where": ["split", "train"],     only rows with that in a column
 *    "weight": 1,                     of a row in the loss
 *    "count": 1,                      times a text counts for vocabularies
 *    "group": 1,                      rows of one text in this column stay
 *                                     together (default: the text's)
 *    "targets": [{"head": "goemotions", "columns": [2],
 *                 "indices": "goemotions", numbers are labels of that head,
 *                 "flag": true,       0 or 1: a head of one label
 *                 "map": {"pride": "joy"}, labels told as others, or dropped
 *                 "unless": [2, "N"]}],    not of rows with that in a column
 *    "fields": [4, "song"]}    further columns, as text: no more than the
 *                              caller takes; null: empty
 * A cell of a head of labels holds any number of them, divided by commas; of
 * one of classes likewise, which then share the row. Rows whose text or all
 * of whose targets are empty are left out. Where there are no heads, sources
 * have no targets, and rows need none.
 */
#ifndef MOODPIPE_LABELLED_H
#define MOODPIPE_LABELLED_H

#include "learn/textheads.h"

struct labelled_text {
	struct span text;
	uint64_t group; /* a hash */
	float weight, count;
	uint16_t source; /* number in the list */
};

struct labelled { /* zeroed: valid, empty */
	struct labelled_text *items;
	size_t count, cap;
	/* [count][columns of the heads]; NaN: not told. Labels and classes
	 * [0, 1], regressions as the table has them. */
	float *targets;
	size_t targets_cap, columns;
	size_t sources;
	size_t field_count;  /* that a source may name; the caller sets it */
	struct span *fields; /* [count][field_count] */
	size_t fields_cap;
	struct chunk *text;
};

/* Adds what sources (a JSON array) describe. -1: ERR_ENV, or ERR_DATA naming
 * the source, file and line. */
int labelled_read(struct labelled *l, const struct textheads *heads,
		  struct span sources, const char *folder, struct err *err);
void labelled_release(struct labelled *l);

static inline const float *labelled_target(const struct labelled *l, size_t i)
{
	return l->targets + i * l->columns;
}

static inline struct span labelled_field(const struct labelled *l, size_t i,
					 size_t k)
{
	return l->fields[i * l->field_count + k];
}

#endif
