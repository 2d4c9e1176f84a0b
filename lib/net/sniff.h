/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file is by its bytes; names and Content-Type lie. */
#ifndef MOODPIPE_SNIFF_H
#define MOODPIPE_SNIFF_H

#include "base/str.h"

#define SNIFF_SIZE 65536 /* bytes that are looked at */

/* The extension of an audio format that our decoders read (mp3, ogg, flac,
 * wav, aiff); or NULL with *why: "empty", "page" (HTML or XML), "unsupported:
 * mp4", "not audio". MPEG audio is known by an ID3v2 tag or by frames: at the
 * beginning, or three in a row behind junk. */
const char *sniff_audio(struct span head, const char **why);

#endif
