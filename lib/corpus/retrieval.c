/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/retrieval.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "corpus/asked.h"
#include "corpus/demands.h"
#include "corpus/eligible.h"
#include "corpus/moodsound.h"
#include "corpus/named.h"
#include "index/artistcap.h"
#include "math/vector.h"

enum { TOGETHER = 64 /* candidates that a thread fills at once */ };

struct met { /* a row that some retrieval found */
	uint32_t row;
	float text, audio;        /* cosines, where these found it; else NAN */
	float words_score, named; /* as in candidates.h */
	uint8_t from;             /* bits by source */
	bool taken;
};

struct retrieval {
	const struct generation *g;
	const struct textmodel *model;
	struct retrieval_limits limits;
	struct search *search;
	struct named *named;
	struct asked *asked;
	struct moodsound *sounds;
	uint8_t *allowed;                /* [count] */
	struct topk_item *best[SOURCES]; /* [each] */
	size_t found[SOURCES];
	struct met *met; /* ascending rows */
	size_t nmet, met_cap;
	struct artistcap artists;
	struct textvector vector;

	/* of the request at hand */
	const struct request *request;
	struct search_among among;
	bool wants[SOURCES];
	enum search_way way[SOURCES];
	struct search_text text;
	struct search_mood mood;
	struct topk_item *names; /* [each], what is named */
	size_t named_count;
	float words_met;
	const float *sound[AUDIO_KINDS];
	struct err error; /* of the words */
	struct candidates *out;
};

struct retrieval *retrieval_new(const struct generation *g,
				const struct textmodel *model,
				struct retrieval_limits limits)
{
	struct retrieval *r = mem_zalloc(1, sizeof(*r));

	r->g = g;
	r->model = model;
	r->limits = limits;
	if (r->limits.each > g->count)
		r->limits.each = g->count;
	r->limits.dials.threads = limits.threads;
	r->search = search_new(g, &r->limits.dials);
	r->named = named_new(g);
	r->asked = asked_new();
	r->names = mem_zalloc(r->limits.each + 1, sizeof(*r->names));
	r->sounds = moodsound_new(g);
	r->allowed = mem_zalloc(g->count + 1, 1);
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
	moodsound_free(r->sounds);
	artistcap_release(&r->artists);
	textvector_release(&r->vector);
	free(r->allowed);
	free(r->met);
	free(r);
}

static void prepare_mood(struct retrieval *r, const struct intent *intent)
{
	const struct request *request = r->request;
	bool asked = request->has_mood || intent->mood.by != MOODBY_NONE;

	r->mood = (struct search_mood){ intent->mood.valence,
					intent->mood.arousal, NAN };
	if (request->has_mood)
		r->mood =
		    (struct search_mood){ request->valence, request->arousal,
					  r->g->dominance ? request->dominance
							  : NAN };
	if (asked && !r->g->valence)
		str_puts(&r->out->warnings,
			 "the index has no moods: by words alone\n");
	if (request->has_mood && !isnan(request->dominance) && r->g->valence &&
	    !r->g->dominance)
		str_puts(&r->out->warnings,
			 "the index has no dominance: it is not heeded\n");
	r->wants[SOURCE_MOOD] = asked && r->g->valence;
	r->wants[SOURCE_AUDIO] = false;
	for (int kind = 0; kind < AUDIO_KINDS; kind++) {
		r->sound[kind] =
		    r->wants[SOURCE_MOOD]
			? moodsound_of(r->sounds, kind, r->mood.valence,
				       r->mood.arousal)
			: NULL;
		r->wants[SOURCE_AUDIO] =
		    r->wants[SOURCE_AUDIO] || r->sound[kind];
	}
}

