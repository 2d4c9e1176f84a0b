/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/course.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

#define ARROW_SIGN "\xe2\x86\x92"
enum { LEG_LEAST = 100 }; /* candidates of one place */

struct station {
	struct span words; /* as it was named */
	struct str name;   /* for people */
	bool track;        /* or more than one; else words */
	uint32_t row;      /* of a single one; CATALOGUE_NONE */
	struct likeness like;
	bool has_mood;
	float valence, arousal;
};

struct course {
	struct seeker *s;
	const struct request *asked;
	struct candidates *found;
	struct station *stations; /* [COURSE_STATIONS] */
	size_t count;
	size_t between;         /* places between two stations */
	struct request request; /* of the place at hand */
	struct likeness like;   /* likewise */
	/* What is kept, and at which place: that of the nearest mood. */
	uint32_t kept[WISH_LIKE_MAX];
	size_t kept_at[WISH_LIKE_MAX], kept_count;
};

static void release(struct course *c)
{
	for (size_t i = 0; i < COURSE_STATIONS; i++) {
		str_release(&c->stations[i].name);
		likeness_release(&c->stations[i].like);
	}
	free(c->stations);
	request_release(&c->request);
	likeness_release(&c->like);
}

/* --- stations --- */

static void hear_words(struct course *c, struct station *at)
{
	struct requestmood mood = seeker_mood(c->s, at->words);

	at->row = CATALOGUE_NONE;
	at->has_mood = mood.by != MOODBY_NONE;
	at->valence = mood.valence;
	at->arousal = mood.arousal;
	str_reset(&at->name);
	str_span(&at->name, at->words);
}

static void take_tracks(struct course *c, struct station *at,
			const struct reference *ref)
{
	const struct generation *g = c->s->g;

	at->track = true;
	at->row = ref->count == 1 ? ref->rows[0] : CATALOGUE_NONE;
	likeness_reset(&at->like, g);
	likeness_add_rows(&at->like, g, ref->rows, ref->count);
	if (ref->heard)
		likeness_add_guest(&at->like, &ref->guest);
	likeness_done(&at->like, g);
	at->has_mood = likeness_has_mood(&at->like);
	at->valence = at->has_mood ? at->like.fact[LIKENESS_VALENCE] : 0;
	at->arousal = at->has_mood ? at->like.fact[LIKENESS_AROUSAL] : 0;
	str_reset(&at->name);
	str_span(&at->name, span_str(&ref->as));
}

/* A track, else words that tell a mood. */
static int find_end(struct course *c, const struct str *text, struct err *err)
{
	struct station *at = &c->stations[c->count++];
	const struct reference *ref;
	struct err why = { 0 };

	at->words = span_str(text);
	ref = references_find(&c->s->references, c->s->g, c->s->who, at->words,
			      WISH_LIKE_MAX, &why);
	if (ref) {
		take_tracks(c, at, ref);
		return 0;
	}
	if (why.status == ERR_RECORD &&
	    span_eq(span_of(why.code), SPAN("no-track")))
		hear_words(c, at);
	if (at->has_mood)
		return 0;
	*err = why;
	return -1;
}

/* False: it is the last one. */
static bool cut_station(struct span *rest, struct span *words)
{
	const char *arrow =
	    memmem(rest->p, rest->n, COURSE_ARROW, strlen(COURSE_ARROW));
	const char *sign =
	    memmem(rest->p, rest->n, ARROW_SIGN, strlen(ARROW_SIGN));
	size_t skip = strlen(COURSE_ARROW), n;

	if (!arrow || (sign && sign < arrow)) {
		arrow = sign;
		skip = strlen(ARROW_SIGN);
	}
	n = arrow ? (size_t)(arrow - rest->p) : rest->n;
	*words = span_trim((struct span){ rest->p, n });
	n += arrow ? skip : 0;
	*rest = (struct span){ rest->p + n, rest->n - n };
	return arrow != NULL;
}

