/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/journeyspot.h"

#include <math.h>

static float mix(float a, float b, float share)
{
	return isnan(a) ? b : isnan(b) ? a : (1 - share) * a + share * b;
}

struct journeyspot journeyspot_at(const struct journey *j, double place)
{
	struct journeyspot s = { 0, 0, 0, 0, 0, 0 };
	const struct journey_leg *a, *b;
	float room;

	while (s.next + 1 < j->legs && (double)j->leg[s.next].place < place)
		s.next++;
	s.leg = s.next ? s.next - 1 : 0;
	a = &j->leg[s.leg];
	b = &j->leg[s.next];
	room = b->place - a->place;
	if (room > 0)
		s.share = fmaxf(0, fminf(1, ((float)place - a->place) / room));
	s.valence = mix(a->valence, b->valence, s.share);
	s.arousal = mix(a->arousal, b->arousal, s.share);
	s.mood = (1 - s.share) * (isnan(a->valence) ? 0 : a->mood) +
		 s.share * (isnan(b->valence) ? 0 : b->mood);
	return s;
}

float journeyspot_near(const struct journey *j, const struct journeyspot *s,
		       uint32_t track)
{
	const struct journey_track *t = &j->tracks[track];
	float v = t->valence - s->valence, a = t->arousal - s->arousal;
	float near = 1 - sqrtf(v * v + a * a) / j->tuning.near;

	return near > 0 ? s->mood * t->sure * near : 0;
}

double journeyspot_place(const struct journey *j, double start, double seconds)
{
	double room = j->seconds - seconds;

	return room > 0 ? fmin(1, fmax(0, start / room)) : 0.5;
}
