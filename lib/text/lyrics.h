/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words of a song without what stands around them in files and on pages:
 *
 *   - LRC timing, "[01:23.45]" before a line, also several, and "<01:23.45>"
 *     before a word; LRC headers, "[ar: ...]", "[offset: +500]" ...
 *   - Names of sections (data/lyrics-marks.tsv) where they stand as such:
 *     "[Verse 2: Ann & Bo]", "(Chorus)", "Chorus:", "Verse 2", "Refrain x2:".
 *     A lone word without brackets, number or colon is left: it may be sung.
 *   - Marks of repetition: "x2", "(2x)", "[repeat x3]" at the end of a line.
 *
 * The lines stay as they are otherwise, trimmed; blank lines between them
 * become one, those around them none.
 */
#ifndef MOODPIPE_LYRICS_H
#define MOODPIPE_LYRICS_H

#include "base/err.h"
#include "base/str.h"

struct lyrics;
/* Reads the table of section names at path. NULL: ERR_ENV, ERR_DATA. */
struct lyrics *lyrics_new(const char *path, struct err *err);
void lyrics_free(struct lyrics *l);

/* Replaces *out with the words in raw (UTF-8; line ends LF, CRLF or CR). False:
 * no words are left. raw must not lie in *out. */
bool lyrics_clean(struct lyrics *l, struct span raw, struct str *out);

#endif