static void prepare(struct retrieval *r, const struct intent *intent)
{
	struct span query = span_str(&r->request->query);
	float unit[GENERATION_TEXT_DIM];

	prepare_mood(r, intent);
	r->wants[SOURCE_WORDS] = true;
	r->wants[SOURCE_TEXT] = false;
	if (r->model && r->g->text_count) {
		textvector_reset(&r->vector);
		textmodel_add(r->model, &r->vector, query, 1);
		r->wants[SOURCE_TEXT] = !textvector_finish(&r->vector, unit) &&
					!search_text_query(&r->text, unit);
	}
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
	struct span query = span_str(&r->request->query);
	const struct words_query *q = asked_signs(r->asked, query);
	struct search_among among = r->among;
	size_t n = q ? find_asked(r, q) : 0;

	if (!n && !r->error.status)
		n = find_asked(r, asked_words(r->asked, query));
	among.per_artist = 0;
	r->named_count = named_find(r->named, query, &among, r->names);
	weigh_names(r);
	return n;
}

static void find(void *ctx, size_t s, int thread)
{
	struct retrieval *r = ctx;
	struct topk_item *best = r->best[s];

	(void)thread;
	r->found[s] = 0;
	r->way[s] = SEARCH_NONE;
	if (s == SOURCE_WORDS) {
		r->named_count = 0;
		r->words_met = 0;
	}
	if (!r->wants[s])
		return;
	if (s == SOURCE_TEXT)
		r->found[s] = search_texts(r->search, &r->text, &r->among, best,
					   &r->way[s]);
	else if (s == SOURCE_AUDIO)
		r->found[s] = search_sounds(r->search, r->sound, &r->among,
					    best, &r->way[s]);
	else if (s == SOURCE_MOOD)
		r->found[s] = search_moods(r->search, &r->mood, &r->among, best,
					   &r->way[s]);
	else
		r->found[s] = find_words(r);
}

static int search(struct retrieval *r, struct err *err)
{
	r->error = (struct err){ 0 };
	parallel_for(r->limits.threads, SOURCES, find, r);
	if (r->error.status) {
		*err = r->error;
		return -1;
	}
	if (r->found[SOURCE_TEXT] && r->found[SOURCE_MOOD] &&
	    r->best[SOURCE_TEXT][0].score < RETRIEVAL_TEXT_LEAST) {
		r->found[SOURCE_TEXT] = 0;
		r->wants[SOURCE_TEXT] = false;
	}
	return 0;
}

/* --- the candidates --- */

static int by_row(const void *a, const void *b)
{
	const struct met *x = a, *y = b;

	return (x->row > y->row) - (x->row < y->row);
}

static void join(struct met *to, const struct met *m)
{
	to->from |= m->from;
	to->text = isnan(to->text) ? m->text : to->text;
	to->audio = isnan(to->audio) ? m->audio : to->audio;
	to->words_score += m->words_score;
	to->named += m->named;
}

static void gather(struct retrieval *r)
{
	size_t n = r->named_count, kept = 0;

	for (int s = 0; s < SOURCES; s++)
		n += r->found[s];
	MEM_ROOM(r->met, n + 1, r->met_cap);
	n = 0;
	for (int s = 0; s < SOURCES; s++)
		for (size_t i = 0; i < r->found[s]; i++) {
			const struct topk_item *b = &r->best[s][i];

			r->met[n++] = (struct met){
				.row = b->index,
				.text = s == SOURCE_TEXT ? b->score : NAN,
				.audio = s == SOURCE_AUDIO ? b->score : NAN,
				.words_score = s == SOURCE_WORDS ? b->score : 0,
				.from = (uint8_t)(1u << s)
			};
		}
	for (size_t i = 0; i < r->named_count; i++)
		r->met[n++] = (struct met){ .row = r->names[i].index,
					    .text = NAN,
					    .audio = NAN,
					    .named = r->names[i].score,
					    .from = 1u << SOURCE_WORDS };
	qsort(r->met, n, sizeof(*r->met), by_row);
	for (size_t i = 0; i < n; i++)
		if (kept && r->met[kept - 1].row == r->met[i].row)
			join(&r->met[kept - 1], &r->met[i]);
		else
			r->met[kept++] = r->met[i];
	r->nmet = kept;
}

static float distance_of(float cosine)
{
	float d = 2 - 2 * cosine;

	return isnan(d) ? d : d > 0 ? sqrtf(d) : 0;
}

