/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/retrieval.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "corpus/eligible.h"
#include "math/vector.h"

#define CHUNK 65536 /* positions of a scan that one thread takes */

struct retrieval {
	const struct generation *g;
	const struct textmodel *model;
	struct retrieval_limits limits;
	float *scores[3];          /* [count] by signal; or NULL, no scan */
	uint8_t *allowed, *from;   /* [count]; from: bits by signal */
	struct topk_item *best[3]; /* [each] */
	size_t found[3];
	struct textvector vector;
	struct moodgrid_work moods;
	struct ivf_work *texts; /* NULL: texts are scanned */
	size_t eligible;

	/* of the request at hand */
	bool wants[3], hears[AUDIO_KINDS];
	struct scan_query text;
	float *audio[AUDIO_KINDS]; /* unit [g->audio[kind].dim] */
	enum audio_kind scanned;
	float valence, arousal;
	struct err *errors; /* [chunks_max] */
	size_t chunks_max;
};

static size_t chunks(size_t n)
{
	return (n + CHUNK - 1) / CHUNK;
}

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
	for (int s = 0; s < 3; s++) {
		if (s == SIGNAL_AUDIO ||
		    (s == SIGNAL_TEXT && !g->text_lists.nlist))
			r->scores[s] = mem_zalloc(g->count + 1, sizeof(float));
		r->best[s] =
		    mem_zalloc(r->limits.each + 1, sizeof(*r->best[s]));
	}
	if (g->text_count && g->text_lists.nlist)
		r->texts = ivf_work_new(&g->text_lists);
	r->allowed = mem_zalloc(g->count + 1, 1);
	r->from = mem_zalloc(g->count + 1, 1);
	r->chunks_max = chunks(g->text_count) + 1;
	for (int kind = 0; kind < AUDIO_KINDS; kind++) {
		const struct audio_vectors *v = &g->audio[kind];

		r->audio[kind] = mem_zalloc(v->dim + 1, sizeof(float));
		r->chunks_max += chunks(v->count);
	}
	r->errors = mem_zalloc(r->chunks_max, sizeof(*r->errors));
	return r;
}

void retrieval_free(struct retrieval *r)
{
	if (!r)
		return;
	for (int s = 0; s < 3; s++) {
		free(r->scores[s]);
		free(r->best[s]);
	}
	textvector_release(&r->vector);
	moodgrid_work_release(&r->moods);
	ivf_work_free(r->texts);
	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		free(r->audio[kind]);
	free(r->allowed);
	free(r->from);
	free(r->errors);
	free(r);
}

size_t retrieval_mood_tracks(size_t measured)
{
	size_t n = (size_t)sqrt((double)measured);

	return n < 5 ? 5 : n > 50 ? 50 : n;
}

/* The positions of v of at most n measured tracks (of any that have sound,
 * where nothing is measured), those nearest to the mood first. */
static size_t nearest_heard(struct retrieval *r, const struct audio_vectors *v,
			    bool measured, size_t n, size_t *position)
{
	const struct generation *g = r->g;
	const float at[2] = { r->valence, r->arousal };
	size_t depth = 4 * n, met, found = 0;

	for (;; depth *= 4) {
		struct topk_item *near;

		depth = depth < g->count ? depth : g->count;
		near = mem_alloc((depth + 1) * sizeof(*near));
		met =
		    moodgrid_search(&g->grid, &r->moods, at, NULL, depth, near);
		found = 0;
		for (size_t i = 0; i < met && found < n; i++) {
			size_t p =
			    generation_find(v->rows, v->count, near[i].index);

			if (p != SIZE_MAX && (!measured || v->measured[p]))
				position[found++] = p;
		}
		free(near);
		if (found == n || met < depth || depth == g->count)
			return found;
	}
}

/* The audio query of the mood: the mean of the nearest measured tracks, of all
 * that have sound where nothing is measured. false: there are none. */
