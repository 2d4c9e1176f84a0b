/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every search against a sort of all rows, and every row's scores against
 * sums that share no code with them. */
#include "indexfixture.h"

#include "index/search.h"

enum { ROWS = 500 };

/* --- references --- */

static int better(const void *a, const void *b)
{
	const struct topk_item *x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return (x->index > y->index) - (x->index < y->index);
}

/* Of rows in order the first k, at most per_artist of an artist. */
static size_t naive_cap(const uint32_t *artist, const struct topk_item *all,
			size_t n, const struct search_among *a,
			struct topk_item *out)
{
	size_t kept = 0;

	for (size_t i = 0; i < n && kept < a->k; i++) {
		uint32_t name = artist[all[i].index];
		size_t met = 0;

		for (size_t j = 0; j < kept; j++)
			met += name != CATALOGUE_NONE &&
			       artist[out[j].index] == name;
		if (!a->per_artist || met < a->per_artist)
			out[kept++] = all[i];
	}
	return kept;
}

/* All allowed rows that have a score, in order; to be freed. */
static struct topk_item *sorted(const float *score, size_t rows,
				const struct search_among *a, size_t *n)
{
	struct topk_item *all = mem_zalloc(rows + 1, sizeof(*all));

	*n = 0;
	for (uint32_t i = 0; i < rows; i++)
		if (!isnan(score[i]) && (!a->allowed || a->allowed[i]))
			all[(*n)++] = (struct topk_item){ score[i], i };
	qsort(all, *n, sizeof(*all), better);
	return all;
}

static size_t naive_select(const struct generation *g, const float *score,
			   const struct search_among *a, struct topk_item *out)
{
	size_t n;
	struct topk_item *all = sorted(score, g->count, a, &n);
	size_t kept = naive_cap(g->artist, all, n, a, out);

	free(all);
	return kept;
}

/* Rows that are among the best `depth` of either kind, by their means. */
static size_t naive_join(const struct generation *g,
			 float score[AUDIO_KINDS][ROWS], const float *mean,
			 const struct search_among *a, size_t depth,
			 struct topk_item *out)
{
	struct topk_item *all;
	float joint[ROWS];
	size_t n, kept;

	for (size_t i = 0; i < g->count; i++)
		joint[i] = NAN;
	for (int kind = 0; kind < AUDIO_KINDS; kind++) {
		all = sorted(score[kind], g->count, a, &n);
		for (size_t i = 0; i < n && i < depth; i++)
			joint[all[i].index] = mean[all[i].index];
		free(all);
	}
	all = sorted(joint, g->count, a, &n);
	kept = naive_cap(g->artist, all, n < depth ? n : depth, a, out);
	free(all);
	return kept;
}

static double dot(const float *a, const float *b, size_t n)
{
	double s = 0;

	for (size_t i = 0; i < n; i++)
		s += (double)a[i] * (double)b[i];
	return s;
}

static double cosine(const float *a, const float *b, size_t n)
{
	return dot(a, b, n) / sqrt(dot(a, a, n) * dot(b, b, n));
}

static void network_mean(const struct fixture *f,
			 double mean[FIXTURE_NETWORK_DIM])
{
	size_t n = 0;

	memset(mean, 0, FIXTURE_NETWORK_DIM * sizeof(*mean));
	for (size_t i = 0; i < f->n; i++)
		for (size_t k = 0;
		     f->rows[i].has_network && k < FIXTURE_NETWORK_DIM; k++) {
			mean[k] += (double)f->rows[i].network[k];
			n += !k;
		}
	for (size_t k = 0; k < FIXTURE_NETWORK_DIM; k++)
		mean[k] /= (double)n;
}

/* With the track's vector less the mean of all; NaN: it has none. */
static double network_cosine(const struct fixture_row *r, const float *unit,
			     const double *mean)
{
	float x[FIXTURE_NETWORK_DIM];

	for (size_t k = 0; k < FIXTURE_NETWORK_DIM; k++)
		x[k] = r->network[k] - (float)mean[k];
	return r->has_network ? cosine(unit, x, FIXTURE_NETWORK_DIM) : NAN;
}

/* --- what is asked --- */

