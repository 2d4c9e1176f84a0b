/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/guestframe.h"

#include <string.h>

#define PROGRAM "worker-guest"

/* What goes as numbers: the members in one place. */
struct wire {
	uint64_t key;
	uint32_t has_sound, has_mood, voice, measured;
	float sound[GENERATION_AUDIO_DIM];
	float valence, arousal, dominance, mood_confidence;
	float timbre[TIMBRE_AXES];
	float shown[DISPLAY_FEATURES];
	float seconds;
	uint32_t spare;
};
enum { NUMBERS = sizeof(struct wire) / sizeof(float), TEXTS = 5 };
_Static_assert(sizeof(struct wire) % sizeof(float) == 0, "whole numbers");

static void texts_of(struct guest *g, struct str *texts[TEXTS - 1])
{
	struct str *all[TEXTS - 1] = { &g->artist, &g->title, &g->album,
				       &g->warning };

	memcpy(texts, all, sizeof(all));
}

int guestframe_send(int sock, const struct guest *g)
{
	struct wire w = { .key = g->key,
			  .has_sound = g->has_sound,
			  .has_mood = g->has_mood,
			  .voice = g->voice,
			  .measured = g->shown.measured,
			  .valence = g->valence,
			  .arousal = g->arousal,
			  .dominance = g->dominance,
			  .mood_confidence = g->mood_confidence,
			  .seconds = g->seconds };
	const struct span texts[TEXTS] = {
		span_str(&g->artist), span_str(&g->title), span_str(&g->album),
		span_str(&g->warning), span_of(g->id)
	};
	float numbers[NUMBERS];

	memcpy(w.sound, g->sound, sizeof(w.sound));
	memcpy(w.timbre, g->timbre, sizeof(w.timbre));
	memcpy(w.shown, g->shown.value, sizeof(w.shown));
	memcpy(numbers, &w, sizeof(w));
	return encodeframe_send(sock, 0, 0, texts, TEXTS, numbers, NUMBERS);
}

int guestframe_refuse(int sock, const struct err *err)
{
	const struct span texts[] = { span_of(err->code ? err->code : ""),
				      span_of(err->message) };

	return encodeframe_send(sock, 0, (int32_t)err->status, texts, 2, NULL,
				0);
}

/* Codes are literals. */
static const char *code_of(struct span said)
{
	static const char *const codes[] = {
		"missing",  "undecodable", "unsupported", "no-ear",
		"no-index", "artifact",    "corrupt",     "worker",
		"io",       "table",       "usage",
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (span_is(said, codes[i]))
			return codes[i];
	return "guest";
}

static int refused(const struct encodeframe *f, struct err *err)
{
	int32_t s = f->status;

	if (f->count != 2)
		return err_set(err, ERR_ENV, "worker",
			       PROGRAM " gave an answer that makes no sense");
	return err_set(
	    err,
	    s == ERR_RECORD || s == ERR_DATA ? (enum err_status)s : ERR_ENV,
	    code_of(f->texts[0]), "%.*s", (int)f->texts[1].n, f->texts[1].p);
}

int guestframe_read(const struct encodeframe *f, struct guest *out,
		    struct err *err)
{
	struct str *texts[TEXTS - 1];
	struct wire w;

	if (f->status || f->count != TEXTS || f->numbers_count != NUMBERS ||
	    f->texts[TEXTS - 1].n != IDENTITY_SIZE - 1)
		return refused(f, err);
	memcpy(&w, f->numbers, sizeof(w));
	texts_of(out, texts);
	for (int i = 0; i < TEXTS - 1; i++) {
		str_reset(texts[i]);
		str_span(texts[i], f->texts[i]);
	}
	memcpy(out->id, f->texts[TEXTS - 1].p, IDENTITY_SIZE - 1);
	out->id[IDENTITY_SIZE - 1] = '\0';
	out->key = w.key;
	out->has_sound = w.has_sound;
	out->has_mood = w.has_mood;
	out->voice = (uint8_t)w.voice;
	out->shown.measured = w.measured;
	out->valence = w.valence;
	out->arousal = w.arousal;
	out->dominance = w.dominance;
	out->mood_confidence = w.mood_confidence;
	out->seconds = w.seconds;
	memcpy(out->sound, w.sound, sizeof(w.sound));
	memcpy(out->timbre, w.timbre, sizeof(w.timbre));
	memcpy(out->shown.value, w.shown, sizeof(w.shown));
	return 0;
}
