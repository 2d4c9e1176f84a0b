/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From words to sound: a linear map from text vectors to vectors of sound
 * components, learnt from tracks that have both (corpus/bridgefit.h). A model is
 * a pack of kind "moodbridge": bridge.info, one struct bridge_info; bridge.from
 * float[from] and bridge.to float[to], the means of both; bridge.weights
 * float[to][from].
 */
#ifndef MOODPIPE_BRIDGE_H
#define MOODPIPE_BRIDGE_H

#include "base/hash.h"
#include "io/pack.h"

#define BRIDGE_KIND "moodbridge"
#define BRIDGE_VERSION 1
#define BRIDGE_DIM_MAX 4096

struct bridge_info { /* little-endian */
	uint32_t from, to;
	uint32_t rows, held; /* that it was fitted on, that it was tried on */
	/* Of tracks held out, by artist: the mean cosine of what it says with
	 * their sound, less that of the mean sound; 0: it says nothing. Likewise
	 * of the mean sound of the tracks nearest in mood. */
	float skill, mood_skill;
	float ridge;
	uint32_t zero;
	/* of the feature files that it was fitted on */
	uint8_t text_recipe[HASH_SIZE], sound_recipe[HASH_SIZE];
};

struct bridge { /* zeroed: none */
	const struct bridge_info *info;
	const float *mean, *add, *weights;
};
extern const char *const bridge_sections[]; /* NULL-ended */

/* Views what a pack has; where it has none, *b is zeroed. -1, ERR_DATA. */
int bridge_open(struct bridge *b, const struct pack *p, struct err *err);
/* That one maps `from` to `to` numbers, all of them finite. -1, ERR_DATA. */
int bridge_check(const struct bridge *b, size_t from, size_t to,
		 struct err *err);

/* The sound, sound[to] of length 1, of a text[from]. -1: it says nothing. */
int bridge_apply(const struct bridge *b, const float *text, float *sound);

#endif
