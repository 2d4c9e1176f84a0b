/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An index that was updated against one that was built from all rows anew:
 * the same sections, byte for byte, but for lists and graphs, which have to
 * answer alike, and the mean of a network's vectors, which stays.
 */
#include "indexfixture.h"

#include "index/indexcheck.h"
#include "io/packformat.h"

static const char kinds[] = "tanms"; /* of signals, as in fixture_feat */
enum { KINDS = 5 };

static bool *has(struct fixture_row *r, char kind)
{
	return kind == 't'   ? &r->has_text
	       : kind == 'a' ? &r->has_audio
	       : kind == 'n' ? &r->has_network
	       : kind == 'm' ? &r->has_mood
			     : &r->has_sound;
}

enum holds {          /* what a feature file holds */
	     NOTHING, /* there is none */
	     CHANGED,
	     EVERYTHING,
	     HOLDS
};

struct state { /* what an index is to say */
	struct fixture f;
	bool there[KINDS]; /* the signal */
	uint8_t *fresh;    /* [n]: this update adds the row */
	uint8_t *touched;  /* [n]: it changes a signal only */
	uint64_t *dropped;
	size_t ndropped, removed;
	enum holds holds[KINDS];
	bool dominance; /* the mood file has it */
};

static void state_release(struct state *s)
{
	free(s->f.rows);
	free(s->fresh);
	free(s->touched);
	free(s->dropped);
}

static void sort_state(struct state *s)
{
	qsort(s->f.rows, s->f.n, sizeof(*s->f.rows), fixture_by_key);
}

/* Rows of a kind that nothing has are without it. */
static void forget(struct state *s, int kind)
{
	for (size_t i = 0; i < s->f.n; i++)
		*has(&s->f.rows[i], kinds[kind]) = false;
}

static void start(struct state *s, size_t n, uint64_t seed, const char *signals)
{
	*s = (struct state){ .f = { .n = n } };
	s->f.rows = mem_zalloc(n + 1, sizeof(*s->f.rows));
	for (size_t i = 0; i < n; i++)
		fixture_fill(&s->f.rows[i], i, seed);
	sort_state(s);
	s->dominance = strchr(signals, 'd');
	for (int k = 0; k < KINDS; k++) {
		s->there[k] = strchr(signals, kinds[k]) ||
			      (kinds[k] == 'm' && s->dominance);
		if (!s->there[k])
			forget(s, k);
	}
	for (size_t i = 0; i < n && !s->dominance; i++)
		s->f.rows[i].mood[3] = NAN;
}

/* New contents of some signals; now and then a vector that is none. */
static void touch(struct fixture_row *r, struct random *rng, uint64_t seed)
{
	struct fixture_row new;

	fixture_fill(&new, (size_t)r->key, seed);
	if (random_below(rng, 2))
		memcpy(r->text, new.text, sizeof(r->text));
	if (random_below(rng, 2))
		memcpy(r->audio, new.audio, sizeof(r->audio));
	if (random_below(rng, 2))
		memcpy(r->network, new.network, sizeof(r->network));
	if (random_below(rng, 2))
		memcpy(r->mood, new.mood, sizeof(r->mood));
	if (!random_below(rng, 6))
		r->text[7] = NAN;
	if (!random_below(rng, 6))
		r->audio[7] = NAN;
	if (!random_below(rng, 6))
		r->mood[1] = NAN;
	r->measured = new.measured;
}

/* What a row has that is added, where it was *was (NULL: nowhere). */
static void settle(const struct state *now, const struct fixture_row *was,
		   struct fixture_row *r, bool fresh)
{
	struct fixture_row keeps = was ? *was : *r;

