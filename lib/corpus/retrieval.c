/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/retrieval.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "corpus/asked.h"
#include "corpus/demands.h"
#include "corpus/eligible.h"
#include "corpus/metrows.h"
#include "index/lyricfind.h"
#include "index/timbrefind.h"

enum {
	TOGETHER = 64,  /* candidates that a thread fills at once */
	LYRIC_WORDS = 4 /* requests of fewer quote nothing */
};

struct retrieval {
	const struct generation *g;
	struct retrieval_limits limits;
	struct search *search;
	struct named *named;
	struct asked *asked;
	struct sought sought;
	struct eligible eligible;
	struct topk_item *best[SOURCES]; /* [each] */
	size_t found[SOURCES];
	struct metrows met;

	/* of the request at hand */
	const struct request *request;
	const struct intent *intent;
	const struct aspects_aim *aim; /* NULL: none */
	size_t most;
	struct search_among among;
	bool wants[SOURCES];
	enum search_way way[SOURCES];
	struct lyricfind_hit lyric[LYRICFIND_HITS];
	size_t lyric_count;
	struct topk_item *names; /* [each], what is named */
	size_t named_count;
	float words_met;
	struct err error; /* of the words */
	struct candidates *out;
};

struct retrieval *retrieval_new(const struct generation *g,
				struct querytext *words,
				struct retrieval_limits limits)
{
	struct retrieval *r = mem_zalloc(1, sizeof(*r));

	r->g = g;
	r->limits = limits;
	if (r->limits.each > g->count)
		r->limits.each = g->count;
	r->limits.dials.threads = limits.threads;
	r->search = search_new(g, &r->limits.dials);
	r->named = named_new(g);
	r->asked = asked_new();
	r->names = mem_zalloc(r->limits.each + 1, sizeof(*r->names));
	sought_init(&r->sought, g, words);
	for (int s = 0; s < SOURCES; s++)
		r->best[s] =
		    mem_zalloc(r->limits.each + 1, sizeof(*r->best[s]));
	return r;
}

void retrieval_free(struct retrieval *r)
{
	if (!r)
		return;
	for (int s = 0; s < SOURCES; s++)
		free(r->best[s]);
	search_free(r->search);
	named_free(r->named);
	asked_free(r->asked);
	free(r->names);
	sought_release(&r->sought);
	metrows_release(&r->met);
	eligible_release(&r->eligible);
	free(r);
}

struct named *retrieval_named(struct retrieval *r)
{
	return r->named;
}

static int prepare(struct retrieval *r, const struct retrieval_task *task,
		   struct err *err)
{
	const struct wish *wish = &task->from.intent->wish;

	if (sought_find(&r->sought, &task->from, r->out, err))
		return -1;
	r->wants[SOURCE_MOOD] = r->sought.has_mood;
	r->wants[SOURCE_TEXT] = r->sought.has_text;
	r->wants[SOURCE_AUDIO] = r->sought.has_sound;
	r->wants[SOURCE_WORDS] = r->intent->plain.n > 0;
	r->wants[SOURCE_TIMBRE] = r->g->timbre && wish_any_timbre(wish);
	r->wants[SOURCE_POPULAR] = wish->vague;
	return 0;
}

/* --- the searches --- */

/* What is named worth most; the same name more than one that is like it, which
 * counts for less the more of the request are words that tracks have. Names of
 * one similarity share a rank. */
static void weigh_names(struct retrieval *r)
{
	float rank = 0, before = 0;

	for (size_t i = 0; i < r->named_count; i++) {
		struct topk_item *name = &r->names[i];
		float similar = name->score;

		if (i && similar < before)
			rank++;
		before = similar;
		name->score =
		    (similar < NAMED_SAME ? 1 - r->words_met : 1) / (1 + rank);
	}
}

static size_t find_asked(struct retrieval *r, const struct words_query *q)
{
	struct topk_item *best = r->best[SOURCE_WORDS];
	struct words_reason why[WORDS_CLAUSES_MAX];
	size_t n = search_words(r->search, q, &r->among, best,
				&r->way[SOURCE_WORDS], &r->error);

	if (n == SIZE_MAX || !n)
		return 0;
	r->words_met = asked_met(
	    q, why, search_words_explain(r->search, q, best[0].index, why));
	return n;
}

static size_t find_words(struct retrieval *r)
{
	struct span query = span_str(&r->intent->plain);
	const struct words_query *q = asked_signs(r->asked, query);
	size_t n = q ? find_asked(r, q) : 0;

	if (!n && !r->error.status)
		n = find_asked(r, asked_words(r->asked, query));
	return n;
}

