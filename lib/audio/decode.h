/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From an audio file to mono sound at RESAMPLE_RATE: MPEG audio by libmpg123,
 * WAV, AIFF, AU, CAF, FLAC, Ogg (Vorbis, Opus, FLAC), VOC, NIST by libsndfile.
 * The kind is told by content, not by name. Every file is taken as hostile:
 * bytes read, channels and rates are limited (bytes.h, decoder.h); samples
 * that are not finite become 0 and others are held within DECODE_CLIP. A
 * direct current worth the name (condition.h) is taken off.
 */
#ifndef MOODPIPE_DECODE_H
#define MOODPIPE_DECODE_H

#include "audio/resample.h"

#define DECODE_CLIP 8.0f /* times full scale */

struct sound {                  /* zeroed is valid; reusable */
	struct samples mono;    /* at RESAMPLE_RATE, or what was asked for */
	int rate, channels;     /* of the file */
	double seconds;         /* decoded */
	double length;          /* of the whole file in seconds, as far as
					 * it says; else NaN */
	double fraction;        /* of what the file should have given,
					 * within the limit; NaN: unknown */
	double loudness, range; /* of all channels at the file's rate,
					 * loudness.h: LUFS, LU; or NaN */
	bool partial;           /* the rest is damaged or cut off */
	double clipped;         /* share of the samples of all channels that
				 * stand at full scale, condition.h */
	double offset;          /* direct current taken off mono; else 0 */
};
void sound_release(struct sound *s);

/* Decodes the first `seconds` of path, no more. Channels are averaged; where
 * that cancels most of them out (a channel out of phase), be it for a tenth of
 * the sound's power only, the strongest channel is taken instead. A damaged file gives what comes before the damage and
 * partial. -1, ERR_RECORD: code "missing" (no such file, or not one that can
 * be opened), "undecodable" (nothing could be decoded) or "unsupported" (sound in
 * a form that libsndfile cannot decode). The message does not repeat the path. */
int decode_file(const char *path, double seconds, struct sound *out,
		struct err *err);
/* The same of an open file, which stays the caller's; its position is neither
 * used nor moved. */
int decode_fd(int fd, double seconds, struct sound *out, struct err *err);
/* The same at another rate than RESAMPLE_RATE, in Hz. */
int decode_fd_at(int fd, double seconds, int rate, struct sound *out,
		 struct err *err);
/* How long the open file says it is, in seconds, without decoding it; NaN where
 * it does not say, or is no sound. */
double decode_length(int fd);

#endif
