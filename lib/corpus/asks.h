/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Filters in words, "from the 80s", "under 3 minutes", "without Drake": what was
 * read of a request, to be merged into its filters.
 */
#ifndef MOODPIPE_ASKS_H
#define MOODPIPE_ASKS_H

#include "corpus/request.h"

struct asks { /* zeroed: valid, nothing asked for */
	struct request_range year, duration;
	struct str artists, exclude, languages; /* one per line */
	struct str genres_out;                  /* genres that are not wanted */
	struct str notes; /* JSON objects, a comma between: what was read */
	struct str warnings;
};
void asks_reset(struct asks *a);
void asks_release(struct asks *a);
bool asks_any(const struct asks *a); /* a filter */

/* Narrows a range; ends that are infinite stay open. A decade beside another
 * ("60s and 70s") widens it instead. */
void asks_narrow(struct request_range *range, double min, double max);
void asks_widen(struct request_range *range, double min, double max);

/* Begins a note of what the words say; members follow, then asks_noted. */
void asks_note(struct asks *a, struct span words);
void asks_noted(struct asks *a);
void asks_note_range(struct asks *a, const char *name, double min, double max);
void asks_note_text(struct asks *a, const char *name, struct span value);

struct asks_kept { /* of a request, before a merge */
	struct request_range year, duration;
	size_t artists, exclude, languages, genres_out, warnings;
};
/* Adds the filters to those of the request, which win where the two differ, as
 * a warning says. *kept is for taking that back. */
void asks_merge(const struct asks *a, struct request *r,
		struct asks_kept *kept);
void asks_unmerge(struct request *r, const struct asks_kept *kept);

#endif
