/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Slips of the fingers in words for moods: "sda songs", "wokrout". A word that
 * nobody knows (no table, no lexicon, not the network) and that is one of the
 * lexicon's with two neighbours swapped, or with one letter too many (of five or
 * more), is taken for it. Where several are as near, the first swap from the
 * left.
 */
#ifndef MOODPIPE_RESPELL_H
#define MOODPIPE_RESPELL_H

#include "corpus/reading.h"
#include "corpus/requestmood.h"

/* Replaces *out with the request, its slips righted; false: it has none. */
bool respell_read(const struct reading *r, const struct requestmood_models *m,
		  struct str *out);

#endif
