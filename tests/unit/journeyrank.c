/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What holds of every journey, whatever its legs. */
#include "corpus/journeyrank.h"
#include "math/random.h"
#include "testing.h"

#include <math.h>

enum { ROWS = 200, LEGS = 5, EACH = 60, SCORED = LEGS * EACH, BARRED = 7 };

struct bench {
	struct generation g;
	float duration[ROWS], valence[ROWS], arousal[ROWS];
	uint8_t link[ROWS];
	struct candidates c;
	struct candidates legs[LEGS];
	struct candidate items[LEGS][EACH];
	struct scored scored[SCORED];
	size_t first[LEGS + 1];
	struct ranktuning tuning;
	struct poolrows rows;
	struct journeyrank_how how;
	struct journeyrank *r;
	uint32_t order[1000];
	struct answer a;
	struct err err;
};

static int is_barred(void *ctx, const struct scored *s, struct err *err)
{
	(void)ctx;
	(void)err;
	return s->row % BARRED == 0;
}

static int fails(void *ctx, const struct scored *s, struct err *err)
{
	(void)ctx;
	(void)s;
	return err_set(err, ERR_DATA, "x", "x");
}

/* Three artists each hundred rows; every eighth row has no duration. */
static void any_legs(struct bench *b, struct random *rng)
{
	for (int i = 0; i < ROWS; i++) {
		b->duration[i] =
		    i % 8 ? 100 + (float)random_below(rng, 200) : NAN;
		b->valence[i] = (float)random_uniform(rng);
		b->arousal[i] = (float)random_uniform(rng);
		b->link[i] = i % 11 ? LINK_VALID : LINK_DEAD;
	}
	for (size_t l = 0; l < LEGS; l++) {
		uint32_t row = (uint32_t)random_below(rng, 20);
		size_t n = b->first[l];

		b->legs[l].place = (float)l / (LEGS - 1);
		for (uint32_t i = 0; i < EACH; i++) {
			struct scored *s = &b->scored[n];

			row += 1 + (uint32_t)random_below(rng, 3);
			row %= ROWS;
			b->items[l][i].row = row;
			if (b->link[row] == LINK_DEAD)
				continue;
			*s = (struct scored){ .row = row,
					      .item = i,
					      .leg = (uint32_t)l,
					      .artist = row % 60,
					      .also = SCORED_ALONE,
					      .mood_confidence = 0.5f };
			for (int k = 0; k < 3; k++)
				s->contribution[k] =
				    (int32_t)random_below(rng, 300000);
			s->score =
			    (float)(s->contribution[0] + s->contribution[1] +
				    s->contribution[2]) /
			    1e6f;
			s->relevance = s->score;
			n++;
		}
		b->first[l + 1] = n;
	}
}

static void set_up(struct bench *b)
{
	*b = (struct bench){ .g = { .name = "0123456789abcdef",
				    .count = ROWS } };
	assert_int_equal(ranktuning_load(&b->tuning, &b->err), 0);
	b->g.duration = b->duration;
	b->g.valence = b->valence;
	b->g.arousal = b->arousal;
	b->g.link = b->link;
	b->c.legs = b->legs;
	b->c.leg_count = LEGS;
	b->c.minutes = 60;
	for (size_t l = 0; l < LEGS; l++) {
		b->legs[l].items = b->items[l];
		b->legs[l].count = EACH;
		b->legs[l].mood_by = MOODBY_LEXICON;
		b->legs[l].valence = (float)l / LEGS;
		b->legs[l].weight[SIGNAL_MOOD] = 0.5f;
		b->legs[l].weight[SIGNAL_TEXT] = 0.5f;
	}
	str_puts(&b->legs[0].station, "one");
	str_puts(&b->legs[LEGS - 1].station, "two");
	b->how = (struct journeyrank_how){ .c = &b->c,
					   .g = &b->g,
					   .tuning = &b->tuning,
					   .scored = b->scored,
					   .first = b->first,
					   .rows = &b->rows,
					   .tracks = 20,
					   .most = 1000,
					   .per_artist = 2,
					   .spacing = 3,
					   .barred = is_barred };
	b->r = journeyrank_new();
}

static void tear_down(struct bench *b)
{
	journeyrank_free(b->r);
	poolrows_release(&b->rows);
	str_release(&b->legs[0].station);
	str_release(&b->legs[LEGS - 1].station);
}

static void run(struct bench *b)
{
	assert_int_equal(
	    journeyrank_run(b->r, &b->how, b->order, &b->a, &b->err), 0);
}

static const struct scored *result(const struct bench *b, size_t i)
{
	return &b->scored[b->order[i]];
}

static bool is_there(const struct bench *b, size_t leg, uint32_t row)
{
	for (size_t i = b->first[leg]; i < b->first[leg + 1]; i++)
		if (b->scored[i].row == row)
			return true;
	return false;
}

