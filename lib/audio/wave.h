/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing sound to a file, in the format its suffix names: .flac and .wav (16
 * bits), .ogg (Vorbis), .mp3. Through libsndfile, in memory; the file appears
 * whole or not at all. Same samples, same bytes: the random serial number that
 * an Ogg stream is given is replaced by a fixed one.
 */
#ifndef MOODPIPE_WAVE_H
#define MOODPIPE_WAVE_H

#include <stdio.h>

#include "base/err.h"
#include "base/str.h"

struct wave {
	float *samples; /* [frames][channels] */
	size_t frames;
	int channels, rate; /* rate in Hz */
};

/* format: flac, ogg, wav, mp3. Replaces *out. -1: ERR_USAGE for another
 * format, ERR_DATA where the encoder refuses. */
int wave_encode(const struct wave *w, const char *format, struct str *out,
		struct err *err);
/* Atomically, in the format of path's suffix; path NULL: to stdout, in the
 * given format. */
int wave_write(const struct wave *w, const char *path, const char *format,
	       struct err *err);

/* Gives every page of an Ogg stream that serial and its checksum anew (RFC
 * 3533). -1: these are not whole Ogg pages. */
int wave_ogg_serial(char *p, size_t n, uint32_t serial);

#endif
