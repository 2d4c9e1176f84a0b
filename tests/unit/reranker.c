/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What holds of every answer, whatever the candidates. */
#include "corpus/reranker.h"
#include "corpus/seen.h"
#include "math/random.h"
#include "testing.h"

#include <math.h>

enum { ROWS = 300, ARTISTS = 40, GENRES = 3 };

static const char weights[] = "weights\ttext-heavy\t0.5\t0.25\t0.15\t0.1\n"
			      "weights\tmood-heavy\t0.15\t0.35\t0.35\t0.1\n"
			      "weights\tgenre\t0.35\t0.3\t0.2\t0.1\n"
			      "weights\tartist\t0.4\t0.3\t0.15\t0.1\n"
			      "weights\tdefault\t0.2\t0.35\t0.3\t0.1\n"
			      "penalty\tViral\t0.7\nlink\tUNKNOWN\t0.7\n";

static char path[] = "test";

struct bench {
	struct generation g;
	uint64_t keys[ROWS], offsets[ROWS * CATALOGUE_FIELDS + 1];
	uint64_t genres[GENRES + 1];
	uint32_t artist[ROWS], genre[ROWS], album[ROWS];
	float plays[ROWS], popularity[ROWS];
	float valence[ROWS], arousal[ROWS], sure[ROWS];
	uint8_t tier[ROWS], link[ROWS], flags[ROWS];
	struct str blob;
	struct candidates c;
	struct candidate items[ROWS];
	struct reranker *r;
	struct answer a;
	struct err err;
};

/* Titles "Song N", some of them once more as "Song N (Remix)" of the same
 * artist. */
static void put_strings(struct bench *b, size_t i)
{
	static const char *const kinds[] = { "", " (Remix)", " - Live" };
	uint64_t *at = b->offsets + i * CATALOGUE_FIELDS;

	for (int f = 0; f < CATALOGUE_FIELDS; f++) {
		at[f] = b->blob.n;
		if (f == CATALOGUE_ID)
			str_printf(&b->blob, "id%zu", i);
		if (f == CATALOGUE_TITLE)
			str_printf(&b->blob, "Song %zu%s", i % 100,
				   kinds[i / 100]);
	}
	at[CATALOGUE_FIELDS] = b->blob.n;
}

static void any_corpus(struct bench *b, struct random *rng)
{
	b->blob.n = 0;
	for (uint32_t i = 0; i < ROWS; i++) {
		struct candidate *c = &b->items[i];

		b->keys[i] = random_u64(rng);
		b->artist[i] = i % 100 % ARTISTS;
		b->genre[i] = (uint32_t)random_below(rng, GENRES);
		b->album[i] = (uint32_t)random_below(rng, 60);
		b->plays[i] = (float)random_below(rng, 1000);
		b->popularity[i] =
		    random_below(rng, 9) ? (float)random_uniform(rng) : NAN;
		b->valence[i] = (float)random_uniform(rng);
		b->arousal[i] = (float)random_uniform(rng);
		b->sure[i] = (float)random_uniform(rng);
		b->tier[i] = (uint8_t)random_below(rng, TIER_COUNT);
		b->link[i] = (uint8_t)random_below(rng, LINK_COUNT);
		*c = (struct candidate){ .row = i,
					 .text_distance = NAN,
					 .audio_cosine = NAN,
					 .mood_distance = b->valence[i] };
		if (random_below(rng, 2))
			c->text_distance = 1 + (float)random_uniform(rng) / 3;
		put_strings(b, i);
	}
}

static void set_up(struct bench *b)
{
	*b = (struct bench){ .genres = { 0, 3, 6, 9 } };
	b->g = (struct generation){ .name = "0123456789abcdef",
				    .count = ROWS,
				    .keys = b->keys,
				    .offsets = b->offsets,
				    .artist = b->artist,
				    .genre = b->genre,
				    .album = b->album,
				    .plays = b->plays,
				    .popularity = b->popularity,
				    .tier = b->tier,
				    .link = b->link,
				    .flags = b->flags,
				    .valence = b->valence,
				    .arousal = b->arousal,
				    .mood_confidence = b->sure,
				    .weights = SPAN(weights) };
	b->g.genres.count = GENRES;
	b->g.genres.offsets = b->genres;
	b->g.genres.blob = SPAN("abcdefghi");
	b->g.path = path;
	wish_reset(&b->c.wish);
	b->c.items = b->items;
	b->c.count = ROWS;
	b->c.type = QUERY_DEFAULT;
	b->c.weight[SIGNAL_TEXT] = 0.3f;
	b->c.weight[SIGNAL_MOOD] = 0.5f;
	b->c.weight[SIGNAL_COLLAB] = 0.2f;
	str_puts(&b->c.query, "songs of rain");
	b->r = reranker_new(&b->err);
	assert_non_null(b->r);
}