struct asked {
	struct fixture_row q;
	struct search_text text;
	const float *unit[AUDIO_KINDS];
	struct search_mood plane, space;
	struct words_query words;
	/* what single rows have, by the library's word */
	float text_score[ROWS], sound[AUDIO_KINDS][ROWS], mean[ROWS];
	float plane_score[ROWS], space_score[ROWS], words_score[ROWS];
};

static void ask(struct asked *k, const struct fixture *f,
		const struct generation *g, size_t c)
{
	static const char *const texts[] = { "night rain", "title \"same 1\"",
					     "+river slow*", "-the blue artist",
					     "nothinglikeit" };
	struct words_work *work = words_work_new();
	struct topk_item *items = mem_zalloc(ROWS, sizeof(*items));
	double mean[FIXTURE_NETWORK_DIM];
	struct err err = { 0 };
	size_t n;

	*k = (struct asked){ .words = { 0 } };
	fixture_fill(&k->q, 1000 + c, 9);
	assert_int_equal(
	    search_text_query(&k->text, k->q.text, GENERATION_TEXT_DIM), 0);
	vector_normalise(k->q.audio, GENERATION_AUDIO_DIM);
	network_mean(f, mean);
	for (size_t i = 0; i < FIXTURE_NETWORK_DIM; i++)
		k->q.network[i] -= (float)mean[i];
	vector_normalise(k->q.network, FIXTURE_NETWORK_DIM);
	k->unit[AUDIO_COMPONENTS] = k->q.audio;
	k->unit[AUDIO_NETWORK] = k->q.network;
	k->plane = (struct search_mood){ k->q.mood[0], k->q.mood[1], NAN };
	k->space = (struct search_mood){ k->q.mood[0], k->q.mood[1], 0.3f };
	words_query_parse(&k->words, span_of(texts[c % 5]));
	for (size_t i = 0; i < g->count; i++) {
		const float *one[2] = { k->q.audio, NULL };
		const float *other[2] = { NULL, k->q.network };

		k->text_score[i] = search_text_row(g, &k->text, i);
		k->sound[0][i] = search_sound_row(g, one, i);
		k->sound[1][i] = search_sound_row(g, other, i);
		k->mean[i] = search_sound_row(g, k->unit, i);
		k->plane_score[i] = -search_mood_row(g, &k->plane, i);
		k->space_score[i] = -search_mood_row(g, &k->space, i);
		k->words_score[i] = NAN;
	}
	n = words_search(&g->words, work, &k->words, NULL, ROWS, items, &err);
	for (size_t i = 0; i < n; i++)
		k->words_score[items[i].index] = items[i].score;
	words_work_free(work);
	free(items);
}

static void ask_no_more(struct asked *k)
{
	words_query_release(&k->words);
}

/* Every row's own scores. */
static void test_rows(void **state)
{
	double mean[FIXTURE_NETWORK_DIM], want, other;
	struct generation *g;
	struct err err = { 0 };
	struct fixture f;
	struct asked k;

	(void)state;
	fixture_make(&f, ROWS, 4, "tadn");
	network_mean(&f, mean);
	g = generation_open(f.path, &err);
	assert_non_null(g);
	for (size_t c = 0; c < 5; c++) {
		ask(&k, &f, g, c);
		for (size_t i = 0; i < f.n; i++) {
			const struct fixture_row *r = &f.rows[i];

			/* two roundings to 1/127 of the largest of 384
       * components */
			assert_int_equal(isnan(k.text_score[i]), !r->has_text);
			assert_true(!r->has_text ||
				    fabs((double)k.text_score[i] -
					 cosine(k.q.text, r->text,
						GENERATION_TEXT_DIM)) < 3e-3);
			want = r->has_audio ? cosine(k.q.audio, r->audio,
						     GENERATION_AUDIO_DIM)
					    : NAN;
			assert_int_equal(isnan(k.sound[0][i]), isnan(want));
			assert_false(fabs((double)k.sound[0][i] - want) > 1e-5);
			other = network_cosine(r, k.q.network, mean);
			assert_int_equal(isnan(k.sound[1][i]), isnan(other));
			assert_false(fabs((double)k.sound[1][i] - other) >
				     1e-5);
			want = isnan(other)  ? want
			       : isnan(want) ? other
					     : (want + other) / 2;
			assert_int_equal(isnan(k.mean[i]), isnan(want));
			assert_false(fabs((double)k.mean[i] - want) > 1e-5);
			want = hypot((double)(r->mood[0] - k.q.mood[0]),
				     (double)(r->mood[1] - k.q.mood[1]));
			assert_int_equal(isnan(k.plane_score[i]), !r->has_mood);
			assert_false(fabs((double)-k.plane_score[i] - want) >
				     1e-5);
			want = hypot(want, (double)(r->mood[3] - 0.3f));
			assert_int_equal(isnan(k.space_score[i]),
					 !r->has_mood || isnan(r->mood[3]));
			assert_false(fabs((double)-k.space_score[i] - want) >
				     1e-5);
		}
		ask_no_more(&k);
	}
	assert_true(isnan(search_text_row(g, &k.text, f.n)));
	assert_true(isnan(search_sound_row(g, k.unit, f.n)));
	assert_true(isnan(search_mood_row(g, &k.plane, f.n)));
	generation_close(g);
	fixture_release(&f);
}

