/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Against closed forms, and against every list there is. */
#include "corpus/journey.h"
#include "corpus/journeyspot.h"
#include "math/random.h"
#include "testing.h"

#include <math.h>

enum { TRACKS = 400, LEGS = 9 };

struct bench {
	struct journey j;
	struct journey_track tracks[TRACKS];
	struct journey_leg leg[LEGS];
	float relevance[LEGS * TRACKS], sound[TRACKS][2], least[LEGS];
	uint32_t order[1000];
	struct err err;
};

static const struct journey_tuning usual = {
	.weight = { 0.5f, 0.5f }, .floor = 0.5f, .near = 1, .late = 2
};

static void set_up(struct bench *b, size_t count, size_t legs)
{
	*b = (struct bench){ .j = { .tracks = b->tracks,
				    .count = count,
				    .leg = b->leg,
				    .legs = legs,
				    .relevance = b->relevance,
				    .most = 1000,
				    .tuning = usual } };
	for (size_t l = 0; l < legs; l++)
		b->leg[l] = (struct journey_leg){
			legs > 1 ? (float)l / (float)(legs - 1) : 0, NAN, NAN, 0
		};
	for (size_t t = 0; t < count; t++)
		b->tracks[t] = (struct journey_track){ .artist = CATALOGUE_NONE,
						       .seconds = 1,
						       .valence = NAN,
						       .arousal = NAN,
						       .tempo = NAN,
						       .loudness = NAN,
						       .key = NAN,
						       .mode = NAN };
}

/* Tracks at valence v, legs from valence 0 to 1. */
static void place_track(struct bench *b, size_t t, float v)
{
	b->tracks[t].valence = v;
	b->tracks[t].arousal = 0;
	for (size_t l = 0; l < b->j.legs; l++)
		b->relevance[l * b->j.count + t] =
		    1 - fabsf(v - b->leg[l].place);
}

static size_t find(struct bench *b)
{
	size_t n = journey_find(&b->j, b->order, &b->err);

	assert_true(n <= b->j.most);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(b->order[i], b->order[k]);
	return n;
}

static double lasts(const struct bench *b, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)b->tracks[b->order[i]].seconds;
	return sum;
}

/* As many tracks on a line as are wanted: they come in its order. */
static void test_line(void **state)
{
	enum { N = 12 };
	struct bench b;

	(void)state;
	set_up(&b, N, LEGS);
	for (size_t i = 0; i < N; i++)
		place_track(&b, i * 7 % N, (float)i / (N - 1));
	b.j.seconds = N;
	assert_int_equal(find(&b), N);
	for (size_t i = 0; i < N; i++)
		assert_int_equal(b.order[i], i * 7 % N);
	/* of a fine line, those at even places, within a step of it */
	set_up(&b, TRACKS, LEGS);
	for (size_t i = 0; i < TRACKS; i++)
		place_track(&b, i * 7 % TRACKS, (float)i / (TRACKS - 1));
	b.j.seconds = 9;
	assert_int_equal(find(&b), 9);
	for (size_t i = 0; i < 9; i++) {
		float v = b.tracks[b.order[i]].valence;

		assert_float_equal(v, (double)i / 8, 0.06);
		assert_true(!i || v > b.tracks[b.order[i - 1]].valence);
	}
}

/* --- what journey.h says, once more --- */

static double relevance(const struct bench *b, double place, uint32_t t)
{
	const struct journey *j = &b->j;
	size_t l = 0;
	double share, r[2], v = 0, a = 0;

	while (l + 2 < j->legs && (double)j->leg[l + 1].place < place)
		l++;
	share = (place - (double)j->leg[l].place) /
		(double)(j->leg[l + 1].place - j->leg[l].place);
	for (size_t i = 0; i < 2; i++) {
		float x = j->relevance[(l + i) * j->count + t];

		r[i] =
		    (double)(isnan(x) ? j->tuning.floor * b->least[l + i] : x);
		v += (i ? share : 1 - share) * (double)j->leg[l + i].valence;
		a += (i ? share : 1 - share) * (double)j->leg[l + i].arousal;
	}
	v -= (double)b->tracks[t].valence;
	a -= (double)b->tracks[t].arousal;
	return (1 - share) * r[0] + share * r[1] +
	       (double)(j->leg[l].mood * b->tracks[t].sure) *
		   fmax(0, 1 - sqrt(v * v + a * a) / (double)j->tuning.near);
}

