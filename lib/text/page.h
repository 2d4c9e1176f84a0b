/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sound of a web page: of HTML what og:audio, JSON-LD (schema.org
 * AudioObject, MusicRecording, PodcastEpisode ...), <audio> and
 * twitter:player:stream name, or else the feeds it links to; of a feed (RSS 2,
 * RSS 1, Atom, Media RSS) the enclosure of the item that is meant. Only
 * addresses come out, to be checked and asked like any other.
 */
#ifndef MOODPIPE_PAGE_H
#define MOODPIPE_PAGE_H

#include "base/str.h"

#define PAGE_LINKS 8

struct page_query {
	struct span url;     /* of these bytes, absolute */
	struct span track;   /* the track's own page, if another; or {NULL,0} */
	struct span title;   /* the track's, or empty */
	const char *charset; /* as the transport names it, or NULL */
};

struct page_link {
	struct str url; /* url_clean */
	int rank;       /* 0 is the best */
	bool feed;      /* another page to look at */
};

struct page_links { /* zeroed is valid; the best first */
	struct page_link at[PAGE_LINKS];
	size_t count;
};

/* Replaces *out with what is found in bytes, each address once.
 *
 * Where a page or feed names several recordings, those whose name is that of
 * the title (utf8_fold; or one within the other) are taken; a feed's item also
 * where its link is url or track. A feed of several items of which none is
 * meant has nothing: another track's sound would be worse. */
void page_find_audio(struct span bytes, const struct page_query *q,
		     struct page_links *out);
void page_links_release(struct page_links *l);

/* Replaces *out with the absolute form of reference (RFC 3986 5.2, dot segments
 * left to the client), cleaned. -1: not http or https, or malformed. */
int page_resolve(struct span reference, struct span base, struct str *out);

#endif
