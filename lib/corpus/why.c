/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/why.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/asked.h"
#include "corpus/whywords.h"
#include "io/json.h"
#include "text/stem.h"
#include "text/tokens.h"

#define LATER 1e-6 /* than all that made some of the score */

enum { WORDS_MOST = 16, REASONS = 12, SHOWN = 3, NAMED_WORDS = 3 };

struct reason {
	double strength; /* what it made of the score, as a rule */
	size_t at, n;    /* in text */
};

struct why {
	struct whywords words;
	struct asked *asked;
	struct stem *stem;
	struct tokens tokens;
	bool started;
	struct str request;           /* its words, */
	size_t spots[WORDS_MOST][2];  /* of request: at, length, */
	struct str stems[WORDS_MOST]; /* and their stems */
	size_t count;
	struct str text;
	struct reason reasons[REASONS];
	size_t nreasons;
};

struct why *why_new(struct err *err)
{
	struct why *w = mem_zalloc(1, sizeof(*w));

	w->asked = asked_new();
	w->stem = stem_new();
	if (!whywords_load(&w->words, err))
		return w;
	why_free(w);
	return NULL;
}

void why_free(struct why *w)
{
	if (!w)
		return;
	whywords_release(&w->words);
	asked_free(w->asked);
	stem_free(w->stem);
	tokens_release(&w->tokens);
	str_release(&w->request);
	for (int i = 0; i < WORDS_MOST; i++)
		str_release(&w->stems[i]);
	str_release(&w->text);
	free(w);
}

void why_reset(struct why *w)
{
	w->started = false;
}

/* The request's words that tell something, and their stems. */
static void start(struct why *w, struct span request)
{
	const struct words_query *q = asked_words(w->asked, request);

	w->started = true;
	w->count = 0;
	str_reset(&w->request);
	for (size_t i = 0; i < q->count && w->count < WORDS_MOST; i++) {
		const struct words_clause *c = &q->clauses[i];
		struct span word;

		if (c->kind != WORDS_TERM || c->weight < 1)
			continue;
		word = (struct span){ q->text.p + q->words[c->first].at,
				      q->words[c->first].n };
		w->spots[w->count][0] = w->request.n;
		w->spots[w->count][1] = word.n;
		str_span(&w->request, word);
		str_reset(&w->stems[w->count]);
		str_span(&w->stems[w->count++], stem_word(w->stem, word));
	}
}

/* Bits of the request's words that are in a text. */
static unsigned met_in(struct why *w, struct span text)
{
	struct token token;
	unsigned met = 0;

	tokens_start(&w->tokens, text);
	while (w->count && tokens_next(&w->tokens, &token)) {
		struct span stem = stem_word(w->stem, token.text);

		for (size_t i = 0; i < w->count; i++)
			if (span_eq(stem, span_str(&w->stems[i])))
				met |= 1u << i;
	}
	return met;
}

static void reason(struct why *w, double strength)
{
	if (w->nreasons < REASONS)
		w->reasons[w->nreasons++] =
		    (struct reason){ strength, w->text.n, 0 };
}

static void end_reason(struct why *w)
{
	struct reason *r = &w->reasons[w->nreasons - 1];

	r->n = w->text.n - r->at;
	if (!r->n)
		w->nreasons--;
}

static void say(struct why *w, double strength, const char *words)
{
	reason(w, strength);
	str_puts(&w->text, words);
	end_reason(w);
}

/* "rain" and "lonely", as they are written in the request. */
static void put_words(struct why *w, unsigned met)
{
	size_t left = NAMED_WORDS;

	for (size_t i = 0; i < w->count && left; i++) {
		if (!(met >> i & 1))
			continue;
		met &= ~(1u << i);
		if (left < NAMED_WORDS)
			str_puts(&w->text, met && left > 1 ? ", " : " and ");
		str_putc(&w->text, '"');
		str_put(&w->text, w->request.p + w->spots[i][0],
			w->spots[i][1]);
		str_putc(&w->text, '"');
		left--;
	}
}

