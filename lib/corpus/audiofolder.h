/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A folder of audio files as a list: all regular files below it whose name
 * ends in mp3 ogg oga opus flac wav aif aiff (or m4a aac wma, which cannot be
 * used), whatever the case, in byte order of their paths. Hidden entries and
 * links to folders are passed over.
 */
#ifndef MOODPIPE_AUDIOFOLDER_H
#define MOODPIPE_AUDIOFOLDER_H

#include "base/err.h"
#include "base/str.h"

struct audiofolder {
	char **paths; /* absolute */
	size_t count, cap;
};

/* -1, ERR_ENV: the folder, or one in it, cannot be read. */
int audiofolder_list(struct audiofolder *f, const char *dir, struct err *err);
void audiofolder_release(struct audiofolder *f);

/* NULL, or why files of that name cannot be used. */
const char *audiofolder_refusal(const char *path);

/* Does the name say that this is sound, usable or not? */
bool audiofolder_is_sound(const char *path);

struct audiofolder_name {
	struct str artist, title, album; /* empty: absent */
};
/* What the path says: "Artist - Title.mp3", "07 Title.mp3" (also "07.", "07 -",
 * "1-07", before an artist too); album is the folder's name. Underscores are
 * spaces where there are no spaces. */
void audiofolder_parse(const char *path, struct audiofolder_name *out);
void audiofolder_name_release(struct audiofolder_name *n);

#endif