static int read_arc(struct course *c, struct err *err)
{
	struct span rest = span_str(&c->asked->arc);
	bool more;

	do {
		struct station *at = &c->stations[c->count];

		if (c->count == COURSE_STATIONS)
			return err_set(err, ERR_RECORD, "request",
				       "an arc of more than %d stations",
				       COURSE_STATIONS);
		more = cut_station(&rest, &at->words);
		if (!at->words.n)
			return err_set(err, ERR_RECORD, "request",
				       "an arc with an empty station; write it "
				       "as \"sad -> hopeful -> energetic\"");
		hear_words(c, at);
		if (!at->has_mood)
			str_printf(&c->found->warnings,
				   "station \"%.*s\" tells no mood: it is "
				   "asked by its words\n",
				   (int)at->words.n, at->words.p);
		c->count++;
	} while (more);
	if (c->count < 2)
		return err_set(
		    err, ERR_RECORD, "request",
		    "an arc of one station goes nowhere; write it as "
		    "\"sad -> hopeful -> energetic\", or ask for the "
		    "words alone");
	return 0;
}

static int read_stations(struct course *c, struct err *err)
{
	const struct request *r = c->asked;

	if (r->arc.n)
		return read_arc(c, err);
	if (r->from.n)
		return find_end(c, &r->from, err) || find_end(c, &r->to, err)
			   ? -1
			   : 0;
	c->count = 1;
	c->stations[0].words = span_str(&r->query);
	return 0;
}

/* --- places --- */

/* The mood at the share `of` of the way from station a to b. False: neither
 * has one. */
static bool mood_at(const struct station *a, const struct station *b, float of,
		    float *valence, float *arousal)
{
	const struct station *m = a->has_mood ? a : b;

	if (a->has_mood && b->has_mood) {
		*valence = a->valence + of * (b->valence - a->valence);
		*arousal = a->arousal + of * (b->arousal - a->arousal);
	} else {
		*valence = m->valence;
		*arousal = m->arousal;
	}
	return a->has_mood || b->has_mood;
}

/* What is asked there. */
static void ask(struct course *c, const struct station *a,
		const struct station *b, float of)
{
	const struct station *near = of < 0.5F ? a : b;
	struct request *r = &c->request;

	request_copy(r, c->asked);
	str_reset(&r->from);
	str_reset(&r->to);
	str_reset(&r->arc);
	r->minutes = 0;
	if (c->count == 1)
		return;
	str_reset(&r->query);
	str_reset(&r->keep);
	if (!near->track)
		str_span(&r->query, near->words);
	if ((of > 0 && of < 1) || near->track) {
		r->dominance = NAN;
		r->has_mood = mood_at(a, b, of, &r->valence, &r->arousal);
	}
}

/* The sound and text of that place, where tracks tell it. */
static const struct likeness *between(struct course *c, const struct station *a,
				      const struct station *b, float of)
{
	if (a->track && b->track) {
		likeness_between(&c->like, c->s->g, &a->like, &b->like, of);
		return &c->like;
	}
	if (a->track && of < 0.5F)
		return &a->like;
	return b->track && of >= 0.5F ? &b->like : NULL;
}

/* Stations and the share of the way between them, of place number `at`. */
static float where(const struct course *c, size_t at, const struct station **a,
		   const struct station **b)
{
	size_t from = at / (c->between + 1), step = at % (c->between + 1);

	*a = &c->stations[from];
	*b = from + 1 < c->count ? *a + 1 : *a;
	return (float)step / (float)(c->between + 1);
}

static size_t nearest_place(const struct course *c, size_t places, uint32_t row)
{
	const struct generation *g = c->s->g;
	float least = INFINITY;
	size_t best = 0;

	for (size_t at = 0; g->valence && at < places; at++) {
		const struct station *a, *b;
		float of = where(c, at, &a, &b), v, e, d;

		if (!mood_at(a, b, of, &v, &e))
			continue;
		d = hypotf(g->valence[row] - v, g->arousal[row] - e);
		if (d < least) {
			least = d;
			best = at;
		}
	}
	return best;
}

