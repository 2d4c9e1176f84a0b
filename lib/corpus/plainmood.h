/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The mood of a request that says it in so many words beside what it is the mood
 * of: each of its words is one of the lexicon or of those that are told by
 * themselves (genres, instruments, filters, nouns for music, words for asking),
 * and there is a genre, an instrument or a filter. "sad 90s hip hop", "peaceful
 * metal ballads" ask for a mood, whatever the network thinks of such a sentence;
 * "songs by Happy Mondays", "Panic at the Disco" are names.
 */
#ifndef MOODPIPE_PLAINMOOD_H
#define MOODPIPE_PLAINMOOD_H

#include "corpus/lexicon.h"
#include "corpus/reading.h"

/* r: read, with what is used for what. matches == 0: not in plain words, or no
 * mood at all. */
struct lexicon_mood plainmood_read(const struct reading *r,
				   const struct lexicon *lexicon);

#endif