	for (int k = 0; k < KINDS; k++)
		if (now->holds[k] == NOTHING || (!fresh && !was))
			*has(r, kinds[k]) = was && *has(&keeps, kinds[k]);
	if (now->holds[0] == NOTHING)
		memcpy(r->text, keeps.text, sizeof(r->text));
	if (now->holds[1] == NOTHING)
		memcpy(r->audio, keeps.audio, sizeof(r->audio));
	if (now->holds[2] == NOTHING)
		memcpy(r->network, keeps.network, sizeof(r->network));
	if (now->holds[3] == NOTHING)
		memcpy(r->mood, keeps.mood, sizeof(r->mood));
	else if (!now->dominance)
		r->mood[3] = NAN;
	if (now->holds[4] == NOTHING)
		r->measured = keeps.measured;
}

static void append(struct state *s, const struct fixture_row *r, bool fresh,
		   bool touched)
{
	s->f.rows[s->f.n] = *r;
	s->fresh[s->f.n] = fresh;
	s->touched[s->f.n++] = touched;
}

static void drop(struct state *s, uint64_t key)
{
	s->dropped[s->ndropped++] = key;
}

/* 8 rows of so many change. */
static void change_row(struct state *now, const struct fixture_row *was,
		       size_t of, struct random *rng, uint64_t seed)
{
	size_t die = random_below(rng, of);
	struct fixture_row r = *was;

	if (die < 2) { /* it goes */
		drop(now, r.key);
		if (random_below(rng, 2))
			drop(now, r.key);
		now->removed++;
		return;
	}
	if (die < 4) { /* it comes again, another */
		fixture_fill(&r, (size_t)r.key, seed);
		r.key = was->key;
		memcpy(r.id, was->id, sizeof(r.id));
	}
	if (die < 7) { /* or with others of its signals, or as it was */
		if (die == 4)
			touch(&r, rng, seed);
		if (random_below(rng, 4) == 0)
			drop(now, r.key);
	} else if (die == 7) {
		touch(&r, rng, seed);
	}
	if (die < 8)
		settle(now, was, &r, die < 7);
	append(now, &r, die < 7, die == 7);
}

/* A random change of *was; up to `more` rows come. */
static void evolve(const struct state *was, struct state *now, size_t more,
		   size_t of, uint64_t seed)
{
	size_t room = was->f.n + more + 1;
	struct fixture_row *order;
	struct random rng;

	random_seed(&rng, seed, 99);
	*now = (struct state){ .dominance = random_below(&rng, 2) };
	now->f.rows = mem_zalloc(room, sizeof(*now->f.rows));
	now->fresh = mem_zalloc(room, 1);
	now->touched = mem_zalloc(room, 1);
	now->dropped = mem_zalloc(2 * room, sizeof(*now->dropped));
	for (int k = 0; k < KINDS; k++) {
		now->holds[k] = random_below(&rng, HOLDS);
		now->there[k] = was->there[k] || now->holds[k] != NOTHING;
	}
	for (size_t i = 0; i < was->f.n; i++)
		change_row(now, &was->f.rows[i], of, &rng, seed);
	drop(now, 12345); /* nobody has it */
	more = random_below(&rng, more + 1);
	for (size_t i = 0; i < more; i++) {
		struct fixture_row r;

		fixture_fill(&r, i, seed + 1);
		settle(now, NULL, &r, true);
		append(now, &r, true, false);
	}
	/* a file of all moods, without dominance, leaves none */
	for (size_t i = 0; i < now->f.n; i++)
		if (now->holds[3] == EVERYTHING && !now->dominance)
			now->f.rows[i].mood[3] = NAN;
	/* the flags in the order of keys, too */
	order = mem_zalloc(room, sizeof(*order));
	memcpy(order, now->f.rows, now->f.n * sizeof(*order));
	sort_state(now);
	{
		uint8_t *fresh = mem_zalloc(room, 1);
		uint8_t *touched = mem_zalloc(room, 1);

		for (size_t i = 0; i < now->f.n; i++) {
			const struct fixture_row *at =
			    bsearch(&order[i], now->f.rows, now->f.n,
				    sizeof(*at), fixture_by_key);

			fresh[at - now->f.rows] = now->fresh[i];
			touched[at - now->f.rows] = now->touched[i];
		}
		free(now->fresh);
		free(now->touched);
		now->fresh = fresh;
		now->touched = touched;
	}
	free(order);
}

