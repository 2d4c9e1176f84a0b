/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/candidates.h"

#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "io/json.h"

static int bad(struct err *err, const char *member, const char *expected)
{
	return err_set(err, ERR_DATA, "candidates",
		       "not a candidates object: "
		       "\"%s\" is not %s; feed rerank from query",
		       member, expected);
}

static int read_float(struct span v, const char *member, float *out,
		      struct err *err)
{
	double d;

	if (json_type(v) != JSON_NUMBER || json_number(v, &d) ||
	    !isfinite((float)d))
		return bad(err, member, "a number");
	*out = (float)d;
	return 0;
}

/* Ends included; what query computes may be off by rounding. */
static int read_within(struct span v, const char *member, double lo, double hi,
		       float *out, struct err *err)
{
	if (read_float(v, member, out, err))
		return -1;
	return (double)*out >= lo - 1e-4 && (double)*out <= hi + 1e-4
		   ? 0
		   : bad(err, member, "in its range, man answer(5)");
}

static int read_string(struct span v, const char *member, struct str *out,
		       struct err *err)
{
	str_reset(out);
	return json_string(v, out) ? bad(err, member, "a string") : 0;
}

static void read_lines(struct span v, struct str *out)
{
	struct span element;
	size_t pos = 0;

	while (json_each(v, &pos, &element) > 0)
		if (!json_string(element, out))
			str_putc(out, '\n');
}

static unsigned read_from(struct span v)
{
	struct span element;
	unsigned from = 0;
	size_t pos = 0;
	char quoted[16];

	while (json_each(v, &pos, &element) > 0)
		for (int s = 0; s < SOURCES; s++) {
			snprintf(quoted, sizeof(quoted), "\"%s\"",
				 source_name(s));
			if (span_is(element, quoted))
				from |= 1u << s;
		}
	return from;
}

static int read_item(struct candidate *c, struct span object, struct err *err)
{
	struct span name, v;
	bool has_row = false;
	size_t pos = 0;
	double d;
	int rc = 0;

	*c = (struct candidate){ .text_distance = NAN,
				 .audio_cosine = NAN,
				 .mood_distance = NAN };
	while (!rc && json_member(object, &pos, &name, &v) > 0) {
		if (span_is(name, "row")) {
			has_row = !json_number(v, &d) && d >= 0 &&
				  d < CATALOGUE_NONE && d == floor(d);
			c->row = has_row ? (uint32_t)d : 0;
		} else if (span_is(name, "text_distance")) {
			rc = read_within(v, "text_distance", 0, 2,
					 &c->text_distance, err);
		} else if (span_is(name, "audio_cosine")) {
			rc = read_within(v, "audio_cosine", -1, 1,
					 &c->audio_cosine, err);
		} else if (span_is(name, "mood_distance")) {
			rc = read_within(v, "mood_distance", 0, 4,
					 &c->mood_distance, err);
		} else if (span_is(name, "words_score")) {
			rc = read_float(v, "words_score", &c->words_score, err);
		} else if (span_is(name, "named")) {
			rc = read_within(v, "named", 0, 1, &c->named, err);
		} else if (span_is(name, "lyric")) {
			rc = read_within(v, "lyric", 0, 1, &c->lyric, err);
		} else if (span_is(name, "from")) {
			c->from = read_from(v);
		}
	}
	if (!rc && !has_row)
		rc = bad(err, "row", "a row number");
	return rc;
}

static int read_items(struct candidates *c, struct span v, struct err *err)
{
	struct span element;
	size_t pos = 0;

	if (json_type(v) != JSON_ARRAY)
		return bad(err, "candidates", "an array");
	while (json_each(v, &pos, &element) > 0) {
		if (c->count >= CANDIDATES_MAX)
			return bad(err, "candidates", "of a sane length");
		MEM_ROOM(c->items, c->count + 1, c->cap);
		if (read_item(&c->items[c->count], element, err))
			return -1;
		c->count++;
	}
	return 0;
}

static int read_weights(struct candidates *c, struct span v, struct err *err)
{
	float sum = 0;

	for (int s = 0; s < SIGNAL_COUNT; s++) {
		struct span w = json_get(v, signal_name(s));

		if (read_float(w, "weights", &c->weight[s], err))
			return -1;
		if (c->weight[s] < 0)
			return bad(err, "weights", "positive");
		sum += c->weight[s];
	}
	return sum > 0 ? 0 : bad(err, "weights", "positive");
}

