/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/sought.h"

#include <math.h>

#include "corpus/moodsound.h"
#include "math/vector.h"

/* A damaged one is none: sound is then asked for by mood alone. */
static void open_bridge(struct sought *s)
{
	struct err err;
	const struct bridge_info *d;

	if (bridge_open(&s->bridge, s->g->pack, &err))
		s->bridge = (struct bridge){ .info = NULL };
	d = s->bridge.info;
	if (d && (d->from != s->g->text_dim || d->to != GENERATION_AUDIO_DIM ||
		  s->g->audio[AUDIO_COMPONENTS].dim != GENERATION_AUDIO_DIM))
		s->bridge = (struct bridge){ .info = NULL };
}

void sought_init(struct sought *s, const struct generation *g,
		 struct querytext *words)
{
	s->g = g;
	s->words = words;
	s->sounds = moodsound_new(g);
	open_bridge(s);
}

void sought_release(struct sought *s)
{
	moodsound_free(s->sounds);
}

/* Towards the middle of the quadrant it is in; what is 0 says nothing. */
static float inwards(float x)
{
	float middle = x > 0 ? SOUGHT_MIDDLE : x < 0 ? -SOUGHT_MIDDLE : 0;

	return x + SOUGHT_INWARDS * (middle - x);
}

/* The request's, else that of the tracks it is to be like. */
static bool base_mood(struct sought *s, const struct sought_from *from,
		      struct candidates *out)
{
	const struct request *request = from->request;
	const struct intent *intent = from->intent;
	const struct likeness *like = from->like ? from->like : from->kept;

	s->mood = (struct search_mood){ inwards(intent->mood.valence),
					inwards(intent->mood.arousal), NAN };
	if (request->has_mood)
		s->mood =
		    (struct search_mood){ request->valence, request->arousal,
					  s->g->dominance ? request->dominance
							  : NAN };
	if (request->has_mood || intent->mood.by != MOODBY_NONE)
		return true;
	if (!like || !likeness_has_mood(like))
		return false;
	s->mood = (struct search_mood){ like->fact[LIKENESS_VALENCE],
					like->fact[LIKENESS_AROUSAL], NAN };
	out->mood_by = MOODBY_LIKE;
	out->valence = s->mood.valence;
	out->arousal = s->mood.arousal;
	return true;
}

/* A share of the way to what was kept, and away from what is not wanted. */
static void turn_mood(struct search_mood *m, const struct likeness *l, float by)
{
	float *axis[2] = { &m->valence, &m->arousal };

	if (!l || !likeness_has_mood(l))
		return;
	for (int i = 0; i < 2; i++) {
		float to = l->fact[i ? LIKENESS_AROUSAL : LIKENESS_VALENCE];

		*axis[i] += by * (to - *axis[i]);
		*axis[i] = fmaxf(-1, fminf(1, *axis[i]));
	}
}

static bool mood_asked(struct sought *s, const struct sought_from *from,
		       struct candidates *out)
{
	bool asked = base_mood(s, from, out);

	if (asked) {
		turn_mood(&s->mood, from->kept,
			  SOUGHT_TOWARDS / (1 + SOUGHT_TOWARDS));
		turn_mood(&s->mood, from->unlike,
			  -SOUGHT_AWAY / (1 + SOUGHT_TOWARDS));
	}
	if (!from->aim || !aspects_moves_mood(from->aim))
		return asked;
	s->mood.valence =
	    aspects_want(from->aim, ASPECT_VALENCE, s->mood.valence);
	s->mood.arousal =
	    aspects_want(from->aim, ASPECT_AROUSAL, s->mood.arousal);
	out->valence = s->mood.valence;
	out->arousal = s->mood.arousal;
	if (!asked)
		out->mood_by = MOODBY_REQUEST;
	return true;
}

static void find_mood(struct sought *s, const struct sought_from *from,
		      struct candidates *out)
{
	const struct request *request = from->request;
	bool asked = mood_asked(s, from, out);

	if (asked && !s->g->valence)
		str_puts(&out->warnings,
			 "the index has no moods: by words alone\n");
	if (request->has_mood && !isnan(request->dominance) && s->g->valence &&
	    !s->g->dominance)
		str_puts(&out->warnings,
			 "the index has no dominance: it is not heeded\n");
	s->has_mood = asked && s->g->valence;
}