struct subject { /* the result */
	const struct answer *a;
	const struct answer_track *t;
	const struct scored *s;
	const struct candidates *c;    /* the request, */
	const struct candidate *found; /* what was found of it */
	bool heard;
	struct displayed d;
};

static double share(const struct subject *x, int contribution)
{
	return x->s->contribution[contribution] / 1e6;
}

static bool measured(const struct subject *x, enum display_feature f)
{
	return x->d.measured >> f & 1;
}

static float display(const struct subject *x, enum display_feature f)
{
	return x->d.value[f];
}

static void add_named(struct why *w, const struct subject *x)
{
	unsigned artist = met_in(w, x->t->text[CATALOGUE_ARTIST]);
	unsigned title = met_in(w, x->t->text[CATALOGUE_TITLE]);
	double strength = share(x, SIGNAL_TEXT);

	if (artist && title & ~artist)
		say(w, strength, "the track you named");
	else if (artist && (!title || x->s->asked))
		say(w, strength, "by the artist you named");
	else if (title)
		say(w, strength, "its title is what you named");
	else
		say(w, strength, "its name is close to what you wrote");
}

/* Where the request's words are; each counts where it is first. */
static void add_words(struct why *w, const struct subject *x)
{
	unsigned flags = x->s->flags, title, tags, genre, artist;
	double strength = share(x, SIGNAL_TEXT);
	float cosine =
	    1 - x->found->text_distance * x->found->text_distance / 2;

	genre = met_in(w, x->t->text[CATALOGUE_GENRE]);
	title = met_in(w, x->t->text[CATALOGUE_TITLE]) & ~genre;
	artist = met_in(w, x->t->text[CATALOGUE_ARTIST]) & ~genre & ~title;
	tags = met_in(w, x->t->text[CATALOGUE_TAGS]) & ~genre & ~title;
	if (genre) {
		reason(w, strength);
		str_puts(&w->text, flags & CATALOGUE_GENRE_IMPUTED
				       ? "probably "
				       : "its genre is ");
		str_span(&w->text, x->t->text[CATALOGUE_GENRE]);
		end_reason(w);
	}
	if (title || tags) {
		bool guessed = flags & CATALOGUE_TAGS_IMPUTED;

		reason(w, strength);
		if (title) {
			put_words(w, title);
			str_puts(&w->text, " in its title");
		}
		if (tags) {
			if (title)
				str_puts(&w->text, " and ");
			str_puts(&w->text, guessed ? "probably fits " : "");
			put_words(w, tags);
			str_puts(&w->text, guessed ? "" : " in its tags");
		}
		end_reason(w);
	} else if (artist && !genre) {
		reason(w, strength);
		put_words(w, artist);
		str_puts(&w->text, " in its artist's name");
		end_reason(w);
	} else if (x->found->words_score > 0 && w->count && !genre &&
		   strength >= (double)w->words.least[WHY_HIDDEN]) {
		reason(w, strength);
		if (w->count == 1)
			put_words(w, 1);
		else
			str_puts(&w->text, "some of your words");
		str_puts(&w->text, " in its description or lyrics");
		end_reason(w);
	} else if (cosine >= w->words.least[WHY_MEANING] && !genre) {
		say(w, strength, "its texts mean much the same as your words");
	}
}

/* A way of one leg is no journey: all of it is like what was asked for. */
static size_t legs(const struct subject *x)
{
	size_t n = x->a->journey ? x->a->c->leg_count : 0;

	return n > 1 ? n : 0;
}

/* Asked for more or less of than the tracks have: then the mood is not theirs. */
static bool moved(const struct candidates *c)
{
	struct span aspects = json_get(span_str(&c->understood), "aspects");

	return json_get(aspects, "valence").n || json_get(aspects, "arousal").n;
}

static enum why_whose whose(const struct subject *x)
{
	const struct candidates *c = x->c;

	if (legs(x))
		return WHY_JOURNEY;
	if (c->mood_by != MOODBY_LIKE || moved(c))
		return WHY_ASKED;
	return c->wish.like_count || c->wish.heard ? WHY_LIKE : WHY_KEPT;
}