/* --- building --- */

static void no_sources(struct index_sources *s, const struct index_sources *o)
{
	*s = *o;
	s->text = s->mood = s->sound = NULL;
	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		s->audio[kind] = NULL;
}

static void rebuild(const struct state *s, const struct index_sources *options,
		    const char *path, struct index_counts *counts)
{
	struct indexwriter *w = indexwriter_new(NULL);
	struct index_sources sources;
	char signals[KINDS + 1] = { 0 };
	struct err err = { 0 };
	size_t n = 0;

	for (int k = 0; k < KINDS; k++)
		if (s->there[k])
			signals[n++] = kinds[k] == 'm' ? 'd' : kinds[k];
	no_sources(&sources, options);
	fixture_sources(&s->f, signals, &sources);
	for (size_t i = s->f.n; i-- > 0;)
		fixture_add(w, &s->f.rows[i]);
	if (fixture_write(w, &sources, NULL, path, counts, &err))
		fail_msg("%s", err.message);
	fixture_sources_close(&sources);
	indexwriter_free(w);
}

/* The file of a kind that the update is given; NULL: none. */
static struct featset *changes(const struct state *now, int kind)
{
	struct fixture some = { .n = 0 };
	struct featset *set;
	char name = kinds[kind] != 'm' ? kinds[kind]
		    : now->dominance   ? 'd'
				       : 'm';

	if (now->holds[kind] == NOTHING)
		return NULL;
	some.rows = mem_zalloc(now->f.n + 1, sizeof(*some.rows));
	for (size_t i = 0; i < now->f.n; i++)
		if (now->holds[kind] == EVERYTHING || now->fresh[i] ||
		    now->touched[i])
			some.rows[some.n++] = now->f.rows[i];
	set = fixture_feat(&some, name);
	free(some.rows);
	return set;
}

static int update(const struct state *now, const struct generation *base,
		  const struct index_sources *options, const char *path,
		  struct index_counts *counts, struct err *err)
{
	struct indexwriter *w = indexwriter_new(base);
	struct index_sources s;
	int rc;

	no_sources(&s, options);
	s.hearing.hear = fixture_hear;
	s.text = changes(now, 0);
	s.audio[AUDIO_COMPONENTS] = changes(now, 1);
	s.audio[AUDIO_NETWORK] = changes(now, 2);
	s.mood = changes(now, 3);
	s.sound = changes(now, 4);
	for (size_t i = 0; i < now->ndropped; i++)
		indexwriter_drop(w, now->dropped[i]);
	for (size_t i = now->f.n; i-- > 0;)
		if (now->fresh[i])
			fixture_add(w, &now->f.rows[i]);
	rc = fixture_write(w, &s, base, path, counts, err);
	fixture_sources_close(&s);
	indexwriter_free(w);
	return rc;
}

static struct generation *opened(const char *path)
{
	struct err err = { 0 };
	struct generation *g = generation_open(path, &err);

	if (!g)
		fail_msg("%s", err.message);
	if (indexcheck(g, 2, &err))
		fail_msg("%s", err.message);
	return g;
}

/* --- comparing --- */

static bool one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (!strcmp(name, *names))
			return true;
	return false;
}

/* Sections but for those named: the same ones, in order, the same bytes. */
static void same_sections(const struct generation *a,
			  const struct generation *b, const char *const *but)
{
	const struct pack_entry *x, *y;
	size_t n, m;

	x = pack_entries(a->pack, &n);
	y = pack_entries(b->pack, &m);
	for (size_t i = 0; i < n && i < m; i++) {
		if (strcmp(x[i].name, y[i].name))
			fail_msg("section %zu is %s, not %s", i, x[i].name,
				 y[i].name);
		if (!one_of(x[i].name, but) &&
		    !span_eq(pack_get(a->pack, x[i].name),
			     pack_get(b->pack, y[i].name)))
			fail_msg("section %s differs", x[i].name);
	}
	assert_int_equal(n, m);
}