/* Of components, the mood's sound and what the words tell of it, by what either
 * was worth when the map was tried. Words of a mood tell less than the mood. */
static const float *mix_sound(struct sought *s, const struct sought_from *from,
			      const float *mood)
{
	const struct bridge_info *d = s->bridge.info;
	float by_words = 1 - from->intent->share[QUERY_MOOD], by_mood;

	if (!s->said || !s->g->audio[AUDIO_COMPONENTS].count ||
	    (mood && !(by_words > 0)) ||
	    bridge_apply(&s->bridge, s->unit, s->mixed))
		return mood;
	if (!mood)
		return s->mixed;
	by_mood = d->mood_skill > 0 ? d->mood_skill : d->skill;
	vector_scale(s->mixed, by_words * d->skill, d->to);
	vector_axpy(s->mixed, by_mood, mood, d->to);
	return vector_normalise(s->mixed, d->to) > 0 ? s->mixed : mood;
}

/* Adds the vectors to what is searched for, y. */
static void turn(float *y, const float *kept, const float *unlike, size_t n)
{
	if (kept)
		vector_axpy(y, SOUGHT_TOWARDS, kept, n);
	if (unlike)
		vector_axpy(y, -SOUGHT_AWAY, unlike, n);
	vector_normalise(y, n);
}

static const float *sound_of(const struct likeness *l, int kind)
{
	return l && l->has_sound[kind] ? l->sound[kind] : NULL;
}

/* Towards what was kept, away from what is not wanted. */
static const float *turn_sound(struct sought *s, const struct sought_from *from,
			       int kind, const float *sound)
{
	const float *kept = sound_of(from->kept, kind);
	const float *unlike = sound_of(from->unlike, kind);
	size_t n = s->g->audio[kind].dim;
	float *turned = s->turned[kind];

	if (!kept && (!sound || !unlike))
		return sound;
	memset(turned, 0, n * sizeof(*turned));
	if (sound)
		memcpy(turned, sound, n * sizeof(*turned));
	turn(turned, kept, unlike, n);
	return turned;
}

/* Sounds like the tracks that are named, else as the mood sounds, and the
 * words. */
static void find_sound(struct sought *s, const struct sought_from *from)
{
	s->has_sound = false;
	for (int kind = 0; kind < AUDIO_KINDS; kind++) {
		const float *mood =
		    s->has_mood ? moodsound_of(s->sounds, kind, s->mood.valence,
					       s->mood.arousal)
				: NULL;

		if (from->like && from->like->has_sound[kind])
			s->sound[kind] = from->like->sound[kind];
		else
			s->sound[kind] = kind == AUDIO_COMPONENTS
					     ? mix_sound(s, from, mood)
					     : mood;
		s->sound[kind] = turn_sound(s, from, kind, s->sound[kind]);
		s->has_sound = s->has_sound || s->sound[kind];
	}
}

static const float *text_of(const struct likeness *l)
{
	return l && l->has_text ? l->text : NULL;
}

/* The words' vector, half of it that of the tracks the answers are to be like,
 * turned as sound is. */
static int find_text(struct sought *s, const struct sought_from *from,
		     struct err *err)
{
	struct span plain = span_str(&from->intent->plain);
	const float *like = text_of(from->like), *kept = text_of(from->kept);
	size_t n = s->g->text_dim;
	float *unit = s->unit;
	int rc;

	s->said = false;
	s->has_text = false;
	if (!s->words || !s->g->text_count)
		return 0;
	rc = querytext_vector(s->words, plain, unit, err);
	if (rc < 0)
		return -1;
	s->said = rc == 0;
	if (!s->said && !like && !kept)
		return 0;
	if (!s->said)
		memset(unit, 0, n * sizeof(*unit));
	if (like)
		vector_axpy(unit, 1, like, n);
	if (like || kept || text_of(from->unlike))
		turn(unit, kept, text_of(from->unlike), n);
	s->has_text = !search_text_query(&s->text, unit, n);
	return 0;
}

int sought_find(struct sought *s, const struct sought_from *from,
		struct candidates *out, struct err *err)
{
	find_mood(s, from, out);
	if (find_text(s, from, err))
		return -1;
	find_sound(s, from);
	return 0;
}