static void add_mood(struct why *w, const struct subject *x)
{
	struct span words =
	    whywords_band(&w->words, WHY_MOOD, x->found->mood_distance);

	if (x->c->mood_by == MOODBY_NONE || !words.n ||
	    isnan(x->found->mood_distance))
		return;
	reason(w, share(x, SIGNAL_MOOD));
	if (!x->heard || !(x->s->mood_confidence >= w->words.least[WHY_SURE]))
		str_puts(&w->text, "probably ");
	str_span(&w->text, words);
	str_putc(&w->text, ' ');
	str_span(&w->text, w->words.whose[whose(x)]);
	end_reason(w);
}

static void comma(struct why *w)
{
	if (w->text.n > w->reasons[w->nreasons - 1].at)
		str_puts(&w->text, ", ");
}

/* Slow, where the request wants what is lively, or the reverse. */
static bool speaks_against(const struct subject *x, int place)
{
	const struct candidates *c = x->c;

	return c->mood_by != MOODBY_NONE && (float)place * c->arousal < 0;
}

static void put_tempo(struct why *w, const struct subject *x)
{
	float bpm = display(x, DISPLAY_TEMPO), mode = display(x, DISPLAY_MODE);
	float energy = display(x, DISPLAY_ENERGY);
	struct span words;

	if (isfinite(bpm)) {
		words = whywords_band(&w->words, WHY_TEMPO, bpm);
		if (speaks_against(x,
				   whywords_place(&w->words, WHY_TEMPO, bpm)))
			words.n = 0; /* the number may stand for itself */
		if (words.n)
			comma(w);
		if (words.n && !measured(x, DISPLAY_TEMPO))
			str_puts(&w->text, "probably ");
		str_span(&w->text, words);
		if (measured(x, DISPLAY_TEMPO)) {
			comma(w);
			str_printf(&w->text, "%.0f BPM", (double)bpm);
		}
	}
	if (measured(x, DISPLAY_MODE) && (mode == 0 || mode == 1)) {
		comma(w);
		str_puts(&w->text, mode == 1 ? "major key" : "minor key");
	}
	words = whywords_band(&w->words, WHY_ENERGY, energy);
	if (measured(x, DISPLAY_ENERGY) && words.n) {
		comma(w);
		str_span(&w->text, words);
	}
}

/* The axis that stands out: of those asked for, else of all. */
static void put_texture(struct why *w, const struct subject *x)
{
	const struct generation *g = x->a->g;
	const struct wish *wish = &x->c->wish;
	uint8_t room[TIMBRE_AXES];
	const uint8_t *p;
	float best = w->words.least[WHY_TEXTURE], out;
	int axis = -1;

	if (!g->timbre || !(x->s->flags & CATALOGUE_HEARD))
		return;
	p = generation_look(g, g->timbre + (size_t)x->s->row * TIMBRE_AXES,
			    sizeof(room), room);
	for (int a = 0; a < TIMBRE_AXES; a++) {
		if (p[a] > 100 ||
		    (wish_any_timbre(wish) && isnan(wish->timbre[a])))
			continue;
		out = (float)(p[a] > 50 ? p[a] : 100 - p[a]) / 100;
		if (out >= best) {
			best = out;
			axis = a;
		}
	}
	if (axis < 0)
		return;
	comma(w);
	str_span(&w->text, w->words.than[axis][p[axis] > 50]);
	str_printf(&w->text, " than %d %% of your music",
		   p[axis] > 50 ? p[axis] : 100 - p[axis]);
}

static void add_sound(struct why *w, const struct subject *x)
{
	const struct candidates *c = x->c;

	reason(w, share(x, SIGNAL_AUDIO));
	if (c->wish.like_count &&
	    x->found->audio_cosine >= w->words.least[WHY_ALIKE])
		str_puts(&w->text, x->heard
				       ? "sounds like what you named"
				       : "probably sounds like what you named");
	put_tempo(w, x);
	put_texture(w, x);
	end_reason(w);
}