static bool mood_sound(struct retrieval *r, enum audio_kind kind)
{
	const struct audio_vectors *v = &r->g->audio[kind];
	float *out = r->audio[kind];
	size_t measured = 0, n, *position;

	for (size_t i = 0; i < v->count; i++)
		measured += v->measured[i] != 0;
	n = retrieval_mood_tracks(measured ? measured : v->count);
	position = mem_alloc(n * sizeof(*position));
	n = nearest_heard(r, v, measured > 0, n, position);
	memset(out, 0, v->dim * sizeof(*out));
	for (size_t i = 0; i < n; i++)
		vector_axpy(out, 1, v->vectors + position[i] * v->dim, v->dim);
	free(position);
	return n && vector_normalise(out, v->dim) > 0;
}

static size_t end_of(size_t chunk, size_t n)
{
	return (chunk + 1) * CHUNK < n ? (chunk + 1) * CHUNK : n;
}

/* Chunk 0 is the sound of the mood; then text chunks. */
static void text_and_mood(void *ctx, size_t i, int thread)
{
	struct retrieval *r = ctx;
	const struct generation *g = r->g;

	(void)thread;
	if (i) {
		scan_text(g, &r->text, (i - 1) * CHUNK,
			  end_of(i - 1, g->text_count), r->scores[SIGNAL_TEXT],
			  &r->errors[i]);
		return;
	}
	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		r->hears[kind] = r->wants[SIGNAL_AUDIO] && mood_sound(r, kind);
}

static void sound(void *ctx, size_t i, int thread)
{
	struct retrieval *r = ctx;

	(void)thread;
	scan_audio(r->g, r->scanned, r->audio[r->scanned], i * CHUNK,
		   end_of(i, r->g->audio[r->scanned].count),
		   r->scores[SIGNAL_AUDIO], &r->errors[i]);
}

static void select_best(void *ctx, size_t s, int thread)
{
	struct retrieval *r = ctx;
	const struct retrieval_limits *l = &r->limits;

	(void)thread;
	r->found[s] = 0;
	if (r->wants[s] && s == SIGNAL_MOOD)
		r->found[s] = scan_moods(r->g, &r->moods, r->valence,
					 r->arousal, r->allowed, r->eligible,
					 l->each, l->per_artist, r->best[s]);
	else if (r->wants[s] && s == SIGNAL_TEXT && r->texts)
		r->found[s] = scan_texts(r->g, r->texts, &r->text, r->allowed,
					 l->each, l->per_artist, r->best[s]);
	else if (r->wants[s])
		r->found[s] = scan_select(r->g, r->scores[s], r->allowed,
					  l->each, l->per_artist, r->best[s]);
}

static int first_error(struct retrieval *r, struct err *err)
{
	for (size_t i = 0; i < r->chunks_max; i++)
		if (r->errors[i].status) {
			*err = r->errors[i];
			return -1;
		}
	return 0;
}

static void prepare(struct retrieval *r, const struct request *request,
		    const struct intent *intent)
{
	const struct generation *g = r->g;
	float unit[GENERATION_TEXT_DIM];
	bool mood = intent->mood.by != MOODBY_NONE;

	r->valence = intent->mood.valence;
	r->arousal = intent->mood.arousal;
	r->wants[SIGNAL_MOOD] = mood && g->valence;
	r->wants[SIGNAL_AUDIO] = mood && g->valence;
	r->wants[SIGNAL_TEXT] = false;
	if (r->model && g->text_count) {
		textvector_reset(&r->vector);
		textmodel_add(r->model, &r->vector, span_str(&request->query),
			      1);
		r->wants[SIGNAL_TEXT] = !textvector_finish(&r->vector, unit) &&
					!scan_text_query(&r->text, unit);
	}
	memset(r->errors, 0, r->chunks_max * sizeof(*r->errors));
	for (int s = 0; s < 3; s++)
		for (size_t i = 0; r->scores[s] && r->wants[s] && i < g->count;
		     i++)
			r->scores[s][i] = NAN;
}

