/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How often tracks stand in playlists together with those that a request is to
 * be like (together.h): for "songs like X" what plays are for other requests.
 */
#ifndef MOODPIPE_PLAYLISTMATES_H
#define MOODPIPE_PLAYLISTMATES_H

#include "index/together.h"

struct playlistmates {               /* zeroed is valid: of nobody */
	struct together_item *items; /* [count], by row, each row once */
	size_t count, cap;
	float most; /* the greatest weight; 0: there are none */
};
void playlistmates_release(struct playlistmates *m);

/* Replaces *m by the mates of rows[n]; of several the weights add up. */
void playlistmates_find(struct playlistmates *m, const struct generation *g,
			const uint32_t *rows, size_t n);
/* A row's weight by the greatest, [0, 1]; 0: it is none of them. */
float playlistmates_of(const struct playlistmates *m, uint32_t row);

#endif
