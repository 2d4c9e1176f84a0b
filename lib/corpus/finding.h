/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept of an accepted candidate: a finding (healed.h). */
#ifndef MOODPIPE_FINDING_H
#define MOODPIPE_FINDING_H

#include "corpus/catalogue.h"
#include "text/lyrics.h"

/* Replaces *out. Links come from strangers: one that is no http(s) URL, or that
 * holds the value of one of our keys, is left out; lyrics are cleaned, or,
 * above 100,000 bytes, left out; a year is four digits at the beginning. */
void finding_write(const struct catalogue_candidate *x, double confidence,
		   const struct catalogue_keys *k, struct lyrics *marks,
		   struct str *out);

#endif