/* Of 20 of its own vectors: what the graph finds is what there is to find, by
 * a scan; and the share of it by a walk. */
static double graph_recall(const struct audio_vectors *v)
{
	struct topk_item want[10], got[10];
	struct hnsw_work *w;
	struct err err = { 0 };
	size_t hits = 0, all = 0;

	if (!v->count)
		return 1;
	w = hnsw_work_new();
	if (hnsw_verify(&v->graph, &err))
		fail_msg("%s", err.message);
	for (size_t i = 0; i < 20; i++) {
		struct hnsw_query q = { .unit = v->vectors +
						i * v->count / 20 * v->dim,
					.k = 10,
					.way = HNSW_SCAN };
		size_t n = hnsw_exact(&v->graph.source, &q, want);

		assert_int_equal(hnsw_search(&v->graph, w, &q, got, NULL), n);
		assert_memory_equal(want, got, n * sizeof(*got));
		q.way = HNSW_WALK;
		assert_int_equal(hnsw_search(&v->graph, w, &q, got, NULL), n);
		for (size_t k = 0; k < n; k++, all++)
			hits += got[k].score >= want[n - 1].score;
	}
	hnsw_work_free(w);
	return (double)hits / (double)all;
}

static double list_recall(const struct ivf *v)
{
	struct ivf_work *w = ivf_work_new(v);
	struct topk_item want[10], got[10];
	struct err err = { 0 };
	size_t hits = 0, all = 0;

	if (ivf_verify(v, &err))
		fail_msg("%s", err.message);
	for (size_t i = 0; i < 40 && v->rows.count; i++) {
		size_t at = i * v->rows.count / 40;
		struct ivf_query q = { v->rows.q + at * v->rows.dim,
				       v->rows.scale[at], 0, 0 };
		size_t n = ivf_search_exact(v, w, &q, NULL, 10, want);

		assert_int_equal(ivf_search(v, w, &q, NULL, 10, got), n);
		for (size_t k = 0; k < n; k++, all++)
			hits += got[k].score >= want[n - 1].score;
	}
	ivf_work_free(w);
	return all ? (double)hits / (double)all : 1;
}

/* A network's vectors: the rows' less the mean that the index keeps. */
static void network_fits(const struct generation *g, const struct state *s)
{
	const struct audio_vectors *v = &g->audio[AUDIO_NETWORK];

	for (size_t i = 0; i < v->count; i++) {
		const struct fixture_row *r = &s->f.rows[v->rows[i]];
		double x[FIXTURE_NETWORK_DIM], norm = 0;

		assert_true(r->has_network);
		for (size_t k = 0; k < FIXTURE_NETWORK_DIM; k++) {
			x[k] = (double)(r->network[k] - v->mean[k]);
			norm += x[k] * x[k];
		}
		for (size_t k = 0; k < FIXTURE_NETWORK_DIM; k++)
			assert_true(fabs(x[k] / sqrt(norm) -
					 (double)v->vectors[i * v->dim + k]) <
				    1e-6);
	}
}

static bool same_centroids(const struct ivf *a, const struct ivf *b)
{
	return a->nlist == b->nlist &&
	       (!a->nlist ||
		(!memcmp(a->scale, b->scale, a->nlist * sizeof(*a->scale)) &&
		 !memcmp(a->centroids, b->centroids, a->nlist * a->rows.dim)));
}

