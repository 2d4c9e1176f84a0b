/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the labels of others' classifiers mean (data/emotion-labels.tsv): a class
 * of feeling, or a place in the mood space, and the label of GoEmotions.
 */
#ifndef MOODPIPE_EMOTIONLABELS_H
#define MOODPIPE_EMOTIONLABELS_H

#include "corpus/emotionreader.h"

#define EMOTIONLABELS_MOOD 3 /* valence, arousal, dominance */

struct emotionlabel {
	/* Below EMOTION_CLASSES a class; from EMOTION_CLASSES on a number of
	 * the mood space; EMOTIONLABEL_OTHER: neither. */
	int means;
	char *name; /* of GoEmotions, or its own */
};
enum { EMOTIONLABEL_OTHER = EMOTION_CLASSES + EMOTIONLABELS_MOOD };

struct emotionlabels {
	struct emotionlabel *items; /* [count] */
	size_t count;
};
/* Looks up names[count] in a table of that path (for messages), letter case
 * aside. -1, ERR_DATA: the table says what cannot be. */
int emotionlabels_parse(struct emotionlabels *l, char *const *names,
			size_t count, struct span table, const char *path,
			struct err *err);
void emotionlabels_release(struct emotionlabels *l);

#endif
