/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/search.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "index/artistcap.h"
#include "index/playedfind.h"
#include "index/timbrefind.h"
#include "math/vector.h"

enum {
	ROUGH_FROM = 50000, /* sounds: fewer are soon read */
	ROUGH_MORE = 32
};

enum retrieved { TEXTS, SOUNDS, MOODS, TIMBRES, PLAYED, RETRIEVED };

struct list { /* what one kind of search found, before the cap */
	struct topk_item *items;
	size_t cap;
	struct artistcap artists;
};

struct search {
	const struct generation *g;
	struct search_dials dials;
	struct ivf_work *texts; /* NULL: no texts */
	struct hnsw_work *sounds;
	struct moodgrid_work moods;
	struct words_work *words;
	struct list list[RETRIEVED];
	struct topk_item *more; /* sounds */
	size_t more_cap;
};

struct search *search_new(const struct generation *g,
			  const struct search_dials *dials)
{
	struct search *s = mem_zalloc(1, sizeof(*s));

	s->g = g;
	s->dials = *dials;
	if (g->text_count)
		s->texts = ivf_work_new(&g->text_lists);
	s->sounds = hnsw_work_new();
	s->words = words_work_new();
	return s;
}

void search_free(struct search *s)
{
	if (!s)
		return;
	ivf_work_free(s->texts);
	hnsw_work_free(s->sounds);
	moodgrid_work_release(&s->moods);
	words_work_free(s->words);
	free(s->more);
	for (int k = 0; k < RETRIEVED; k++) {
		free(s->list[k].items);
		artistcap_release(&s->list[k].artists);
	}
	free(s);
}

/* --- the cap --- */

/* Fills out[depth], returns how many. */
typedef size_t find(struct search *s, const void *query,
		    const struct search_among *a, size_t depth,
		    struct topk_item *out);

static size_t cap(const struct generation *g, struct list *l, size_t found,
		  const struct search_among *a, struct topk_item *best)
{
	size_t n = 0;

	artistcap_start(&l->artists, a->per_artist, a->k);
	for (size_t i = 0; i < found && n < a->k; i++)
		if (l->items[i].index < g->count &&
		    artistcap_take(&l->artists, g->artist[l->items[i].index]))
			best[n++] = l->items[i];
	return n;
}

/* So many times deeper, by what the cap left, for enough. */
static double deeper(size_t k, size_t n)
{
	double times = 1.5 * (double)k / (double)(n + 1);

	return times < 1.5 ? 1.5 : times > 4 ? 4 : times;
}

/* Looks deeper as long as there are more rows and the cap leaves too few. */
static size_t search_capped(struct search *s, enum retrieved kind, find *f,
			    const void *query, const struct search_among *a,
			    struct topk_item *best)
{
	size_t depth = a->per_artist ? 2 * a->k : a->k, most = s->g->count, n;
	struct list *l = &s->list[kind];

	for (;; depth = (size_t)(deeper(a->k, n) * (double)depth) + 1) {
		size_t met;

		depth = depth < most ? depth : most;
		MEM_ROOM(l->items, depth + 1, l->cap);
		met = f(s, query, a, depth, l->items);
		n = cap(s->g, l, met, a, best);
		if (n == a->k || met < depth || depth == most)
			return n;
	}
}

/* --- texts --- */

int search_text_query(struct search_text *t, const float *unit, size_t dim)
{
	int32_t norm2;

	vector_quantise(unit, t->q, dim);
	norm2 = vector_dot_i8(t->q, t->q, dim);
	t->scale = norm2 > 0 ? 1 / sqrtf((float)norm2) : 0;
	return norm2 > 0 ? 0 : -1;
}

static size_t find_texts(struct search *s, const void *query,
			 const struct search_among *a, size_t depth,
			 struct topk_item *out)
{
	const struct search_text *t = query;
	struct ivf_query q = { t->q, t->scale, s->dials.probe, 0 };
	const struct ivf *v = &s->g->text_lists;

