/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/requestmood.h"

#include <math.h>

enum { Q1, Q2, Q3, Q4, NO_MOOD };

/* What words alone are trusted. */
static const double words_confidence = 0.5;

static int sign(double x)
{
	return (x > 0) - (x < 0);
}

static int valence_sign(int quadrant)
{
	return quadrant == Q1 || quadrant == Q4 ? 1 : -1;
}

static int arousal_sign(int quadrant)
{
	return quadrant == Q1 || quadrant == Q2 ? 1 : -1;
}

/* Words on an axis (night: valence 0) fit the quadrants on both sides. */
static bool fits(const struct lexicon_mood *words, int quadrant)
{
	return words->matches > 0 &&
	       sign((double)words->valence) != -valence_sign(quadrant) &&
	       sign((double)words->arousal) != -arousal_sign(quadrant);
}

static float pull(double x, int side)
{
	return (float)(side * fmax(side * x, REQUESTMOOD_LEAST));
}

static int strongest(const double quadrant[EMOTION_QUADRANTS],
		     const struct lexicon_mood *words)
{
	int best = NO_MOOD;
	double most = quadrant[NO_MOOD];
	double far =
	    fabs((double)words->valence) + fabs((double)words->arousal);

	for (int q = Q1; q <= Q4; q++) {
		double p = quadrant[q];

		if (fits(words, q))
			p *= exp(REQUESTMOOD_WORDS * fmin(far, 1));
		else if (p < REQUESTMOOD_SURE)
			continue;
		if (p > most) {
			most = p;
			best = q;
		}
	}
	return best;
}

struct requestmood requestmood_words(const struct lexicon_mood *words)
{
	struct requestmood m = { .by = MOODBY_NONE };

	if (!words->matches)
		return m;
	m.by = MOODBY_LEXICON;
	m.matches = words->matches;
	m.valence = words->valence;
	m.arousal = words->arousal;
	m.confidence = words_confidence;
	return m;
}

static void by_model(struct requestmood *m, const struct lexicon_mood *words,
		     const struct emotion_request *asked)
{
	int q = strongest(asked->quadrant, words);
	double most = 0;

	memcpy(m->quadrant, asked->quadrant, sizeof(m->quadrant));
	if (q == NO_MOOD)
		return;
	for (int k = Q1; k <= NO_MOOD; k++)
		most = fmax(most, asked->quadrant[k]);
	m->confidence = asked->confidence * asked->quadrant[q] / most;
	m->by = asked->language ? MOODBY_NAMES : MOODBY_MODEL;
	m->valence = pull(asked->valence, valence_sign(q));
	m->arousal = pull(asked->arousal, arousal_sign(q));
	if (asked->language || !fits(words, q))
		return;
	m->by = MOODBY_BOTH;
	if (fabs((double)words->valence) >= REQUESTMOOD_LEAST)
		m->valence = words->valence;
	if (fabs((double)words->arousal) >= REQUESTMOOD_LEAST)
		m->arousal = words->arousal;
}

struct requestmood requestmood_read(const struct requestmood_models *models,
				    struct span text, struct str *context,
				    struct str *matched)
{
	struct lexicon_mood words =
	    lexicon_explain(models->lexicon, text, context, matched);
	struct requestmood m = { .matches = words.matches };
	struct emotion_request asked;

	if (models->emotion &&
	    emotion_request(models->emotion, models->work, text, &asked))
		by_model(&m, &words, &asked);
	else
		m = requestmood_words(&words);
	return m;
}

struct requestmood requestmood_given(float valence, float arousal)
{
	struct requestmood m = { .by = MOODBY_REQUEST,
				 .valence = valence,
				 .arousal = arousal,
				 .confidence = 1 };
	bool bright = valence >= 0, lively = arousal >= 0;

	m.quadrant[lively ? !bright : 2 + bright] = 1; /* Q1 to Q4 */
	return m;
}
