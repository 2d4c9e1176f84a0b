/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names, words, prints and what stands together, of an index, made again from what it has and compared. Names
 * of artists and genres, the numbers of tracks' among them, the lists of
 * artists' and titles' tracks and what finds both come from the strings of the
 * tracks. Words do not: the texts that they are of (descriptions, lyrics) are
 * not in the index. They are read and written as an update of nothing does,
 * which has to give the same bytes: that finds what no writer writes, but not
 * another word in a row, nor a title's words that are not the title's. Prints of
 * lyrics have the codes of their words, which are taken as they are.
 */
#ifndef MOODPIPE_INDEXAGAIN_H
#define MOODPIPE_INDEXAGAIN_H

#include "index/generation.h"

/* The columns must have been checked. threads: 1 or more. -1: ERR_DATA, a
 * section is other than the strings of the tracks give it, or the words come
 * out other than they are; ERR_ENV: no room in $TMPDIR. */
int indexagain(const struct generation *g, int threads, struct err *err);

#endif