static int read_kept(struct course *c, size_t places, struct err *err)
{
	struct span rest = span_str(&c->asked->keep), name;
	const struct reference *ref;

	while (c->count > 1 && request_next(&rest, &name)) {
		if (c->kept_count == WISH_LIKE_MAX)
			return err_set(err, ERR_RECORD, "request",
				       "\"keep\" names more than %d tracks",
				       WISH_LIKE_MAX);
		ref = references_find(&c->s->references, c->s->g, c->s->who,
				      name, 1, err);
		if (!ref)
			return -1;
		if (!ref->count)
			return err_set(
			    err, ERR_RECORD, "request",
			    "\"%.*s\" is not in the index: it cannot "
			    "be kept",
			    (int)ref->as.n, ref->as.p);
		c->kept[c->kept_count] = ref->rows[0];
		c->kept_at[c->kept_count++] =
		    nearest_place(c, places, ref->rows[0]);
	}
	return 0;
}

static void add_place(struct course *c, size_t at)
{
	const struct station *a, *b, *near;
	float of = where(c, at, &a, &b);
	struct candidates *leg = candidates_add_leg(c->found);

	near = of < 0.5F ? a : b;
	leg->threads = c->found->threads;
	leg->ids = c->found->ids;
	leg->place = c->count > 1 ? ((float)(a - c->stations) + of) /
					(float)(c->count - 1)
				  : 0;
	if (!near->track)
		str_span(&leg->query, near->words);
	if (!(of > 0) && c->count > 1)
		str_span(&leg->station, span_str(&a->name));
}

static int search(struct course *c, size_t at, size_t most, struct err *err)
{
	const struct station *a, *b;
	float of = where(c, at, &a, &b);
	bool end = !at || at + 1 == c->found->leg_count;
	uint32_t keep[WISH_LIKE_MAX + 1];
	struct seeker_place place = { .like = between(c, a, b, of),
				      .most = most,
				      .keep = keep };

	ask(c, a, b, of);
	if (end && a->track && a->row != CATALOGUE_NONE)
		keep[place.keep_count++] = a->row;
	for (size_t i = 0; i < c->kept_count; i++)
		if (c->kept_at[i] == at && !(end && c->kept[i] == a->row))
			keep[place.keep_count++] = c->kept[i];
	return seeker_find(c->s, &c->request, &place, &c->found->legs[at], err);
}

/* What the places tell is told once. */
static void gather(struct candidates *found)
{
	for (size_t i = 0; i < found->leg_count; i++) {
		struct candidates *leg = &found->legs[i];
		struct span rest = span_str(&leg->warnings), line;

		while (request_next(&rest, &line))
			if (!request_has(&found->warnings, line)) {
				str_span(&found->warnings, line);
				str_putc(&found->warnings, '\n');
			}
		str_reset(&leg->warnings);
		if (!found->hint.n)
			str_span(&found->hint, span_str(&leg->hint));
		str_reset(&leg->hint);
		if (leg->eligible > found->eligible)
			found->eligible = leg->eligible;
		found->understanding_ms += leg->understanding_ms;
		found->retrieval_ms += leg->retrieval_ms;
	}
}

static int run(struct course *c, struct err *err)
{
	static const size_t between[] = { 0, 0, 3, 2, 1 };
	size_t places, most;

	if (read_stations(c, err))
		return -1;
	c->between = between[c->count < 4 ? c->count : 4];
	places = c->count + (c->count - 1) * c->between;
	if (read_kept(c, places, err))
		return -1;
	most = places > 1 ? 2 * c->s->limits.most / places : c->s->limits.most;
	for (size_t at = 0; at < places; at++)
		add_place(c, at);
	for (size_t at = 0; at < places; at++)
		if (search(c, at, most < LEG_LEAST ? LEG_LEAST : most, err))
			return -1;
	gather(c->found);
	return 0;
}

int course_run(struct seeker *s, const struct request *r,
	       struct candidates *found, struct err *err)
{
	struct course c = { .s = s, .asked = r, .found = found };
	int rc;

	c.stations = mem_zalloc(COURSE_STATIONS, sizeof(*c.stations));
	memcpy(found->generation, s->g->name, GENERATION_NAME);
	found->top_k = r->top_k;
	found->minutes = r->minutes;
	rc = run(&c, err);
	release(&c);
	return rc;
}
