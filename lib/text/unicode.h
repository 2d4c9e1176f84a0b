/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What Unicode says of a code point (utf8proc: Unicode 15), and the steps that
 * normal forms are made of (UAX #15). All thread-safe, without state.
 */
#ifndef MOODPIPE_UNICODE_H
#define MOODPIPE_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool unicode_is_space(uint32_t c);       /* property White_Space */
bool unicode_is_punctuation(uint32_t c); /* categories P* */
bool unicode_is_letter(uint32_t c);      /* L* */
bool unicode_is_number(uint32_t c);      /* N* */
bool unicode_is_mark(uint32_t c);        /* M* */
bool unicode_is_nonspacing(uint32_t c);  /* Mn */
bool unicode_is_other(uint32_t c);       /* Cc, Cf, Co, Cs; not Cn */
/* What \w of regular expressions is: alphabetic, marks, decimal digits,
 * connectors, joiners (UTS #18, annex C). */
bool unicode_is_word(uint32_t c);
/* In the blocks of Han ideographs that BERT sets apart: the CJK unified ones,
 * extensions A to E, and compatibility ideographs; as the Hugging Face library
 * has it, which begins extension E at U+2B920. */
bool unicode_is_ideograph(uint32_t c);

/* Lower case, without regard to language or neighbours. Returns how many. */
#define UNICODE_LOWER_MAX 2
size_t unicode_lower(uint32_t c, uint32_t out[UNICODE_LOWER_MAX]);

/* The full decomposition, compatible where `compat`; at least one. */
#define UNICODE_DECOMPOSED_MAX 18
size_t unicode_decompose(uint32_t c, bool compat,
			 uint32_t out[UNICODE_DECOMPOSED_MAX]);
unsigned unicode_combining_class(uint32_t c);
/* The primary composite of two, Hangul included; 0: there is none. */
uint32_t unicode_compose(uint32_t a, uint32_t b);

/* Whether an extended grapheme cluster ends between a and b (UAX #29). *state
 * is 0 at the start of a text and is handed on from pair to pair. */
bool unicode_grapheme_ends(uint32_t a, uint32_t b, int32_t *state);

#endif
