/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tag lists as people write them where SoundCloud wants tags separated by
 * blanks, phrases in double quotes: with typographic quotes; with commas and no
 * quotes at all ("deep house, techno", taken for a list with commas); with
 * commas at the ends of tags. A quote that is never closed runs to the end.
 */
#ifndef MOODPIPE_TAGLIST_H
#define MOODPIPE_TAGLIST_H

#include "base/str.h"

/* The list as SoundCloud would have it, for fieldmap_split_tags: list itself
 * where it is in order, else a span of *scratch (replaced). */
struct span taglist_normal(struct span list, struct str *scratch);

#endif
