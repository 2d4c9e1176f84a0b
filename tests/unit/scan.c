/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every retrieval against a scan that shares no code with it. */
#include "indexfixture.h"

#include "corpus/eligible.h"
#include "corpus/retrieval.h"
#include "index/scan.h"

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

static size_t naive_select(const struct fixture *f, const double *score,
			   size_t k, size_t per_artist, struct truth *out)
{
	struct truth *all = mem_zalloc(f->n + 1, sizeof(*all));
	size_t n = 0, kept = 0;

	for (uint32_t i = 0; i < f->n; i++)
		if (!isnan(score[i]))
			all[n++] = (struct truth){ score[i], i };
	qsort(all, n, sizeof(*all), better);
	for (size_t i = 0; i < n && kept < k; i++) {
		const char *artist = f->rows[all[i].row].artist;
		size_t met = 0;

		for (size_t j = 0; j < kept; j++)
			met += *artist &&
			       !strcmp(f->rows[out[j].row].artist, artist);
		if (!per_artist || met < per_artist)
			out[kept++] = all[i];
	}
	free(all);
	return kept;
}

static void same(const struct fixture *f, const struct generation *g,
		 const float *scores, const double *truth, size_t k,
		 size_t per_artist, double tolerance)
{
	struct topk_item *best = mem_zalloc(k + 1, sizeof(*best));
	struct truth *want = mem_zalloc(f->n + 1, sizeof(*want));
	size_t n = scan_select(g, scores, NULL, k, per_artist, best);

	assert_int_equal(n, naive_select(f, truth, k, per_artist, want));
	for (size_t i = 0; i < n; i++) {
		assert_true(fabs((double)best[i].score - want[i].score) <
			    tolerance);
		if (i && i + 1 < n &&
		    want[i - 1].score - want[i].score > tolerance &&
		    want[i].score - want[i + 1].score > tolerance)
			assert_int_equal(best[i].index, want[i].row);
	}
	free(best);
	free(want);
}

/* The grid finds what comparing all rows does, under any filter. */
static void same_moods(const struct fixture *f, const struct generation *g,
		       const float *scores, const float *at, size_t k,
		       size_t per_artist)
{
	struct topk_item *want = mem_zalloc(k + 1, sizeof(*want));
	struct topk_item *got = mem_zalloc(k + 1, sizeof(*got));
	uint8_t *allowed = mem_zalloc(f->n + 1, 1);
	struct moodgrid_work w = { 0 };

	for (size_t every = 1; every <= 1000; every *= 10) {
		size_t eligible = 0, n;

		for (size_t i = 0; i < f->n; i++)
			eligible += allowed[i] = i % every == 0;
		n = scan_select(g, scores, allowed, k, per_artist, want);
		assert_int_equal(scan_moods(g, &w, at[0], at[1], allowed,
					    eligible, k, per_artist, got),
				 n);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(got[i].index, want[i].index);
			assert_true(got[i].score == want[i].score);
		}
	}
	moodgrid_work_release(&w);
	free(allowed);
	free(got);
	free(want);
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