static void run(struct bench *b, const struct reranker_options *o)
{
	b->g.blob = span_str(&b->blob);
	assert_int_equal(reranker_run(b->r, &b->c, &b->g, o, &b->a, &b->err),
			 0);
}

static void tear_down(struct bench *b)
{
	reranker_free(b->r);
	str_release(&b->blob);
	str_release(&b->c.query);
}

static const struct scored *result(const struct bench *b, size_t i)
{
	return &b->a.scored[b->a.order[i]];
}

static size_t of_artist(const struct bench *b, uint32_t artist)
{
	size_t n = 0;

	for (size_t i = 0; i < b->a.count; i++)
		n += result(b, i)->artist == artist;
	return n;
}

static size_t living(const struct bench *b)
{
	size_t n = 0;

	for (size_t i = 0; i < ROWS; i++)
		n += b->link[i] != LINK_DEAD;
	return n;
}

static void check_each_once(const struct bench *b)
{
	uint8_t met[ROWS] = { 0 };

	for (size_t i = 0; i < b->a.count; i++) {
		assert_int_equal(met[result(b, i)->row]++, 0);
		assert_int_not_equal(result(b, i)->link, LINK_DEAD);
	}
}

/* The cap, three others between two of an artist, and nothing lost where
 * nothing is to be left out. */
static void test_always(void **state)
{
	struct reranker_options plain = RERANKER_OPTIONS;
	struct reranker_options all = RERANKER_OPTIONS;
	struct random rng;
	struct bench b;

	(void)state;
	set_up(&b);
	random_seed(&rng, 4, 0);
	all.top_k = 1000;
	all.per_artist = 0;
	all.versions = true;
	for (int round = 0; round < 30; round++) {
		any_corpus(&b, &rng);
		plain.top_k = 5 + round;
		plain.spacing = 3;
		run(&b, &plain);
		check_each_once(&b);
		assert_int_equal(b.a.count, plain.top_k);
		for (uint32_t artist = 0; artist < ARTISTS; artist++)
			assert_true(of_artist(&b, artist) <= 2);
		for (size_t i = 0; i < b.a.count; i++)
			for (size_t j = i > 3 ? i - 3 : 0; j < i; j++)
				assert_int_not_equal(result(&b, i)->artist,
						     result(&b, j)->artist);
		run(&b, &all);
		check_each_once(&b);
		assert_int_equal(b.a.count, living(&b));
		assert_int_equal(b.a.count + b.a.dead, ROWS);
	}
	tear_down(&b);
}

/* Of a family one stays, the best; the others are named with it. */
static void test_versions(void **state)
{
	struct reranker_options o = RERANKER_OPTIONS;
	struct random rng;
	struct bench b;
	uint8_t met[100] = { 0 };
	size_t others = 0;

	(void)state;
	set_up(&b);
	random_seed(&rng, 5, 0);
	any_corpus(&b, &rng);
	o.top_k = 1000;
	o.per_artist = 0;
	run(&b, &o);
	check_each_once(&b);
	for (size_t i = 0; i < b.a.count; i++) {
		const struct scored *s = result(&b, i), *twin = s;

		assert_int_equal(met[s->row % 100]++, 0);
		while (twin->also != SCORED_ALONE) {
			twin = &b.a.scored[twin->also];
			assert_int_equal(twin->row % 100, s->row % 100);
			assert_true(twin->score <= s->score);
			others++;
		}
	}
	assert_int_equal(b.a.count + others, living(&b));
	assert_int_equal(b.a.versions, others);
	/* who asks for remixes gets them */
	str_puts(&b.c.query, " remix");
	run(&b, &o);
	assert_int_equal(b.a.count, living(&b));
	tear_down(&b);
}

