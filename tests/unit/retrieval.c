/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Retrievals put together: every candidate's signals against sums that share no
 * code with them, and its ranks against searches of their own. */
#include "indexfixture.h"

#include "corpus/asked.h"
#include "corpus/eligible.h"
#include "corpus/named.h"
#include "corpus/retrieval.h"

struct truth {
	double score;
	uint32_t row;
};

static int better(const void *a, const void *b)
{
	const struct truth *x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return (x->row > y->row) - (x->row < y->row);
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

/* The vector of a track, of either kind, as long as it was measured to be;
 * false: it has none. */
static bool vector_of(const struct fixture_row *r, enum audio_kind kind,
		      const double *mean, double out[GENERATION_AUDIO_DIM])
{
	bool network = kind == AUDIO_NETWORK;
	size_t n = network ? FIXTURE_NETWORK_DIM : GENERATION_AUDIO_DIM;

	memset(out, 0, GENERATION_AUDIO_DIM * sizeof(*out));
	for (size_t d = 0; d < n; d++)
		out[d] = network ? (double)r->network[d] - mean[d]
				 : (double)r->audio[d];
	return network ? r->has_network : r->has_audio;
}

static double product(const double *a, const double *b)
{
	double s = 0;

	for (size_t d = 0; d < GENERATION_AUDIO_DIM; d++)
		s += a[d] * b[d];
	return s;
}

/* The mean of the measured tracks nearest to the mood, worked out plainly. */
static void naive_sound(const struct fixture *f, enum audio_kind kind,
			const double *mean, double v, double a,
			double out[GENERATION_AUDIO_DIM])
{
	struct truth *all = mem_zalloc(f->n, sizeof(*all));
	double x[GENERATION_AUDIO_DIM];
	size_t n = 0, measured = 0, k;

	for (uint32_t i = 0; i < f->n; i++) {
		const struct fixture_row *r = &f->rows[i];

		if (!vector_of(r, kind, mean, x) || !r->measured)
			continue;
		measured++;
		if (r->has_mood)
			all[n++] =
			    (struct truth){ -hypot((double)r->mood[0] - v,
						   (double)r->mood[1] - a),
					    i };
	}
	qsort(all, n, sizeof(*all), better);
	k = (size_t)sqrt((double)measured);
	k = k < 5 ? 5 : k;
	memset(out, 0, GENERATION_AUDIO_DIM * sizeof(*out));
	for (size_t i = 0; i < n && i < k; i++) {
		vector_of(&f->rows[all[i].row], kind, mean, x);
		for (size_t d = 0; d < GENERATION_AUDIO_DIM; d++)
			out[d] += x[d] / sqrt(product(x, x));
	}
	free(all);
}

/* The mean cosine of a row with what is asked for, of the kinds it has. */
static double naive_cosine(const struct fixture_row *r,
			   double sound[AUDIO_KINDS][GENERATION_AUDIO_DIM],
			   const double *mean)
{
	double x[GENERATION_AUDIO_DIM], sum = 0;
	int kinds = 0;

	for (int kind = 0; kind < AUDIO_KINDS; kind++) {
		if (!vector_of(r, kind, mean, x))
			continue;
		sum += product(x, sound[kind]) /
		       sqrt(product(x, x) * product(sound[kind], sound[kind]));
		kinds++;
	}
	return sum / kinds; /* of none, NaN */
}

static struct candidates retrieve_wish(const struct generation *g, int threads,
				       const struct requestmood *mood,
				       const struct wish *wish,
				       const char *filter)
{
	struct retrieval_limits limits = {
		.threads = threads, .each = 60, .per_artist = 10, .most = 1000
	};
	struct retrieval *r = retrieval_new(g, NULL, limits);
	struct intent intent = { .mood = *mood };
	struct candidates found = { 0 };
	struct request request = { 0 };
	struct likeness like = { .has_text = false };
	struct retrieval_task task = { .from = { .request = &request,
						 .intent = &intent } };
	struct err err = { 0 };

	request_read(&request, span_of(filter), &err);
	candidates_reset(&found);
	intent.wish = *wish;
	str_span(&intent.plain, span_str(&request.query));
	if (wish->like_count) /* not the words */
		str_reset(&intent.plain);
	likeness_reset(&like, g);
	likeness_add_rows(&like, g, wish->like, wish->like_count);
	likeness_done(&like, g);
	task.from.like = wish->like_count ? &like : NULL;
	assert_int_equal(retrieval_run(r, &task, &found, &err), 0);
	likeness_release(&like);
	str_release(&intent.plain);
	request_release(&request);
	retrieval_free(r);
	return found;
}

static struct candidates retrieve(const struct generation *g, int threads,
				  float v, float a, const char *filter)
{
	struct requestmood mood = {
		.by = MOODBY_LEXICON, .valence = v, .arousal = a, .matches = 1
	};
	struct wish wish;

	wish_reset(&wish);
	return retrieve_wish(g, threads, &mood, &wish, filter);
}

/* All candidates have the exact signals of their rows. */
static void test_candidates(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct generation *g;
	struct candidates found, again;
	double sound[AUDIO_KINDS][GENERATION_AUDIO_DIM];
	double mean[FIXTURE_NETWORK_DIM], cosine;
	/* towards the middle of the quadrant: -0.6, at which valence is */
	double inwards = -0.2 + (double)SOUGHT_INWARDS * (0.2 - 0.6);
	size_t one = 0, both = 0;

	(void)state;
	assert_true(SOUGHT_MIDDLE == 0.6F);
	fixture_make(&f, 500, 5, "tamn");
	g = generation_open(f.path, &err);
	found = retrieve(g, 1, -0.6f, -0.2f, "{\"query\":\"x\"}");
	again = retrieve(g, 4, -0.6f, -0.2f, "{\"query\":\"x\"}");
	assert_int_equal(found.count, again.count);
	assert_in_range(found.count, 60, 120);
	network_mean(&f, mean);
	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		naive_sound(&f, kind, mean, -0.6, inwards, sound[kind]);
	for (size_t i = 0; i < found.count; i++) {
		const struct candidate *c = &found.items[i];
		const struct fixture_row *r = &f.rows[c->row];
		size_t of_artist = 0;

		assert_memory_equal(c, &again.items[i], sizeof(*c));
		assert_true(r->link != LINK_DEAD);
		assert_true(c->words_score == 0 && c->named == 0);
		assert_true(isnan(c->text_distance)); /* no model */
		assert_true(r->has_mood ? fabs((double)c->mood_distance -
					       hypot((double)r->mood[0] + 0.6,
						     (double)r->mood[1] -
							 inwards)) < 1e-5
					: isnan(c->mood_distance));
		cosine = naive_cosine(r, sound, mean);
		assert_true(isnan(cosine) ? isnan(c->audio_cosine)
					  : fabs((double)c->audio_cosine -
						 cosine) < 1e-5);
		one += r->has_audio != r->has_network;
		both += r->has_audio && r->has_network;
		for (size_t j = 0; j < found.count; j++)
			of_artist += *r->artist &&
				     !strcmp(f.rows[found.items[j].row].artist,
					     r->artist);
		assert_true(of_artist <= 10);
	}
	assert_true(one > 10 && both > 10);
	assert_int_equal(found.way[SOURCE_TEXT], SEARCH_NONE);
	assert_int_equal(found.way[SOURCE_AUDIO], SEARCH_EXACT);
	assert_int_equal(found.way[SOURCE_MOOD], SEARCH_EXACT);
	assert_int_equal(found.way[SOURCE_WORDS], SEARCH_EXACT);
	candidates_release(&found);
	candidates_release(&again);
	generation_close(g);
	fixture_release(&f);
}

static void test_filters(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct generation *g;
	struct candidates found;
	size_t want = 0;

	(void)state;
	fixture_make(&f, 500, 6, "am");
	g = generation_open(f.path, &err);
	found = retrieve(g, 1, 0.5f, 0.5f,
			 "{\"query\":\"x\",\"filters\":{\"min_year\":1980,"
			 "\"max_year\":1999,\"genres\":[\"INDIE\"],"
			 "\"exclude_artists\":[\"ARTIST 3\"]}}");
	for (size_t i = 0; i < f.n; i++)
		want += f.rows[i].year >= 1980 && f.rows[i].year <= 1999 &&
			!strcmp(f.rows[i].genre, "Indie Rock") &&
			strcmp(f.rows[i].artist, "Artist 3") &&
			f.rows[i].link != LINK_DEAD;
	assert_true(want > 10);
	assert_int_equal(found.eligible, want);
	assert_true(found.count > 0);
	for (size_t i = 0; i < found.count; i++) {
		const struct fixture_row *r = &f.rows[found.items[i].row];

		assert_in_range(r->year, 1980, 1999);
		assert_string_equal(r->genre, "Indie Rock");
		assert_string_not_equal(r->artist, "Artist 3");
	}
	candidates_release(&found);
	generation_close(g);
	fixture_release(&f);
}

static void test_no_signals(void **state)
{
	static const char *const signals[] = { "",  "t",  "m",  "a",
					       "n", "am", "mn", "amn" };
	struct err err = { 0 };

	(void)state;
	for (size_t s = 0; s < 8; s++)
		for (size_t n = 0; n < 60; n += 59) {
			struct fixture f;
			struct generation *g;
			struct candidates found;

			fixture_make(&f, n, 7, signals[s]);
			g = generation_open(f.path, &err);
			assert_non_null(g);
			found = retrieve(g, 2, 0.5f, 0.5f, "{\"query\":\"x\"}");
			/* without a mood to go by nothing can be said here */
			assert_true(n && strchr(signals[s], 'm')
					? found.count > 0
					: found.count == 0);
			candidates_release(&found);
			generation_close(g);
			fixture_release(&f);
		}
}

/* What a request says and names is found, and has its scores. */
static void test_words(void **state)
{
	struct search_dials dials = { 0 };
	uint8_t *allowed = mem_zalloc(501, 1);
	struct topk_item want[60], named[60];
	struct request request = { 0 };
	struct asked *asked = asked_new();
	struct candidates found;
	struct err err = { 0 };
	struct search_among a;
	enum search_way way;
	struct generation *g;
	struct search *search;
	struct named *names;
	struct fixture f;
	size_t n, by_words = 0;

	(void)state;
	fixture_make(&f, 500, 8, "am");
	g = generation_open(f.path, &err);
	found = retrieve(g, 2, 0.1f, 0.1f, "{\"query\":\"river night\"}");
	request_words(&request, SPAN("river night"), &err);
	a = (struct search_among){ .allowed = allowed,
				   .k = 60,
				   .per_artist = 10 };
	a.eligible = eligible_rows(g, &request, false, allowed, NULL);
	assert_int_equal(found.eligible, a.eligible);
	search = search_new(g, &dials);
	n = search_words(search, asked_words(asked, SPAN("river night")), &a,
			 want, &way, &err);
	names = named_new(g);
	assert_int_equal(named_find(names, SPAN("river night"), &a, named), 0);
	assert_true(n > 30);
	assert_true(found.words_met > 0.9f && found.words_met <= 1);
	for (size_t i = 0; i < found.count; i++) {
		const struct candidate *c = &found.items[i];
		float score = 0;

		for (size_t k = 0; k < n; k++)
			if (want[k].index == c->row)
				score = want[k].score;
		assert_true(c->words_score == score);
		assert_true(c->named == 0);
		assert_int_equal(c->from >> SOURCE_WORDS & 1, score > 0);
		by_words += score > 0;
	}
	assert_true(by_words > 30);
	candidates_release(&found);

	/* an artist, with a typing error: first, and as many as the cap lets
	 * through, whatever else found them */
	found = retrieve(g, 1, 0.1f, 0.1f, "{\"query\":\"artits 7\"}");
	n = named_find(names, SPAN("artits 7"), &a, named);
	assert_true(n > 5);
	assert_string_equal(f.rows[named[0].index].artist, "Artist 7");
	assert_int_equal(found.items[0].row, named[0].index);
	for (size_t i = 0; i < n; i++) {
		size_t met = 0, at = SIZE_MAX;

		for (size_t k = 0; k < found.count; k++) {
			uint32_t row = found.items[k].row;

			met += !strcmp(f.rows[row].artist,
				       f.rows[named[i].index].artist);
			if (row == named[i].index)
				at = k;
		}
		assert_true(at != SIZE_MAX || met == 10);
		assert_true(at == SIZE_MAX || found.items[at].named > 0);
	}
	candidates_release(&found);
	named_free(names);
	search_free(search);
	asked_free(asked);
	request_release(&request);
	free(allowed);
	generation_close(g);
	fixture_release(&f);
}

/* A place in the space of moods, given in place of words. */
static void test_asked_mood(void **state)
{
	struct candidates found;
	struct err err = { 0 };
	struct generation *g;
	struct fixture f;
	size_t spaced = 0;

	(void)state;
	fixture_make(&f, 300, 9, "ad");
	g = generation_open(f.path, &err);
	for (int d = 0; d < 2; d++) {
		found =
		    retrieve(g, 1, 0.9f, 0.9f,
			     d ? "{\"query\":\"x\",\"mood\":{\"valence\":-0.5,"
				 "\"arousal\":0.25,\"dominance\":0.5}}"
			       : "{\"query\":\"x\",\"mood\":{\"valence\":-0.5,"
				 "\"arousal\":0.25}}");
		assert_true(found.count > 30);
		for (size_t i = 0; i < found.count; i++) {
			const struct candidate *c = &found.items[i];
			const float *m = f.rows[c->row].mood;
			double want =
			    hypot((double)m[0] + 0.5, (double)m[1] - 0.25);

			if (d)
				want = hypot(want, (double)m[3] - 0.5);
			if (!f.rows[c->row].has_mood)
				want = NAN;
			assert_int_equal(isnan(c->mood_distance), isnan(want));
			assert_false(fabs((double)c->mood_distance - want) >
				     1e-5);
			spaced += d && !isnan(want);
		}
		candidates_release(&found);
	}
	assert_true(spaced > 30);
	generation_close(g);
	fixture_release(&f);
}

/* --- wishes --- */

static const struct requestmood no_mood = { .by = MOODBY_NONE };

/* Like some rows: their mean sound and mood, and not they themselves. */
static void test_like(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct generation *g;
	struct candidates found;
	struct wish wish;
	double sound[AUDIO_KINDS][GENERATION_AUDIO_DIM] = { { 0 } };
	double mean[FIXTURE_NETWORK_DIM], x[GENERATION_AUDIO_DIM];
	double mood[2] = { 0 };
	size_t moods = 0, heard = 0;

	(void)state;
	fixture_make(&f, 500, 11, "amn");
	g = generation_open(f.path, &err);
	network_mean(&f, mean);
	wish_reset(&wish);
	for (uint32_t i = 100; i < 106; i++) {
		const struct fixture_row *r = &f.rows[i];

		wish.like[wish.like_count++] = i;
		for (int kind = 0; kind < AUDIO_KINDS; kind++)
			if (vector_of(r, kind, mean, x))
				for (size_t d = 0; d < GENERATION_AUDIO_DIM;
				     d++)
					sound[kind][d] +=
					    x[d] / sqrt(product(x, x));
		if (!r->has_mood)
			continue;
		moods++;
		mood[0] += (double)r->mood[0];
		mood[1] += (double)r->mood[1];
	}
	wish.like[wish.like_count++] = 5000; /* of no row */
	assert_true(moods > 0);
	found = retrieve_wish(g, 2, &no_mood, &wish, "{\"query\":\"x\"}");
	assert_int_equal(found.mood_by, MOODBY_LIKE);
	assert_true(fabs((double)found.valence - mood[0] / (double)moods) <
		    1e-6);
	assert_true(found.count > 30);
	assert_int_equal(found.way[SOURCE_WORDS], SEARCH_NONE);
	for (size_t i = 0; i < found.count; i++) {
		const struct candidate *c = &found.items[i];
		const struct fixture_row *r = &f.rows[c->row];
		double cosine = naive_cosine(r, sound, mean);

		assert_true(c->row < 100 || c->row > 105);
		assert_true(isnan(cosine) ? isnan(c->audio_cosine)
					  : fabs((double)c->audio_cosine -
						 cosine) < 1e-5);
		heard += !isnan(cosine);
		if (r->has_mood)
			assert_true(fabs((double)c->mood_distance -
					 hypot((double)r->mood[0] -
						   mood[0] / (double)moods,
					       (double)r->mood[1] -
						   mood[1] / (double)moods)) <
				    1e-5);
	}
	assert_true(heard > 20);
	candidates_release(&found);
	/* a mood that is asked for goes before theirs */
	found = retrieve_wish(g, 1, &no_mood, &wish,
			      "{\"query\":\"x\",\"mood\":{\"valence\":0.5,"
			      "\"arousal\":-0.5}}");
	assert_int_equal(found.mood_by, MOODBY_NONE);
	for (size_t i = 0; i < found.count; i++) {
		const struct candidate *c = &found.items[i];
		const float *m = f.rows[c->row].mood;

		if (f.rows[c->row].has_mood)
			assert_true(fabs((double)c->mood_distance -
					 hypot((double)m[0] - 0.5,
					       (double)m[1] + 0.5)) < 1e-5);
	}
	candidates_release(&found);
	generation_close(g);
	fixture_release(&f);
}

static double texture_error(const struct generation *g, const struct wish *w,
			    uint32_t row)
{
	double sum = 0;

	for (int a = 0; a < TIMBRE_AXES; a++) {
		double at = g->timbre[row * TIMBRE_AXES + (size_t)a];

		if (isnan(w->timbre[a]))
			continue;
		if (at == TIMBRE_NONE)
			return NAN;
		sum += pow(at - 100 * (double)w->timbre[a], 2);
	}
	return sum;
}

static void test_textures(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct generation *g;
	struct candidates found;
	struct wish wish;
	double worst = 0;
	size_t by_texture = 0;

	(void)state;
	fixture_make(&f, 500, 12, "ams");
	g = generation_open(f.path, &err);
	assert_non_null(g->timbre);
	wish_reset(&wish);
	wish.timbre[TIMBRE_BRIGHT] = 0.1f;
	wish.timbre[TIMBRE_DENSE] = 0.3f;
	found = retrieve_wish(g, 1, &no_mood, &wish,
			      "{\"query\":\"nothinglikeit\"}");
	assert_int_equal(found.way[SOURCE_TIMBRE], SEARCH_EXACT);
	for (size_t i = 0; i < found.count; i++) {
		const struct candidate *c = &found.items[i];

		assert_true(f.rows[c->row].link != LINK_DEAD);
		assert_int_equal(c->from, 1u << SOURCE_TIMBRE);
		worst = fmax(worst, texture_error(g, &wish, c->row));
		by_texture++;
	}
	assert_int_equal(by_texture, 60);
	/* none but the cap's of those that are left out is nearer */
	for (uint32_t row = 0; row < f.n; row++) {
		size_t met = 0, of_artist = 0;

		for (size_t i = 0; i < found.count; i++) {
			met += found.items[i].row == row;
			of_artist +=
			    g->artist[found.items[i].row] == g->artist[row];
		}
		if (!met && of_artist < 10 && f.rows[row].link != LINK_DEAD)
			assert_false(texture_error(g, &wish, row) < worst);
	}
	candidates_release(&found);
	generation_close(g);
	fixture_release(&f);
}

static void test_vague(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct generation *g;
	struct candidates found;
	struct wish wish;

	(void)state;
	fixture_make(&f, 500, 13, "am");
	g = generation_open(f.path, &err);
	wish_reset(&wish);
	wish.vague = true;
	found = retrieve_wish(g, 1, &no_mood, &wish,
			      "{\"query\":\"nothinglikeit\"}");
	assert_int_equal(found.count, 60);
	for (size_t i = 0; i < found.count; i++) {
		uint32_t row = found.items[i].row;

		assert_int_equal(found.items[i].from, 1u << SOURCE_POPULAR);
		if (i)
			assert_true(g->plays[row] <=
				    g->plays[found.items[i - 1].row]);
	}
	for (uint32_t row = 0; row < f.n; row++) {
		size_t of_artist = 0, met = 0;

		for (size_t i = 0; i < found.count; i++) {
			met += found.items[i].row == row;
			of_artist +=
			    g->artist[found.items[i].row] == g->artist[row];
		}
		if (!met && of_artist < 10 && f.rows[row].link != LINK_DEAD)
			assert_false(g->plays[row] >
				     g->plays[found.items[59].row]);
	}
	candidates_release(&found);
	generation_close(g);
	fixture_release(&f);
}

static void test_vocals(void **state)
{
	static const uint8_t not [VOCALS] = { 0, CATALOGUE_SUNG,
					      CATALOGUE_INSTRUMENTAL };
	struct fixture f;
	struct err err = { 0 };
	struct generation *g;
	struct wish wish;

	(void)state;
	fixture_make(&f, 500, 14, "am");
	g = generation_open(f.path, &err);
	for (int v = 0; v < VOCALS; v++) {
		struct candidates found;
		size_t want = 0, unknown = 0;

		wish_reset(&wish);
		wish.vocals = (enum vocals)v;
		found = retrieve_wish(g, 1, &no_mood, &wish,
				      "{\"query\":\"river night\"}");
		for (size_t i = 0; i < f.n; i++)
			want += f.rows[i].link != LINK_DEAD &&
				!(g->flags[i] & CATALOGUE_SET) &&
				!(g->flags[i] & not [v]);
		assert_int_equal(found.eligible, want);
		assert_true(found.count > 20);
		for (size_t i = 0; i < found.count; i++) {
			uint8_t flags = g->flags[found.items[i].row];

			assert_false(flags & not [v]);
			unknown += !(flags &
				     (CATALOGUE_SUNG | CATALOGUE_INSTRUMENTAL));
		}
		assert_true(unknown > 0);
		candidates_release(&found);
	}
	generation_close(g);
	fixture_release(&f);
}

/* The song that is quoted comes first, unless a filter stops it. */
static void test_lyrics(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct generation *g;
	struct candidates found;
	struct str request = { 0 };
	struct wish wish;
	size_t song = 0;

	(void)state;
	fixture_make(&f, 300, 15, "m");
	g = generation_open(f.path, &err);
	wish_reset(&wish);
	while (song < f.n &&
	       (!*f.rows[song].lyrics || f.rows[song].link == LINK_DEAD))
		song++;
	assert_true(song < f.n);
	str_printf(&request, "{\"query\":\"\\\"%s\\\"\"}", f.rows[song].lyrics);
	found = retrieve_wish(g, 1, &no_mood, &wish, request.p);
	assert_true(found.count > 0);
	assert_int_equal(found.items[0].row, song);
	assert_true(found.items[0].lyric > 0.9f);
	assert_true(found.lyric.n > 0);
	assert_true(memmem(f.rows[song].lyrics, strlen(f.rows[song].lyrics),
			   found.lyric.p, found.lyric.n) != NULL);
	candidates_release(&found);
	wish.like[wish.like_count++] = (uint32_t)song;
	found = retrieve_wish(g, 1, &no_mood, &wish, request.p);
	for (size_t i = 0; i < found.count; i++)
		assert_true(found.items[i].row != song);
	candidates_release(&found);
	str_release(&request);
	generation_close(g);
	fixture_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_candidates),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_no_signals),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_asked_mood),
		cmocka_unit_test(test_like),
		cmocka_unit_test(test_textures),
		cmocka_unit_test(test_vague),
		cmocka_unit_test(test_vocals),
		cmocka_unit_test(test_lyrics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
