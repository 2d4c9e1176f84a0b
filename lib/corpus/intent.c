/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/intent.h"

#include <math.h>

#include "corpus/intenttype.h"
#include "corpus/plainmood.h"
#include "corpus/readnames.h"
#include "corpus/readyears.h"
#include "corpus/respell.h"
#include "text/stopwords.h"

#define BIT(use) (1u << (use))

/* A negation that reaches a word of a mood: "not too sad", "nothing dark". */
static void negated_moods(struct reading *r, const struct lexicon *lexicon)
{
	size_t n, degree;

	for (size_t i = 0; i < r->count; i++) {
		if (!reading_find(r, i, ASK_MOODNEG, &n) || i + n >= r->count)
			continue;
		if (reading_find(r, i + n, ASK_DEGREE, &degree) &&
		    i + n + degree < r->count)
			n += degree;
		if (reading_ends(r, i + n) ||
		    !lexicon_mood(lexicon, r->words[i + n].text, NULL).matches)
			continue;
		reading_use(r, i, n + 1, USE_TURNED);
		i += n;
	}
}

/* Words for asking and nothing else, one of them a word for music or one that
 * asks for anything. */
static bool is_open(const struct reading *r)
{
	size_t n, left = 0;
	bool open = !r->count;

	if (r->end < r->request.n)
		return false;
	for (size_t i = 0; i < r->count; i += n) {
		n = 1;
		if (r->words[i].use == USE_FILTER ||
		    r->words[i].use == USE_NEGATION) {
			open = true;
			continue;
		}
		left++;
		if (reading_find(r, i, ASK_NOUN, &n) ||
		    reading_find(r, i, ASK_OPEN, &n))
			open = true;
		else if (!reading_find(r, i, ASK_FILLER, &n)) {
			if (!stopwords_has(r->words[i].text))
				return false;
			n = 1;
		}
	}
	return open || !left;
}

/* All words are in the table, one is a word for music or singing. */
static bool says_music(const struct reading *r)
{
	bool music = false;
	size_t n;

	for (size_t i = 0; i < r->count; i++) {
		if (r->words[i].use == USE_NONE && !reading_known(r, i))
			return false;
		music = music || reading_any(r, i, ASK_NOUN, &n) ||
			reading_any(r, i, ASK_VOICE, &n);
	}
	return music;
}

/* A genre by its name, as the last word or before another that is known. */
static bool has_genre(const struct reading *r)
{
	size_t n;

	for (size_t i = 0; i < r->count; i++)
		if (reading_find(r, i, ASK_GENRE, &n) &&
		    (reading_ends(r, i + n) || reading_known(r, i + n)))
			return true;
	return false;
}

/* As though nothing had been read, but for wishes that are all it says. */
static void forget(struct intent *in)
{
	struct reading *r = &in->reading;
	bool all = true;

	for (size_t i = 0; i < r->count; i++) {
		all = all &&
		      (r->words[i].use == USE_SOUND || reading_known(r, i));
		if (r->words[i].use != USE_CONTEXT)
			r->words[i].use = USE_NONE;
	}
	asks_reset(&in->asks);
	if (!all)
		wish_reset(&in->wish);
	in->wish.like_count = 0;
}

static bool read_words(struct intent *in, const struct lexicon *lexicon,
		       const struct intent_known *known)
{
	struct reading *r = &in->reading;
	struct whois *who = known->literal ? NULL : known->who;
	bool like = false;

	if (!known->literal) {
		readyears(r, &in->asks);
		readlengths(r, &in->asks);
		readnames_language(r, who, &in->asks);
		like = readnames_like(r, who, &in->asks, &in->wish);
		readnames_without(r, who, &in->asks, &in->wish);
		readnames_by(r, who, &in->asks);
	}
	readsound_vocals(r, &in->wish);
	readsound_textures(r, &in->wish);
	if (!known->literal)
		negated_moods(r, lexicon);
	return like;
}

/* An occasion moves a mood that is asked for, but into no other quadrant. */
static void nudge(struct intent *in, const struct askwords *table)
{
	float by = askwords_step(table, "nudge");
	struct requestmood *m = &in->mood;
	float *axis[2] = { &m->valence, &m->arousal };
	float to[2] = { in->occasion.valence, in->occasion.arousal };

	if (!in->occasion.count || m->by == MOODBY_NONE ||
	    m->by == MOODBY_REQUEST)
		return;
	for (int i = 0; i < 2; i++) {
		float moved = *axis[i] + by * (to[i] - *axis[i]);

		if (fabsf(*axis[i]) < (float)REQUESTMOOD_LEAST)
			continue;
		if (*axis[i] > 0)
			*axis[i] = fmaxf(moved, (float)REQUESTMOOD_LEAST);
		else
			*axis[i] = fminf(moved, -(float)REQUESTMOOD_LEAST);
	}
}

