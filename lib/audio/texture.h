/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The measurements that descriptors (descriptors.h) need beside the usual ones:
 * modulation.h, dfa.h, fluctogram.h, tails.h, together.
 */
#ifndef MOODPIPE_TEXTURE_H
#define MOODPIPE_TEXTURE_H

#include "audio/resample.h"

enum texture_kind {
	TEXTURE_MODULATION_4HZ,
	TEXTURE_BASS,
	TEXTURE_LOW_ENERGY,
	TEXTURE_PULSE,
	TEXTURE_DFA,
	TEXTURE_GLIDE,
	TEXTURE_DECAY,
	TEXTURE_DEPTH,
	TEXTURE_COUNT
};

struct texture; /* scratch of one thread; reusable */
struct texture *texture_new(void);
void texture_free(struct texture *t);

/* modulation_levels of the recording measured last. */
const float *texture_levels(const struct texture *t);

/* x, its mel_to_db and rms per frame, which are not empty. */
void texture_measure(struct texture *t, const struct samples *x,
		     const float *db, const float *rms, size_t frames,
		     float out[TEXTURE_COUNT]);

#endif