static void blank(float *scores, size_t n)
{
	for (size_t i = 0; i < n; i++)
		scores[i] = NAN;
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

static void test_exact(void **state)
{
	static const size_t limits[][2] = {
		{ 1, 0 }, { 20, 0 }, { 20, 2 }, { 400, 3 }, { 1000, 0 }
	};
	struct fixture f;
	struct err err = { 0 };
	struct generation *g;
	float scores[500];
	double truth[500], mean[FIXTURE_NETWORK_DIM];
	struct fixture_row q;
	struct scan_query text;

	(void)state;
	fixture_make(&f, 500, 4, "tamn");
	network_mean(&f, mean);
	g = generation_open(f.path, &err);
	assert_non_null(g);
	for (size_t c = 0; c < 5; c++) {
		fixture_fill(&q, 1000 + c, 9);

		blank(scores, f.n);
		assert_int_equal(scan_text_query(&text, q.text), 0);
		assert_int_equal(
		    scan_text(g, &text, 0, g->text_count, scores, &err), 0);
		for (size_t i = 0; i < f.n; i++)
			truth[i] = !f.rows[i].has_text
				       ? NAN
				       : cosine(q.text, f.rows[i].text,
						GENERATION_TEXT_DIM);
		/* two roundings to 1/127 of the largest of 384 components */
		same(&f, g, scores, truth, limits[c][0], limits[c][1], 2e-3);

		blank(scores, f.n);
		vector_normalise(q.audio, GENERATION_AUDIO_DIM);
		assert_int_equal(scan_audio(g, AUDIO_COMPONENTS, q.audio, 0,
					    g->audio[AUDIO_COMPONENTS].count,
					    scores, &err),
				 0);
		for (size_t i = 0; i < f.n; i++)
			truth[i] = !f.rows[i].has_audio
				       ? NAN
				       : cosine(q.audio, f.rows[i].audio,
						GENERATION_AUDIO_DIM);
		same(&f, g, scores, truth, limits[c][0], limits[c][1], 1e-5);

		/* a network's beside them: the mean of what a row has */
		for (size_t k = 0; k < FIXTURE_NETWORK_DIM; k++)
			q.network[k] -= (float)mean[k];
		vector_normalise(q.network, FIXTURE_NETWORK_DIM);
		assert_int_equal(scan_audio(g, AUDIO_NETWORK, q.network, 0,
					    g->audio[AUDIO_NETWORK].count,
					    scores, &err),
				 0);
		for (size_t i = 0; i < f.n; i++) {
			double x = network_cosine(&f.rows[i], q.network, mean);

			truth[i] = isnan(x)          ? truth[i]
				   : isnan(truth[i]) ? x
						     : (truth[i] + x) / 2;
		}
		same(&f, g, scores, truth, limits[c][0], limits[c][1], 1e-5);

		for (size_t i = 0; i < f.n; i++)
			scores[i] = -scan_mood_row(g, q.mood[0], q.mood[1], i);
		for (size_t i = 0; i < f.n; i++)
			truth[i] =
			    !f.rows[i].has_mood
				? NAN
				: -hypot(
				      (double)(f.rows[i].mood[0] - q.mood[0]),
				      (double)(f.rows[i].mood[1] - q.mood[1]));
		same(&f, g, scores, truth, limits[c][0], limits[c][1], 1e-5);
		for (size_t i = 0; i < f.n; i++)
			assert_true(isnan(truth[i])
					? isnan(scan_mood_row(g, q.mood[0],
							      q.mood[1], i))
					: scan_mood_row(g, q.mood[0], q.mood[1],
							i) == -scores[i]);
		same_moods(&f, g, scores, q.mood, limits[c][0], limits[c][1]);
	}
	generation_close(g);
	fixture_release(&f);
}

static void test_mood_tracks(void **state)
{
	(void)state;
	assert_int_equal(retrieval_mood_tracks(0), 5);
	assert_int_equal(retrieval_mood_tracks(24), 5);
	assert_int_equal(retrieval_mood_tracks(150), 12);
	assert_int_equal(retrieval_mood_tracks(1000000), 50);
}

static void test_zero_query(void **state)
{
	float zero[GENERATION_TEXT_DIM] = { 0 };
	struct scan_query q;

	(void)state;
	assert_int_equal(scan_text_query(&q, zero), -1);
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

static struct candidates retrieve(const struct generation *g, int threads,
				  float v, float a, const char *filter)
{
	struct retrieval_limits limits = {
		.threads = threads, .each = 60, .per_artist = 10, .most = 1000
	};
	struct retrieval *r = retrieval_new(g, NULL, limits);
	struct intent intent = { .mood = { .by = MOODBY_LEXICON,
					   .valence = v,
					   .arousal = a,
					   .matches = 1 } };
	struct candidates found = { 0 };
	struct request request = { 0 };
	struct err err = { 0 };

	request_read(&request, span_of(filter), &err);
	candidates_reset(&found);
	assert_int_equal(retrieval_run(r, &request, &intent, &found, &err), 0);
	request_release(&request);
	retrieval_free(r);
	return found;
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
	size_t one = 0, both = 0;

	(void)state;
	fixture_make(&f, 500, 5, "tamn");
	g = generation_open(f.path, &err);
	found = retrieve(g, 1, -0.6f, -0.2f, "{\"query\":\"x\"}");
	again = retrieve(g, 4, -0.6f, -0.2f, "{\"query\":\"x\"}");
	assert_int_equal(found.count, again.count);
	assert_in_range(found.count, 60, 120);
	network_mean(&f, mean);
	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		naive_sound(&f, kind, mean, -0.6, -0.2, sound[kind]);
	for (size_t i = 0; i < found.count; i++) {
		const struct candidate *c = &found.items[i];
		const struct fixture_row *r = &f.rows[c->row];
		size_t of_artist = 0;

		assert_memory_equal(c, &again.items[i], sizeof(*c));
		assert_true(r->link != LINK_DEAD);
		assert_true(isnan(c->text_distance)); /* no model */
		assert_true(r->has_mood
				? fabs((double)c->mood_distance -
				       hypot((double)r->mood[0] + 0.6,
					     (double)r->mood[1] + 0.2)) < 1e-5
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

/* Spellings of one genre; "Hip Hop" is no "hop", nor "Indie Rock" an "in". */
static void test_genre_spellings(void **state)
{
	static const struct {
		const char *genre, *wanted;
		bool passes;
	} cases[] = {
		{ "Drum and Bass", "drum & bass", true },
		{ "Drum and Bass", "Drum n Bass", true },
		{ "Drum and Bass", "drumandbass", true },
		{ "DrumandBass", "Drum and Bass", true },
		{ "Hip Hop", "hip-hop", true },
		{ "Hip Hop", "hiphop", true },
		{ "HipHop", "hip hop", true },
		{ "Indie Rock", "rock", true },
		{ "Indie Rock", "roc", false },
		{ "Indie Rock", "rock indie", false },
		{ "R&B", "rnb", true },
	};
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t offsets[2] = { 0, strlen(cases[i].genre) };
		uint32_t number = 0;
		uint8_t zero = 0, allowed = 0;
		int16_t year = 2000;
		struct generation g = {
			.count = 1,
			.genre = &number,
			.artist = &number,
			.link = &zero,
			.flags = &zero,
			.year = &year,
			.genres = { 1, offsets, span_of(cases[i].genre) },
		};
		struct request request = { 0 };

		request_words(&request, SPAN("x"), &err);
		str_printf(&request.genres, "%s\n", cases[i].wanted);
		assert_int_equal(eligible_rows(&g, &request, false, &allowed),
				 cases[i].passes);
		request_release(&request);
	}
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact),
		cmocka_unit_test(test_mood_tracks),
		cmocka_unit_test(test_zero_query),
		cmocka_unit_test(test_candidates),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_genre_spellings),
		cmocka_unit_test(test_no_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
