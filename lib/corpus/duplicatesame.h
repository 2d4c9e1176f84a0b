/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Are two tracks one recording? Only where sound, duration and names all say
 * so: a false split is harmless, a false merge loses a song.
 *
 *   sound     the prints, at the best shift of up to 4 s, are alike to 0.8, no
 *             6 s of them less than 0.6, over four fifths of the shorter one
 *             and 64 items at least; and they are not prints of nearly
 *             nothing
 *   duration  known of both (the source's, else that of the whole file where
 *             it is proven) and not 3 s apart; or unknown, and the names
 *             are the same to the letter
 *   names     match.h, at 0.8, without durations; version words must agree
 *
 * On 636 excerpts (30 s) of different songs the most alike two are at 0.51; of
 * 636 recodings (MP3 at 64 kbit/s, gain, half a second cut off, 16 kHz) 97 %
 * are at 0.8 or more; where the cut falls half way between two items, 78 %. A singer over a track's instrumental version may
 * be, too: there the names must tell.
 */
#ifndef MOODPIPE_DUPLICATESAME_H
#define MOODPIPE_DUPLICATESAME_H

#include "corpus/duplicatestore.h"
#include "corpus/match.h"

#define DUPLICATESAME_SECONDS 3.0

struct duplicatesame {     /* what was found; scratch */
	double similarity; /* of the prints */
	double overlap;    /* s */
	double offset;     /* s that b begins later in the recording */
	double names;      /* of the names */
	struct match_name *a, *b;
	const struct versions *versions;
};
void duplicatesame_init(struct duplicatesame *s,
			const struct versions *versions);
void duplicatesame_release(struct duplicatesame *s);

/* A hash of what the names of a track share with those of another to the
 * letter; 0 where title or artist is missing. */
uint64_t duplicatesame_names(struct duplicatesame *s,
			     const struct duplicate *d);
bool duplicatesame_test(struct duplicatesame *s, const struct duplicate *a,
			const struct duplicate *b);

#endif