/* Each row the same vector, in whatever order. */
static void same_texts(const struct generation *a, const struct generation *b)
{
	assert_int_equal(a->text_count, b->text_count);
	for (size_t i = 0; a->text_count && i < a->count; i++) {
		size_t x = generation_text_at(a, i);
		size_t y = generation_text_at(b, i);

		assert_int_equal(x == SIZE_MAX, y == SIZE_MAX);
		if (x == SIZE_MAX)
			continue;
		assert_memory_equal(a->text + x * GENERATION_TEXT_DIM,
				    b->text + y * GENERATION_TEXT_DIM,
				    GENERATION_TEXT_DIM);
		assert_true(a->text_scale[x] == b->text_scale[y]);
	}
}

/* `low`: how much less of a graph's recall is still alike. */
static void same_index(const struct generation *got,
		       const struct generation *want,
		       const struct generation *base, const struct state *s,
		       double low)
{
	static const char *const soft[] = { "audio.graph", "cnn.graph",
					    "cnn.mean",    "cnn.vectors",
					    "meta",        NULL };
	/* and where the lists are others */
	static const char *const softer[] = {
		"audio.graph",  "cnn.graph",   "cnn.mean",  "cnn.vectors",
		"vector.int8",  "vector.rows", "vector.at", "vector.scale",
		"vector.lists", "meta",        NULL
	};
	bool lists = same_centroids(&got->text_lists, &want->text_lists);
	const struct audio_vectors *v = &got->audio[AUDIO_NETWORK];

	same_sections(got, want, lists ? soft : softer);
	same_texts(got, want);
	assert_true(list_recall(&got->text_lists) >=
		    list_recall(&want->text_lists) - low);
	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		assert_true(graph_recall(&got->audio[kind]) >=
			    graph_recall(&want->audio[kind]) - low);
	if (!v->count)
		return;
	network_fits(got, s);
	assert_memory_equal(v->mean,
			    base->audio[AUDIO_NETWORK].count
				? base->audio[AUDIO_NETWORK].mean
				: want->audio[AUDIO_NETWORK].mean,
			    v->dim * sizeof(*v->mean));
}

static void same_counts(const struct index_counts *got,
			const struct index_counts *want, const struct state *s)
{
	size_t fresh = 0;

	for (size_t i = 0; i < s->f.n; i++)
		fresh += s->fresh[i];
	assert_int_equal(got->tracks, want->tracks);
	assert_int_equal(got->artists, want->artists);
	assert_int_equal(got->genres, want->genres);
	assert_int_equal(got->text, want->text);
	assert_int_equal(got->mood, want->mood);
	assert_int_equal(got->audio[0], want->audio[0]);
	assert_int_equal(got->audio[1], want->audio[1]);
	assert_int_equal(got->display, want->display);
	assert_int_equal(got->measured, want->measured);
	assert_int_equal(got->added + got->replaced, fresh);
	assert_int_equal(got->removed, s->removed);
	assert_int_equal(want->added + want->replaced + want->removed, 0);
}

struct paths {
	char *base, *updated, *again, *anew;
};

static struct paths paths_new(void)
{
	return (struct paths){ test_path("base.idx"), test_path("updated.idx"),
			       test_path("again.idx"), test_path("anew.idx") };
}

static void paths_free(struct paths *p)
{
	char *each[] = { p->base, p->updated, p->again, p->anew };

	for (size_t i = 0; i < 4; i++) {
		unlink(each[i]);
		free(each[i]);
	}
}

/* From the index at p->base, which says *was, to the next, which is there
 * then. */
static void step(const struct paths *p, const struct index_sources *options,
		 const struct state *now, double low)
{
	struct index_sources o = *options;
	struct index_counts counts, again, want;
	struct generation *base = opened(p->base), *got, *same, *anew;
	struct err err = { 0 };

	o.threads = 1;
	if (update(now, base, &o, p->updated, &counts, &err))
		fail_msg("%s", err.message);
	o.threads = 4;
	assert_int_equal(update(now, base, &o, p->again, &again, &err), 0);
	rebuild(now, &o, p->anew, &want);
	got = opened(p->updated);
	same = opened(p->again);
	anew = opened(p->anew);
	assert_string_equal(got->name, same->name);
	same_counts(&counts, &want, now);
	same_index(got, anew, base, now, low);
	generation_close(base);
	generation_close(got);
	generation_close(same);
	generation_close(anew);
	assert_int_equal(rename(p->updated, p->base), 0);
}