/* Adds the tags that the lexicon has not; these alone move the mood, for the
 * lexicon's have. */
static void add_occasion(struct intent *in, const struct askwords *table)
{
	struct span rest = span_str(&in->occasion.tags), tag;
	bool any = in->context.n > 0;

	while (request_next(&rest, &tag))
		if (!request_has(&in->context, tag)) {
			if (in->context.n)
				str_putc(&in->context, '\n');
			str_span(&in->context, tag);
		}
	if (!any)
		nudge(in, table);
}

static bool same_side(float a, float b)
{
	return (a > 0) == (b > 0);
}

/* Who says what he does not want, and nothing of what he wants, wants no music
 * of just that mood: what is told the other way is its stronger side. */
static void turn_away(struct intent *in, const struct lexicon *lexicon)
{
	struct lexicon_mood turned = { .matches = 0 }, rest;
	struct requestmood *m = &in->mood;
	struct reading *r = &in->reading;
	struct str text = { 0 };

	reading_without(r, BIT(USE_TURNED), &text);
	rest = lexicon_mood(lexicon, span_str(&text), NULL);
	str_release(&text);
	for (size_t i = 0; i < r->count && !rest.matches; i++) {
		struct lexicon_mood one =
		    lexicon_mood(lexicon, r->words[i].text, NULL);

		if (r->words[i].use == USE_TURNED && one.matches)
			turned = one;
	}
	if (!turned.matches || m->by == MOODBY_NONE ||
	    !same_side(m->valence, turned.valence) ||
	    !same_side(m->arousal, turned.arousal))
		return;
	if (fabsf(turned.arousal) > fabsf(turned.valence))
		m->arousal = -m->arousal;
	else
		m->valence = -m->valence;
}

/* Who says what he does not want and what he wants instead ("not angry, just
 * hurt"; not "happy, but not too happy") is read by the latter: *text loses the
 * former. */
static void take_instead(const struct intent *in, const struct lexicon *lexicon,
			 unsigned uses, struct str *text)
{
	const struct reading *r = &in->reading;
	struct str rest = { 0 }, wanted = { 0 }, word = { 0 };
	bool turned = false, instead;

	reading_without(r, uses | BIT(USE_TURNED), &rest);
	instead =
	    lexicon_explain(lexicon, span_str(&rest), NULL, &wanted).matches >
	    0;
	for (size_t i = 0; i < r->count && instead; i++) {
		if (r->words[i].use != USE_TURNED ||
		    !lexicon_explain(lexicon, r->words[i].text, NULL, &word)
			 .matches)
			continue;
		turned = true;
		instead = !request_has(&wanted, span_str(&word));
	}
	if (turned && instead) {
		str_reset(text);
		str_span(text, span_str(&rest));
	}
	str_release(&rest);
	str_release(&wanted);
	str_release(&word);
}

/* A name has no mood, nor has a filter. */
static void read_mood(struct intent *in, const struct requestmood_models *m)
{
	const unsigned uses = BIT(USE_FILTER) | BIT(USE_NEGATION) |
			      BIT(USE_FRAME) | BIT(USE_NAME);
	struct str text = { 0 };

	reading_without(&in->reading, uses, &text);
	take_instead(in, m->lexicon, uses, &text);
	in->mood =
	    requestmood_read(m, span_str(&text), &in->context, &in->matched);
	if (in->mood.by == MOODBY_NONE && !in->mood.matches &&
	    respell_read(&in->reading, m, &text))
		in->mood = requestmood_read(m, span_str(&text), &in->context,
					    &in->matched);
	str_release(&text);
	if (in->mood.by == MOODBY_NONE && in->mood.matches) {
		struct lexicon_mood plain =
		    plainmood_read(&in->reading, m->lexicon);

		if (plain.matches)
			in->mood = requestmood_words(&plain);
	}
	turn_away(in, m->lexicon);
}

static void weigh(struct intent *in, const struct weights *w,
		  const struct askwords *table)
{
	for (int i = 0; i < SIGNAL_COUNT; i++) {
		in->weight[i] = 0;
		for (int t = 0; t < QUERY_TYPES; t++)
			in->weight[i] += in->share[t] * w->weight[t][i];
	}
	if (in->wish.vague && table)
		askwords_vague(table, in->weight);
}

