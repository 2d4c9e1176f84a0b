/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <libexttextcat/textcat.h>

#include "text/profiles.h"

/* Distances by hand: profile A is _, a, _a, a_, _a_; B is b alone. The text "a"
 * has _ twice, then once each _a, _a_, a, a_ in order of appearance. */
static void by_hand(void **state)
{
	char *dir = test_path(""), *conf = test_path("conf");
	char *a = test_path("a.lm"), *b = test_path("b.lm");
	const char *names[4];
	struct profiles *p;
	struct err e = { 0 };

	(void)state;
	test_save(a, "_\t9\na\t5\n_a\t3\na_\t2\n_a_\t1\n", 24);
	test_save(b, "b\t4\n", 4);
	test_save(conf, "# none\na.lm A\nb.lm\tB\n", 21);
	p = profiles_new(conf, dir, &e);
	if (!p)
		fail_msg("%s", e.message);
	/* out of place: A by 0 + 1 + 2 + 2 + 1, B by 5 times 400 */
	assert_int_equal(profiles_rank(p, SPAN("a"), 1.03, names, 4), 1);
	assert_string_equal(names[0], "A");
	assert_int_equal(profiles_rank(p, SPAN("a"), 333, names, 4), 1);
	assert_int_equal(profiles_rank(p, SPAN("a"), 334, names, 4), 2);
	assert_string_equal(names[1], "B");
	/* B's one n-gram, at place 2 of 5 and not 0; A has "_" */
	assert_int_equal(profiles_rank(p, SPAN("b b b"), 1.5, names, 4), 2);
	assert_string_equal(names[0], "A");
	assert_int_equal(profiles_rank(p, SPAN(""), 1.03, names, 4), 0);
	assert_int_equal(profiles_rank(p, SPAN("    "), 1.03, names, 4), 0);
	/* nothing known: all are equally far */
	assert_int_equal(profiles_rank(p, SPAN("x"), 1.0, names, 4), 1);
	profiles_free(p);
	test_save(conf, "a.lm\n", 5);
	assert_null(profiles_new(conf, dir, &e));
	assert_status(&e, ERR_DATA);
	test_save(conf, "gone.lm X\n", 10);
	assert_null(profiles_new(conf, dir, &e));
	assert_status(&e, ERR_ENV);
	unlink(a);
	unlink(b);
	unlink(conf);
	free(a);
	free(b);
	free(conf);
	free(dir);
}

/* libexttextcat itself, with the same profiles, finds the same. */
static void oracle(void **state)
{
	static const char *const texts[] = {
		"i walked alone through the rain last night and kept thinking",
		"ich ging gestern nacht allein durch den regen und dachte nach",
		"je marchais seule sous la pluie hier soir et je pensais",
		"ieri sera camminavo da sola sotto la pioggia e pensavo",
		"wczoraj wieczorem szłam sama w deszczu i myślałam",
		"dün gece yağmurun altında yalnız yürüyordum ve düşünüyordum",
		"вчера вечером я шёл один под дождём и думал обо всём",
		"eilen illalla kävelin yksin sateessa ja ajattelin",
	};
	static const char dir[] = "/usr/share/libexttextcat/";
	struct profiles *p = profiles_new("data/languages.conf", dir, NULL);
	void *theirs = special_textcat_Init("data/languages.conf", dir);
	candidate_t *found = textcat_GetClassifyFullOutput(theirs);

	(void)state;
	assert_non_null(p);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		const char *names[5];

		assert_true(textcat_ClassifyFull(theirs, texts[i],
						 strlen(texts[i]), found) > 0);
		assert_true(
		    profiles_rank(p, span_of(texts[i]), 1.03, names, 5) > 0);
		assert_string_equal(names[0], found[0].name);
	}
	textcat_ReleaseClassifyFullOutput(theirs, found);
	textcat_Done(theirs);
	profiles_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_hand),
		cmocka_unit_test(oracle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