/* An update of nothing gives the very bytes. */
static void step_nowhere(const struct paths *p,
			 const struct index_sources *options)
{
	struct generation *base = opened(p->base), *got;
	struct state nothing = { .f = { .n = 0 } };
	struct index_counts counts;
	struct err err = { 0 };

	if (update(&nothing, base, options, p->updated, &counts, &err))
		fail_msg("%s", err.message);
	got = opened(p->updated);
	same_sections(got, base, (const char *const[]){ NULL });
	assert_string_equal(got->name, base->name);
	assert_int_equal(counts.tracks, base->count);
	generation_close(got);
	generation_close(base);
}

/* --- tests --- */

static const struct index_sources plain = { .threads = 2 };

static void test_random(void **state)
{
	static const char *const signals[] = { "tands", "tam", "", "tnds",
					       "ds",    "an",  "t" };
	struct paths p = paths_new();

	(void)state;
	for (uint64_t seed = 0; seed < 42; seed++) {
		size_t n = seed % 6 == 5 ? seed / 6 : 40 + 5 * seed;
		struct index_counts counts;
		struct state was, now;

		start(&was, n, seed, signals[seed % 7]);
		rebuild(&was, &plain, p.base, &counts);
		step_nowhere(&p, &plain);
		for (uint64_t round = 0; round < 3; round++) {
			evolve(&was, &now, 30, 20,
			       1000 * seed + 10 * round + 1);
			step(&p, &plain, &now, 0);
			step_nowhere(&p, &plain);
			state_release(&was);
			was = now;
		}
		state_release(&was);
	}
	paths_free(&p);
}

/* With lists and graphs, though there are few rows. */
static void test_linked(void **state)
{
	struct index_sources o = { .lists = { .lists = 8, .probe = 3 },
				   .graph = { SOUNDGRAPH_ALWAYS, 6, 30, 0 },
				   .threads = 2 };
	struct paths p = paths_new();

	(void)state;
	for (uint64_t seed = 0; seed < 8; seed++) {
		struct index_counts counts;
		struct state was, now;
		struct generation *g;

		start(&was, 300, seed, "tands");
		rebuild(&was, &o, p.base, &counts);
		assert_int_equal(counts.lists.lists, 8);
		assert_true(counts.graph[0].nodes > 100);
		step_nowhere(&p, &plain); /* what was asked for stays */
		for (uint64_t round = 0; round < 3; round++) {
			evolve(&was, &now, 60, 20,
			       1000 * seed + 10 * round + 1);
			step(&p, &o, &now, 0.1);
			state_release(&was);
			was = now;
		}
		g = opened(p.base);
		assert_int_equal(g->audio[0].graph.header->m, 6);
		assert_int_equal(g->audio[1].graph.header->ef, 30);
		assert_int_equal(g->text_lists.nprobe, 3);
		generation_close(g);
		state_release(&was);
	}
	paths_free(&p);
}

/* Texts are about something: in clusters. */
static void cluster(struct state *s)
{
	for (size_t i = 0; i < s->f.n; i++) {
		struct fixture_row *r = &s->f.rows[i];
		struct random centre;

		random_seed(&centre, 77, r->key % 200);
		for (size_t k = 0; k < GENERATION_TEXT_DIM; k++)
			r->text[k] += 0.07f * (float)random_normal(&centre);
		vector_normalise(r->text, GENERATION_TEXT_DIM);
	}
}

