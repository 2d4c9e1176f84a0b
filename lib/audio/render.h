/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rendering a clip of a score: every track's notes by its voice, repeated to
 * the end, saturation, pan, reverberation, then the whole brought to the
 * clip's loudness. Same score, same samples, on one type of processor.
 */
#ifndef MOODPIPE_RENDER_H
#define MOODPIPE_RENDER_H

#include "audio/score.h"
#include "audio/wave.h"

/* The samples, within -1..1, are the caller's to release. */
void render_clip(const struct score *s, const struct score_clip *c,
		 struct wave *out);
void render_release(struct wave *w);

/* The share of sounding time of each pitch class, [12], in a clip's notes:
 * what its key can be told from. Drums are left out. */
void render_classes(const struct score *s, const struct score_clip *c,
		    double classes[12]);

#endif
