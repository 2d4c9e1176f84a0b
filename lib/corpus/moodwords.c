/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodwords.h"

#include "corpus/track.h"
#include "io/json.h"

static void put(struct str *out, const struct str *part, bool wanted)
{
	if (!wanted)
		return;
	str_span(out, span_str(part));
	str_putc(out, '\n');
}

static void read_feeling(struct moodwords *w, struct span emotion)
{
	static const char *const names[MOODAXES] = { "valence", "arousal",
						     "dominance" };

	w->feeling_confidence = 0;
	if (json_type(emotion) != JSON_OBJECT)
		return;
	for (int i = 0; i < MOODAXES; i++)
		if (json_number(json_get(emotion, names[i]), &w->feeling[i]) ||
		    !(w->feeling[i] >= -1 && w->feeling[i] <= 1))
			return;
	if (json_number(json_get(emotion, "confidence"),
			&w->feeling_confidence) ||
	    !(w->feeling_confidence >= 0 && w->feeling_confidence <= 1))
		w->feeling_confidence = 0;
}

void moodwords_read(struct moodwords *w, const struct record *r)
{
	bool genre;

	str_reset(&w->title);
	str_reset(&w->tags);
	str_reset(&w->genre);
	put(&w->title, &w->part, record_text(r, "title", &w->part));
	put(&w->title, &w->part,
	    track_description(r, &w->part, NULL) == TRACK_SOURCE);
	put(&w->title, &w->part,
	    record_text(r, "extracted_vibe_text", &w->part));
	put(&w->tags, &w->part, track_tags(r, &w->part, NULL) == TRACK_SOURCE);
	genre = track_genre(r, &w->part, &w->genre_confidence) &&
		w->genre_confidence >= MOODWORDS_SURE;
	put(&w->genre, &w->part, genre);
	/* a genre of the source may itself be a mood: "chill" */
	put(&w->tags, &w->part, genre && w->genre_confidence >= 1);
	w->lyrics = record_get(r, "lyrics").n > 0;
	read_feeling(w, record_get(r, "emotion"));
}

void moodwords_release(struct moodwords *w)
{
	str_release(&w->title);
	str_release(&w->tags);
	str_release(&w->genre);
	str_release(&w->part);
}

void moodwords_digest(const struct moodwords *w, struct str *out)
{
	str_span(out, span_str(&w->title));
	str_putc(out, '\t');
	str_span(out, span_str(&w->tags));
	str_putc(out, '\t');
	str_span(out, span_str(&w->genre));
	str_fixed(out, w->genre_confidence, 6);
	if (!(w->feeling_confidence > 0))
		return;
	str_putc(out, w->lyrics ? 'l' : 'e');
	for (int i = 0; i < MOODAXES; i++) {
		str_putc(out, '\t');
		str_fixed(out, w->feeling[i], 6);
	}
	str_putc(out, '\t');
	str_fixed(out, w->feeling_confidence, 6);
}

static void by_lexicon(const struct lexicon *l, const struct str *text,
		       struct moodsaid *said)
{
	struct lexicon_mood m = lexicon_mood(l, span_str(text), NULL);

	*said = (struct moodsaid){
		.weight = m.matches,
		.value = { (double)m.valence, (double)m.arousal },
	};
}

void moodwords_say(const struct moodwords *w, const struct lexicon *words,
		   const struct lexicon *genres,
		   struct moodsaid said[MOODSOURCES])
{
	struct moodsaid *feeling =
	    &said[w->lyrics ? MOODSOURCE_LYRICS : MOODSOURCE_EMOTION];

	by_lexicon(words, &w->tags, &said[MOODSOURCE_TAGS]);
	by_lexicon(words, &w->title, &said[MOODSOURCE_TITLE]);
	by_lexicon(genres, &w->genre, &said[MOODSOURCE_GENRE]);
	if (said[MOODSOURCE_GENRE].weight > 0)
		said[MOODSOURCE_GENRE].weight = w->genre_confidence;
	said[MOODSOURCE_EMOTION].weight = said[MOODSOURCE_LYRICS].weight = 0;
	feeling->weight = w->feeling_confidence;
	for (int i = 0; i < MOODAXES; i++)
		feeling->value[i] = w->feeling[i];
}