static void orders(const struct bench *b, uint32_t rows[ROWS])
{
	for (size_t i = 0; i < b->a.count; i++)
		rows[i] = result(b, i)->row;
}

/* One seed, one list; near equals alone change places. */
static void test_seed(void **state)
{
	struct reranker_options o = RERANKER_OPTIONS;
	uint32_t first[ROWS], again[ROWS], other[ROWS], plain[ROWS];
	struct random rng;
	struct bench b;

	(void)state;
	set_up(&b);
	random_seed(&rng, 6, 0);
	any_corpus(&b, &rng);
	o.top_k = 40;
	o.per_artist = o.spacing = o.album_spacing = 0;
	o.genre_share = o.lambda = 1;
	run(&b, &o);
	orders(&b, plain);
	o.seeded = true;
	o.seed = 1;
	run(&b, &o);
	orders(&b, first);
	for (size_t i = 1; i < b.a.count; i++)
		assert_true(result(&b, i)->score <=
			    result(&b, i - 1)->score +
				reranker_tuning(b.r)->seed_band + 1e-6f);
	run(&b, &o);
	orders(&b, again);
	o.seed = 2;
	run(&b, &o);
	orders(&b, other);
	assert_memory_equal(first, again, 40 * sizeof(*first));
	assert_memory_not_equal(first, other, 40 * sizeof(*first));
	assert_memory_not_equal(first, plain, 40 * sizeof(*first));
	tear_down(&b);
}

static void test_left_out(void **state)
{
	struct reranker_options o = RERANKER_OPTIONS;
	struct seen seen = { 0 };
	struct str id = { 0 };
	struct random rng;
	struct bench b;
	size_t known = 0, less = 0;
	float most = 0;

	(void)state;
	set_up(&b);
	random_seed(&rng, 7, 0);
	any_corpus(&b, &rng);
	o.top_k = 1000;
	o.per_artist = 0;
	o.versions = true;
	o.max_popularity = 40;
	run(&b, &o);
	for (size_t i = 0; i < b.a.count; i++)
		most = fmaxf(most, b.popularity[result(&b, i)->row]);
	for (size_t i = 0; i < ROWS; i++) {
		known += !isnan(b.popularity[i]);
		less += b.popularity[i] < most;
	}
	assert_true((double)less <= 0.4 * (double)known);
	assert_true((double)less > 0.35 * (double)known);
	assert_int_equal(b.a.count + b.a.popular, living(&b));
	o.max_popularity = 100;
	for (int i = 0; i < ROWS; i += 2) {
		str_reset(&id);
		str_printf(&id, "id%d", i);
		*table_put(&seen.ids, span_str(&id)) = 1;
	}
	o.seen = &seen;
	run(&b, &o);
	for (size_t i = 0; i < b.a.count; i++)
		assert_int_equal(result(&b, i)->row % 2, 1);
	assert_int_equal(b.a.count + b.a.seen, living(&b));
	seen_release(&seen);
	str_release(&id);
	tear_down(&b);
}

/* An artist who is asked for: all his tracks, together, in front. */
static void test_asked_artist(void **state)
{
	struct reranker_options o = RERANKER_OPTIONS;
	struct random rng;
	struct bench b;
	size_t his = 0;

	(void)state;
	set_up(&b);
	random_seed(&rng, 8, 0);
	any_corpus(&b, &rng);
	o.versions = true;
	b.c.weight[SIGNAL_TEXT] = 0.6f;
	for (size_t i = 0; i < ROWS; i++) {
		if (b.artist[i] != 7)
			continue;
		b.items[i].named = 1;
		b.items[i].mood_distance = 0;
		his += b.link[i] != LINK_DEAD;
	}
	run(&b, &o);
	assert_true(his > 4 && his < 20);
	for (size_t i = 0; i < his; i++)
		assert_int_equal(result(&b, i)->artist, 7);
	tear_down(&b);
}