/* --- searches --- */

struct answer {
	struct topk_item best[ROWS + 1];
	enum search_way way;
	size_t n;
};

static void same(const struct answer *got, const struct topk_item *want,
		 size_t n)
{
	assert_int_equal(got->n, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(got->best[i].index, want[i].index);
		assert_true(got->best[i].score == want[i].score);
	}
}

/* How deep "among the best" of a kind is, is the library's to say, but k at
 * least. */
static bool is_join(const struct answer *got, const struct generation *g,
		    struct asked *k, const struct search_among *a,
		    struct topk_item *want)
{
	size_t step = a->k < 4 ? 1 : a->k / 4;

	for (size_t depth = a->k; depth < ROWS + step; depth += step) {
		size_t n = naive_join(g, k->sound, k->mean, a, depth, want);

		if (n == got->n && !memcmp(want, got->best, n * sizeof(*want)))
			return true;
	}
	return false;
}

/* Allowed rows with their scores, best first. */
static void in_order(const struct answer *got, const float *score,
		     const struct search_among *a)
{
	for (size_t i = 0; i < got->n; i++) {
		const struct topk_item *x = &got->best[i];

		assert_true(!a->allowed || a->allowed[x->index]);
		assert_true(x->score == score[x->index]);
		assert_true(!i || topk_better(x[-1], *x));
	}
}

/* By one kind of sound, and by both. */
static void sounds(struct search *s, const struct generation *g,
		   struct asked *k, const struct search_among *a, bool exact)
{
	struct topk_item *want = mem_zalloc(ROWS + 1, sizeof(*want));
	struct answer *r = mem_zalloc(1, sizeof(*r));

	for (int kind = 0; kind < AUDIO_KINDS; kind++) {
		const float *one[AUDIO_KINDS] = { NULL };
		size_t n = naive_select(g, k->sound[kind], a, want);

		one[kind] = k->unit[kind];
		r->n = search_sounds(s, one, a, r->best, &r->way);
		assert_int_equal(r->way, SEARCH_EXACT);
		same(r, want, n);
	}
	r->n = search_sounds(s, k->unit, a, r->best, &r->way);
	assert_int_equal(r->way, SEARCH_EXACT);
	assert_true(!exact || is_join(r, g, k, a, want));
	/* whichever rows those are: as many as there can be, in order */
	assert_int_equal(r->n, naive_select(g, k->mean, a, want));
	in_order(r, k->mean, a);
	free(want);
	free(r);
}

/* All kinds of search, exact in every respect; sounds where they are asked to
 * be. */
static void all_exact(struct search *s, const struct generation *g,
		      struct asked *k, const struct search_among *a, bool exact)
{
	struct topk_item *want = mem_zalloc(ROWS + 1, sizeof(*want));
	struct answer *r = mem_zalloc(1, sizeof(*r));
	struct err err = { 0 };

