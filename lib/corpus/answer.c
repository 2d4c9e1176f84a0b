/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/answer.h"

#include <math.h>

#include "io/json.h"
#include "io/progress.h"

int answer_track(const struct answer *a, size_t rank, struct answer_track *t,
		 struct err *err)
{
	t->s = &a->scored[a->order[rank]];
	for (int f = 0; f < CATALOGUE_FIELDS; f++)
		if (catalogue_text(a->g, t->s->row, (enum catalogue_field)f,
				   &t->text[f], err))
			return -1;
	return 0;
}

const char *answer_hint(const struct answer *a)
{
	if (a->count)
		return NULL;
	if (a->g && !a->g->count)
		return "the index is empty; build it from a crawl with tracks";
	if (!a->c->eligible)
		return "no track passes the filters; widen them";
	if (a->c->count)
		return "every candidate's link is dead";
	return "no word of the request is known here; try words for a mood "
	       "(calm, sad, energetic) or for what the music is";
}

static void put_text(struct str *out, const char *name, struct span text)
{
	if (!text.n)
		return;
	str_printf(out, ",\"%s\":", name);
	json_put_string(out, text);
}

/* Adds the comma that members before it ask for. */
static void put_number(struct str *out, const char *name, float v, int decimals)
{
	if (!isfinite(v))
		return;
	if (out->p[out->n - 1] != '{')
		str_putc(out, ',');
	str_printf(out, "\"%s\":", name);
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
static bool is_shown(const struct generation *g, uint32_t row, int feature)
{
	float v =
	    g->display
		? g->display[(size_t)row * DISPLAY_FEATURES + (size_t)feature]
		: NAN;

	return isfinite(v) && (shown[feature].decimals || whole(v));
}

static void put_imputed(struct str *out, const struct generation *g,
			uint32_t row)
{
	const char *before = ",\"imputed\":[";

	if (g->flags[row] & CATALOGUE_GENRE_IMPUTED &&
	    g->genre[row] != CATALOGUE_NONE) {
		str_printf(out, "%s\"genre\"", before);
		before = ",";
	}
	if (g->flags[row] & CATALOGUE_TAGS_IMPUTED) {
		str_printf(out, "%s\"tags\"", before);
		before = ",";
	}
	for (int f = 0; f < DISPLAY_FEATURES; f++) {
		if (!is_shown(g, row, f) || g->display_measured[row] >> f & 1)
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

static void put_features(struct str *out, const struct answer *a,
			 const struct scored *s)
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
		if (is_shown(a->g, s->row, f))
			put_number(
			    out, shown[f].name,
			    a->g->display[(size_t)s->row * DISPLAY_FEATURES +
					  (size_t)f],
			    shown[f].decimals);
	if (out->p[out->n - 1] == '{') {
		out->n = at; /* nothing is known of its sound */
		return;
	}
	put_number(out, "valence_score", s->valence, 4);
	str_putc(out, '}');
}

/* The members of a result, without braces. */
static int put_result(const struct answer *a, size_t rank, struct str *out,
		      struct err *err)
{
	const struct generation *g = a->g;
	struct answer_track t;
	const struct scored *s;

	if (answer_track(a, rank, &t, err))
		return -1;
	s = t.s;
	str_printf(out, "\"rank\":%zu", rank + 1);
	put_text(out, "track_id", t.text[CATALOGUE_ID]);
	put_text(out, "title", t.text[CATALOGUE_TITLE]);
	put_text(out, "artist", t.text[CATALOGUE_ARTIST]);
	if (g->year[s->row] != CATALOGUE_NO_YEAR)
		str_printf(out, ",\"year\":%d", g->year[s->row]);
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
	put_number(out, "confidence", s->confidence, 4);
	str_puts(out, ",\"signals\":{");
	for (int i = 0; i < SIGNAL_COUNT; i++)
		put_number(out, signal_name((enum signal)i), s->part[i], 4);
	str_putc(out, '}');
	put_features(out, a, s);
	put_imputed(out, g, s->row);
	return 0;
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

static void put_metadata(const struct answer *a, struct str *out)
{
	const struct candidates *c = a->c;
	double after = 1e3 * (progress_clock() - a->ranked);

	str_printf(out,
		   ",\"metadata\":{\"total_candidates\":%zu,"
		   "\"eligible\":%zu,\"dead_links\":%zu,"
		   "\"generation\":\"%s\",\"query_type\":\"%s\"",
		   c->count, c->eligible, a->dead, c->generation,
		   query_type_name(c->type));
	candidates_put_types(c, out);
	candidates_put_searched(c, out);
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
	if (answer_hint(a))
		put_text(out, "hint", span_of(answer_hint(a)));
	candidates_put_lines(out, "warnings", &c->warnings);
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