static int search(struct retrieval *r, struct err *err)
{
	const struct generation *g = r->g;
	int threads = r->limits.threads;
	bool scan = r->wants[SIGNAL_TEXT] && !r->texts;
	size_t text = scan ? chunks(g->text_count) : 0;

	parallel_for(threads, 1 + text, text_and_mood, r);
	r->wants[SIGNAL_AUDIO] = false;
	for (int kind = 0; kind < AUDIO_KINDS; kind++) {
		if (!r->hears[kind])
			continue;
		r->wants[SIGNAL_AUDIO] = true;
		r->scanned = kind;
		parallel_for(threads, chunks(g->audio[kind].count), sound, r);
	}
	if (first_error(r, err))
		return -1;
	parallel_for(threads, 3, select_best, r);
	if (r->found[SIGNAL_TEXT] && r->found[SIGNAL_MOOD] &&
	    r->best[SIGNAL_TEXT][0].score < RETRIEVAL_TEXT_LEAST) {
		r->found[SIGNAL_TEXT] = 0;
		r->wants[SIGNAL_TEXT] = false;
	}
	return 0;
}

static void add(struct retrieval *r, struct candidates *out, uint32_t row)
{
	struct candidate c = { .row = row,
			       .from = r->from[row],
			       .text_distance = NAN,
			       .audio_cosine = NAN,
			       .mood_distance = NAN };

	if (r->wants[SIGNAL_TEXT]) {
		float d = 2 - 2 * (r->texts ? scan_text_row(r->g, &r->text, row)
					    : r->scores[SIGNAL_TEXT][row]);

		c.text_distance = isnan(d) ? d : d > 0 ? sqrtf(d) : 0;
	}
	if (r->wants[SIGNAL_AUDIO])
		c.audio_cosine = r->scores[SIGNAL_AUDIO][row];
	if (r->wants[SIGNAL_MOOD])
		c.mood_distance =
		    scan_mood_row(r->g, r->valence, r->arousal, row);
	MEM_ROOM(out->items, out->count + 1, out->cap);
	out->items[out->count++] = c;
}

static bool artist_is_full(const struct retrieval *r,
			   const struct candidates *out, uint32_t row)
{
	uint32_t artist = r->g->artist[row];
	size_t met = 0;

	if (!r->limits.per_artist || artist == CATALOGUE_NONE)
		return false;
	for (size_t i = 0; i < out->count && met < r->limits.per_artist; i++)
		met += r->g->artist[out->items[i].row] == artist;
	return met >= r->limits.per_artist;
}

/* In turns by rank, so that no signal crowds out another. */
static void merge(struct retrieval *r, struct candidates *out)
{
	for (int s = 0; s < 3; s++)
		for (size_t i = 0; i < r->found[s]; i++) {
			uint8_t *from = &r->from[r->best[s][i].index];

			*from = (uint8_t)(*from | 1u << s);
		}
	out->count = 0;
	for (size_t rank = 0; rank < r->limits.each; rank++)
		for (int s = 0; s < 3; s++) {
			uint32_t row;

			if (rank >= r->found[s] || out->count >= r->limits.most)
				continue;
			row = r->best[s][rank].index;
			if (!r->from[row] || artist_is_full(r, out, row))
				continue;
			add(r, out, row);
			r->from[row] = 0; /* taken */
		}
	for (int s = 0; s < 3; s++)
		for (size_t i = 0; i < r->found[s]; i++)
			r->from[r->best[s][i].index] = 0;
}

int retrieval_run(struct retrieval *r, const struct request *request,
		  const struct intent *intent, struct candidates *out,
		  struct err *err)
{
	prepare(r, request, intent);
	out->eligible =
	    eligible_rows(r->g, request, r->limits.keep_dead, r->allowed);
	r->eligible = out->eligible;
	if (search(r, err))
		return -1;
	merge(r, out);
	return 0;
}
