/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/emotionforeign.h"

#include <math.h>

enum { LONGEST = 3 }; /* tokens of the name of a mood */

struct place {
	double valence, arousal;
};
static const struct place class_place[EMOTIONFOREIGN_FEELINGS] = {
	[EMOTION_SADNESS] = { -0.63, -0.27 },
	[EMOTION_JOY] = { 0.76, 0.48 },
	[EMOTION_LOVE] = { 0.87, 0.54 },
	[EMOTION_ANGER] = { -0.51, 0.59 },
	[EMOTION_FEAR] = { -0.64, 0.60 },
	[EMOTION_SURPRISE] = { 0.40, 0.67 },
	[EMOTION_NEUTRAL] = { 0, 0 },
};
static const struct place quadrant_place[EMOTION_QUADRANTS] = {
	{ 0.5, 0.5 }, { -0.5, 0.5 }, { -0.5, -0.5 }, { 0.5, -0.5 }, { 0, 0 }
};

static double log_density(const struct place *p, double valence, double arousal)
{
	double v = valence - p->valence, a = arousal - p->arousal;

	return -(v * v + a * a) /
	       (2 * EMOTIONFOREIGN_WIDTH * EMOTIONFOREIGN_WIDTH);
}

void emotionforeign_place(enum emotion_class c, double *valence,
			  double *arousal)
{
	bool known = c < EMOTIONFOREIGN_FEELINGS;

	*valence = known ? class_place[c].valence : 0;
	*arousal = known ? class_place[c].arousal : 0;
}

void emotionforeign_classes(double valence, double arousal,
			    double classes[EMOTIONFOREIGN_FEELINGS])
{
	for (size_t i = 0; i < EMOTIONFOREIGN_FEELINGS; i++)
		classes[i] = log_density(&class_place[i], valence, arousal);
}

void emotionforeign_quadrants(double valence, double arousal,
			      double p[EMOTION_QUADRANTS])
{
	double sum = 0;

	for (size_t i = 0; i < EMOTION_QUADRANTS; i++)
		sum += p[i] =
		    exp(log_density(&quadrant_place[i], valence, arousal));
	for (size_t i = 0; i < EMOTION_QUADRANTS; i++)
		p[i] /= sum;
}

static bool is_sign(const struct utterance_token *t)
{
	return t->kind == UTTERANCE_SYMBOL;
}

static struct span spelt(struct span text, const struct utterance_token *first,
			 const struct utterance_token *last)
{
	return (struct span){ text.p + first->start, last->end - first->start };
}

bool emotionforeign_read(struct emotionforeign *e, const struct foreign *f,
			 struct span text)
{
	if (text.n > EMOTION_LIMIT)
		text.n = EMOTION_LIMIT;
	e->told = foreign_read(f, text);
	if (!e->told.language)
		return false;
	str_reset(&e->signs);
	e->tokens = 0;
	while (text.n) {
		size_t taken = utterance_read(&e->utterance, text);

		for (size_t i = 0; i < e->utterance.count; i++) {
			const struct utterance_token *t =
			    &e->utterance.tokens[i];

			if (!is_sign(t))
				continue;
			str_span(&e->signs, spelt(text, t, t));
			str_putc(&e->signs, ' ');
		}
		e->tokens += (unsigned)e->utterance.count;
		text.p += taken;
		text.n -= taken;
	}
	return true;
}

void emotionforeign_release(struct emotionforeign *e)
{
	str_release(&e->signs);
	utterance_release(&e->utterance);
}

/* Whether n tokens from t on name a mood; how strong it is. */
static bool names_mood(const struct foreign *f, struct span text,
		       const struct utterance_token *t, size_t n,
		       double *strength)
{
	struct foreign_reading r = foreign_read(f, spelt(text, t, t + n - 1));

	*strength = hypot((double)r.valence, (double)r.arousal);
	return r.matches > 0;
}

/* Tokens from i on that name a mood, none of them in vain; 0: none. */
static size_t mood_at(const struct utterance *u, const struct foreign *f,
		      struct span text, size_t i, double *strength)
{
	const struct utterance_token *t = &u->tokens[i];
	double less;

	for (size_t n = 1; n <= LONGEST && i + n <= u->count; n++) {
		if (t[n - 1].kind != UTTERANCE_WORDS)
			return 0;
		if (names_mood(f, text, t, n, strength))
			return n == 1 ||
				       !names_mood(f, text, t + 1, n - 1, &less)
				   ? n
				   : 0;
	}
	return 0;
}

void emotionforeign_offer(struct emotionforeign *e, const struct foreign *f,
			  struct span text, double share,
			  struct emotion_phrases *best)
{
	struct utterance *u = &e->utterance;

	utterance_read(u, text);
	for (size_t i = 0; i < u->count; i++) {
		const struct utterance_token *t = &u->tokens[i];
		double strength = 1;
		size_t n = is_sign(t) ? 1 : mood_at(u, f, text, i, &strength);

		if (!n)
			continue;
		emotion_offer(best, spelt(text, t, t + n - 1),
			      share * strength);
		i += n - 1;
	}
}
