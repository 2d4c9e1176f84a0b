/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Titles and such embedded in a sound file, by TagLib, and by libsndfile the
 * strings of WAV, AIFF and CAF that are no tags. To be used in a sandboxed worker
 * only.
 *
 * TagLib's C binding takes the name of a file and opens it with fopen(), which
 * the sandbox forbids. So the program that uses this defines fopen() itself, as
 * nothing but a call of tags_fopen(); being the program's, that definition is
 * the one the library reaches.
 */
#ifndef MOODPIPE_TAGS_H
#define MOODPIPE_TAGS_H

#include <stdio.h>

#include "audio/listener.h"

/* Fills title, artist, album, genre, date, lyrics, empty before, with what the
 * open file has of them, and length, in whole seconds, where TagLib knows it.
 * Bytes read are rationed (bytes.h). */
void tags_read(int fd, struct heard *h);

/* The file that a name made by tags_read stands for, read-only, its position
 * its own; NULL and errno EACCES for any other name or mode. */
FILE *tags_fopen(const char *name, const char *mode);

#endif
