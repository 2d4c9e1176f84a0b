/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slowest items of runs: kept, replaced, read back; hostile files. */
#include "testing.h"

#include <stdlib.h>

#include "io/slowest.h"

static const struct options options = { .tool = "stage" };

static void note(const struct slowest *s, struct slowest_tally *t,
		 const char *name, double seconds)
{
	slowest_note(s, t, span_of(name), seconds);
}

/* "name ms;" of every line */
static int list(void *ctx, struct span stage, struct span item, double ms)
{
	struct str *out = ctx;

	assert_true(span_is(stage, "stage"));
	str_span(out, item);
	str_printf(out, " %g;", ms);
	return 0;
}

static void expect(const char *path, const char *want)
{
	struct str got = { 0 };
	struct err err = { 0 };

	assert_int_equal(slowest_read(path, &got, list, &err), 0);
	assert_string_equal(str_z(&got), want);
	str_release(&got);
}

static void test_runs(void **state)
{
	char *path = test_path("new/slowest");
	struct slowest_tally one = { 0 }, other = { 0 };
	struct slowest *s;

	(void)state;
	unsetenv("MOODPIPE_SLOWEST");
	assert_null(slowest_open("stage"));
	note(NULL, &one, "a", 1); /* nobody asks */
	setenv("MOODPIPE_SLOWEST", path, 1);
	s = slowest_open("stage");
	note(s, &one, "a", 0.5);
	note(s, &one, "b", 2);
	note(s, &one, "quick", 0.0005);
	note(s, &other, "c\"\n", 1);
	slowest_merge(&one, &other);
	slowest_close(s, &one, &options);
	expect(path, "b 2000;c\"\n 1000;a 500;");

	/* What was not timed again stays, what was is replaced. */
	slowest_release(&one);
	slowest_release(&other);
	s = slowest_open("stage");
	note(s, &one, "d", 1.5);
	note(s, &other, "b", 0.0001);
	slowest_merge(&one, &other);
	slowest_close(s, &one, &options);
	expect(path, "d 1500;c\"\n 1000;a 500;");

	/* Nothing was timed: the file is left alone. */
	slowest_release(&one);
	slowest_close(slowest_open("stage"), &one, &options);
	expect(path, "d 1500;c\"\n 1000;a 500;");
	slowest_release(&other);
	free(path);
}

static void test_many(void **state)
{
	char *path = test_path("many"), name[16];
	struct slowest_tally t = { 0 };
	struct slowest *s;

	(void)state;
	setenv("MOODPIPE_SLOWEST", path, 1);
	s = slowest_open("stage");
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		note(s, &t, name, (double)(i * 7 % 300 + 1));
	}
	assert_int_equal((int)t.count, SLOWEST_KEPT);
	for (int i = 0; i < SLOWEST_KEPT; i++)
		assert_true(t.items[i].ms == 1000.0 * (300 - i));
	slowest_close(s, &t, &options);
	slowest_release(&t);
	free(path);
}

static void test_damaged(void **state)
{
	static const char *const bad[] = {
		"x",
		"{}",
		"[]",
		"{\"stage\":\"s\",\"item\":\"i\"}",
		"{\"stage\":\"s\",\"item\":\"i\",\"ms\":-1}",
		"{\"stage\":1,\"item\":\"i\",\"ms\":1}",
		"{\"stage\":\"s\",\"item\":\"i\",\"ms\":1} ",
	};
	char *path = test_path("bad");
	struct str got = { 0 };
	struct err err = { 0 };

	(void)state;
	setenv("MOODPIPE_SLOWEST", path, 1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct slowest_tally t = { 0 };
		struct slowest *s;

		test_save(path, bad[i], strlen(bad[i]));
		assert_int_equal(slowest_read(path, &got, list, &err), -1);
		assert_int_equal(err.status, ERR_DATA);
		/* A run writes it anew. */
		s = slowest_open("stage");
		assert_non_null(s);
		note(s, &t, "a", 1);
		slowest_close(s, &t, &options);
		slowest_release(&t);
		expect(path, "a 1000;");
	}
	str_release(&got);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
