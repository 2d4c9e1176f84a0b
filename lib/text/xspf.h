/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XSPF for tracklist.h, and nobody else. */
#ifndef MOODPIPE_XSPF_H
#define MOODPIPE_XSPF_H

#include "text/tracklist.h"

struct xspf;
/* text must outlive it. NULL, ERR_DATA: not an XML playlist. */
struct xspf *xspf_new(struct span text, struct err *err);
void xspf_free(struct xspf *x);
/* The next track into *e, which comes reset: 1, 0 at the end, -1. */
int xspf_next(struct xspf *x, struct tracklist_entry *e, struct err *err);

#endif
