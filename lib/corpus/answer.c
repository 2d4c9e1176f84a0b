/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/answer.h"

#include <math.h>

#include "corpus/why.h"
#include "io/json.h"
#include "io/progress.h"

const struct candidates *answer_candidates(const struct answer *a,
					   const struct scored *s)
{
	return a->c->leg_count ? &a->c->legs[s->leg] : a->c;
}

int answer_track(const struct answer *a, size_t rank, struct answer_track *t,
		 struct err *err)
{
	t->s = &a->scored[a->order[rank]];
	t->c = answer_candidates(a, t->s);
	t->found = &t->c->items[t->s->item];
	t->stop = a->journey ? &a->journey->stops[rank] : NULL;
	return catalogue_row(a->g, t->s->row, t->text, a->text, err);
}

/* Each counted once. */
static size_t candidates_of(const struct answer *a)
{
	return a->journey ? a->journey->tracks : a->c->count;
}

static const char *nothing(const struct answer *a)
{
	if (a->g && !a->g->count)
		return "the index is empty; build it from a crawl with tracks";
	if (!a->c->eligible)
		return "no track passes the filters; widen them";
	if (a->seen || a->popular)
		return "every track that was found was seen before or is too "
		       "popular; ask for something else";
	if (candidates_of(a))
		return "every candidate's link is dead";
	return "no word of the request is known here; try words for a mood "
	       "(calm, sad, energetic) or for what the music is";
}

static struct span hint_of(const struct answer *a)
{
	if (a->c->error.n)
		return (struct span){ NULL, 0 };
	if (a->c->hint.n)
		return span_str(&a->c->hint);
	return span_of(a->count ? NULL : nothing(a));
}

struct span answer_hint(const struct answer *a)
{
	struct span hint = hint_of(a);

	return hint.n || !a->journey ? hint : a->journey->warning;
}

static void put_name(struct str *out, const char *name)
{
	str_putc(out, '"');
	str_puts(out, name);
	str_puts(out, "\":");
}

static void put_text(struct str *out, const char *name, struct span text)
{
	if (!text.n)
		return;
	str_putc(out, ',');
	put_name(out, name);
	json_put_string(out, text);
}

/* Adds the comma that members before it ask for. */
static void put_number(struct str *out, const char *name, float v, int decimals)
{
	if (!isfinite(v))
		return;
	if (out->p[out->n - 1] != '{')
		str_putc(out, ',');
	put_name(out, name);
	str_fixed(out, (double)v, decimals);
}

static bool whole(float v)
{
	return v == floorf(v);
}

struct shown { /* a display feature as a member */
	const char *name;
	int decimals;
};

static const struct shown shown[DISPLAY_FEATURES] = {
	[DISPLAY_TEMPO] = { "bpm", 1 },
	[DISPLAY_ENERGY] = { "energy", 3 },
	[DISPLAY_KEY] = { "key", 0 },
	[DISPLAY_MODE] = { "mode", 0 },
	[DISPLAY_LOUDNESS] = { "loudness", 1 },
};

/* The mean of keys is no key: guesses of it are not shown. */
static bool is_shown(const struct displayed *d, int feature)
{
	float v = d->value[feature];

	return isfinite(v) && (shown[feature].decimals || whole(v));
}

static void put_imputed(struct str *out, const struct scored *s,
			const struct displayed *d)
{
	const char *before = ",\"imputed\":[";

	if (s->flags & CATALOGUE_GENRE_IMPUTED && s->genre != CATALOGUE_NONE) {
		str_printf(out, "%s\"genre\"", before);
		before = ",";
	}
	if (s->flags & CATALOGUE_TAGS_IMPUTED) {
		str_printf(out, "%s\"tags\"", before);
		before = ",";
	}
	for (int f = 0; f < DISPLAY_FEATURES; f++) {
		if (!is_shown(d, f) || d->measured >> f & 1)
			continue;
		str_printf(out, "%s\"%s\"", before, shown[f].name);
		before = ",";
	}
	if (before[1] == '\0')
		str_putc(out, ']');
}

static void put_tags(struct str *out, struct span tags)
{
	struct str lines = { 0 };

	str_span(&lines, tags);
	candidates_put_lines(out, "tags", &lines);
	str_release(&lines);
}

static void put_features(struct str *out, const struct scored *s,
			 const struct displayed *d)
{
	size_t at;

	if (isfinite(s->valence) && isfinite(s->arousal)) {
		str_puts(out, ",\"mood\":{");
		put_number(out, "valence", s->valence, 4);
		put_number(out, "arousal", s->arousal, 4);
		put_number(out, "confidence", s->mood_confidence, 4);
		str_putc(out, '}');
	}
	at = out->n;
	str_puts(out, ",\"audio_features\":{");
	for (int f = 0; f < DISPLAY_FEATURES; f++)
		if (is_shown(d, f))
			put_number(out, shown[f].name, d->value[f],
				   shown[f].decimals);
	if (out->p[out->n - 1] == '{') {
		out->n = at; /* nothing is known of its sound */
		return;
	}
	put_number(out, "valence_score", s->valence, 4);
	str_putc(out, '}');
}

