/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An order that is not the same artist, album, genre and sound over and over:
 * maximal marginal relevance (Carbonell & Goldstein 1998), spacing and limits.
 * All work on an array of positions into scored rows, best first; none loses a
 * position. Artists that are asked for (struct scored) are no repetition: their
 * tracks are neither spaced out nor held against each other.
 */
#ifndef MOODPIPE_DIVERSIFY_H
#define MOODPIPE_DIVERSIFY_H

#include "corpus/scoring.h"

/* 0.5 same artist + 0.3 audio cosine (scored_audio_cosine) + 0.2 (1 - mood
 * distance / 2, at least 0), over what both have. At most 1. */
float diversify_similarity(const struct scored *a, const struct scored *b);

/*
 * Reorders order[n]: its first `picks` become those that MMR takes, greatest
 * lambda * relevance - (1 - lambda) * (greatest similarity to those taken)
 * first, ties by the order before; the rest keep theirs behind. For tracks of
 * artists that are asked for the second term is 0. A similarity is computed
 * once, and only where it may decide: one greatest value can only fall.
 */
void diversify_mmr(const struct scored *s, uint32_t *order, size_t n,
		   size_t picks, float lambda);

struct diversify_gaps {
	size_t artist, album; /* others between two of one; 0: none needed */
	/* Of the relevance of whoever must wait, what those who stand in must
	 * have: else nobody waits. 0: whoever they are. */
	float worth;
};
/* Reorders order[n] so that so many others stand between two of one artist, and
 * of one album: always the first that may stand there; where none may, or none
 * is worth it, the first left. */
void diversify_space(const struct scored *s, uint32_t *order, size_t n,
		     const struct diversify_gaps *gaps);

/*
 * Of the first k of order[n], exchanges the last of a genre of which there are
 * more than `most` for the first behind them that are of another genre and of
 * that relevance at least; these then stand last of the k.
 */
void diversify_genre(const struct scored *s, uint32_t *order, size_t n,
		     size_t k, uint32_t genre, size_t most, float least);

#endif