static double value(const struct bench *b, const uint32_t *order, size_t n)
{
	const struct journey *j = &b->j;
	double start = 0, sum = 0, mean = 0;

	for (size_t i = 0; i < n; i++) {
		const struct journey_track *t = &b->tracks[order[i]];
		double d = (double)t->seconds;

		sum +=
		    relevance(b, fmin(1, start / (j->seconds - d)), order[i]);
		for (int k = 0; i && k < JOURNEY_STEPS; k++)
			if (j->tuning.weight[k] > 0)
				sum -= (double)(j->tuning.weight[k] *
						journey_distance(
						    &b->tracks[order[i - 1]], t,
						    (enum journey_step)k));
		start += d;
	}
	for (size_t t = 0; t < j->count; t++)
		mean += (double)b->tracks[t].seconds / (double)j->count;
	return (sum -
		(double)j->tuning.late * fabs(start - j->seconds) / mean) /
	       (double)n;
}

static double best_of_all(struct bench *b, uint32_t *order, size_t n)
{
	double best = n ? value(b, order, n) : -INFINITY;

	for (uint32_t t = 0; t < b->j.count; t++) {
		double seconds = 0, v;
		bool used = false;

		for (size_t i = 0; i < n; i++) {
			used = used || order[i] == t;
			seconds += (double)b->tracks[order[i]].seconds;
		}
		if (used || seconds >= b->j.seconds)
			continue;
		order[n] = t;
		v = best_of_all(b, order, n + 1);
		best = v > best ? v : best;
	}
	return best;
}

static void any_tracks(struct bench *b, struct random *rng)
{
	for (uint32_t t = 0; t < b->j.count; t++) {
		double angle = 6.28 * random_uniform(rng);
		struct journey_track *to = &b->tracks[t];

		to->seconds = 100 + (float)random_below(rng, 200);
		to->sure = (float)random_uniform(rng);
		to->valence = (float)random_uniform(rng);
		to->arousal = (float)random_uniform(rng);
		b->sound[t][0] = (float)cos(angle);
		b->sound[t][1] = (float)sin(angle);
		to->sound[0].x = b->sound[t];
		to->sound[0].dim = 2;
		for (size_t l = 0; l < b->j.legs; l++)
			b->relevance[l * b->j.count + t] =
			    random_below(rng, 5) ? (float)random_uniform(rng)
						 : NAN;
	}
	for (size_t l = 0; l < b->j.legs; l++) {
		b->leg[l].valence = (float)random_uniform(rng);
		b->leg[l].arousal = (float)random_uniform(rng);
		b->leg[l].mood = 0.5f;
		b->least[l] = INFINITY;
		for (size_t t = 0; t < b->j.count; t++)
			b->least[l] = fminf(b->least[l],
					    b->relevance[l * b->j.count + t]);
	}
}

static void test_every_list(void **state)
{
	struct random rng;
	uint32_t order[8];
	struct bench b;
	int exact = 0;

	(void)state;
	random_seed(&rng, 5, 0);
	for (int round = 0; round < 60; round++) {
		double best, found;
		size_t n;

		set_up(&b, 7, 3);
		any_tracks(&b, &rng);
		b.j.seconds = 800;
		n = find(&b);
		found = value(&b, b.order, n);
		best = best_of_all(&b, order, 0);
		exact += found > best - 1e-5;
		assert_true(found <= best + 1e-5);
		assert_true(found > best - 0.05);
	}
	assert_true(exact >= 54);
}