static int read_types(struct candidates *c, struct span v, struct err *err)
{
	for (int t = 0; t < QUERY_TYPES; t++) {
		struct span share =
		    json_get(v, query_type_name((enum query_type)t));

		if (!share.n)
			continue;
		if (read_float(share, "types", &c->share[t], err))
			return -1;
		if (!(c->share[t] >= 0 && c->share[t] <= 1))
			return bad(err, "types", "shares from 0 to 1");
	}
	return 0;
}

static int read_mood(struct candidates *c, struct span v, struct err *err)
{
	struct str by = { 0 };
	float matches;

	if (read_float(json_get(v, "valence"), "valence", &c->valence, err) ||
	    read_float(json_get(v, "arousal"), "arousal", &c->arousal, err) ||
	    read_float(json_get(v, "matches"), "matches", &matches, err))
		return -1;
	c->mood_matches = matches > 0 ? (matches < 1e6f ? (int)matches : 1) : 0;
	c->mood_by = c->mood_matches ? MOODBY_LEXICON : MOODBY_NONE;
	if (!json_string(json_get(v, "by"), &by))
		c->mood_by = moodby_find(span_str(&by));
	str_release(&by);
	return 0;
}

static void read_searched(struct candidates *c, struct span v)
{
	struct str name = { 0 };

	for (int s = 0; s < SOURCES; s++) {
		str_reset(&name);
		if (json_string(json_get(v, source_name(s)), &name))
			continue;
		for (int w = 0; w < SEARCH_WAYS; w++)
			if (span_is(span_str(&name), search_way_name(w)))
				c->way[s] = w;
	}
	str_release(&name);
}

static void keep(struct str *to, struct span v)
{
	str_reset(to);
	str_span(to, v);
}

static int read_top_k(struct candidates *c, struct span v, struct err *err)
{
	float f;

	if (read_float(v, "top_k", &f, err))
		return -1;
	if (!(f >= 1 && f <= 100000))
		return bad(err, "top_k", "a number from 1");
	c->top_k = (int)f;
	return 0;
}

static int read_generation(struct candidates *c, struct span v, struct err *err)
{
	struct str text = { 0 };
	int rc = read_string(v, "generation", &text, err);

	if (!rc && !generation_is_name(span_str(&text)))
		rc = bad(err, "generation", "16 hex digits");
	if (!rc)
		memcpy(c->generation, text.p, GENERATION_NAME - 1);
	str_release(&text);
	return rc;
}

static int read_type(struct candidates *c, struct span v, struct err *err)
{
	struct str text = { 0 };
	int rc = read_string(v, "type", &text, err);

	c->type = query_type_find(span_str(&text));
	if (!rc && c->type == QUERY_TYPES)
		rc = bad(err, "type", "a type of requests");
	str_release(&text);
	return rc;
}

/* Members that are checked: 1 where name is none of them. */
static int read_checked(struct candidates *c, struct span name, struct span v,
			struct err *err)
{
	if (span_is(name, "query"))
		return read_string(v, "query", &c->query, err);
	if (span_is(name, "qid"))
		return read_string(v, "qid", &c->qid, err);
	if (span_is(name, "weights"))
		return read_weights(c, v, err);
	if (span_is(name, "mood_detected"))
		return read_mood(c, v, err);
	if (span_is(name, "candidates"))
		return read_items(c, v, err);
	if (span_is(name, "types"))
		return read_types(c, v, err);
	if (span_is(name, "wish"))
		return wish_read(&c->wish, v, err);
	if (span_is(name, "lyric"))
		return read_string(v, "lyric", &c->lyric, err);
	if (span_is(name, "hint"))
		return read_string(v, "hint", &c->hint, err);
	if (span_is(name, "words_met"))
		return read_within(v, "words_met", 0, 1, &c->words_met, err);
	if (span_is(name, "top_k"))
		return read_top_k(c, v, err);
	if (span_is(name, "generation"))
		return read_generation(c, v, err);
	if (span_is(name, "type"))
		return read_type(c, v, err);
	return 1;
}

static int read_member(struct candidates *c, struct span name, struct span v,
		       struct err *err)
{
	int rc = read_checked(c, name, v, err);
	double d;

	if (rc <= 0)
		return rc;
	if (span_is(name, "context_tags")) {
		read_lines(v, &c->context);
	} else if (span_is(name, "warnings")) {
		read_lines(v, &c->warnings);
	} else if (span_is(name, "searched")) {
		read_searched(c, v);
	} else if (span_is(name, "eligible")) {
		if (!json_number(v, &d) && d >= 0 && d < 1e15)
			c->eligible = (size_t)d;
	} else if (span_is(name, "understood")) {
		if (json_type(v) == JSON_OBJECT)
			keep(&c->understood, v);
	} else if (span_is(name, "asked")) {
		if (json_type(v) == JSON_OBJECT)
			keep(&c->asked, v);
	} else if (span_is(name, "error")) {
		keep(&c->error, v);
	} else if (span_is(name, "stages")) {
		if (!json_number(json_get(v, "query_understanding"), &d))
			c->understanding_ms = d;
		if (!json_number(json_get(v, "retrieval"), &d))
			c->retrieval_ms = d;
	}
	return 0;
}

