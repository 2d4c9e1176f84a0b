/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Building a word index (words.h, wordsformat.h) from documents in any order,
 * within a memory limit: batches of documents become sorted runs, on all
 * threads, which spill to an unnamed file; ranges of terms are then merged, on
 * all threads, and written one behind another. The bytes depend on the
 * documents only: not on their order, the threads or the memory. An index may be
 * kept in part, for updates.
 */
#ifndef MOODPIPE_WORDSBUILD_H
#define MOODPIPE_WORDSBUILD_H

#include "index/words.h"

struct words_options {
	struct words_model model; /* words_model_default */
	size_t memory; /* bytes, 0: 256 MiB. Beside it stand 13 bytes a row, and
			* the dictionaries: about 20 bytes a distinct word */
	int threads;   /* less than 1: 1 */
};

struct words_builder;
struct words_builder *words_builder_new(size_t rows,
					const struct words_options *o);
void words_builder_free(struct words_builder *b);

/* A row's texts, UTF-8 of any kind; absent ones are {NULL, 0}, the values of a
 * list are separated by WORDS_BETWEEN. A row is added at most once (a second
 * time: -1, ERR_DATA); one that is not has no words. */
int words_builder_add(struct words_builder *b, size_t row,
		      const struct span text[WORDS_FIELDS], struct err *err);

/*
 * Keeps rows of an older index, without their texts: row_of[old->rows] is the
 * row that each becomes, ascending, or UINT32_MAX: it went away, or is added
 * anew. What is written is byte for byte what adding the texts of all rows
 * would give. Once at most, before, between or after the calls of add; old and
 * row_of must outlive words_builder_end. Beside the memory of the options stand
 * 12 bytes a term and the words. -1, ERR_DATA, as words_builder_end may give
 * then: old is damaged, or a row came twice or cannot be.
 */
int words_builder_keep(struct words_builder *b, const struct words_view *old,
		       const uint32_t *row_of, struct err *err);

/* Writes the index, front to back, by calls of put; pack_put fits. -1: put's
 * error, or ERR_ENV: no room in $TMPDIR. The builder can only be freed then. */
typedef int words_put(void *to, const void *p, size_t n, struct err *err);
int words_builder_end(struct words_builder *b, words_put *put, void *to,
		      struct err *err);

#endif