/* Their digits are all there is, so that those printed sum to the score's. */
static void put_contributions(struct str *out, const struct scored *s)
{
	str_puts(out, ",\"contributions\":{");
	for (int i = 0; i < CONTRIBUTIONS; i++)
		if (s->contribution[i])
			put_number(out, contribution_name((enum contribution)i),
				   (float)s->contribution[i] / 1e6f, 6);
	str_putc(out, '}');
}

/* Versions of it that stand behind it: the ids. */
static int put_also(const struct answer *a, const struct scored *s,
		    struct str *out, struct err *err)
{
	const char *before = ",\"also\":[";
	struct span id;

	for (uint32_t at = s->also; at != SCORED_ALONE;
	     at = a->scored[at].also) {
		if (catalogue_text(a->g, a->scored[at].row, CATALOGUE_ID, &id,
				   err))
			return -1;
		str_puts(out, before);
		json_put_string(out, id);
		before = ",";
	}
	if (s->also != SCORED_ALONE)
		str_putc(out, ']');
	return 0;
}

static void put_lyric(const struct answer_track *t, struct str *out)
{
	if (!t->s->pinned || t->s->kept)
		return;
	str_puts(out, ",\"lyric\":{\"matched\":");
	json_put_string(out, span_str(&t->c->lyric));
	put_number(out, "share", t->found->lyric, 4);
	str_putc(out, '}');
}

static void put_why(const struct answer *a, const struct answer_track *t,
		    struct str *out)
{
	struct str line = { 0 };

	if (!a->why)
		return;
	why_put(a->why, a, t, &line);
	put_text(out, "why", span_str(&line));
	str_release(&line);
}

static void put_stop(const struct answer_stop *stop, struct str *out)
{
	if (!stop)
		return;
	str_puts(out, ",\"at\":");
	str_fixed(out, stop->at, 1);
	put_text(out, "station", stop->station);
}

/* The members of a result, without braces. */
static int put_result(const struct answer *a, size_t rank, struct str *out,
		      struct err *err)
{
	const struct generation *g = a->g;
	struct answer_track t;
	struct displayed d;
	const struct scored *s;
	int16_t year, room;

	if (answer_track(a, rank, &t, err))
		return -1;
	s = t.s;
	generation_displayed(g, s->row, &d);
	memcpy(&year, generation_look(g, g->year + s->row, sizeof(year), &room),
	       sizeof(year));
	str_printf(out, "\"rank\":%zu", rank + 1);
	put_stop(t.stop, out);
	put_text(out, "track_id", t.text[CATALOGUE_ID]);
	put_text(out, "title", t.text[CATALOGUE_TITLE]);
	put_text(out, "artist", t.text[CATALOGUE_ARTIST]);
	if (year != CATALOGUE_NO_YEAR)
		str_printf(out, ",\"year\":%d", year);
	put_text(out, "genre", t.text[CATALOGUE_GENRE]);
	put_tags(out, t.text[CATALOGUE_TAGS]);
	put_text(out, "permalink_url", t.text[CATALOGUE_URL]);
	if (t.text[CATALOGUE_URL].n) {
		str_printf(out, ",\"url_status\":\"%s\"",
			   catalogue_link_name(s->link));
		if (s->link == LINK_UNKNOWN)
			str_puts(out, ",\"unverified\":true");
	}
	if (g->tier[s->row] && g->tier[s->row] < TIER_COUNT)
		str_printf(out, ",\"popularity_tier\":\"%s\"",
			   catalogue_tier_name(g->tier[s->row]));
	put_number(out, "score", s->score, 6);
	put_number(out, "match", s->match, 0);
	put_number(out, "confidence", s->confidence, 4);
	str_puts(out, ",\"signals\":{");
	for (int i = 0; i < SIGNAL_COUNT; i++)
		put_number(out, signal_name((enum signal)i), s->part[i], 4);
	str_putc(out, '}');
	put_contributions(out, s);
	put_lyric(&t, out);
	put_why(a, &t, out);
	put_features(out, s, &d);
	if (s->flags & (CATALOGUE_INSTRUMENTAL | CATALOGUE_SUNG))
		str_printf(out, ",\"instrumental\":%s",
			   s->flags & CATALOGUE_INSTRUMENTAL ? "true"
							     : "false");
	put_imputed(out, s, &d);
	return put_also(a, s, out, err);
}

static void put_head(const struct answer *a, struct str *out)
{
	str_puts(out, "{\"query\":");
	json_put_string(out, span_str(&a->c->query));
	put_text(out, "qid", span_str(&a->c->qid));
}