/* A genre makes room for others that are nearly as good. */
static void test_flood(void **state)
{
	struct reranker_options o = RERANKER_OPTIONS;
	struct random rng;
	struct bench b;
	size_t met = 0;

	(void)state;
	set_up(&b);
	random_seed(&rng, 9, 0);
	any_corpus(&b, &rng);
	for (size_t i = 0; i < ROWS; i++) {
		b.artist[i] = CATALOGUE_NONE; /* nobody is spaced out */
		b.album[i] = CATALOGUE_NONE;
		b.genre[i] = i % 4 ? 0 : CATALOGUE_NONE;
		b.items[i].mood_distance = i % 4 ? 0.1f : 0.101f;
		b.items[i].text_distance = 1;
	}
	run(&b, &o);
	for (size_t i = 0; i < b.a.count; i++)
		met += result(&b, i)->genre == 0;
	assert_int_equal(met, 12); /* .6 of 20 */
	str_puts(&b.c.query, " abc");
	run(&b, &o);
	for (size_t i = met = 0; i < b.a.count; i++)
		met += result(&b, i)->genre == 0;
	assert_true(met > 12);
	tear_down(&b);
}

static void test_errors(void **state)
{
	struct reranker_options o = RERANKER_OPTIONS;
	struct random rng;
	struct bench b;

	(void)state;
	set_up(&b);
	random_seed(&rng, 10, 0);
	any_corpus(&b, &rng);
	b.g.blob = span_str(&b.blob);
	b.items[5].row = ROWS;
	assert_int_equal(reranker_run(b.r, &b.c, &b.g, &o, &b.a, &b.err), -1);
	assert_int_equal(b.err.status, ERR_DATA);
	b.c.count = 0;
	run(&b, &o);
	assert_int_equal(b.a.count, 0);
	tear_down(&b);
}

/* Whatever speaks against them, tracks that are kept stand in front. */
static void test_kept(void **state)
{
	static const uint32_t kept[] = { 217, 17, 57,
					 117 }; /* all of artist 17 */
	struct reranker_options o = RERANKER_OPTIONS;
	struct random rng;
	struct seen seen = { 0 };
	struct bench b;

	(void)state;
	set_up(&b);
	random_seed(&rng, 4, 0);
	any_corpus(&b, &rng);
	b.c.wish.keep_count = sizeof(kept) / sizeof(*kept);
	for (size_t i = 0; i < b.c.wish.keep_count; i++) {
		b.c.wish.keep[i] = kept[i];
		b.link[kept[i]] = LINK_UNKNOWN;
		b.popularity[kept[i]] = 1;
	}
	b.c.wish.unlike[0] = 3;
	b.c.wish.unlike_count = 1;
	b.link[3] = LINK_VALID;
	b.items[3].mood_distance = 0;
	*table_put(&seen.ids, SPAN("id17")) = 1;
	*table_put(&seen.ids, SPAN("id57")) = 1;
	o.seen = &seen;
	o.max_popularity = 50;
	o.per_artist = 1;
	o.seeded = true;
	run(&b, &o);
	assert_true(b.a.count > 10);
	for (size_t i = 0; i < b.a.count; i++) {
		const struct scored *s = result(&b, i);

		assert_true((i < b.c.wish.keep_count) == (s->kept > 0));
		if (s->kept)
			assert_int_equal(s->row, kept[i]);
		assert_true(!s->kept || (s->score == 1 && isnan(s->match)));
		assert_int_not_equal(s->row, 3);
	}
	assert_int_equal(of_artist(&b, 17), 4);
	seen_release(&seen);
	tear_down(&b);
}

/* What a journey does not heed is told where it is given, and then alone. */
static void test_unused(void **state)
{
	struct reranker_options o = RERANKER_OPTIONS;
	struct str out = { 0 };
	char cross;

	(void)state;
	reranker_unused(&o, &out);
	assert_int_equal(out.n, 0);
	o.per_artist = o.spacing = 0;
	o.seeded = true;
	reranker_unused(&o, &out);
	assert_int_equal(out.n, 0);
	o.cross = (struct crossrank *)&cross;
	o.genre_share = 0;
	str_puts(&out, "so: ");
	reranker_unused(&o, &out);
	assert_string_equal(str_z(&out), "so: --cross-encoder, --genre-share");
	str_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_always),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_seed),
		cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_asked_artist),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_unused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