/* More rows than are compared one by one. */
static void test_large(void **state)
{
	struct index_sources o = { .graph = { SOUNDGRAPH_ALWAYS, 12, 60, 0 },
				   .threads = 2 };
	struct paths p = paths_new();
	struct generation *base, *got;
	struct index_counts counts;
	struct state was, now;

	(void)state;
	start(&was, 14000, 3, "tads");
	cluster(&was);
	rebuild(&was, &o, p.base, &counts);
	assert_true(counts.text > 10000 && counts.lists.lists > 100);
	assert_true(counts.graph[0].nodes > 5000);
	step_nowhere(&p, &o);
	base = opened(p.base);
	evolve(&was, &now, 800, 100, 5);
	now.holds[0] = now.holds[1] = CHANGED;
	step(&p, &o, &now, 0.05);
	got = opened(p.base);
	/* the lists of before, and for the most part its graph */
	assert_true(got->text_count > 10000);
	assert_true(list_recall(&got->text_lists) > 0.9);
	assert_true(same_centroids(&got->text_lists, &base->text_lists));
	assert_true(got->audio[0].graph.header->added > 0);
	assert_true(got->audio[0].graph.header->added < 2000);
	generation_close(got);
	generation_close(base);
	state_release(&was);
	state_release(&now);
	paths_free(&p);
}

/* All rows go; and come again. */
static void test_all_gone(void **state)
{
	struct paths p = paths_new();
	struct index_counts counts;
	struct state was, none, back;

	(void)state;
	start(&was, 50, 3, "tands");
	rebuild(&was, &plain, p.base, &counts);
	evolve(&was, &none, 0, 20, 7);
	none.f.n = 0;
	none.ndropped = 0;
	none.removed = 50;
	for (size_t i = 0; i < 50; i++)
		drop(&none, was.f.rows[i].key);
	step(&p, &plain, &none, 0);
	step_nowhere(&p, &plain);
	start(&back, 50, 4, "tands");
	back.fresh = memset(mem_alloc(50), 1, 50);
	back.touched = mem_zalloc(50, 1);
	for (int k = 0; k < KINDS; k++)
		back.holds[k] = CHANGED;
	step(&p, &plain, &back, 0);
	state_release(&was);
	state_release(&none);
	state_release(&back);
	paths_free(&p);
}

/* Signals that there are files of, but no row's. */
static void test_of_nobody(void **state)
{
	struct paths p = paths_new();
	struct index_counts counts;
	struct state was, now;

	(void)state;
	start(&was, 30, 3, "tands");
	for (int k = 0; k < KINDS; k++)
		forget(&was, k);
	rebuild(&was, &plain, p.base, &counts);
	step_nowhere(&p, &plain);
	for (uint64_t seed = 0; seed < 6; seed++) {
		evolve(&was, &now, 10, 20, 100 + seed);
		rebuild(&was, &plain, p.base, &counts);
		step(&p, &plain, &now, 0);
		state_release(&now);
	}
	state_release(&was);
	paths_free(&p);
}

/* A row without a language does not get the one whose number, had it one, would
 * be that of none. */
static void test_many_languages(void **state)
{
	enum { MANY = 65600 };
	uint64_t *offsets = mem_zalloc(MANY + 1, sizeof(*offsets));
	struct state was, nothing = { .f = { .n = 0 } };
	struct paths p = paths_new();
	struct index_counts counts;
	struct generation *base, *got;
	struct str blob = { 0 };
	struct err err = { 0 };

	(void)state;
	start(&was, 30, 3, "");
	for (size_t i = 0; i < was.f.n; i++)
		was.f.rows[i].language[0] = '\0';
	rebuild(&was, &plain, p.base, &counts);
	base = opened(p.base);
	for (int i = 0; i < MANY; i++) {
		offsets[i] = blob.n;
		str_printf(&blob, "l%05d", i);
	}
	offsets[MANY] = blob.n;
	base->languages = (struct names){ MANY, offsets, span_str(&blob) };
	assert_int_equal(
	    update(&nothing, base, &plain, p.updated, &counts, &err), 0);
	got = opened(p.updated);
	for (size_t i = 0; i < got->count; i++)
		assert_int_equal(got->language[i], CATALOGUE_NO_LANGUAGE);
	assert_int_equal(got->languages.count, 0);
	generation_close(base);
	generation_close(got);
	free(offsets);
	str_release(&blob);
	state_release(&was);
	paths_free(&p);
}