static void test_length(void **state)
{
	static const double hours[] = { 0.25, 1, 6 };
	struct random rng;
	struct bench b;

	(void)state;
	random_seed(&rng, 6, 0);
	for (size_t i = 0; i < sizeof(hours) / sizeof(*hours); i++) {
		set_up(&b, TRACKS, LEGS);
		any_tracks(&b, &rng);
		b.j.seconds = 3600 * hours[i];
		assert_float_equal(lasts(&b, find(&b)), b.j.seconds, 30);
	}
	/* fewer than that: all there are */
	set_up(&b, 20, LEGS);
	any_tracks(&b, &rng);
	b.j.seconds = 36000;
	assert_int_equal(find(&b), 20);
	/* no more than may be */
	b.j.most = 7;
	assert_int_equal(find(&b), 7);
	/* the track nearest to what is too short for any */
	b.j.seconds = 1;
	assert_int_equal(find(&b), 1);
	for (uint32_t t = 0; t < 20; t++)
		assert_true(b.tracks[b.order[0]].seconds <=
			    b.tracks[t].seconds + 60);
	b.j.count = 0;
	assert_int_equal(find(&b), 0);
}

static int same_tens(void *ctx, uint32_t a, uint32_t b, struct err *err)
{
	(void)err;
	++*(size_t *)ctx;
	return a / 10 == b / 10;
}

static int fails(void *ctx, uint32_t a, uint32_t b, struct err *err)
{
	(void)ctx, (void)a, (void)b;
	return err_set(err, ERR_DATA, "x", "x");
}

static void test_limits(void **state)
{
	struct random rng;
	struct bench b;
	size_t n, asked = 0;

	(void)state;
	random_seed(&rng, 7, 0);
	set_up(&b, TRACKS, LEGS);
	any_tracks(&b, &rng);
	for (uint32_t t = 0; t < TRACKS; t++)
		b.tracks[t].artist = t / 20;
	b.j.seconds = 7200;
	b.j.per_artist = 2;
	b.j.spacing = 4;
	b.j.same = same_tens;
	b.j.ctx = &asked;
	n = find(&b);
	assert_true(n > 25 && asked);
	for (size_t i = 0; i < n; i++) {
		size_t his = 0;

		for (size_t k = 0; k < n; k++) {
			size_t away = i > k ? i - k : k - i;

			if (i == k || b.tracks[b.order[i]].artist !=
					  b.tracks[b.order[k]].artist)
				continue;
			his++;
			assert_true(away > 4);
			assert_int_not_equal(b.order[i] / 10, b.order[k] / 10);
		}
		assert_true(his < 2);
	}
	b.j.same = fails;
	assert_int_equal(journey_find(&b.j, b.order, &b.err), SIZE_MAX);
	assert_status(&b.err, ERR_DATA);
}

static void test_ends(void **state)
{
	static const uint32_t first[] = { 11, 3 }, last[] = { 5, 7 };
	struct random rng;
	struct bench b;
	size_t n;

	(void)state;
	random_seed(&rng, 8, 0);
	set_up(&b, TRACKS, LEGS);
	any_tracks(&b, &rng);
	for (uint32_t t = 0; t < 20; t++)
		b.tracks[t].artist = 1;
	b.j.per_artist = 1;
	b.j.seconds = 3600;
	b.j.first = first;
	b.j.last = last;
	b.j.nfirst = b.j.nlast = 2;
	n = find(&b);
	assert_float_equal(lasts(&b, n), 3600, 30);
	assert_memory_equal(b.order, first, sizeof(first));
	assert_memory_equal(b.order + n - 2, last, sizeof(last));
	for (size_t i = 2; i + 2 < n; i++)
		assert_true(b.order[i] >= 20);
	/* nothing but these */
	b.j.seconds = 1;
	assert_int_equal(find(&b), 4);
	b.j.most = 3;
	assert_int_equal(find(&b), 3);
}

