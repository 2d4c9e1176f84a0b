/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a text feels like: classes of feeling, the labels of GoEmotions
 * (Demszky et al. 2020), valence, arousal and dominance (EmoBank, Buechel &
 * Hahn 2017), and the words that carried it; by a network of texts
 * (learn/textnet.h) with the heads "classes", "goemotions", "vad" and
 * "sarcasm". Texts in other languages than English are told by the moods and
 * emoji in them (text/foreign.h) and trusted little.
 */
#ifndef MOODPIPE_EMOTIONREADER_H
#define MOODPIPE_EMOTIONREADER_H

#include "io/pack.h"

#define EMOTION_CLASSES 8
#define EMOTION_LABELS 28 /* at most */
#define EMOTION_TOP 3
#define EMOTION_WORDS 5

/* Of one text only so many bytes are read. */
#define EMOTION_LIMIT 16384

enum emotion_class {
	EMOTION_SADNESS,
	EMOTION_JOY,
	EMOTION_LOVE,
	EMOTION_ANGER,
	EMOTION_FEAR,
	EMOTION_SURPRISE,
	EMOTION_NEUTRAL,
	EMOTION_SARCASM
};
extern const char *const emotion_names[EMOTION_CLASSES];

struct emotion_options {
	/* How common sarcasm is where texts come from, in (0, 1); the share in
	 * the training data says nothing about that. */
	double sarcasm_prior;
	/* Above this probability of sarcasm valence is turned around. */
	double sarcasm_turns;
};
extern const struct emotion_options emotion_defaults;

struct foreign;
struct emotion_reader; /* read-only: any thread */
/* Of the network in p and the words of other languages in f (NULL: every text
 * counts as English), which both must outlive it. options NULL: the defaults.
 * NULL: ERR_DATA for a network without those heads, ERR_USAGE for options out
 * of range. */
struct emotion_reader *emotion_open(const struct pack *p,
				    const struct foreign *f,
				    const struct emotion_options *options,
				    struct err *err);
void emotion_close(struct emotion_reader *r);

struct emotion_work; /* of one thread */
struct emotion_work *emotion_work_new(const struct emotion_reader *r);
void emotion_work_free(struct emotion_work *w);

struct emotion_label {
	const char *name; /* the reader's */
	double probability;
};

struct emotion {
	/* The seven classes' probabilities times that of no sarcasm, and
	 * sarcasm's; they sum to 1. */
	double probs[EMOTION_CLASSES];
	/* The two strongest; the third as well where they contradict each
	 * other: two of the three are of opposite valence, the second is at
	 * least a fifth of the first, the third half of the second. */
	enum emotion_class top[EMOTION_TOP];
	size_t tops;
	/* [0, 1]: the strongest class' probability times the share of words
	 * that the network knows (half, where a text has signs and no words);
	 * in other languages at most EMOTION_FOREIGN, without any token 0. */
	double confidence;
	/* Those whose probability reaches their threshold, strongest first;
	 * none without tokens. */
	struct emotion_label labels[EMOTION_LABELS];
	size_t nlabels;
	/* [-1, 1]; 1 is three standard deviations of EmoBank's ratings above
	 * their mean. */
	double valence, arousal, dominance;
	/* Standard deviation to expect of each of the three (root of the mean
	 * square): the root of c s^2 + (1 - c) / 9, of the confidence c and the
	 * network's spread s on texts kept aside; 1/3 is that of all ratings. */
	double spread;
	/* Words and phrases that spoke most for the strongest class against
	 * the others, strongest first, as they stand in the text. */
	struct span words[EMOTION_WORDS];
	size_t nwords;
	bool sarcasm_turned;
	const char *language; /* ISO 639-1; NULL: English, or taken for it */
	unsigned tokens;      /* read; 0: there was nothing */
};

/* Confidence of a text in another language at most, where it names a mood or
 * has an emoji; and where not. */
#define EMOTION_FOREIGN 0.3
#define EMOTION_FOREIGN_SILENT 0.05

/* Replaces *out, whose words lie in text. */
void emotion_read(const struct emotion_reader *r, struct emotion_work *w,
		  struct span text, struct emotion *out);

struct emotion_text {
	struct span text;
	double weight; /* above 0 */
};
/* Several texts of one thing (title, lyrics). A text of n tokens speaks with
 * weight * n / (n + 8), so that neither does a long one drown a short one nor
 * a single word a long one. Log odds, log probabilities and regressions are
 * averaged: a logarithmic opinion pool (Genest & Zidek 1986). language is that
 * of the weightiest text. */
void emotion_read_all(const struct emotion_reader *r, struct emotion_work *w,
		      const struct emotion_text *texts, size_t count,
		      struct emotion *out);

/* Appends {"top":["sadness","love"],"confidence":0.71,"probs":{...},
 * "labels":[...],"valence":..,"arousal":..,"dominance":..,"spread":..,
 * "words":[...]}, and "sarcasm_turned":true, "language":".." where they apply;
 * numbers to three decimals. */
void emotion_json(const struct emotion *e, struct str *out);

/* What music a request asks for. */
#define EMOTION_QUADRANTS 5
struct emotion_request {
	/* Probabilities of valence and arousal ++, -+, --, +-, and of no mood
	 * asked for. */
	double quadrant[EMOTION_QUADRANTS];
	double valence, arousal;               /* [-1, 1] */
	double valence_spread, arousal_spread; /* standard deviations */
	double confidence;                     /* as in struct emotion */
	const char *language;
};
/* By the heads "request" and "mood". False, *out untouched: the network has
 * none, or there are no tokens. */
bool emotion_request(const struct emotion_reader *r, struct emotion_work *w,
		     struct span text, struct emotion_request *out);

#endif