static void find_names(struct retrieval *r)
{
	struct search_among among = r->among;

	among.per_artist = 0;
	r->named_count = r->wants[SOURCE_WORDS]
			     ? named_find(r->named, span_str(&r->intent->plain),
					  &among, r->names)
			     : 0;
}

/* The searches, and that of names: what takes longest first. */
static void find(void *ctx, size_t i, int thread)
{
	static const int order[] = { SOURCE_WORDS,   SOURCE_AUDIO,
				     SOURCES,        SOURCE_TEXT,
				     SOURCE_POPULAR, SOURCE_TIMBRE,
				     SOURCE_MOOD };
	struct retrieval *r = ctx;
	struct topk_item *best;
	int s = order[i];

	_Static_assert(sizeof(order) / sizeof(*order) == SOURCES + 1, "each");
	(void)thread;
	if (s == SOURCES) {
		find_names(r);
		return;
	}
	best = r->best[s];
	r->found[s] = 0;
	r->way[s] = SEARCH_NONE;
	if (!r->wants[s])
		return;
	switch ((enum source)s) {
	case SOURCE_TEXT:
		r->found[s] = search_texts(r->search, &r->sought.text,
					   &r->among, best, &r->way[s]);
		break;
	case SOURCE_AUDIO:
		r->found[s] = search_sounds(r->search, r->sought.sound,
					    &r->among, best, &r->way[s]);
		break;
	case SOURCE_MOOD:
		r->found[s] = search_moods(r->search, &r->sought.mood,
					   &r->among, best, &r->way[s]);
		break;
	case SOURCE_TIMBRE:
		r->found[s] = search_timbres(r->search, r->intent->wish.timbre,
					     &r->among, best, &r->way[s]);
		break;
	case SOURCE_POPULAR:
		r->found[s] =
		    search_popular(r->search, &r->among, best, &r->way[s]);
		break;
	default:
		r->found[s] = find_words(r);
	}
}

static int search(struct retrieval *r, struct err *err)
{
	r->error = (struct err){ 0 };
	r->words_met = 0;
	parallel_for(r->limits.threads, SOURCES + 1, find, r);
	weigh_names(r);
	if (r->error.status) {
		*err = r->error;
		return -1;
	}
	if (r->found[SOURCE_TEXT] && r->found[SOURCE_MOOD] &&
	    querytext_by_words(r->sought.words) &&
	    r->best[SOURCE_TEXT][0].score < RETRIEVAL_TEXT_LEAST) {
		r->found[SOURCE_TEXT] = 0;
		r->wants[SOURCE_TEXT] = false;
	}
	return 0;
}

/* --- the candidates --- */

/* What damaged vectors give may be beyond what there is. */
static float within(float x, float lo, float hi)
{
	return isnan(x) ? x : fmaxf(lo, fminf(hi, x));
}

/* The signals of some of the candidates, whatever found them. */
static void fill(void *ctx, size_t chunk, int thread)
{
	struct retrieval *r = ctx;
	size_t from = chunk * TOGETHER, to = from + TOGETHER;

	(void)thread;
	to = to < r->out->count ? to : r->out->count;
	for (size_t i = from; i < to && !r->g->once; i++)
		search_fetch_places(r->g, r->out->items[i].row);
	for (size_t i = from; i < to && !r->g->once; i++)
		search_fetch_row(r->g, r->out->items[i].row);
	for (size_t i = from; i < to; i++) {
		struct candidate *c = &r->out->items[i];

		if (!r->wants[SOURCE_TEXT])
			c->text_distance = NAN;
		else if (isnan(c->text_distance))
			c->text_distance = metrows_distance(
			    search_text_row(r->g, &r->sought.text, c->row));
		if (r->wants[SOURCE_AUDIO] && isnan(c->audio_cosine))
			c->audio_cosine =
			    search_sound_row(r->g, r->sought.sound, c->row);
		c->text_distance = within(c->text_distance, 0, 2);
		c->audio_cosine = within(c->audio_cosine, -1, 1);
		if (r->wants[SOURCE_MOOD])
			c->mood_distance =
			    search_mood_row(r->g, &r->sought.mood, c->row);
	}
}

static size_t count_words(struct span s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] != ' ' && (!i || s.p[i - 1] == ' ');
	return n;
}