static void add_singing(struct why *w, const struct subject *x)
{
	enum vocals wanted = x->c->wish.vocals;
	unsigned flags = x->s->flags;

	if (flags & CATALOGUE_INSTRUMENTAL && wanted == VOCALS_NONE)
		say(w, 1, "instrumental, as you asked");
	else if (flags & CATALOGUE_SUNG && wanted == VOCALS_SUNG)
		say(w, 1, "sung, as you asked");
	else if (flags & CATALOGUE_INSTRUMENTAL && !(x->found->named > 0) &&
		 !isnan(x->s->part[SIGNAL_AUDIO]))
		say(w, LATER,
		    "instrumental, so its sound counts for more than its "
		    "words");
}

/* Where its title has all the words, that is what is known. */
static void add_quote(struct why *w, const struct subject *x)
{
	unsigned title = met_in(w, x->t->text[CATALOGUE_TITLE]);
	bool all = w->count && title == (1u << w->count) - 1;

	reason(w, 2);
	if (!all)
		str_puts(&w->text, x->found->lyric >= 0.999f
				       ? "it sings "
				       : "it sings most of ");
	str_putc(&w->text, '"');
	str_span(&w->text, span_str(&x->c->lyric));
	str_puts(&w->text, all ? "\" is in its title" : "\"");
	end_reason(w);
}

static void add_rest(struct why *w, const struct subject *x)
{
	float plays = x->s->part[SIGNAL_COLLAB];

	if (x->s->together > 0)
		say(w, share(x, SIGNAL_COLLAB),
		    "in the same playlists as what you named");
	else if (plays >= w->words.least[WHY_PLAYS] &&
		 x->a->g->plays[x->s->row] > 0)
		say(w, share(x, SIGNAL_COLLAB), "among the most played");
	if (x->s->link == LINK_UNKNOWN && x->t->text[CATALOGUE_URL].n)
		say(w, 0, "its link is unverified");
}

/* Where nothing else is to be said. */
static void add_last(struct why *w, const struct subject *x)
{
	float plays = x->a->g->plays ? x->a->g->plays[x->s->row] : NAN;

	if (plays >= 1) {
		reason(w, 0);
		str_printf(&w->text, "played %.0f time%s", (double)plays,
			   plays < 2 ? "" : "s");
		end_reason(w);
	} else if (share(x, SIGNAL_TEXT) > 0) {
		say(w, 0, "its texts are nearer to your words than others");
	}
}

static int strongest_first(const void *a, const void *b)
{
	const struct reason *x = a, *y = b;

	if (x->strength != y->strength)
		return x->strength < y->strength ? 1 : -1;
	return (x->at > y->at) - (x->at < y->at);
}

static const char *kept_as(const struct subject *x)
{
	size_t count = legs(x);

	if (!count || (x->s->leg && x->s->leg + 1 < count))
		return "you kept it";
	return x->s->leg ? "your journey ends with it"
			 : "your journey begins with it";
}

void why_put(struct why *w, const struct answer *a,
	     const struct answer_track *t, struct str *out)
{
	struct subject x = {
		.a = a, .t = t, .s = t->s, .c = t->c, .found = t->found
	};

	generation_displayed(a->g, x.s->row, &x.d);
	x.heard = t->s->flags & CATALOGUE_HEARD || measured(&x, DISPLAY_TEMPO);
	if (!w->started)
		start(w, span_str(&a->c->query));
	w->nreasons = 0;
	str_reset(&w->text);
	if (x.s->kept)
		say(w, 3, kept_as(&x));
	else if (x.s->pinned)
		add_quote(w, &x);
	else if (x.found->named > 0)
		add_named(w, &x);
	else
		add_words(w, &x);
	add_mood(w, &x);
	add_sound(w, &x);
	add_singing(w, &x);
	add_rest(w, &x);
	if (!w->nreasons)
		add_last(w, &x);
	qsort(w->reasons, w->nreasons, sizeof(*w->reasons), strongest_first);
	for (size_t i = 0; i < w->nreasons && i < SHOWN; i++) {
		if (i)
			str_puts(out, "; ");
		str_put(out, w->text.p + w->reasons[i].at, w->reasons[i].n);
	}
}
