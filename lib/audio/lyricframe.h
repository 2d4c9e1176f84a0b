/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lyrics embedded in a sound file. TagLib's C binding (1.13) has no access to
 * them, so this reads, of hostile files and in the sandbox:
 *
 *   ID3v2.2 to 2.4   the first USLT (ULT) frame that has text: in front of a
 *                    file, in the "ID3 " or "id3 " chunk of AIFF and WAV
 *   FLAC, Ogg (Vorbis, Opus, FLAC)   the comments LYRICS and UNSYNCEDLYRICS
 *   MP4              moov/udta/meta/ilst/(c)lyr
 *
 * after id3.org's id3v2.4.0-structure and -frames (and 2.2, 2.3), RFC 9639, the
 * Vorbis I specification, RFC 7845 and ISO 14496-12. Compressed and encrypted
 * frames are passed over.
 */
#ifndef MOODPIPE_LYRICFRAME_H
#define MOODPIPE_LYRICFRAME_H

#include "audio/bytes.h"
#include "base/str.h"

/* Replaces *out with the text in UTF-8, as it stands but for malformed bytes;
 * empty where there is none. b is at its start. */
void lyricframe_read(struct bytes *b, struct str *out);

#endif
