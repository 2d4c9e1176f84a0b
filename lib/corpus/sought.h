/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is searched for: the mood, the sound and the text of a request, each a
 * place or a unit vector, from its words, its own mood, the tracks it is to be
 * like, what was kept and what was dropped of an answer before, and the aspects
 * it asks more or less of. A mood in words sounds as the measured tracks
 * nearest to it do (moodsound.h), and as the words tell (learn/bridge.h).
 */
#ifndef MOODPIPE_SOUGHT_H
#define MOODPIPE_SOUGHT_H

#include "corpus/aspects.h"
#include "corpus/candidates.h"
#include "corpus/intent.h"
#include "corpus/querytext.h"
#include "corpus/request.h"
#include "index/search.h"
#include "learn/bridge.h"

/* Where tracks of a mood in words are looked for: that share of the way from the
 * words' place towards the middle of its quadrant, at +-SOUGHT_MIDDLE. Tracks are
 * placed with errors, so near an axis half of them are of another quadrant.
 * Chosen by tests/answers.sh on its development half. */
#define SOUGHT_INWARDS 0.5F
#define SOUGHT_MIDDLE 0.6F

/* What is searched for goes towards what was kept and away from what answers are
 * to be unlike (Rocchio 1971, with the weights that are usual since). */
#define SOUGHT_TOWARDS 0.75F
#define SOUGHT_AWAY 0.25F

struct sought_from {
	const struct request *request;
	const struct intent *intent;
	/* Answers are to be like the first; of those they were asked to be like
	 * before, some were kept, and others are unlike what is wanted. NULL:
	 * none. */
	const struct likeness *like, *kept, *unlike;
	const struct aspects_aim *aim; /* and to lie beyond that; NULL */
};

struct moodsound;
struct sought { /* one thread's scratch, and the request at hand */
	const struct generation *g;
	struct querytext *words; /* NULL: none */
	struct moodsound *sounds;
	struct bridge bridge; /* from text to sound; zeroed: none */

	bool has_mood, has_sound, has_text; /* is it searched for? */
	struct search_mood mood;
	struct search_text text;
	const float *sound[AUDIO_KINDS]; /* of length 1; NULL */

	bool said;                         /* by the words, in unit */
	float unit[GENERATION_TEXT_MAX];   /* of the text */
	float mixed[GENERATION_AUDIO_DIM]; /* mood and words */
	float turned[AUDIO_KINDS][GENERATION_AUDIO_MAX];
};
/* words may be NULL; both must outlive *s, which is then to be released. */
void sought_init(struct sought *s, const struct generation *g,
		 struct querytext *words);
void sought_release(struct sought *s);

/* Where tracks or an aspect tell the mood, out->mood_by, valence and arousal are
 * set; what the index cannot do is told in out->warnings. -1: what
 * querytext_vector says. */
int sought_find(struct sought *s, const struct sought_from *from,
		struct candidates *out, struct err *err);

#endif
