/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What decode.c sees of a decoding library: one open stream of interleaved
 * samples. Inside lib/audio only.
 */
#ifndef MOODPIPE_DECODER_H
#define MOODPIPE_DECODER_H

#include "audio/bytes.h"

#define DECODER_CHANNELS_MAX 16
#define DECODER_RATE_MIN 1000
#define DECODER_RATE_MAX 384000
#define DECODER_BLOCK 4096 /* frames asked for at a time */

struct decoder {
	int rate, channels;
	double frames; /* in the file, as far as it says; else -1 */
	double length; /* what it says, in frames, unabridged; else -1 */
	bool broken;   /* damage was met (or found at the end) */
	double full;   /* the largest sample there can be; 0: 1 */
	bool placed;   /* weight says which channel is which, loudness.h */
	double weight[DECODER_CHANNELS_MAX];
	void *handle;
	/* Up to n frames, full scale = 1; 0 at the end (or at damage). */
	size_t (*read)(struct decoder *d, float *out, size_t n);
	void (*close)(struct decoder *d);
};

/* Both leave b open. -1: ERR_RECORD, code "undecodable"; or "unsupported", sound
 * that is none of what libsndfile decodes. */
int decoder_mpeg(struct decoder *d, struct bytes *b, struct err *err);
int decoder_sndfile(struct decoder *d, struct bytes *b, struct err *err);
/* What the file says in its format's own strings (INFO of WAV, NAME and AUTH of
 * AIFF, info of CAF): SF_STR_TITLE and so on. As its bytes are, d's until it is
 * closed; NULL: nothing. */
const char *decoder_sndfile_says(const struct decoder *d, int what);

#endif