	r->n = search_texts(s, &k->text, a, r->best, &r->way);
	assert_int_equal(r->way, SEARCH_EXACT);
	same(r, want, naive_select(g, k->text_score, a, want));
	sounds(s, g, k, a, exact);
	r->n = search_moods(s, &k->plane, a, r->best, &r->way);
	assert_int_equal(r->way, SEARCH_EXACT);
	same(r, want, naive_select(g, k->plane_score, a, want));
	r->n = search_moods(s, &k->space, a, r->best, &r->way);
	assert_int_equal(r->way, SEARCH_EXACT);
	same(r, want, naive_select(g, k->space_score, a, want));
	r->n = search_words(s, &k->words, a, r->best, &r->way, &err);
	assert_int_equal(r->way, SEARCH_EXACT);
	same(r, want, naive_select(g, k->words_score, a, want));
	free(want);
	free(r);
}

static size_t allow(uint8_t *allowed, size_t n, size_t which)
{
	static const size_t every[] = { 1, 2, 7, 50, 200 };
	size_t eligible = 0;

	for (size_t i = 0; i < n; i++)
		allowed[i] = which < 5    ? i % every[which] == 0
			     : which == 5 ? i == n / 3
					  : 0;
	for (size_t i = 0; i < n; i++)
		eligible += allowed[i];
	return eligible;
}

/* Under filters of every selectivity, caps, and the dials that make it so. */
static void test_exact(void **state)
{
	static const size_t limits[][2] = { { 0, 0 },  { 1, 0 },   { 20, 0 },
					    { 20, 2 }, { 400, 3 }, { 500, 0 },
					    { 3, 1 } };
	static const struct search_dials dials[] = { { .exact = true },
						     { .exact = false },
						     { .probe = 16,
						       .ef = 600 } };
	uint8_t allowed[ROWS];
	struct generation *g;
	struct err err = { 0 };
	struct fixture f;

	(void)state;
	for (size_t d = 0; d < 3; d++) {
		struct index_sources s = { 0 };
		struct asked *k = mem_zalloc(1, sizeof(*k));
		struct search *search;

		/* without lists where nothing asks to pass over them */
		s.lists.lists = d == 0 ? 16 : 0;
		s.graph = (struct soundgraph_options){ d ? SOUNDGRAPH_NEVER
							 : SOUNDGRAPH_ALWAYS,
						       8, 40, 1 };
		fixture_make_with(&f, ROWS, 4 + d, "tadn", &s);
		g = generation_open(f.path, &err);
		assert_non_null(g);
		assert_int_equal(g->text_lists.nlist, d == 0 ? 16 : 0);
		assert_int_equal(g->audio[0].graph.header->m, d ? 0 : 8);
		search = search_new(g, &dials[d]);
		for (size_t c = 0; c < 5; c++) {
			ask(k, &f, g, c);
			for (size_t w = 0; w < 8 * 7; w++) {
				const size_t *l = limits[w % 7];
				struct search_among a = {
					.allowed = w / 7 < 7 ? allowed : NULL,
					.eligible = allow(allowed, ROWS, w / 7),
					.k = l[0],
					.per_artist = l[1]
				};

				all_exact(search, g, k, &a, dials[d].exact);
			}
			ask_no_more(k);
		}
		search_free(search);
		generation_close(g);
		fixture_release(&f);
		free(k);
	}
}

/* Share of the exact answer in r; its scores are exact, its order and length
 * right, and the filter and the cap kept. */
static double share(const struct generation *g, const struct answer *r,
		    const float *score, const struct search_among *a)
{
	struct topk_item *want = mem_zalloc(g->count + 1, sizeof(*want));
	struct topk_item *capped = mem_zalloc(g->count + 1, sizeof(*want));
	size_t n = naive_select(g, score, a, want), hits = 0;

	assert_int_equal(r->n, n);
	for (size_t i = 0; i < n; i++) {
		assert_true(!a->allowed || a->allowed[r->best[i].index]);
		assert_true(r->best[i].score == score[r->best[i].index]);
		assert_true(!i || topk_better(r->best[i - 1], r->best[i]));
		hits += r->best[i].score >= want[n - 1].score;
	}
	assert_int_equal(naive_cap(g->artist, r->best, r->n, a, capped), r->n);
	free(want);
	free(capped);
	return n ? (double)hits / (double)n : 1;
}