	return s->dials.exact
		   ? ivf_search_exact(v, s->texts, &q, a->allowed, depth, out)
		   : ivf_search_among(v, s->texts, &q, a->allowed, a->eligible,
				      depth, out);
}

size_t search_texts(struct search *s, const struct search_text *q,
		    const struct search_among *a, struct topk_item *best,
		    enum search_way *way)
{
	*way = s->texts ? SEARCH_EXACT : SEARCH_NONE;
	if (!s->texts || !a->k)
		return 0;
	if (s->g->text_lists.nlist && !s->dials.exact)
		*way = SEARCH_LISTS;
	return search_capped(s, TEXTS, find_texts, q, a, best);
}

static float cell(const struct generation *g, const float *at)
{
	float room;

	return *(const float *)generation_cell(g, at, sizeof(room), &room);
}

float search_text_row(const struct generation *g, const struct search_text *q,
		      size_t row)
{
	size_t i = generation_text_at(g, row), dim = g->text_dim;
	int8_t room[GENERATION_TEXT_MAX];

	if (i == SIZE_MAX)
		return NAN;
	return (float)vector_dot_i8(
		   q->q, generation_look(g, g->text + i * dim, dim, room),
		   dim) *
	       (q->scale * cell(g, g->text_scale + i));
}

/* --- sounds --- */

struct sound_query {
	const float *unit[AUDIO_KINDS];
	bool cold[AUDIO_KINDS];
	bool rough;           /* byte precision will do */
	enum search_way *way; /* as they were found */
};

static size_t find_sounds_of(struct search *s, const struct sound_query *q,
			     int kind, const struct search_among *a,
			     size_t depth, struct topk_item *out)
{
	struct hnsw_query h = { .unit = q->unit[kind],
				.k = depth,
				.ef = s->dials.ef,
				.probe = s->dials.sound_probe,
				.allowed = a->allowed,
				.allowed_rows = s->g->count,
				.way = s->dials.exact ? HNSW_SCAN : HNSW_AUTO,
				.cold = q->cold[kind],
				.once = s->g->once,
				.rough = q->rough,
				/* Threads that touch pages for the first
                          * time wait for each other. */
				.threads = s->g->once ? 1 : s->dials.threads };
	enum hnsw_way way;
	size_t n;

	n = hnsw_search(&s->g->audio[kind].graph, s->sounds, &h, out, &way);
	if (way == HNSW_WALK || way == HNSW_LISTS)
		*q->way = way == HNSW_WALK ? SEARCH_GRAPH : SEARCH_LISTS;
	return n;
}

