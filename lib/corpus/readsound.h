/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the words of a request say of the sound and the occasion: singing or
 * none, textures ("dark and sparse", "a bit warm", "not too dense"), and
 * contexts (time of day, activity, weather, season, place, era, instrument).
 * These words stay what is searched for, but for a negated texture. A texture
 * that may mean another thing ("cold") counts before a word for music or its
 * sound, beside another texture, or at the end.
 */
#ifndef MOODPIPE_READSOUND_H
#define MOODPIPE_READSOUND_H

#include "corpus/reading.h"
#include "corpus/wish.h"

struct readsound_context {      /* zeroed: valid, none */
	struct str tags;        /* phrases, one per line */
	struct str notes;       /* JSON objects, a comma between */
	float valence, arousal; /* the mean of their places */
	int count;              /* of contexts */
};

void readsound_vocals(struct reading *r, struct wish *wish);
void readsound_textures(struct reading *r, struct wish *wish);
/* Replaces *out. Wishes of a context go where the request has none itself, which
 * is to be read before. */
void readsound_contexts(struct reading *r, struct wish *wish,
			struct readsound_context *out);
void readsound_context_release(struct readsound_context *c);

#endif
