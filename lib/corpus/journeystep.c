/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/journeystep.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/pairmemo.h"
#include "math/vector.h"

enum { SAMPLED = 512 /* pairs that tell the mean distance */ };

struct journeystep {
	const struct journey *j;
	float mean[JOURNEY_STEPS]; /* of tracks of which it is not known */
	struct pairmemo *known;
};

static float sound(const struct journey_track *a, const struct journey_track *b)
{
	float sum = 0, kinds = 0;

	for (int k = 0; k < AUDIO_KINDS; k++) {
		if (!a->sound[k].x || !b->sound[k].x)
			continue;
		sum +=
		    vector_dot(a->sound[k].x, b->sound[k].x, a->sound[k].dim);
		kinds++;
	}
	return kinds > 0 ? fmaxf(0, fminf(1, (1 - sum / kinds) / 2)) : NAN;
}

/* Fifths from the signature of C major and A minor. */
static float fifths(const struct journey_track *t)
{
	return fmodf(7 * (t->key + (t->mode > 0.5f ? 0 : 3)), 12);
}

float journey_distance(const struct journey_track *a,
		       const struct journey_track *b, enum journey_step kind)
{
	float d, e;

	switch (kind) {
	case JOURNEY_SOUND:
		return sound(a, b);
	case JOURNEY_MOOD:
		d = a->valence - b->valence;
		e = a->arousal - b->arousal;
		d = sqrtf(d * d + e * e) / 2;
		break;
	case JOURNEY_TEMPO:
		d = fabsf(log2f(a->tempo / b->tempo));
		break;
	case JOURNEY_KEY:
		d = fabsf(fifths(a) - fifths(b));
		d = (d > 6 ? 12 - d : d) / 6;
		break;
	default:
		d = fabsf(a->loudness - b->loudness) / 20;
		break;
	}
	return isfinite(d) ? fminf(1, d) : NAN;
}

/* Of pairs that lie far from each other in the array. */
static void take_means(struct journeystep *s)
{
	const struct journey *j = s->j;
	size_t pairs = j->count < SAMPLED ? j->count : SAMPLED;

	for (int k = 0; k < JOURNEY_STEPS; k++) {
		float sum = 0, n = 0;

		for (size_t i = 0; i < pairs && j->tuning.weight[k] > 0; i++) {
			size_t a = i * (j->count / pairs);
			size_t b = (a + j->count / 2) % j->count;
			float d = journey_distance(&j->tracks[a], &j->tracks[b],
						   (enum journey_step)k);

			sum += isnan(d) ? 0 : d;
			n += isnan(d) ? 0 : 1;
		}
		s->mean[k] = n > 0 ? sum / n : 0;
	}
}

struct journeystep *journeystep_new(const struct journey *j)
{
	struct journeystep *s = mem_zalloc(1, sizeof(*s));

	s->j = j;
	s->known = pairmemo_new();
	take_means(s);
	return s;
}

void journeystep_free(struct journeystep *s)
{
	if (!s)
		return;
	pairmemo_free(s->known);
	free(s);
}

static float cost_of(const struct journeystep *s, uint32_t a, uint32_t b)
{
	const struct journey *j = s->j;
	float sum = 0;

	for (int k = 0; k < JOURNEY_STEPS; k++) {
		float w = j->tuning.weight[k], d;

		if (!(w > 0))
			continue;
		d = journey_distance(&j->tracks[a], &j->tracks[b],
				     (enum journey_step)k);
		sum += w * (isnan(d) ? s->mean[k] : d);
	}
	return sum;
}

float journeystep_cost(struct journeystep *s, uint32_t a, uint32_t b)
{
	float cost;

	if (a == b)
		return 0;
	if (!pairmemo_get(s->known, a, b, &cost)) {
		cost = cost_of(s, a, b);
		pairmemo_put(s->known, a, b, cost);
	}
	return cost;
}

float journey_smoothness(const struct journey *j, const uint32_t *order,
			 size_t n)
{
	enum { PAIRS = 8192 };
	struct journeystep *s;
	double steps = 0, any = 0;
	size_t far = n ? PAIRS / n : 0, pairs = 0;

	if (n < 3)
		return NAN;
	far = far < 1 ? 1 : far > n / 2 ? n / 2 : far;
	s = journeystep_new(j);
	for (size_t i = 1; i < n; i++)
		steps += (double)cost_of(s, order[i - 1], order[i]);
	/* at even distances up to half of the list, round its end */
	for (size_t d = 1; d <= far; d++)
		for (size_t i = 0; i < n; i++) {
			size_t away = d * (n / 2) / far;

			any +=
			    (double)cost_of(s, order[i], order[(i + away) % n]);
			pairs++;
		}
	journeystep_free(s);
	steps /= (double)(n - 1);
	any /= (double)pairs;
	return any > 0 ? (float)(1 - steps / any) : NAN;
}
