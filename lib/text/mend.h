/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text that was damaged on its way into a table, mended:
 *
 *   - HTML character references: those of HTML 4 and &apos;, decimal and
 *     hexadecimal ones, with their semicolon; encoded twice, too. &#128; to
 *     &#159; are Windows-1252, as browsers take them.
 *   - Mojibake: UTF-8 that was read as Windows-1252 or Latin-1 and written
 *     again, once or several times ("cafÃ©", "donâ€™t"). A run of characters is
 *     put back where its bytes are well-formed UTF-8 of an assigned character
 *     and correct text has no such run: a letter of Latin-1 beside signs that
 *     stand in no word, several such sequences in a row, and so on; others only
 *     where all of the text that is not ASCII is such sequences and one of them
 *     is beyond doubt. What was lost on the way (a byte without a character in
 *     Windows-1252) is not guessed.
 *   - CR and CRLF, U+2028 and U+2029 become LF.
 *   - Characters that cannot be seen: U+FEFF, soft hyphens and word joiners go;
 *     zero-width spaces stay in scripts without spaces (Thai, Khmer ...), the
 *     joiner in emoji sequences, joiner and non-joiner between letters of
 *     Arabic, Persian and Indic scripts; direction marks, embeddings and
 *     isolates stay in text with letters that run right to left if they are
 *     balanced; overrides always go.
 *
 * Text that needs none of this is given back as it is, at the speed of
 * looking for "&", CR and bytes above 0x7F. Mending is idempotent but for
 * references encoded more than twice.
 */
#ifndef MOODPIPE_MEND_H
#define MOODPIPE_MEND_H

#include "base/str.h"

/* in: well-formed UTF-8. Returns in itself where nothing is wrong with it, else
 * a span of *scratch (replaced), which must not hold in. */
struct span mend_text(struct span in, struct str *scratch);

/* Could mend_text find anything in text, or in a part of it? For those who have
 * many small texts in one piece. */
bool mend_suspects(struct span text);

/* Of a URL nothing is mended but "&amp;" (also as a number), which is "&". */
struct span mend_url(struct span in, struct str *scratch);

/* The single steps, for tests and for text that needs only one: each appends
 * the mended text to out and returns true, or returns false and leaves out
 * alone where there is nothing to do. */
bool mend_references(struct span in, struct str *out);
bool mend_mojibake(struct span in, struct str *out); /* once */
bool mend_unseen(struct span in, struct str *out);

#endif
