/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An index, checked: reads all of it. What of it follows from the rest is
 * compared with its source: the digest with the table, keys with ids, numbers
 * and lists of artists and genres, lists of titles and what finds names with
 * the tracks' strings (indexagain.h), mood grids with the moods, percentiles of
 * timbre with the scores, flags with voices and display features, prints of
 * titles with the titles, grams with the words, what stands together with the
 * playlists, positions of text vectors with their rows, scales with the vectors, byte-precision copies
 * with the vectors of sound, counts in "meta" with what they count.
 *
 * What does not is checked for being in bounds and in order only: languages,
 * years and other columns, moods, display features, vectors of text and sound
 * and their mean. So are links of graphs (every node within reach), lists of
 * text (every position in one), and words as far as indexagain.h says: codes in
 * the lists, the nearest centroid, the nearest neighbours and recalls are not
 * computed again. Models and tables are left to whoever reads them.
 */
#ifndef MOODPIPE_INDEXCHECK_H
#define MOODPIPE_INDEXCHECK_H

#include "index/generation.h"

/* threads: 1 or more. -1, ERR_DATA: the message says which section is at fault;
 * ERR_ENV: no room in $TMPDIR. */
int indexcheck(const struct generation *g, int threads, struct err *err);

#endif
