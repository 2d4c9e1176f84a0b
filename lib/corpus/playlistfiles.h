/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answers as playlists that players open: extended M3U in UTF-8 (M3U8), XSPF
 * version 1 (xspf.org/spec) and JSPF, which is the same in JSON. Text from the
 * crawl is masked (playlist.h), so that a title can neither forge a line nor
 * break the document. A track without a URL is in none of them; what plays is
 * where playlistpath.h says.
 */
#ifndef MOODPIPE_PLAYLISTFILES_H
#define MOODPIPE_PLAYLISTFILES_H

#include "corpus/answer.h"

/* Each appends to out, for a list that lies in the folder dir; an empty dir
 * keeps paths absolute. -1 as answer_json.
 *
 * number: the request's, from 1; M3U takes those of several requests one after
 * the other, under one heading. The others are one document a request. */
int playlistfiles_m3u(const struct answer *a, size_t number, struct span dir,
		      struct str *out, struct err *err);
int playlistfiles_xspf(const struct answer *a, struct span dir, struct str *out,
		       struct err *err);
int playlistfiles_jspf(const struct answer *a, struct span dir, struct str *out,
		       struct err *err);

#endif
