/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a search (search.h) was done, by name in candidates and answers. */
#ifndef MOODPIPE_SEARCHWAY_H
#define MOODPIPE_SEARCHWAY_H

enum search_way {
	SEARCH_NONE, /* not searched */
	SEARCH_EXACT,
	SEARCH_LISTS, /* those nearest to the request */
	SEARCH_GRAPH, /* of sound vectors */
	SEARCH_BYTES, /* all, at byte precision; the best of them exactly */
	SEARCH_WAYS
};
/* "none", "exact", "lists", "graph", "bytes"; out of range: "none". */
const char *search_way_name(enum search_way w);

#endif