static void add(struct candidates *out, const struct met *m)
{
	MEM_ROOM(out->items, out->count + 1, out->cap);
	out->items[out->count++] =
	    (struct candidate){ .row = m->row,
				.from = m->from,
				.words_score = m->words_score,
				.named = m->named,
				.text_distance = distance_of(m->text),
				.audio_cosine = m->audio,
				.mood_distance = NAN };
}

/* The signals of some of the candidates, whatever found them. */
static void fill(void *ctx, size_t chunk, int thread)
{
	struct retrieval *r = ctx;
	size_t from = chunk * TOGETHER, to = from + TOGETHER;

	(void)thread;
	for (size_t i = from; i < to && i < r->out->count; i++) {
		struct candidate *c = &r->out->items[i];

		if (!r->wants[SOURCE_TEXT])
			c->text_distance = NAN;
		else if (isnan(c->text_distance))
			c->text_distance = distance_of(
			    search_text_row(r->g, &r->text, c->row));
		if (r->wants[SOURCE_AUDIO] && isnan(c->audio_cosine))
			c->audio_cosine =
			    search_sound_row(r->g, r->sound, c->row);
		if (r->wants[SOURCE_MOOD])
			c->mood_distance =
			    search_mood_row(r->g, &r->mood, c->row);
	}
}

/* Who asks for an artist wants more than a few of him: no cap on names. */
static void take(struct retrieval *r, struct candidates *out, uint32_t row,
		 bool named)
{
	struct met key = { .row = row };
	struct met *m = bsearch(&key, r->met, r->nmet, sizeof(key), by_row);

	if (m->taken || out->count >= r->limits.most ||
	    (!artistcap_take(&r->artists, r->g->artist[row]) && !named))
		return;
	m->taken = true;
	add(out, m);
}

/* In turns by rank, so that no retrieval crowds out another. */
static void merge(struct retrieval *r, struct candidates *out)
{
	gather(r);
	artistcap_start(&r->artists, r->limits.per_artist, r->limits.most);
	out->count = 0;
	for (size_t rank = 0; rank < r->limits.each; rank++) {
		if (rank < r->named_count)
			take(r, out, r->names[rank].index, true);
		for (int s = 0; s < SOURCES; s++)
			if (rank < r->found[s])
				take(r, out, r->best[s][rank].index, false);
	}
}

bool retrieval_is_name(struct retrieval *r, struct span query)
{
	struct search_among all = { .eligible = r->g->count, .k = 1 };
	struct topk_item best;

	return named_find(r->named, query, &all, &best) &&
	       best.score >= NAMED_SAME;
}

static int apply_demands(struct retrieval *r, struct err *err)
{
	const struct words_query *q =
	    asked_signs(r->asked, span_str(&r->request->query));

	return q && demands_any(q)
		   ? demands_apply(r->g, r->search, q, r->allowed,
				   &r->out->eligible, &r->out->warnings, err)
		   : 0;
}

/* As the candidates are taken in turns, each retrieval comes to about its share
 * of them; half as many more, as some are found twice. */
static size_t rows_of_each(const struct retrieval *r)
{
	size_t wanted = 0, share;

	for (int s = 0; s < SOURCES; s++)
		wanted += r->wants[s];
	share = wanted ? r->limits.most / wanted : r->limits.most;
	share += share / 2 + 1;
	return share < r->limits.each ? share : r->limits.each;
}

int retrieval_run(struct retrieval *r, const struct request *request,
		  const struct intent *intent, struct candidates *out,
		  struct err *err)
{
	r->request = request;
	r->out = out;
	prepare(r, intent);
	out->eligible = eligible_rows(r->g, request, r->limits.keep_dead,
				      r->allowed, &out->warnings);
	if (apply_demands(r, err))
		return -1;
	r->among = (struct search_among){ .allowed = out->eligible < r->g->count
							 ? r->allowed
							 : NULL,
					  .eligible = out->eligible,
					  .k = rows_of_each(r),
					  .per_artist = r->limits.per_artist };
	if (search(r, err))
		return -1;
	merge(r, out);
	parallel_for(r->limits.threads, (out->count + TOGETHER - 1) / TOGETHER,
		     fill, r);
	memcpy(out->way, r->way, sizeof(out->way));
	out->words_met = r->words_met;
	return 0;
}