/* The number of lists that are probed is a dial of recall, and never one of
 * how many are found. */
static void test_lists(void **state)
{
	static const size_t probes[] = { 1, 4, 16 };
	struct index_sources s = { .lists = { .lists = 16, .probe = 2 } };
	double recall[3] = { 0 };
	uint8_t allowed[ROWS];
	struct err err = { 0 };
	struct generation *g;
	struct fixture f;
	struct asked *k = mem_zalloc(1, sizeof(*k));
	struct answer *r = mem_zalloc(1, sizeof(*r));

	(void)state;
	fixture_make_with(&f, ROWS, 21, "tdn", &s);
	g = generation_open(f.path, &err);
	assert_int_equal(g->text_lists.nprobe, 2);
	for (size_t p = 0; p < 3; p++) {
		struct search_dials dials = { .probe = probes[p] };
		struct search *search = search_new(g, &dials);

		for (size_t c = 0; c < 5; c++) {
			ask(k, &f, g, c);
			for (size_t w = 0; w < 8 * 2; w++) {
				struct search_among a = {
					.allowed = w / 2 < 7 ? allowed : NULL,
					.eligible = allow(allowed, ROWS, w / 2),
					.k = 10,
					.per_artist = w % 2 ? 2 : 0
				};

				r->n = search_texts(search, &k->text, &a,
						    r->best, &r->way);
				assert_int_equal(r->way, SEARCH_LISTS);
				recall[p] += share(g, r, k->text_score, &a);
			}
			ask_no_more(k);
		}
		search_free(search);
	}
	assert_true(recall[0] < recall[2] && recall[2] == 5 * 16);
	assert_true(recall[1] >= recall[0]);
	generation_close(g);
	fixture_release(&f);
	free(k);
	free(r);
}

/* --- the graph --- */

/* Enough vectors that a walk pays. */
enum { MANY = 60000 }; /* sounds: more than are read exactly */
enum { DIM = 320, NODES = 33000, CENTRES = 40, ASKED = 20 };

static void fill_sounds(float *x, size_t n, uint64_t seed)
{
	struct random r, c;

	random_seed(&r, seed, 0);
	for (size_t i = 0; i < n; i++) {
		random_seed(&c, 77, random_below(&r, CENTRES));
		for (size_t k = 0; k < DIM; k++)
			x[i * DIM + k] = (float)random_normal(&c) +
					 0.3f * (float)random_normal(&r);
		vector_normalise(x + i * DIM, DIM);
	}
}

static int keep(void *ctx, const void *p, size_t n, struct err *err)
{
	(void)err;
	str_put(ctx, p, n);
	return 0;
}

/* The graph of v; the bytes, which stay with *bytes. */
static void link_sounds(struct audio_vectors *v, struct str *bytes)
{
	struct hnsw_source source = { .count = v->count,
				      .dim = v->dim,
				      .floats = v->vectors,
				      .rows = v->rows };
	struct hnsw_options o = { 8, 40, 2, 0, 0 };
	struct hnsw_report report;
	struct err err = { 0 };
	struct hnsw_built *b = hnsw_build(&source, &o, NULL, &report, &err);

	assert_int_equal(hnsw_built_put(b, keep, bytes, &err), 0);
	hnsw_built_free(b);
	assert_int_equal(hnsw_view(&v->graph, span_str(bytes), &source, &err),
			 0);
}

static double ask_graph(const struct generation *g, const float *unit,
			const struct search_dials *dials,
			const struct search_among *a, enum search_way want)
{
	const float *units[AUDIO_KINDS] = { NULL, unit };
	struct search *search = search_new(g, dials);
	float *score = mem_zalloc(g->count, sizeof(*score));
	struct answer *r = mem_zalloc(1, sizeof(*r));
	double recall;

	for (size_t i = 0; i < g->count; i++)
		score[i] = search_sound_row(g, units, i);
	r->n = search_sounds(search, units, a, r->best, &r->way);
	assert_int_equal(r->way, want);
	recall = share(g, r, score, a);
	search_free(search);
	free(score);
	free(r);
	return recall;
}