struct reading {
	struct candidates *c;
	struct candidates *way; /* whose leg it is, or NULL */
	bool listed, weighed, shared, placed;
	size_t all; /* candidates of the legs */
};

static int read_members(struct reading *r, struct span object, struct err *err);

/* Its generation is the journey's, which may stand behind the legs. */
static int read_leg(struct reading *r, struct span object, struct err *err)
{
	struct reading leg = { .way = r->c };

	if (json_type(object) != JSON_OBJECT ||
	    !(leg.c = candidates_add_leg(r->c)))
		return bad(err, "legs", "an array of at most 64 objects");
	if (read_members(&leg, object, err))
		return -1;
	if (!leg.listed || !leg.weighed || !leg.placed || leg.c->error.n)
		return bad(err, "legs",
			   "an array of candidates objects with a place");
	if (r->c->leg_count > 1 && !(leg.c->place > leg.c[-1].place))
		return bad(err, "legs", "in the order of their places");
	if (!leg.shared)
		leg.c->share[leg.c->type] = 1;
	r->all += leg.c->count;
	return r->all <= CANDIDATES_ALL ? 0
					: bad(err, "legs", "of a sane length");
}

static int read_legs(struct reading *r, struct span v, struct err *err)
{
	struct span element;
	size_t pos = 0;

	if (r->way)
		return bad(err, "legs", "allowed in a leg");
	if (json_type(v) != JSON_ARRAY)
		return bad(err, "legs", "an array");
	while (json_each(v, &pos, &element) > 0)
		if (read_leg(r, element, err))
			return -1;
	return r->c->leg_count ? 0 : bad(err, "legs", "a way: it is empty");
}

static int read_minutes(struct candidates *c, struct span v, struct err *err)
{
	float f;

	if (read_float(v, "minutes", &f, err))
		return -1;
	if (!(f >= 0 && f <= CANDIDATES_MINUTES))
		return bad(err, "minutes", "a number of minutes");
	c->minutes = (double)f;
	return 0;
}

static int read_members(struct reading *r, struct span object, struct err *err)
{
	struct span name, v;
	size_t pos = 0;
	int rc = 0;

	while (!rc && json_member(object, &pos, &name, &v) > 0) {
		r->listed = r->listed || span_is(name, "candidates");
		r->weighed = r->weighed || span_is(name, "weights");
		r->shared = r->shared || span_is(name, "types");
		r->placed = r->placed || span_is(name, "place");
		if (span_is(name, "legs"))
			rc = read_legs(r, v, err);
		else if (span_is(name, "place"))
			rc = read_within(v, "place", 0, 1, &r->c->place, err);
		else if (span_is(name, "station"))
			rc = read_string(v, "station", &r->c->station, err);
		else if (span_is(name, "minutes"))
			rc = read_minutes(r->c, v, err);
		else
			rc = read_member(r->c, name, v, err);
	}
	return rc;
}

/* What is there only once all members are. */
static int finish(struct reading *r, struct err *err)
{
	struct candidates *c = r->c;

	if (c->error.n)
		return 0;
	if (c->leg_count ? r->listed || c->count : !r->listed)
		return bad(err, "candidates",
			   c->leg_count ? "allowed beside legs" : "there");
	if (!r->weighed && !c->leg_count)
		return bad(err, "weights", "there");
	if (!r->shared)
		c->share[c->type] = 1;
	if (!c->generation[0])
		return bad(err, "generation", "there");
	for (size_t i = 0; i < c->leg_count; i++)
		memcpy(c->legs[i].generation, c->generation,
		       sizeof(c->generation));
	return 0;
}

int candidates_read(struct candidates *c, struct span line, struct err *err)
{
	struct reading r = { .c = c };
	const char *why = "not an object", *end;

	candidates_reset(c);
	line = span_trim(line);
	end = line.n && line.p[0] == '{'
		  ? json_skip(line.p, line.p + line.n, &why)
		  : NULL;
	if (end != line.p + line.n || !line.n)
		return err_set(err, ERR_DATA, "candidates",
			       "not a candidates object (%s); feed rerank "
			       "from query",
			       end ? "text behind it" : why);
	return read_members(&r, line, err) ? -1 : finish(&r, err);
}
