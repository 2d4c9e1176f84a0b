/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tracks that a request names, typing errors forgiven: an artist, a title, or
 * both in either order ("radiohaed creep", "creep by radiohead"), where that is
 * all it says. What is a name and words as well ("happy") gives both.
 */
#ifndef MOODPIPE_NAMED_H
#define MOODPIPE_NAMED_H

#include "index/search.h"

/* Names of less similarity (namefind.h) are other names; of as much, the same. */
#define NAMED_SIMILAR 0.74F
#define NAMED_SAME 0.98F
/* A request of more words names nothing. */
#define NAMED_WORDS 10

struct named; /* one thread's scratch */
struct named *named_new(const struct generation *g);
void named_free(struct named *n);

/* namefind_search of the artists or titles for some of NAMED_MOST names, kept:
 * most of a request's parts are looked for more than once. */
enum named_kind { NAMED_ARTIST, NAMED_TITLE, NAMED_KINDS };
#define NAMED_MOST 8
size_t named_like(struct named *n, enum named_kind kind, struct span name,
		  uint32_t far, size_t k, struct namefind_name out[NAMED_MOST]);

/*
 * Fills best[a->k], returns how many: rows of both an artist and a title that
 * are named first (1 + the product of the similarities), then of either (its
 * similarity); equal ones by plays, most first, then by row; at most
 * a->per_artist of an artist.
 */
size_t named_find(struct named *n, struct span request,
		  const struct search_among *a, struct topk_item *best);

#endif
