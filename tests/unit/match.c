/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "corpus/match.h"

struct fixture {
	struct versions v;
	struct match_name *a, *b;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err err;

	f->a = match_name_new();
	f->b = match_name_new();
	*state = f;
	return versions_load(&f->v, &err);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	match_name_free(f->a);
	match_name_free(f->b);
	versions_release(&f->v);
	free(f);
	return 0;
}

struct side {
	const char *artist, *title;
	double duration;
	const char *album, *version;
};

static void read_side(struct fixture *f, struct match_name *m, struct side s)
{
	struct match_facts facts = { .title = span_of(s.title),
				     .artist = span_of(s.artist),
				     .album = span_of(s.album),
				     .version = span_of(s.version),
				     .duration = s.duration };

	match_read(m, &f->v, &facts);
}

static double alike(struct fixture *f, struct side x, struct side y)
{
	struct match_rule rule = MATCH_RULE;
	double ab, ba;

	read_side(f, f->a, x);
	read_side(f, f->b, y);
	ab = match_confidence(f->a, f->b, &rule);
	ba = match_confidence(f->b, f->a, &rule);
	assert_true(ab >= 0 && ab <= 1);
	assert_true(ab - ba < 1e-9 && ba - ab < 1e-9);
	return ab;
}

#define T(artist, title, duration)                                             \
	{                                                                      \
		artist, title, duration, NULL, NULL                            \
	}

struct pair {
	struct side x, y;
};

