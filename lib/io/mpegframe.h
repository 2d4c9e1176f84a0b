/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Headers of MPEG audio frames (ISO 11172-3 2.4.1.3, ISO 13818-3 2.4.1.3 and
 * the unofficial MPEG-2.5), and the ID3v2 tags before them. Nothing here
 * trusts a length: all looks are within the span.
 */
#ifndef MOODPIPE_MPEGFRAME_H
#define MOODPIPE_MPEGFRAME_H

#include "base/str.h"

struct mpegframe {
	int version, layer; /* 1, 2 or 3 (for 2.5); 1 to 3 */
	int kbps, rate;     /* kbit/s; Hz */
	bool mono;
	size_t size;  /* bytes, header included */
	size_t sound; /* samples per channel */
};

/* The header at s.p + at; false: none there (free format counts as none). */
bool mpegframe_read(struct mpegframe *f, struct span s, size_t at);

/* How many frames of one kind (version, layer, rate) follow each other from
 * there on, up to `most`; a last one may reach beyond s. */
size_t mpegframe_run(struct span s, size_t at, size_t most);

/* The first place from `at` on where `run` frames of one kind stand, or fewer
 * that reach the end of s, but two at least; s.n where there is none. */
size_t mpegframe_find(struct span s, size_t at, size_t run);

/* Where the ID3v2 tags at the beginning of s end (which may lie beyond it); 0
 * where there is none. */
size_t mpegframe_tags(struct span s);

#endif