static void holds(struct bench *b)
{
	const struct answer_journey *j = b->a.journey;
	double at = 0, middle = 0;
	size_t unknown = 0;

	assert_true(b->a.count > 10);
	for (size_t i = 0; i < b->a.count; i++) {
		const struct scored *s = result(b, i);
		float seconds = b->duration[s->row];
		int64_t sum = 0;

		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(result(b, k)->row, s->row);
		assert_true(s->kept || s->row % BARRED);
		assert_true(is_there(b, s->leg, s->row));
		for (int k = 0; k < CONTRIBUTIONS; k++)
			sum += s->contribution[k];
		assert_float_equal((double)s->score, (double)sum / 1e6, 1e-6);
		assert_true(s->score >= 0 && s->score <= 1);
		assert_true(s->valence == b->valence[s->row]);
		assert_float_equal(j->stops[i].at, at, 1e-3);
		test_span_is(j->stops[i].station,
			     2 * i < b->a.count - 1 ? "one" : "two");
		if (isnan(seconds) && !(middle > 0) && i + 1 < b->a.count)
			middle = j->stops[i + 1].at - at;
		unknown += isnan(seconds);
		at += isnan(seconds) ? middle : (double)seconds;
	}
	assert_int_equal(j->unknown, unknown);
	assert_true(!(middle > 0) || (middle > 150 && middle < 250));
	assert_true(j->smoothness > 0);
}

static void test_any(void **state)
{
	struct random rng;
	struct bench b;

	(void)state;
	set_up(&b);
	for (uint64_t round = 0; round < 30; round++) {
		random_seed(&rng, 3, round);
		any_legs(&b, &rng);
		b.c.minutes = round % 2 ? 60 : 0;
		run(&b);
		if (!(b.c.minutes > 0)) {
			assert_int_equal(b.a.count, 20);
			holds(&b);
			assert_int_equal(b.a.journey->warning.n, 0);
			continue;
		}
		assert_float_equal(b.a.journey->seconds, 3600, 100);
		assert_int_equal(b.a.journey->warning.n, 0);
	}
	b.how.barred = fails;
	assert_int_equal(journeyrank_run(b.r, &b.how, b.order, &b.a, &b.err),
			 -1);
	assert_status(&b.err, ERR_DATA);
	tear_down(&b);
}

/* Each row once, whatever the legs share. */
static void test_counts(void **state)
{
	bool met[ROWS] = { false };
	size_t all = 0, dead = 0;
	struct random rng;
	struct bench b;

	(void)state;
	set_up(&b);
	random_seed(&rng, 4, 0);
	any_legs(&b, &rng);
	run(&b);
	for (size_t l = 0; l < LEGS; l++)
		for (size_t i = 0; i < EACH; i++)
			met[b.items[l][i].row] = true;
	for (int i = 0; i < ROWS; i++) {
		all += met[i];
		dead += met[i] && b.link[i] == LINK_DEAD;
	}
	assert_int_equal(b.a.journey->tracks, all);
	assert_int_equal(b.a.dead, dead);
	assert_true(dead > 5);
	tear_down(&b);
}

/* Ends that are barred, of one artist, kept at both ends; another kept in the
 * middle, which is no end. */
static void test_ends(void **state)
{
	struct random rng;
	struct bench b;
	struct scored *first, *last, *middle;
	uint32_t wanted[2];

	(void)state;
	set_up(&b);
	random_seed(&rng, 5, 0);
	any_legs(&b, &rng);
	b.c.minutes = 0;
	first = &b.scored[b.first[0] + 7];
	last = &b.scored[b.first[LEGS - 1] + 9];
	middle = &b.scored[b.first[2] + 3];
	first->row = wanted[0] = 7 * BARRED;
	last->row = wanted[1] = 8 * BARRED;
	first->artist = last->artist = 3;
	for (struct scored *const *s =
		 (struct scored *const[]){ first, last, middle, NULL };
	     *s; s++) {
		(*s)->kept = 1;
		(*s)->pinned = true;
		(*s)->contribution[CONTRIBUTION_KEPT] =
		    1000000 - (int32_t)lrintf((*s)->score * 1e6f);
		(*s)->score = 1;
		(*s)->relevance = 2;
	}
	run(&b);
	assert_int_equal(b.a.count, 20);
	assert_int_equal(result(&b, 0)->row, wanted[0]);
	assert_int_equal(result(&b, 19)->row, wanted[1]);
	assert_true(result(&b, 0)->score == 1 && result(&b, 19)->score == 1);
	holds(&b);
	tear_down(&b);
}

static void test_warnings(void **state)
{
	struct random rng;
	struct bench b;

	(void)state;
	set_up(&b);
	random_seed(&rng, 6, 0);
	any_legs(&b, &rng);
	b.c.minutes = 6000;
	run(&b);
	assert_non_null(strstr(b.a.journey->warning.p, " of 6000 minutes: "));
	assert_non_null(strstr(b.a.journey->warning.p, "--per-artist 0"));
	b.how.most = 5;
	run(&b);
	assert_int_equal(b.a.count, 5);
	assert_non_null(
	    strstr(b.a.journey->warning.p, "no more tracks were asked for"));
	b.how.most = b.how.tracks = 1000;
	b.c.minutes = 0;
	run(&b);
	assert_true(b.a.count < 200);
	assert_non_null(strstr(b.a.journey->warning.p, " of 1000 tracks: "));
	memset(b.first, 0, sizeof(b.first));
	run(&b);
	assert_int_equal(b.a.count, 0);
	tear_down(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_warnings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
