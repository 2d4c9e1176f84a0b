/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside page.h: what its readers of HTML, JSON-LD and feeds share. */
#ifndef MOODPIPE_PAGEFOUND_H
#define MOODPIPE_PAGEFOUND_H

#include "text/page.h"

#define PAGEFOUND_TEXT 524288 /* bytes of one text that are kept */

enum pagefound_rank { /* of page_link */
		      PAGEFOUND_OG,
		      PAGEFOUND_NAMED, /* JSON-LD, of the title looked for */
		      PAGEFOUND_LD,
		      PAGEFOUND_AUDIO,
		      PAGEFOUND_PLAYER,
		      PAGEFOUND_FEED,
};

struct pagefound {
	const struct page_query *q;
	struct page_links *out;
	struct str title;     /* folded */
	struct str base;      /* of references */
	struct str url, name; /* scratch */
};
void pagefound_release(struct pagefound *f);

/* Adds a reference, unless it is bad, there already, or the page itself. */
void pagefound_add(struct pagefound *f, struct span reference,
		   enum pagefound_rank rank);
/* Is that name the title looked for? 2: letter by letter (folded); 1: the one
 * holds the other, and no more than as much again; 0. */
int pagefound_is_title(struct pagefound *f, struct span name);
/* Is that the address of the page or track? */
bool pagefound_is_page(struct pagefound *f, struct span reference);

/* JSON text of a <script type="application/ld+json">. */
void pagefound_read_ld(struct pagefound *f, struct span json);
void pagefound_read_html(struct pagefound *f, struct span bytes);
void pagefound_read_feed(struct pagefound *f, struct span bytes);

#endif
