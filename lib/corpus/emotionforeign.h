/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of emotionreader.c: what carries over from a text in another language,
 * which is the moods it names (text/foreign.h) and its emoji and emoticons. A
 * place in the mood space becomes probabilities by a Gaussian of a deviation of
 * EMOTIONFOREIGN_WIDTH around the place of each class, as Russell & Mehrabian
 * (1977) rated the terms sad, joyful, loved, angry, fearful and surprised;
 * neutral is the origin. Quadrants are at +-0.5, no mood asked for at the
 * origin.
 */
#ifndef MOODPIPE_EMOTIONFOREIGN_H
#define MOODPIPE_EMOTIONFOREIGN_H

#include "corpus/emotionparts.h"
#include "text/foreign.h"

#define EMOTIONFOREIGN_WIDTH 0.5
#define EMOTIONFOREIGN_FEELINGS (EMOTION_CLASSES - 1)

struct emotionforeign { /* zeroed: valid */
	struct foreign_reading told;
	struct str signs; /* emoji and emoticons, with blanks between */
	unsigned tokens;  /* of the whole text */
	struct utterance utterance;
};
/* Replaces *e; false: the text counts as English. */
bool emotionforeign_read(struct emotionforeign *e, const struct foreign *f,
			 struct span text);
void emotionforeign_release(struct emotionforeign *e);

/* Where a class of feeling is in the mood space; sarcasm: the origin. */
void emotionforeign_place(enum emotion_class c, double *valence,
			  double *arousal);
/* Logarithms of probabilities, but for a constant. */
void emotionforeign_classes(double valence, double arousal,
			    double classes[EMOTIONFOREIGN_FEELINGS]);
/* Probabilities. */
void emotionforeign_quadrants(double valence, double arousal,
			      double p[EMOTION_QUADRANTS]);
/* Offers the signs and names of moods in the beginning of text; share is what
 * the text counts among others. Uses e's utterance. */
void emotionforeign_offer(struct emotionforeign *e, const struct foreign *f,
			  struct span text, double share,
			  struct emotion_phrases *best);

#endif
