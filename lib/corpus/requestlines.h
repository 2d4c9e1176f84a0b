/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests of standard input: one JSON object a line (request.h), or, where the
 * first line is none, a marked list (marks.h), all of which is one request.
 */
#ifndef MOODPIPE_REQUESTLINES_H
#define MOODPIPE_REQUESTLINES_H

#include "corpus/request.h"

/* Fills *r and calls answer(ctx, refused, err) for each, as soon as it is there;
 * stops where that returns other than 0. refused: -1, err says why, *r is what
 * was understood. top_k: for requests that do not say it, and in place of what a
 * marked list had (0: none). -1: as eachline_of. */
int requestlines_read(struct request *r, int top_k, void *ctx,
		      int (*answer)(void *ctx, int refused, struct err *err),
		      struct err *err);

#endif
