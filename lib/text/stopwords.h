/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * English function words: words that say nothing about what a text is about.
 * The table was written out by closed word class (articles, pronouns,
 * auxiliaries, prepositions, conjunctions, particles and their contractions)
 * after Quirk et al., A Comprehensive Grammar of the English Language (1985),
 * chapter 2.34. Words that carry mood or matter in titles ("miss", "without",
 * "alone", "never", "down", "up") are not in it.
 */
#ifndef MOODPIPE_STOPWORDS_H
#define MOODPIPE_STOPWORDS_H

#include "base/str.h"

/* word: a token (tokens.h), folded and not stemmed. */
bool stopwords_has(struct span word);

#endif
