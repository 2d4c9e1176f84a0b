/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where tracks lie, as playlists say it: sound files by their paths, relative
 * to the folder that the playlist is in, so that the two can move together.
 */
#ifndef MOODPIPE_PLAYLISTPATH_H
#define MOODPIPE_PLAYLISTPATH_H

#include "base/err.h"
#include "base/str.h"

/* Replaces *dir by the folder, absolute and without links, that a playlist
 * lies in: output's; NULL or "-": that of the file that standard output is,
 * else the current one. -1, ERR_ENV: there is no such folder. */
int playlistpath_folder(const char *output, struct str *dir, struct err *err);

/* Replaces *path by the one that a file URL of this machine means (RFC 8089).
 * False: it is another URL. */
bool playlistpath_of(struct span url, struct str *path);
/* Appends path as seen from dir, both absolute: "../b/c". */
void playlistpath_relative(struct span dir, struct span path, struct str *out);

/* Each appends a track's url for a list in dir (dir.n == 0: paths stay
 * absolute); other URLs than those of files as they are, but masked or escaped.
 *
 * M3U: a path in plain bytes; a file URL where players would not agree on it:
 * control characters, those that are not UTF-8, backslashes, # ? %XX, a blank
 * at its end. XSPF and JSPF: a URI. */
void playlistpath_plain(struct span dir, struct span url, struct str *out);
void playlistpath_uri(struct span dir, struct span url, struct str *out);

#endif
