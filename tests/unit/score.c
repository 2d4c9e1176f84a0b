/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first. */
#include <cmocka.h>

#include <math.h>

#include "audio/score.h"

#define HEAD "title T\ntempo 120\nkey C major\ngenre Test\nmood happy\n"

static void parse(struct score *s, const char *text)
{
	struct err err = { 0 };

	if (score_parse(s, span_of(text), "dir/name.score", &err))
		fail_msg("%s", err.message);
}

static void note_is(const struct score_track *t, size_t i, double start,
		    double length, double pitch)
{
	assert_true(i < t->count);
	assert_float_equal(t->notes[i].start, start, 1e-9);
	assert_float_equal(t->notes[i].length, length, 1e-9);
	assert_float_equal(t->notes[i].pitch, pitch, 1e-9);
}

static void test_notes(void **state)
{
	struct score s;

	(void)state;
	parse(&s,
	      HEAD "track a piano octave=1 # a comment\n"
		   "\tc4:2 d#4 | r:1/2 bb3:1.5\n  @.5 ( c4+e4:1 r )*2 b4\n");
	assert_int_equal(s.ntracks, 1);
	assert_int_equal(s.tracks[0].count, 8);
	note_is(&s.tracks[0], 0, 0, 2, 60);
	note_is(&s.tracks[0], 1, 2, 2, 63);
	note_is(&s.tracks[0], 2, 4.5, 1.5, 58);
	note_is(&s.tracks[0], 3, 6, 1, 60);
	note_is(&s.tracks[0], 4, 6, 1, 64);
	note_is(&s.tracks[0], 5, 8, 1, 60);
	note_is(&s.tracks[0], 7, 10, 1, 71);
	assert_float_equal(s.tracks[0].notes[3].velocity, .5, 1e-6);
	assert_float_equal(s.tracks[0].length, 11, 1e-9);
	assert_int_equal(s.nclips, 1);
	assert_string_equal(s.clips[0].name, "name");
	assert_float_equal(score_pitch(&s, &s.clips[0], &s.tracks[0], 60), 72,
			   0);
	score_release(&s);
}

static void test_chords(void **state)
{
	struct score s;

	(void)state;
	parse(&s, HEAD "track a piano\n C:4 F#m7\ntrack b bass root pulse=2\n"
		       " Am:4\ntrack c harp arp=1/2\n C:2\n");
	assert_int_equal(s.tracks[0].count, 7);
	note_is(&s.tracks[0], 2, 0, 4, 55);
	note_is(&s.tracks[0], 6, 4, 4, 64);
	assert_int_equal(s.tracks[1].count, 2);
	note_is(&s.tracks[1], 1, 2, 2, 57);
	assert_int_equal(s.tracks[2].count, 4);
	note_is(&s.tracks[2], 2, 1, .5, 55);
	note_is(&s.tracks[2], 3, 1.5, .5, 48);
	score_release(&s);
}

static void test_drums(void **state)
{
	struct score s;

	(void)state;
	parse(&s, HEAD "track kit drums volume=.5\n kick X... x...\n hat o.\n");
	assert_int_equal(s.ntracks, 2);
	assert_int_equal(s.tracks[0].voice, VOICE_KICK);
	assert_int_equal(s.tracks[0].count, 2);
	note_is(&s.tracks[0], 1, 1, .25, 60);
	assert_float_equal(s.tracks[0].length, 2, 1e-9);
	assert_float_equal(s.tracks[1].length, .5, 1e-9);
	assert_float_equal(s.tracks[1].volume, .5, 1e-9);
	score_release(&s);
}

