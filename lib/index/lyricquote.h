/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of lyricfind.h: the words of a request that are looked for. */
#ifndef MOODPIPE_LYRICQUOTE_H
#define MOODPIPE_LYRICQUOTE_H

#include "index/lyricfind.h"

struct lyricquote {
	struct span text; /* of the request */
	uint16_t codes[LYRICFIND_WORDS];
	unsigned count;
	bool marked; /* it stands between quotation marks */
};
/* False: fewer than three words. request must outlive *q. */
bool lyricquote_read(struct lyricquote *q, struct span request);
/* From word `first` to word `last`, with what stands at them up to white space;
 * empty where that cannot be told. */
struct span lyricquote_span(const struct lyricquote *q, size_t first,
			    size_t last);

#endif
