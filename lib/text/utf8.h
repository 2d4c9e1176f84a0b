/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UTF-8: checking, repair, and the folding under which two spellings of a
 * name count as the same. All thread-safe, locale-free, without state.
 */
#ifndef MOODPIPE_UTF8_H
#define MOODPIPE_UTF8_H

#include "base/str.h"

#define UTF8_REPLACEMENT 0xFFFDu

/* Well-formed by RFC 3629: no surrogates, overlong forms or code points above
 * U+10FFFF. NUL and other control characters are well-formed. */
bool utf8_valid(struct span s);

/* Decodes one code point at p < end and returns the place behind it. Malformed
 * bytes give U+FFFD, one per maximal subpart (Unicode 15, 3.9, table 3-8). */
const char *utf8_next(const char *p, const char *end, uint32_t *code);

/* Appends a code point (a surrogate or one above U+10FFFF: U+FFFD). */
void utf8_put(struct str *out, uint32_t code);

/* Appends s to out, malformed bytes replaced by U+FFFD as utf8_next does.
 * Well-formed text is appended byte for byte. Returns the replacements. */
size_t utf8_clean(struct span s, struct str *out);

/*
 * Appends the folded form of s to out: NFKC, full case folding, accents
 * stripped, so that "BJÖRK", "Björk" (either normal form) and "bjork" are the
 * same. Also: default-ignorable code points (soft hyphen, variation selectors,
 * zero-width joiner) vanish; typographic quotes, dashes and spaces become
 * ASCII ' " - and space; Latin letters that Unicode does not decompose lose
 * their stroke (o for U+00F8, l, d, ae, oe, th). Marks that are letters and
 * not accents (Indic and Thai vowels, kana voicing) stay. White space is
 * neither trimmed nor merged. Malformed input is repaired first. ASCII is
 * lowered at memory speed. Folding twice is folding once.
 */
void utf8_fold(struct span s, struct str *out);
/* utf8_fold of a name: trimmed, and a run of white space is one blank. */
void utf8_fold_name(struct span s, struct str *out);

#endif
