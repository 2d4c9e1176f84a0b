/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An order that is not the same artist and sound over and over: maximal
 * marginal relevance (Carbonell & Goldstein 1998), artist spacing and an
 * artist limit. All work on an array of positions into scored rows, best
 * first; none loses a position, but for the limit.
 */
#ifndef MOODPIPE_DIVERSIFY_H
#define MOODPIPE_DIVERSIFY_H

#include "corpus/scoring.h"

/* 0.5 same artist + 0.3 audio cosine (scored_audio_cosine) + 0.2 (1 - mood distance / 2, at least
 * 0), over what both have. At most 1. */
float diversify_similarity(const struct scored *a, const struct scored *b);

/* Reorders order[n]: its first `picks` become those that MMR takes, greatest
 * lambda * score - (1 - lambda) * (greatest similarity to those taken) first,
 * ties by the order before; the rest keep theirs behind. */
void diversify_mmr(const struct scored *s, uint32_t *order, size_t n,
		   size_t picks, float lambda);

/* Reorders order[n] so that at least `gap` others stand between two of one
 * artist: always the first that may stand there; where none may, the first
 * left. */
void diversify_space(const struct scored *s, uint32_t *order, size_t n,
		     size_t gap);

/* Drops all but the first `most` of each artist; returns how many are left. */
size_t diversify_limit(const struct scored *s, uint32_t *order, size_t n,
		       size_t most);

#endif