/* What a quote is from. */
static void find_lyrics(struct retrieval *r)
{
	struct span query = span_str(&r->request->query);
	size_t n = 0, found;

	r->lyric_count = 0;
	if (count_words(query) < LYRIC_WORDS)
		return;
	found = lyricfind(r->g, query, r->lyric, LYRICFIND_HITS);
	for (size_t i = 0; i < found; i++) {
		uint32_t row = r->lyric[i].row;

		if (row < r->g->count &&
		    (!r->among.allowed || r->among.allowed[row]))
			r->lyric[n++] = r->lyric[i];
	}
	r->lyric_count = n;
	for (size_t i = 0; i < n && !r->out->lyric.n; i++)
		if (lyricfind_sure(&r->lyric[i]))
			str_span(&r->out->lyric, r->lyric[i].span);
}

static void gather(struct retrieval *r)
{
	r->met.count = 0;
	for (int s = 0; s < SOURCES; s++)
		metrows_add(&r->met, (enum source)s, r->best[s], r->found[s]);
	metrows_add_named(&r->met, r->names, r->named_count);
	for (size_t i = 0; i < r->lyric_count; i++)
		metrows_add_lyric(
		    &r->met, r->lyric[i].row,
		    lyricfind_sure(&r->lyric[i]) ? r->lyric[i].share : 0);
	for (size_t i = 0; i < r->intent->wish.keep_count; i++)
		metrows_add_kept(&r->met, r->intent->wish.keep[i]);
	metrows_join(&r->met);
}

/* In turns by rank, so that no retrieval crowds out another. Who quotes a song
 * or asks for an artist wants it: no cap on these. */
static void merge(struct retrieval *r, struct candidates *out)
{
	const struct wish *wish = &r->intent->wish;
	size_t most = r->most;

	gather(r);
	metrows_start(&r->met, r->limits.per_artist, most);
	out->count = 0;
	for (size_t i = 0; i < wish->keep_count; i++)
		metrows_take(&r->met, r->g, wish->keep[i], true, most, out);
	for (size_t i = 0; i < r->lyric_count; i++)
		metrows_take(&r->met, r->g, r->lyric[i].row, true, most, out);
	for (size_t rank = 0; rank < r->limits.each; rank++) {
		if (rank < r->named_count)
			metrows_take(&r->met, r->g, r->names[rank].index, true,
				     most, out);
		for (int s = 0; s < SOURCES; s++)
			if (rank < r->found[s])
				metrows_take(&r->met, r->g,
					     r->best[s][rank].index, false,
					     most, out);
	}
}

static int apply_demands(struct retrieval *r, struct err *err)
{
	const struct words_query *q =
	    asked_signs(r->asked, span_str(&r->intent->plain));

	return q && demands_any(q)
		   ? demands_apply(r->g, r->search, q,
				   eligible_own(&r->eligible),
				   &r->eligible.count, &r->out->warnings, err)
		   : 0;
}

/* As the candidates are taken in turns, each retrieval comes to about its share
 * of them; half as many more, as some are found twice. */
static size_t rows_of_each(const struct retrieval *r)
{
	size_t wanted = 0, share;

	for (int s = 0; s < SOURCES; s++)
		wanted += r->wants[s];
	share = wanted ? r->most / wanted : r->most;
	share += share / 2 + 1;
	return share < r->limits.each ? share : r->limits.each;
}

/* What the request, its wishes, its signs and its aspects leave. */
static int find_eligible(struct retrieval *r, struct err *err)
{
	struct str *told = &r->out->warnings;
	struct eligible *e = &r->eligible;

	eligible_find(e, r->g, r->request, r->limits.keep_dead, told);
	eligible_without(e, &r->intent->wish);
	if (apply_demands(r, err))
		return -1;
	if (r->aim && aspects_demands(r->aim))
		e->count = aspects_apply(r->aim, r->g, eligible_own(e),
					 e->count, told);
	r->out->eligible = e->count;
	r->among =
	    (struct search_among){ .allowed =
				       e->count < r->g->count ? e->rows : NULL,
				   .eligible = e->count,
				   .k = rows_of_each(r),
				   .per_artist = r->limits.per_artist };
	return 0;
}

int retrieval_run(struct retrieval *r, const struct retrieval_task *task,
		  struct candidates *out, struct err *err)
{
	r->request = task->from.request;
	r->intent = task->from.intent;
	r->aim = task->from.aim;
	r->most = task->most ? task->most : r->limits.most;
	r->out = out;
	if (prepare(r, task, err) || find_eligible(r, err) || search(r, err))
		return -1;
	find_lyrics(r);
	merge(r, out);
	parallel_for(r->limits.threads, (out->count + TOGETHER - 1) / TOGETHER,
		     fill, r);
	memcpy(out->way, r->way, sizeof(out->way));
	out->words_met = r->words_met;
	return 0;
}