static void test_variants(void **state)
{
	static const int minor[7] = { 0, 2, 3, 5, 7, 8, 10 };
	static const int major[7] = { 0, 2, 4, 5, 7, 9, 11 };
	struct score s;

	(void)state;
	parse(&s, HEAD
	      "track a piano\n c4\ntrack k drums\n kick x...\n"
	      "variant one\nvariant two tempo=60 key=A mode=minor mood=sad "
	      "genre=New_Age a=organ without=k format=mp3\n");
	assert_int_equal(s.nclips, 2);
	assert_string_equal(s.clips[1].name, "name-two");
	assert_string_equal(s.clips[1].genre, "New Age");
	assert_string_equal(s.clips[1].format, "mp3");
	assert_int_equal(s.clips[1].key, 9);
	assert_int_equal(s.clips[1].mode, 0);
	assert_int_equal(s.clips[1].quadrant, 3);
	assert_int_equal(s.clips[1].voice[0], VOICE_ORGAN);
	assert_true(s.clips[1].muted[1]);
	assert_false(s.clips[0].muted[1]);
	/* The major scale becomes the minor one, from A below. */
	for (int i = 0; i < 7; i++)
		assert_float_equal(
		    score_pitch(&s, &s.clips[1], &s.tracks[0], 60 + major[i]),
		    57 + minor[i], 0);
	score_release(&s);
}

static void test_swing(void **state)
{
	struct score s;

	(void)state;
	parse(&s, HEAD "swing 2/3\ntrack a piano\n c4\n");
	assert_float_equal(score_time(&s.clips[0], 3), 1.5, 1e-9);
	assert_float_equal(score_time(&s.clips[0], 3.5), 1.5 + 1 / 3., 1e-9);
	assert_float_equal(score_time(&s.clips[0], 3.75), 1.5 + 5 / 12., 1e-9);
	score_release(&s);
}

static void test_errors(void **state)
{
	static const struct {
		const char *text, *where, *what;
	} bad[] = {
		{ "title\n", "x:1:", "title" },
		{ "tempo fast\n", "x:1:", "\"fast\"" },
		{ "tempo 1e9\n", "x:1:", "1e9" },
		{ "colour red\n", "x:1:", "colour" },
		{ HEAD, "x:", "track" },
		{ HEAD "\tc4\n", "x:6:", "c4" },
		{ HEAD "track a kazoo\n", "x:6:", "kazoo" },
		{ HEAD "track a piano\n c4 h4\n", "x:7:", "h4" },
		{ HEAD "track a piano\n c4:0\n", "x:7:", "c4:0" },
		{ HEAD "track a piano\n c4:1/0\n", "x:7:", "c4:1/0" },
		{ HEAD "track a piano\n c4:\n", "x:7:", "c4:" },
		{ HEAD "track a piano\n c44\n", "x:7:", "c44" },
		{ HEAD "track a piano\n Cmaj99\n", "x:7:", "Cmaj99" },
		{ HEAD "track a piano\n c4+\n", "x:7:", "c4+" },
		{ HEAD "track a piano\n ( c4\n", "x:7:", "(" },
		{ HEAD "track a piano\n c4 )*2\n", "x:7:", ")*2" },
		{ HEAD "track a piano\n ( c4 )*x\n", "x:7:", ")*x" },
		{ HEAD "track a piano volume=9\n", "x:6:", "volume=9" },
		{ HEAD "track a drums\n gong x\n", "x:7:", "gong" },
		{ HEAD "track a drums\n kick xq\n", "x:7:", "steps" },
		{ HEAD "track a piano\n c4\nvariant b key=H\n", "x:8:", "key" },
		{ HEAD "track a piano\n c4\nvariant b z=1\n", "x:8:", "z=1" },
		{ HEAD "track a piano\n c4\nvariant b a=x\n", "x:8:", "\"x\"" },
		{ HEAD "track a piano\n c4\nvariant b\ntrack c bass\n",
		  "x:9:", "track" },
		{ HEAD "track a piano\n ( ( ( ( ( ( ( ( (\n", "x:7:", "8" },
		{ HEAD "track a piano\n ( ( ( c4 )*999 )*999 )*9\n",
		  "x:7:", "100000" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err err = { 0 };
		struct score s;

		if (!score_parse(&s, span_of(bad[i].text), "x", &err))
			fail_msg("accepted: %s", bad[i].text);
		assert_int_equal(err.status, ERR_DATA);
		if (strncmp(err.message, bad[i].where, strlen(bad[i].where)) ||
		    !strstr(err.message, bad[i].what))
			fail_msg("%s gave: %s", bad[i].text, err.message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_notes), cmocka_unit_test(test_chords),
		cmocka_unit_test(test_drums), cmocka_unit_test(test_variants),
		cmocka_unit_test(test_swing), cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
