/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many bytes of a sound file hold its first seconds: read off the head of
 * the file (ID3v2 tags skipped by their size; MPEG frames with Xing, Info or
 * VBRI headers; FLAC STREAMINFO; Ogg granules; RIFF and AIFF chunks), so that
 * no more than that is fetched. The head is hostile: every length in it is
 * checked against what is there, and a wrong one costs too few or too many
 * seconds of this file, within the caller's limit.
 */
#ifndef MOODPIPE_EXTENT_H
#define MOODPIPE_EXTENT_H

#include <stdint.h>

#include "base/str.h"

#define EXTENT_ALL SIZE_MAX /* it does not say: as much as one may */

/* ext is sniff_audio's, total the file's size (0: unknown). True: *bytes from
 * the beginning hold `seconds` of sound, with some margin. False: that can be
 * told from a longer head, of *bytes (more than head.n). */
bool extent_of(struct span head, const char *ext, uint64_t total,
	       double seconds, size_t *bytes);

#endif