static void test_graph(void **state)
{
	static const struct search_dials own = { 0 }, little = { .ef = 10 },
					 exact = { .exact = true };
	float *x = mem_alloc((size_t)NODES * DIM * sizeof(*x));
	float *asked = mem_alloc((size_t)ASKED * DIM * sizeof(*asked));
	uint32_t *rows = mem_alloc(NODES * sizeof(*rows));
	uint32_t *artist = mem_alloc(2 * NODES * sizeof(*artist));
	uint8_t *few = mem_zalloc(2 * NODES, 1);
	struct generation g = { .count = 2 * NODES, .artist = artist };
	struct audio_vectors *v = &g.audio[AUDIO_NETWORK];
	struct str bytes = { 0 };
	double recall[3] = { 0 };

	(void)state;
	fill_sounds(x, NODES, 1);
	fill_sounds(asked, ASKED, 2);
	for (uint32_t i = 0; i < NODES; i++) {
		rows[i] = 2 * i + 1;
		artist[2 * i] = artist[2 * i + 1] = i % 5000;
	}
	for (size_t i = 0; i < 30; i++)
		few[i * 1999] = 1;
	*v = (struct audio_vectors){
		.count = NODES, .dim = DIM, .rows = rows, .vectors = x
	};
	link_sounds(v, &bytes);
	for (size_t i = 0; i < ASKED; i++) {
		struct search_among a = { .k = 10, .eligible = g.count };
		struct search_among some = {
			.allowed = few, .eligible = 30, .k = 20, .per_artist = 1
		};
		const float *unit = asked + i * DIM;

		recall[0] += ask_graph(&g, unit, &little, &a, SEARCH_GRAPH);
		recall[1] += ask_graph(&g, unit, &own, &a, SEARCH_GRAPH);
		recall[2] += ask_graph(&g, unit, &exact, &a, SEARCH_EXACT);
		assert_true(ask_graph(&g, unit, &own, &some, SEARCH_EXACT) ==
			    1);
	}
	assert_true(recall[0] < recall[1]);
	assert_true(recall[1] > 0.9 * ASKED);
	assert_true(recall[2] == ASKED);
	str_release(&bytes);
	free(few);
	free(artist);
	free(rows);
	free(asked);
	free(x);
}

/* --- a process that answers one request --- */

/* Many sounds in the file at path, in an opened pack; byte copies of them. */
static struct pack *many_sounds(const char *path, struct audio_vectors *v,
				const uint32_t *rows, struct str *bytes)
{
	enum { MANY_DIM = 16 };
	FILE *f = fopen(path, "w+b");
	struct err err = { 0 };
	struct pack_writer *w = pack_writer_new(f, "test", 1, &err);
	struct hnsw_options flat = { 0, 0, 2, 0, 0 };
	struct hnsw_source source = { .count = MANY,
				      .dim = MANY_DIM,
				      .rows = rows };
	struct hnsw_built *b;
	struct random r;
	struct pack *p;

	random_seed(&r, 5, 0);
	pack_begin(w, "sounds", &err);
	for (size_t i = 0; i < MANY; i++) {
		float x[MANY_DIM];

		for (size_t k = 0; k < MANY_DIM; k++)
			x[k] = (float)random_normal(&r);
		vector_normalise(x, MANY_DIM);
		assert_int_equal(pack_put(w, x, sizeof(x), &err), 0);
	}
	assert_int_equal(pack_writer_end(w, NULL, &err), 0);
	fclose(f);
	p = pack_open(path, "test", 1, &err);
	assert_non_null(p);
	source.floats = (const void *)pack_get(p, "sounds").p;
	*v = (struct audio_vectors){ .count = MANY,
				     .dim = MANY_DIM,
				     .rows = rows,
				     .vectors = source.floats };
	b = hnsw_build(&source, &flat, NULL, NULL, &err);
	assert_int_equal(hnsw_built_put(b, keep, bytes, &err), 0);
	hnsw_built_free(b);
	assert_int_equal(hnsw_view(&v->graph, span_str(bytes), &source, &err),
			 0);
	return p;
}