static int by_row(const void *a, const void *b)
{
	const struct topk_item *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

static int by_score(const void *a, const void *b)
{
	const struct topk_item *x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return by_row(a, b);
}

/* Of two lists in one the best, each row once and by the mean of its kinds. */
static size_t join(const struct generation *g, const struct sound_query *q,
		   struct topk_item *items, size_t n, size_t depth)
{
	size_t kept = 0;

	qsort(items, n, sizeof(*items), by_row);
	for (size_t i = 0; i < n; i++)
		if (!i || items[i].index != items[i - 1].index) {
			uint32_t row = items[i].index;

			items[kept++] = (struct topk_item){
				.score = search_sound_row(g, q->unit, row),
				.index = row
			};
		}
	qsort(items, kept, sizeof(*items), by_score);
	return kept < depth ? kept : depth;
}

static size_t find_sounds(struct search *s, const void *query,
			  const struct search_among *a, size_t depth,
			  struct topk_item *out)
{
	const struct sound_query *q = query;
	struct topk_item *both;
	size_t n = 0;

	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		if (q->unit[kind] && !q->unit[1 - kind])
			return find_sounds_of(s, q, kind, a, depth, out);
	both = mem_alloc((2 * depth + 1) * sizeof(*both));
	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		n += find_sounds_of(s, q, kind, a, depth, both + n);
	n = join(s->g, q, both, n, depth);
	memcpy(out, both, n * sizeof(*out));
	free(both);
	return n;
}

/* At byte precision an eighth more than is asked for, and the best of those by
 * their vectors: few rows are then read. */
static size_t search_roughly(struct search *s, const struct sound_query *q,
			     const struct search_among *a,
			     struct topk_item *best)
{
	struct search_among more = *a;
	size_t n;

	more.k += a->k / 8 + ROUGH_MORE;
	MEM_ROOM(s->more, more.k + 1, s->more_cap);
	n = search_capped(s, SOUNDS, find_sounds, q, &more, s->more);
	for (size_t i = 0; i < n; i++)
		s->more[i].score =
		    search_sound_row(s->g, q->unit, s->more[i].index);
	qsort(s->more, n, sizeof(*s->more), by_score);
	n = n < a->k ? n : a->k;
	memcpy(best, s->more, n * sizeof(*best));
	return n;
}

size_t search_sounds(struct search *s, const float *const unit[AUDIO_KINDS],
		     const struct search_among *a, struct topk_item *best,
		     enum search_way *way)
{
	struct sound_query q = { .way = way };
	bool any = false, listed = true;
	size_t most = 0;

	for (int kind = 0; kind < AUDIO_KINDS; kind++) {
		q.unit[kind] = s->g->audio[kind].count ? unit[kind] : NULL;
		q.cold[kind] =
		    q.unit[kind] && hnsw_is_cold(&s->g->audio[kind].graph);
		any = any || q.unit[kind];
		listed = listed && (!q.unit[kind] ||
				    s->g->audio[kind].graph.header->lists);
		most += q.unit[kind] ? s->g->audio[kind].count : 0;
	}
	*way = any ? SEARCH_EXACT : SEARCH_NONE;
	if (!any || !a->k)
		return 0;
	q.rough =
	    (s->g->once || listed) && !s->dials.exact && most > ROUGH_FROM;
	if (q.rough)
		*way = SEARCH_BYTES;
	return q.rough ? search_roughly(s, &q, a, best)
		       : search_capped(s, SOUNDS, find_sounds, &q, a, best);
}

float search_sound_row(const struct generation *g,
		       const float *const unit[AUDIO_KINDS], size_t row)
{
	float mean = NAN;

	for (int kind = 0; kind < AUDIO_KINDS; kind++) {
		const struct audio_vectors *v = &g->audio[kind];
		size_t i =
		    unit[kind]
			? generation_sound_at(g, (enum audio_kind)kind, row)
			: SIZE_MAX;
		float cosine, room[GENERATION_AUDIO_MAX];

		if (i == SIZE_MAX)
			continue;
		cosine =
		    vector_dot(unit[kind],
			       generation_look(g, v->vectors + i * v->dim,
					       v->dim * sizeof(*room), room),
			       v->dim);
		if (!isfinite(cosine))
			cosine = -1; /* damaged */
		mean = isnan(mean) ? cosine : (mean + cosine) / 2;
	}
	return mean;
}

/* --- moods --- */

static size_t find_moods(struct search *s, const void *query,
			 const struct search_among *a, size_t depth,
			 struct topk_item *out)
{
	const struct generation *g = s->g;
	const struct search_mood *m = query;
	const float *axis[3] = { g->valence, g->arousal, g->dominance };
	const float at[3] = { m->valence, m->arousal, m->dominance };
	bool space = !isnan(m->dominance);

	return moodgrid_nearest(space ? &g->space : &g->grid, axis, &s->moods,
				at, a->allowed, a->eligible, depth, out);
}

size_t search_moods(struct search *s, const struct search_mood *at,
		    const struct search_among *a, struct topk_item *best,
		    enum search_way *way)
{
	bool there = s->g->valence && (isnan(at->dominance) || s->g->dominance);

	*way = there ? SEARCH_EXACT : SEARCH_NONE;
	return there && a->k ? search_capped(s, MOODS, find_moods, at, a, best)
			     : 0;
}

float search_mood_row(const struct generation *g, const struct search_mood *at,
		      size_t row)
{
	float dv, da, dd, sum;

	if (!g->valence || row >= g->count)
		return NAN;
	dv = cell(g, g->valence + row) - at->valence;
	da = cell(g, g->arousal + row) - at->arousal;
	sum = dv * dv + da * da;
	if (isnan(at->dominance))
		return sqrtf(sum);
	dd = g->dominance ? cell(g, g->dominance + row) - at->dominance : NAN;
	return sqrtf(sum + dd * dd);
}

/* --- words --- */

size_t search_words(struct search *s, const struct words_query *q,
		    const struct search_among *a, struct topk_item *best,
		    enum search_way *way, struct err *err)
{
	*way = q->count ? SEARCH_EXACT : SEARCH_NONE;
	if (!q->count || !a->k)
		return 0;
	if (words_prepare(&s->g->words, s->words, q, err)) {
		err_prefix(err, "%s: section \"words\"", s->g->path);
		return SIZE_MAX;
	}
	return words_find(&s->g->words, s->words, a->allowed,
			  &(struct words_cap){ s->g->artist, a->per_artist },
			  a->k, best);
}

size_t search_words_explain(struct search *s, const struct words_query *q,
			    uint32_t row,
			    struct words_reason why[WORDS_CLAUSES_MAX])
{
	return words_explain(&s->g->words, s->words, q, row, why);
}

/* --- single rows --- */

void search_fetch_places(const struct generation *g, size_t row)
{
	if (row >= g->count)
		return;
	if (g->text_count)
		MEM_FETCH(g->text_at + row);
	if (g->valence) {
		MEM_FETCH(g->valence + row);
		MEM_FETCH(g->arousal + row);
	}
	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		if (row < g->audio[kind].count)
			MEM_FETCH(g->audio[kind].rows + row);
}

static void fetch(const void *p, size_t n)
{
	for (size_t i = 0; i < n; i += 64)
		MEM_FETCH((const char *)p + i);
}

void search_fetch_row(const struct generation *g, size_t row)
{
	size_t at = generation_text_at(g, row);

	if (row >= g->count)
		return;
	if (at != SIZE_MAX) {
		fetch(g->text + at * g->text_dim, g->text_dim);
		fetch(g->text_scale + at, 1);
	}
	for (int kind = 0; kind < AUDIO_KINDS; kind++) {
		const struct audio_vectors *v = &g->audio[kind];

		/* Where every row has one; else it has to be looked for. */
		if (row < v->count && v->rows[row] == row)
			fetch(v->vectors + row * v->dim,
			      v->dim * sizeof(*v->vectors));
	}
}

/* --- textures, plays --- */

static size_t find_timbres(struct search *s, const void *query,
			   const struct search_among *a, size_t depth,
			   struct topk_item *out)
{
	return timbrefind(s->g, query, a->allowed, depth, out);
}

size_t search_timbres(struct search *s, const float want[TIMBRE_AXES],
		      const struct search_among *a, struct topk_item *best,
		      enum search_way *way)
{
	*way = s->g->timbre ? SEARCH_EXACT : SEARCH_NONE;
	return s->g->timbre && a->k
		   ? search_capped(s, TIMBRES, find_timbres, want, a, best)
		   : 0;
}

static size_t find_played(struct search *s, const void *query,
			  const struct search_among *a, size_t depth,
			  struct topk_item *out)
{
	(void)query;
	return playedfind(s->g, a->allowed, depth, out);
}

size_t search_popular(struct search *s, const struct search_among *a,
		      struct topk_item *best, enum search_way *way)
{
	*way = SEARCH_EXACT;
	return a->k ? search_capped(s, PLAYED, find_played, NULL, a, best) : 0;
}
