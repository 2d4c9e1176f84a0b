/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The middle of a corpus: the mean, written and read again. */
#include "testing.h"

#include <math.h>

#include "corpus/moodcentre.h"

static void fit(int n, struct moodcentre *c)
{
	struct moodcentre_sums s = { 0 };

	for (int i = 0; i < n; i++)
		moodcentre_add(&s, 0.25, i % 2 ? 0.3 : -0.1);
	moodcentre_fit(&s, c);
}

static void test_fit(void **state)
{
	struct moodcentre c;

	(void)state;
	fit(MOODCENTRE_LEAST, &c);
	assert_true(fabs(c.at[0] - 0.25) < 1e-12);
	assert_true(fabs(c.at[1] - 0.1) < 1e-12);
	fit(MOODCENTRE_LEAST - 1, &c);
	assert_true(fabs(c.at[0]) + fabs(c.at[1]) <= 0);
}

static void test_table(void **state)
{
	static const char *const broken[] = {
		"",
		"valence\t0\n",
		"valence\t0\narousal\n",
		"valence\t0\narousal\t0\t1\n",
		"valence\t0\narousal\t2\n",
		"valence\t0\narousal\tx\n",
		"valence\t0\nother\t0\n",
	};
	struct moodcentre c, back;
	struct str out = { 0 };
	struct err err = { 0 };

	(void)state;
	fit(40, &c);
	moodcentre_write(&c, 40, &out);
	assert_int_equal(moodcentre_parse(&back, span_str(&out), "t", &err), 0);
	for (int i = 0; i < 2; i++)
		assert_true(fabs(back.at[i] - c.at[i]) < 1e-6);
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		if (!moodcentre_parse(&back, span_of(broken[i]), "t", &err))
			fail_msg("taken: %s", broken[i]);
		assert_status(&err, ERR_DATA);
	}
	str_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
