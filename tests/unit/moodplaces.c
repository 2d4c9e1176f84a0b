/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodplaces.h"
#include "testing.h"

static int read_text(struct moodplaces *m, const char *text, struct err *err)
{
	char *path = test_path("places");
	int rc;

	test_save(path, text, strlen(text));
	rc = moodplaces_read(m, path, err);
	unlink(path);
	free(path);
	return rc;
}

static void test_places(void **state)
{
	static const float want[][2] = { { 0.5f, 0.5f },
					 { -0.5f, 0.5f },
					 { -0.5f, -0.5f },
					 { 0.5f, -0.5f } };
	struct moodplaces m = { 0 };
	struct err err = { 0 };
	const struct moodplace *p;

	(void)state;
	assert_int_equal(read_text(&m,
				   "1\tQ1\n2\tQ2\tand more\r\n3\tQ3\n4\tQ4\n"
				   "# 5\tQ1\n\ni miss my ex\t-0.25\t1\n",
				   &err),
			 0);
	for (int i = 0; i < 4; i++) {
		char name[2] = { (char)('1' + i), 0 };

		p = moodplaces_get(&m, span_of(name));
		assert_non_null(p);
		assert_float_equal(p->valence, want[i][0], 0);
		assert_float_equal(p->arousal, want[i][1], 0);
	}
	p = moodplaces_get(&m, SPAN("i miss my ex"));
	assert_float_equal(p->valence, -0.25, 0);
	assert_float_equal(p->arousal, 1, 0);
	assert_null(moodplaces_get(&m, SPAN("5")));
	assert_null(moodplaces_get(&m, SPAN("# 5")));
	moodplaces_release(&m);
}

static void test_broken(void **state)
{
	static const char *const bad[] = {
		"a\n",      "a\tQ0\n",        "a\tQ11\n",
		"a\t0.1\n", "a\t0.1\t1.01\n", "a\tnan\t0\n",
		"\tQ1\n",   "a\tQ1\na\tQ1\n"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct moodplaces m = { 0 };
		struct err err = { 0 };

		assert_int_equal(read_text(&m, bad[i], &err), -1);
		assert_int_equal(err.status, ERR_DATA);
		moodplaces_release(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
