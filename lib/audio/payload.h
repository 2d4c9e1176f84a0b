/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The identity of a recording's file. The payload is what is left of an audio
 * file when tags, pictures and padding are taken off, so that editing a tag
 * does not make another track of it:
 *
 *   MP3        the bytes between ID3v2 in front and ID3v1, APEv2, Lyrics3v2
 *              and appended ID3v2 behind
 *   FLAC       the STREAMINFO block and the frames (tags before "fLaC" or
 *              behind the frames are left out as in MP3)
 *   WAV, AIFF, RF64   the format chunk and the sound data chunk
 *   Ogg        the packets behind the header packets of every logical stream,
 *              each with its length: independent of paging
 *   else       the whole file; so too where a file of these kinds is broken
 *              or nothing would be left
 *
 * The kind is told by the first bytes, never by the name.
 */
#ifndef MOODPIPE_PAYLOAD_H
#define MOODPIPE_PAYLOAD_H

#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"

/* SHA-256 of the payload and of the whole file (either may be NULL). Reads the
 * file once or twice, never holds more than a few hundred kilobytes of it.
 * 0, or -1: ERR_RECORD, code "missing" where there is no such regular file, or
 * "io" where reading fails. An empty file is no error. */
int payload_digest(const char *path, uint8_t payload[HASH_SIZE],
		   uint8_t file[HASH_SIZE], struct err *err);

#endif