static void put_ms(struct str *out, const char *name, double ms)
{
	str_printf(out, "\"%s\":", name);
	str_fixed(out, ms > 0 && ms < 1e9 ? ms : 0, 3);
}

static void put_left_out(const struct answer *a, struct str *out)
{
	const struct {
		const char *name;
		size_t count;
	} reasons[] = { { "seen", a->seen },
			{ "popular", a->popular },
			{ "versions", a->versions },
			{ "artist", a->capped } };
	bool any = a->seen || a->popular || a->versions || a->capped;

	if (any)
		str_puts(out, ",\"left_out\":{");
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (!reasons[i].count)
			continue;
		str_printf(out, "%s\"%s\":%zu",
			   out->p[out->n - 1] == '{' ? "" : ",",
			   reasons[i].name, reasons[i].count);
	}
	if (any)
		str_putc(out, '}');
}

static void put_journey(const struct answer *a, struct str *out)
{
	const struct answer_journey *j = a->journey;

	if (!j)
		return;
	str_puts(out, ",\"journey\":{");
	if (a->c->minutes > 0) {
		str_puts(out, "\"minutes\":");
		str_fixed(out, a->c->minutes, 3);
		str_putc(out, ',');
	}
	str_puts(out, "\"seconds\":");
	str_fixed(out, j->seconds, 1);
	str_printf(out, ",\"unknown_durations\":%zu", j->unknown);
	put_number(out, "smoothness", j->smoothness, 4);
	str_putc(out, '}');
}

static void put_warnings(const struct answer *a, struct str *out)
{
	struct str all = { 0 };

	str_span(&all, span_str(&a->c->warnings));
	if (a->journey && a->journey->warning.n) {
		if (all.n && all.p[all.n - 1] != '\n')
			str_putc(&all, '\n');
		str_span(&all, a->journey->warning);
	}
	candidates_put_lines(out, "warnings", &all);
	str_release(&all);
}

static void put_metadata(const struct answer *a, struct str *out)
{
	const struct candidates *c = a->c;
	double after = 1e3 * (progress_clock() - a->ranked);

	str_printf(out,
		   ",\"metadata\":{\"total_candidates\":%zu,"
		   "\"eligible\":%zu,\"dead_links\":%zu,"
		   "\"generation\":\"%s\",\"query_type\":\"%s\"",
		   candidates_of(a), c->eligible, a->dead, c->generation,
		   query_type_name(c->type));
	put_left_out(a, out);
	if (a->cross)
		put_text(out, "cross_encoder", span_of(a->cross));
	candidates_put_types(c, out);
	candidates_put_searched(c, out);
	put_journey(a, out);
	str_putc(out, ',');
	put_ms(out, "processing_time_ms",
	       c->understanding_ms + c->retrieval_ms + a->scoring_ms +
		   a->reranking_ms + after);
	str_puts(out, ",\"stages\":{");
	put_ms(out, "query_understanding", c->understanding_ms);
	str_putc(out, ',');
	put_ms(out, "retrieval", c->retrieval_ms);
	str_putc(out, ',');
	put_ms(out, "scoring", a->scoring_ms);
	str_putc(out, ',');
	put_ms(out, "reranking", a->reranking_ms);
	str_putc(out, ',');
	put_ms(out, "postprocessing", after);
	str_puts(out, "}}");
}

static void put_error(const struct answer *a, struct str *out)
{
	put_head(a, out);
	str_puts(out, ",\"error\":");
	str_span(out, span_str(&a->c->error));
	str_puts(out, "}\n");
}

int answer_json(const struct answer *a, struct str *out, struct err *err)
{
	const struct candidates *c = a->c;

	if (c->error.n) {
		put_error(a, out);
		return 0;
	}
	put_head(a, out);
	candidates_put_mood(c, out);
	str_puts(out, ",\"context_tags\":");
	candidates_put_array(out, &c->context);
	str_puts(out, ",\"results\":[");
	for (size_t i = 0; i < a->count; i++) {
		str_puts(out, i ? ",{" : "{");
		if (put_result(a, i, out, err))
			return -1;
		str_putc(out, '}');
	}
	str_putc(out, ']');
	put_text(out, "hint", hint_of(a));
	put_warnings(a, out);
	put_metadata(a, out);
	str_puts(out, "}\n");
	return 0;
}

int answer_ndjson(const struct answer *a, struct str *out, struct err *err)
{
	if (a->c->error.n) {
		put_error(a, out);
		return 0;
	}
	for (size_t i = 0; i < a->count; i++) {
		put_head(a, out);
		str_putc(out, ',');
		if (put_result(a, i, out, err))
			return -1;
		str_puts(out, "}\n");
	}
	return 0;
}