/* Sounds picked at byte precision: with what is taken beyond k, the best k. */
static void test_once(void **state)
{
	static const struct search_dials own = { 0 };
	char *path = test_path("sounds");
	uint32_t *rows = mem_alloc(MANY * sizeof(*rows));
	uint32_t *artist = mem_alloc(MANY * sizeof(*artist));
	struct generation g = { .count = MANY, .artist = artist, .once = true };
	struct audio_vectors *v = &g.audio[AUDIO_NETWORK];
	struct str bytes = { 0 };

	(void)state;
	for (uint32_t i = 0; i < MANY; i++) {
		rows[i] = i;
		artist[i] = i % 5000;
	}
	g.pack = many_sounds(path, v, rows, &bytes);
	for (size_t i = 0; i < ASKED; i++) {
		struct search_among a = { .k = 10 + 20 * i,
					  .eligible = g.count,
					  .per_artist = i % 3 };
		const float *unit = v->vectors + i * 1999 * v->dim;

		assert_true(ask_graph(&g, unit, &own, &a, SEARCH_BYTES) == 1);
	}
	pack_close(g.pack);
	unlink(path);
	free(path);
	str_release(&bytes);
	free(artist);
	free(rows);
}

/* --- what is not there --- */

static void test_none(void **state)
{
	static const char *const signals[] = { "", "t", "m", "d", "a", "n" };
	struct search_dials dials = { 0 };
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		const char *has = signals[i];
		struct search_among a = { .k = 5 };
		struct topk_item best[5];
		enum search_way way;
		struct generation *g;
		struct search *s;
		struct fixture f;
		struct asked *k = mem_zalloc(1, sizeof(*k));

		fixture_make(&f, i ? 60 : 0, 3, has);
		g = generation_open(f.path, &err);
		assert_non_null(g);
		fixture_fill(&k->q, 1, 1);
		search_text_query(&k->text, k->q.text, GENERATION_TEXT_DIM);
		k->unit[0] = k->q.audio;
		k->unit[1] = k->q.network;
		k->plane.dominance = NAN;
		words_query_parse(&k->words, SPAN("night"));
		s = search_new(g, &dials);
		assert_int_equal(search_texts(s, &k->text, &a, best, &way),
				 *has == 't' ? 5 : 0);
		assert_int_equal(way, *has == 't' ? SEARCH_EXACT : SEARCH_NONE);
		assert_int_equal(search_sounds(s, k->unit, &a, best, &way),
				 *has == 'a' || *has == 'n' ? 5 : 0);
		assert_int_equal(way, *has == 'a' || *has == 'n' ? SEARCH_EXACT
								 : SEARCH_NONE);
		assert_int_equal(search_moods(s, &k->plane, &a, best, &way),
				 *has == 'm' || *has == 'd' ? 5 : 0);
		assert_int_equal(search_moods(s, &k->space, &a, best, &way),
				 *has == 'd' ? 5 : 0);
		assert_int_equal(way, *has == 'd' ? SEARCH_EXACT : SEARCH_NONE);
		assert_int_equal(
		    search_words(s, &k->words, &a, best, &way, &err),
		    i ? 5 : 0);
		words_query_reset(&k->words);
		assert_int_equal(
		    search_words(s, &k->words, &a, best, &way, &err), 0);
		assert_int_equal(way, SEARCH_NONE);
		search_free(s);
		generation_close(g);
		fixture_release(&f);
		words_query_release(&k->words);
		free(k);
	}
}

static void test_zero_query(void **state)
{
	float zero[GENERATION_TEXT_DIM] = { 0 };
	struct search_text q;

	(void)state;
	assert_int_equal(search_text_query(&q, zero, GENERATION_TEXT_DIM), -1);
	zero[3] = NAN;
	assert_int_equal(search_text_query(&q, zero, GENERATION_TEXT_DIM), -1);
}

static void test_way_names(void **state)
{
	(void)state;
	assert_string_equal(search_way_name(SEARCH_NONE), "none");
	assert_string_equal(search_way_name(SEARCH_GRAPH), "graph");
	assert_string_equal(search_way_name(SEARCH_WAYS), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_exact),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_graph),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_zero_query),
		cmocka_unit_test(test_way_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
