/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first. */
#include <cmocka.h>

#include "text/lyrics.h"

static struct lyrics *open_lyrics(void)
{
	struct err err = { 0 };
	struct lyrics *l = lyrics_new(MOODPIPE_DATA "/lyrics-marks.tsv", &err);

	if (!l)
		fail_msg("%s", err.message);
	return l;
}

static void cleans(struct lyrics *l, const char *in, const char *want)
{
	struct str out = { 0 };
	bool got = lyrics_clean(l, span_of(in), &out);

	assert_string_equal(str_z(&out), want);
	assert_int_equal(got, *want != 0);
	str_release(&out);
}

static void test_timing(void **state)
{
	struct lyrics *l = open_lyrics();

	(void)state;
	cleans(l,
	       "[ar:Ann]\n[ti: Rain]\n[offset:+500]\n[00:12.00]First line\n"
	       "[00:17.20][01:02.5]Second\n[1:02:03.456]late\n",
	       "First line\nSecond\nlate");
	cleans(l, "[00:10.00]<00:10.04>When <00:10.16>the <00:11>sun",
	       "When the sun");
	cleans(l, "\xEF\xBB\xBF[00:01.00]a\r\n[00:02.00]\r\n[00:03.00]b",
	       "a\nb");
	cleans(l, "[00:01.00]\n[00:02.00]", "");
	/* these are no timing */
	cleans(l, "[laughs]\nat 10:30\n<3 you", "[laughs]\nat 10:30\n<3 you");
	lyrics_free(l);
}

static void test_marks(void **state)
{
	static const char *const dropped[] = {
		"[Chorus]",
		"[Verse 2: Ann & Bo]",
		"(Chorus)",
		"[CHORUS x2]",
		"Chorus:",
		"Verse 2",
		"VERSE II:",
		"Refrain x2:",
		"[Pre-Chorus]",
		"(Repeat x3)",
		"x2",
		"[x4]",
		"[Estribillo]",
		"[Refrão]",
		"[Strofa 1]",
		"[Припев]",
		"Куплет 2:",
		"[Refräng]",
		"[Zwrotka 1: Ktoś]",
		"[サビ]",
		"【サビ】",
		"{Bridge}",
		"[Guitar Solo]",
		"[Outro - Bo]",
		"[Nakarat]",
		"[Couplet 1]",
		"(2x)",
		"[Instrumental Break]",
	};
	struct lyrics *l = open_lyrics();
	struct str text = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++) {
		str_reset(&text);
		str_printf(&text, "above\n%s\nbelow", dropped[i]);
		cleans(l, str_z(&text), "above\nbelow");
	}
	cleans(l, "Chorus: I love you", "I love you");
	cleans(l, "la la la (x2)\nhey x3\nyeah [2x]", "la la la\nhey\nyeah");
	str_release(&text);
	lyrics_free(l);
}

static void test_words_stay(void **state)
{
	static const char *const kept[] = {
		"Bridge over troubled water",
		"Break",
		"Hook me up",
		"(ooh ooh)",
		"[?]",
		"I said: stay",
		"Verse by verse I love you",
		"Solo quiero bailar",
		"Chorus of angels, singing: hallelujah",
		"part of me",
		"1999",
		"malcolm x",
		"Drop it like it's hot (drop it)",
		"Intro to love",
		"5x5 is not a song x",
		"riding in my 4x4",
		"a 2 x 4",
		"4x4",
		"bridge a",
		"Break x",
	};
	struct lyrics *l = open_lyrics();

	(void)state;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		cleans(l, kept[i], kept[i]);
	lyrics_free(l);
}

static void test_lines(void **state)
{
	struct lyrics *l = open_lyrics();

	(void)state;
	cleans(l, "\n\n  a  \n\n\n\nb\rc\r\n\r\n", "a\n\nb\nc");
	cleans(l, "[Verse]\na\n\n[Chorus]\nb", "a\n\nb");
	cleans(l, "", "");
	cleans(l, " \n\t", "");
	lyrics_free(l);
}

/* Cleaning comes to an end. */
static void test_idempotent(void **state)
{
	static const char *const texts[] = {
		"[00:01.00]Chorus: x2\n(Chorus) x2 x2\n[a] [b]",
		"Chorus: Verse: a x2 (x3)",
		"x2 x2 x2\n[[Chorus]]\n((x2))",
	};
	struct lyrics *l = open_lyrics();
	struct str a = { 0 }, b = { 0 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		lyrics_clean(l, span_of(texts[i]), &a);
		for (int k = 0; k < 4; k++) {
			lyrics_clean(l, span_str(&a), &b);
			if (span_eq(span_str(&a), span_str(&b)))
				break;
			str_reset(&a);
			str_span(&a, span_str(&b));
			assert_int_not_equal(k, 3);
		}
	}
	str_release(&a);
	str_release(&b);
	lyrics_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timing),     cmocka_unit_test(test_marks),
		cmocka_unit_test(test_words_stay), cmocka_unit_test(test_lines),
		cmocka_unit_test(test_idempotent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