/* Vectors of another length are no update. */
static void test_other_dim(void **state)
{
	struct paths p = paths_new();
	struct index_counts counts;
	struct generation *base;
	struct indexwriter *w;
	struct index_sources s = { .threads = 1 };
	struct state was;
	struct err err = { 0 };

	(void)state;
	start(&was, 30, 3, "an");
	rebuild(&was, &plain, p.base, &counts);
	base = opened(p.base);
	w = indexwriter_new(base);
	s.audio[AUDIO_COMPONENTS] = fixture_feat(&was.f, 'n');
	assert_int_equal(fixture_write(w, &s, base, p.updated, &counts, &err),
			 -1);
	assert_status(&err, ERR_DATA);
	fixture_sources_close(&s);
	indexwriter_free(w);
	generation_close(base);
	state_release(&was);
	paths_free(&p);
}

/* A damaged base gives an error, or an index that can be opened and updated
 * again, and never a crash. */
static void use_damaged(const struct paths *p, const struct state *now)
{
	struct err err = { 0 };
	struct generation *base = generation_open(p->again, &err), *g;
	struct index_counts counts;

	if (!base) {
		assert_status(&err, ERR_DATA);
		return;
	}
	if (update(now, base, &plain, p->updated, &counts, &err)) {
		assert_status(&err, ERR_DATA);
		assert_true(err.message[0]);
	} else {
		g = generation_open(p->updated, &err);
		if (!g)
			assert_status(&err, ERR_DATA);
		generation_close(g);
	}
	generation_close(base);
}

static void test_damaged(void **state)
{
	static const int fill[] = { 0x00, 0xff, 0x7f, 0x01 };
	struct paths p = paths_new();
	struct str bytes = { 0 };
	struct index_counts counts;
	struct state was, now;
	uint64_t rng = 5, table;
	uint32_t count;

	(void)state;
	start(&was, 40, 3, "tands");
	rebuild(&was, &plain, p.base, &counts);
	evolve(&was, &now, 10, 20, 8);
	for (int k = 0; k < KINDS; k++)
		now.holds[k] = CHANGED;
	test_load(p.base, &bytes);
	memcpy(&count, bytes.p + 40, sizeof(count));
	memcpy(&table, bytes.p + 48, sizeof(table));
	for (uint32_t i = 0; i < count; i++) {
		uint64_t at, size;
		char *saved;

		memcpy(&at, bytes.p + table + i * 72 + 24, sizeof(at));
		memcpy(&size, bytes.p + table + i * 72 + 32, sizeof(size));
		saved = mem_dup(bytes.p + at, size);
		for (size_t k = 0; size && k < 16; k++) {
			size_t from = k < 4 ? 0 : rng_below(&rng, size);
			size_t n = k < 4 ? size : 1 + rng_below(&rng, 8);

			if (n > size - from)
				n = size - from;
			memset(bytes.p + at + from,
			       k < 8 ? fill[k % 4] : (int)rng_below(&rng, 256),
			       n);
			test_save(p.again, bytes.p, bytes.n);
			use_damaged(&p, &now);
			memcpy(bytes.p + at, saved, size);
		}
		free(saved);
	}
	str_release(&bytes);
	state_release(&was);
	state_release(&now);
	paths_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_linked),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_all_gone),
		cmocka_unit_test(test_of_nobody),
		cmocka_unit_test(test_many_languages),
		cmocka_unit_test(test_other_dim),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