/* That share is for the mood, whatever the words are of. */
static void ask_mood(struct intent *in, float share)
{
	for (int t = 0; t < QUERY_TYPES; t++)
		in->share[t] *= 1 - share;
	in->share[QUERY_MOOD] += share;
	if (in->share[QUERY_MOOD] >= 0.5F)
		in->type = QUERY_MOOD;
}

static void reset(struct intent *in)
{
	wish_reset(&in->wish);
	asks_reset(&in->asks);
	str_reset(&in->plain);
	str_reset(&in->occasion.tags);
	str_reset(&in->occasion.notes);
	in->occasion.count = 0;
	in->reading.count = 0;
	in->reading.request = SPAN("");
}

/* Reads what stands beside the mood; like: it is framed "songs like". Returns
 * whether it is a name; asked of the catalogue only where it matters. */
static bool read_beside(struct intent *in, const struct requestmood_models *m,
			struct span query, const struct intent_known *known,
			bool *like)
{
	struct reading *r = &in->reading;
	bool name = false, asked = false;

	*like = false;
	if (known->words) {
		reading_start(r, known->words, query);
		*like = read_words(in, m->lexicon, known);
		for (size_t i = 0; i < r->count; i++)
			asked = asked || r->words[i].use != USE_NONE;
		asked = asked || in->asks.warnings.n;
		name = asked && known->who && !says_music(r) &&
		       whois_is_name(known->who, query);
		if (name) {
			forget(in);
			*like = false;
		}
		in->wish.vague = is_open(r) && !wish_any_timbre(&in->wish) &&
				 !in->wish.like_count && !*like;
		readsound_contexts(r, &in->wish, &in->occasion);
	}
	return name;
}

/* The catalogue is asked where nothing but the network, or nothing at all, says
 * what the request is. */
static bool is_but_a_name(const struct intent *in, struct span query,
			  const struct intent_known *known, bool name)
{
	if (known->mood || !known->who || in->wish.vague ||
	    (in->mood.by != MOODBY_MODEL && in->type != QUERY_DEFAULT))
		return false;
	if (in->share[QUERY_MOOD] + in->share[QUERY_DEFAULT] < 1 ||
	    asks_any(&in->asks))
		return false;
	return name || whois_is_name(known->who, query);
}

void intent_read(struct intent *in, const struct weights *w,
		 const struct requestmood_models *m, struct span query,
		 const struct intent_known *known)
{
	struct intenttype_signs signs = { .network = m->emotion != NULL };
	struct str text = { 0 };
	bool name, like;

	reset(in);
	name = read_beside(in, m, query, known, &like);
	if (known->words)
		read_mood(in, m);
	else
		in->mood =
		    requestmood_read(m, query, &in->context, &in->matched);
	if (in->wish.vague && !in->reading.symbols)
		in->mood = (struct requestmood){ .by = MOODBY_NONE };
	in->wish.vague = in->wish.vague && in->mood.by == MOODBY_NONE &&
			 !known->mood && !known->like && !known->aspects;
	if (known->words)
		add_occasion(in, known->words);
	if (known->mood)
		in->mood = *known->mood;
	if (known->words && !known->literal) {
		reading_without(&in->reading,
				BIT(USE_FILTER) | BIT(USE_NEGATION) |
				    BIT(USE_TURNED) | BIT(USE_FRAME),
				&in->plain);
		reading_without(&in->reading,
				BIT(USE_FILTER) | BIT(USE_NEGATION) |
				    BIT(USE_SIMILE),
				&text);
	} else {
		str_span(&in->plain, query);
		str_span(&text, query);
	}
	if (in->wish.vague)
		str_reset(&in->plain);
	signs.mood = &in->mood;
	signs.like = like || known->like;
	signs.by = in->asks.artists.n > 0;
	signs.genre = has_genre(&in->reading);
	in->type = intenttype_read(w, known->words, span_str(&text), &signs,
				   in->share);
	if (is_but_a_name(in, query, known, name)) {
		in->mood = (struct requestmood){ .by = MOODBY_NONE };
		signs.like = true;
		in->type = intenttype_read(w, known->words, span_str(&text),
					   &signs, in->share);
	}
	if (known->mood || known->aspects)
		ask_mood(in, known->mood ? 1 : 0.5F);
	weigh(in, w, known->words);
	str_release(&text);
}

void intent_release(struct intent *in)
{
	str_release(&in->context);
	str_release(&in->matched);
	str_release(&in->plain);
	asks_release(&in->asks);
	readsound_context_release(&in->occasion);
	reading_release(&in->reading);
}
