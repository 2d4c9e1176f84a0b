/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/whywords.h"
#include "testing.h"

static void test_bands(void **state)
{
	struct whywords w;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
	    whywords_parse(&w,
			   SPAN("# x\nband\ttempo\t90\tslow\nband\ttempo\t120"
				"\t-\nband\tmood\t1\tnear\nband\ttempo\t999"
				"\tfast\nthan\tbright\tdarker\tbrighter\n"
				"whose\tlike\tits mood\n"
				"least\tplays\t0.9\n"),
			   "t", &err),
	    0);
	assert_true(span_is(whywords_band(&w, WHY_TEMPO, 90), "slow"));
	assert_true(whywords_band(&w, WHY_TEMPO, 90.5f).n == 0);
	assert_true(span_is(whywords_band(&w, WHY_TEMPO, 130), "fast"));
	assert_true(whywords_band(&w, WHY_TEMPO, 5000).n == 0);
	assert_true(whywords_band(&w, WHY_ENERGY, 0).n == 0);
	assert_true(span_is(whywords_band(&w, WHY_MOOD, 0), "near"));
	assert_int_equal(whywords_place(&w, WHY_TEMPO, 60), -1);
	assert_int_equal(whywords_place(&w, WHY_TEMPO, 100), 0);
	assert_int_equal(whywords_place(&w, WHY_TEMPO, 180), 1);
	assert_true(span_is(w.than[TIMBRE_BRIGHT][0], "darker"));
	assert_true(span_is(w.whose[WHY_LIKE], "its mood"));
	assert_float_equal(w.least[WHY_PLAYS], 0.9, 1e-6);
	whywords_release(&w);
}

static void test_shipped(void **state)
{
	struct whywords w;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(whywords_load(&w, &err), 0);
	for (int a = 0; a < TIMBRE_AXES; a++)
		assert_true(w.than[a][0].n && w.than[a][1].n);
	for (int i = 0; i < WHY_WHOSES; i++)
		assert_true(w.whose[i].n);
	assert_true(span_is(whywords_band(&w, WHY_TEMPO, 68), "slow"));
	whywords_release(&w);
}

static void test_refused(void **state)
{
	static const char *const bad[] = {
		"bond\ttempo\t90\tslow\n", "band\ttaste\t90\tslow\n",
		"band\ttempo\tx\tslow\n",  "band\ttempo\t90\n",
		"than\twet\ta\tb\n",       "than\tbright\ta\n",
		"whose\tcat\tx\n",         "whose\tlike\n",
		"least\tplays\n",          "least\tfame\t1\n"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct whywords w;
		struct err err = { 0 };

		assert_int_equal(whywords_parse(&w, span_of(bad[i]), "t", &err),
				 -1);
		assert_int_equal(err.status, ERR_DATA);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bands),
		cmocka_unit_test(test_shipped),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