static void same(void **state)
{
	static const struct pair pairs[] = {
		{ T("Björk", "Jóga", 305), T("BJORK", "joga", 304) },
		{ T("Ann", "Rain", 200), T("Ann", "Rain (feat. Bo)", 201) },
		{ T("Ann feat. Bo", "Rain", 200), T("Ann", "Rain", 201) },
		{ T("Ann & Bo", "Rain", 200), T("Bo and Ann", "Rain", 200) },
		{ T("The Four", "Rain", 200), T("Four, The", "Rain", 200) },
		{ T("Ann", "Rain", 200),
		  T("Ann", "Rain - 2011 Remaster", 200) },
		{ T("Ann", "Rain", 200),
		  T("Ann", "Rain [Official Video] (HD)", 202) },
		{ T("Ann", "Don't Stop!", 200), T("Ann", "Dont stop", 200) },
		{ T("Ann", "Rock & Roll", 200),
		  T("Ann", "rock and roll", 200) },
		{ T("Ann", "Evening, Part 2", 200),
		  T("Ann", "Evening Pt. II", 200) },
		{ T("Some Label", "Ann - Rain", 200), T("Ann", "Rain", 200) },
		{ T("Ann", "Ann - Rain", 200), T("Ann", "Rain", 200) },
		{ T("Rain", "Ann Other", 200), T("Ann Other", "Rain", 200) },
		{ T("Ann", "03 - Rain", 200), T("Ann", "Rain", 200) },
		{ T("Ann", "Rain.mp3", 200), T("Ann", "Rain", 200) },
		{ T("Ann", "Rain | Pale Fox Records", 200),
		  T("Ann", "Rain", 200) },
		{ T("Ann", "Afternoon Delihgt", 200),
		  T("Ann", "Afternoon Delight", 200) },
		{ T("Oasis", "Live Forever", 276),
		  T("Some Label", "Oasis - Live Forever", 276) },
		{ T("Ann", "Rain (DJ X Remix)", 300),
		  T("Ann", "Rain - DJ X Remix", 300) },
		{ T("Ann", "Rain (live)", 300),
		  { "Ann", "Rain", 300, NULL, "live" } },
		{ T("Ann", "雨【公式MV】", 200), T("Ann", "雨", 200) },
		{ T("Ann", "Rain", 0), T("Ann", "Rain", 200) },
		{ T("Ann", "???", 100), T("ANN", "???", 100) },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (alike(f, pairs[i].x, pairs[i].y) < 0.8)
			fail_msg("%s, %s is not %s, %s: %.3f",
				 pairs[i].x.artist, pairs[i].x.title,
				 pairs[i].y.artist, pairs[i].y.title,
				 alike(f, pairs[i].x, pairs[i].y));
}

static void other(void **state)
{
	static const struct pair pairs[] = {
		{ T("Ann", "Rain", 200), T("Bo", "Rain", 200) },
		{ T("Ann", "Rain", 200), T("Bo", "Rain (Ann Cover)", 200) },
		{ T("Ann", "Rain", 200), T("Ann", "Rain (Live)", 200) },
		{ T("Ann", "Rain", 200), T("Ann", "Rain - Live at X", 200) },
		{ T("Ann", "Rain", 200), T("Ann", "Rain (En Vivo)", 200) },
		{ T("Ann", "Rain", 200),
		  { "Ann", "Rain", 200, "Live in Köln", NULL } },
		{ T("Ann", "Rain", 200), { "Ann", "Rain", 200, NULL, "live" } },
		{ T("Ann", "Rain", 200), T("Ann", "Rain (Remix)", 200) },
		{ T("Ann", "Rain (X Remix)", 200),
		  T("Ann", "Rain (Quite Another Remix)", 200) },
		{ T("Ann", "Rain (X Remix)", 200),
		  T("Ann", "Rain (X Remix) (Dub)", 200) },
		{ T("Ann", "Rain", 200), T("Ann", "Rain (Karaoke)", 200) },
		{ T("Ann", "Rain", 200),
		  T("Karaoke Stars", "Rain (Originally by Ann)", 200) },
		{ T("Ann", "Rain", 200), T("Ann", "Rain (sped up)", 200) },
		{ T("Ann", "Rain", 200), T("Ann", "Rain (минус)", 200) },
		{ T("Ann", "Rain", 200), T("Ann", "Rain", 240) },
		{ T("Ann", "Rain", 200), T("Ann", "Rain, Pt. 2", 200) },
		{ T("Ann", "Study 1", 200), T("Ann", "Study 2", 200) },
		{ T("Ann", "Mix 2013", 200), T("Ann", "Mix 2014", 200) },
		{ T("Ann", "the 16th night", 200),
		  T("Ann", "the 17th night", 200) },
		{ T("Ann", "Blue Winter", 200), T("Ann", "Blue Summer", 200) },
		{ T("Oasis", "Live Forever", 276),
		  T("Oasis", "Live Forever (Live)", 276) },
		{ T("Ann", "Rain", 200), T("", "Rain", 200) },
		{ T("", "Rain", 200), T("", "Rain", 200) },
		{ T("X", "Ann - Rain", 200), T("Y", "Ann - Rain", 0) },
		{ T("Ann", "", 200), T("Ann", "", 200) },
		{ T("Label", "Ann - Rain", 200), T("Label", "Bo - Rain", 200) },
		{ T("Ann", "Rain - Edit", 200), T("Bo", "Rain - Edit", 200) },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (alike(f, pairs[i].x, pairs[i].y) >= 0.8)
			fail_msg("%s, %s (%g s) is taken for %s, %s: %.3f",
				 pairs[i].x.artist, pairs[i].x.title,
				 pairs[i].x.duration, pairs[i].y.artist,
				 pairs[i].y.title,
				 alike(f, pairs[i].x, pairs[i].y));
}

static void durations(void **state)
{
	(void)state;
	assert_true(match_durations(200, 200) == 1);
	assert_true(match_durations(200, 202) == 1);
	assert_true(match_durations(200, 204) < 1);
	assert_true(match_durations(200, 209) == 0);
	assert_true(match_durations(3600, 3604) == 1);
	assert_true(match_durations(3600, 3620) == 0);
	assert_true(match_durations(0, 200) == match_durations(200, 0));
	assert_true(match_durations(0, 200) > 0);
}

/* Any bytes, any length: read, and alike to itself or without a reading. */
static void hostile(void **state)
{
	struct fixture *f = *state;
	char text[3000];
	uint32_t x = 1;

	for (int round = 0; round < 300; round++) {
		size_t n = (size_t)(round * 10);
		struct side s = { "Ann", text, 100, text, text };

		for (size_t i = 0; i < n; i++) {
			static const char set[] = "ab12 -|()[]{}/&,.~'\"_\xC3"
						  "\xA9\xE3\x80\x90\xF0\x9F"
						  "feat. live - ";

			x = x * 1103515245 + 12345;
			text[i] = round & 1 ? set[(x >> 16) % (sizeof(set) - 1)]
					    : (char)((x >> 16) % 255 + 1);
		}
		text[n] = '\0';
		alike(f, s, s);
		s.artist = text;
		alike(f, s, s);
	}
}

static void check_question(struct fixture *f, struct side s, int which,
			   const char *title, const char *artist)
{
	struct str t = { 0 }, a = { 0 };

	read_side(f, f->a, s);
	assert_true(match_question(f->a, which, &t, &a));
	assert_string_equal(str_z(&t), title);
	assert_string_equal(str_z(&a), artist);
	str_release(&t);
	str_release(&a);
}

static void questions(void **state)
{
	struct fixture *f = *state;
	struct str t = { 0 }, a = { 0 };
	struct side plain = T("Ännie & Bo", "03. Jóga (feat. X) [Live]", 0);
	struct side dashed = T("Label", "Ann - Rain - 2011 Remaster", 0);

	check_question(f, plain, 0, "Jóga", "Ännie");
	assert_false(match_question(f->a, 1, &t, &a));
	check_question(f, dashed, 0, "Ann Rain", "Label");
	check_question(f, dashed, 1, "Rain", "Ann");
	str_release(&t);
	str_release(&a);
}

static void key_of(struct fixture *f, struct side s, struct str *out)
{
	read_side(f, f->a, s);
	str_reset(out);
	match_key(f->a, out);
}

static void keys(void **state)
{
	struct fixture *f = *state;
	struct str a = { 0 }, b = { 0 };

	key_of(f, (struct side)T("Ann & Bo", "Rain (HD)", 0), &a);
	key_of(f, (struct side)T("BO, ANN", "ann - rain", 0), &b);
	assert_true(a.n > 0);
	key_of(f, (struct side)T("BO, ANN", "rain", 0), &b);
	assert_string_equal(str_z(&a), str_z(&b));
	key_of(f, (struct side)T("Ann & Bo", "Rain (Live)", 0), &b);
	assert_string_not_equal(str_z(&a), str_z(&b));
	key_of(f, (struct side)T("", "Rain", 0), &b);
	assert_int_equal(b.n, 0);
	str_release(&a);
	str_release(&b);
}

static void bad_tables(void **state)
{
	static const char *const bad[] = { "live\tlive", "live\t\tb",
					   "live\tlive\tx", "\tlive\tb",
					   "live\tlive\t" };
	struct versions v;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(
		    versions_parse(&v, span_of(bad[i]), "t.tsv", &err), -1);
		assert_int_equal(err.status, ERR_DATA);
		assert_non_null(strstr(err.message, "t.tsv:1:"));
	}
	assert_int_equal(
	    versions_parse(&v, SPAN("# x\n\nlive\tlive\tb\n"), "t", &err), 0);
	versions_release(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same),       cmocka_unit_test(other),
		cmocka_unit_test(durations),  cmocka_unit_test(hostile),
		cmocka_unit_test(questions),  cmocka_unit_test(keys),
		cmocka_unit_test(bad_tables),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