/* Where the order of relevance would never have them. */
static void test_vias(void **state)
{
	static const struct journey_via via[] = { { 9, 0.25f },
						  { 2, 0.25f },
						  { 4, 0.75f } };
	static const uint32_t first = 7, last = 1;
	struct random rng;
	struct bench b;
	size_t n, at[3] = { 0, 0, 0 };

	(void)state;
	random_seed(&rng, 8, 0);
	set_up(&b, TRACKS, LEGS);
	any_tracks(&b, &rng);
	for (size_t i = 0; i < 3; i++) {
		for (size_t l = 0; l < LEGS; l++)
			b.relevance[l * TRACKS + via[i].track] = NAN;
		b.tracks[via[i].track].artist = 1;
	}
	b.tracks[20].artist = 1;
	b.j.per_artist = 1;
	b.j.seconds = 3600;
	b.j.first = &first;
	b.j.last = &last;
	b.j.nfirst = b.j.nlast = 1;
	b.j.via = via;
	b.j.nvia = 3;
	n = find(&b);
	assert_float_equal(lasts(&b, n), 3600, 60);
	for (size_t i = 0; i < n; i++) {
		assert_int_not_equal(b.order[i], 20);
		for (size_t k = 0; k < 3; k++)
			if (b.order[i] == via[k].track)
				at[k] = i;
	}
	assert_int_equal(at[1], at[0] + 1);
	for (size_t k = 0; k < 3; k++) {
		double start = lasts(&b, at[k]);
		double seconds = (double)b.tracks[via[k].track].seconds;

		assert_float_equal(journeyspot_place(&b.j, start, seconds),
				   via[k].place, 0.1);
	}
	/* room for but these, or not even that */
	for (size_t most = 5; most; most--) {
		b.j.most = most;
		assert_int_equal(find(&b), most);
		assert_int_equal(b.order[most - 1], last);
	}
	b.j.most = TRACKS;
	b.j.seconds = 1;
	assert_int_equal(find(&b), 5);
}

static void test_distance(void **state)
{
	struct journey_track a = { .valence = 0,
				   .arousal = 0,
				   .tempo = 60,
				   .key = 0,
				   .mode = 1,
				   .loudness = -10 };
	struct journey_track b = a;

	(void)state;
	b.valence = 0.6f;
	b.arousal = 0.8f;
	b.tempo = 90;
	b.key = 9; /* A minor, as near as C major */
	b.mode = 0;
	b.loudness = -14;
	assert_float_equal(journey_distance(&a, &b, JOURNEY_MOOD), 0.5, 1e-6);
	assert_float_equal(journey_distance(&a, &b, JOURNEY_TEMPO), log2(1.5),
			   1e-6);
	assert_float_equal(journey_distance(&a, &b, JOURNEY_KEY), 0, 1e-6);
	b.mode = 1; /* A major: three sharps */
	assert_float_equal(journey_distance(&a, &b, JOURNEY_KEY), 0.5, 1e-6);
	b.key = 5; /* F major: one flat */
	assert_float_equal(journey_distance(&a, &b, JOURNEY_KEY), 1 / 6., 1e-6);
	assert_float_equal(journey_distance(&a, &b, JOURNEY_LOUDNESS), 0.2,
			   1e-6);
	assert_true(isnan(journey_distance(&a, &b, JOURNEY_SOUND)));
	b.tempo = 0;
	assert_true(isnan(journey_distance(&a, &b, JOURNEY_TEMPO)));
}

static void test_smoothness(void **state)
{
	struct bench b;
	uint32_t order[TRACKS];
	struct random rng;

	(void)state;
	set_up(&b, TRACKS, 2);
	for (uint32_t t = 0; t < TRACKS; t++) {
		place_track(&b, t, (float)t / (TRACKS - 1));
		order[t] = t;
	}
	assert_true(journey_smoothness(&b.j, order, TRACKS) > 0.95f);
	random_seed(&rng, 9, 0);
	random_shuffle(&rng, order, TRACKS);
	assert_float_equal(journey_smoothness(&b.j, order, TRACKS), 0, 0.1);
	assert_true(isnan(journey_smoothness(&b.j, order, 2)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_every_list),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_vias),
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_smoothness),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
