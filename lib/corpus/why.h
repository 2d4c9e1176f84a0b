/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why a track is in an answer: one line of plain English, at most three
 * reasons, those that made the most of its score first, with numbers:
 *
 *	slow, 68 BPM, minor key; very close to your mood; "rain" in its title
 *
 * Numbers are of what was measured. What was imputed is told without them, as
 * probable, or not at all: a guessed key is none. A mood is said to be close to
 * the one that was compared with: the one asked for, that of the tracks to be like,
 * or a journey's at that place. Words: whywords.h.
 */
#ifndef MOODPIPE_WHY_H
#define MOODPIPE_WHY_H

#include "corpus/answer.h"

struct why; /* the words, and scratch for one thread */
/* NULL: the table cannot be read. */
struct why *why_new(struct err *err);
void why_free(struct why *w);
/* Another request comes. */
void why_reset(struct why *w);

/* Appends the line of a result, without newline; nothing where nothing can be
 * said. */
void why_put(struct why *w, const struct answer *a,
	     const struct answer_track *t, struct str *out);

#endif
