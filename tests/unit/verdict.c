/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/verdict.h"

static void test_verdicts(void **state)
{
	static const struct {
		enum http_result result;
		long code;
		int hops;
		enum verdict want;
		const char *reason;
	} cases[] = {
		{ HTTP_ANSWER, 200, 0, VERDICT_VALID, "http 200" },
		{ HTTP_ANSWER, 206, 0, VERDICT_VALID, "http 206" },
		{ HTTP_ANSWER, 200, 2, VERDICT_MOVED, "http 200" },
		{ HTTP_ANSWER, 401, 0, VERDICT_REQUIRES_AUTH, "http 401" },
		{ HTTP_ANSWER, 403, 1, VERDICT_REQUIRES_AUTH, "http 403" },
		{ HTTP_ANSWER, 407, 0, VERDICT_REQUIRES_AUTH, "http 407" },
		{ HTTP_ANSWER, 404, 0, VERDICT_DEAD, "http 404" },
		{ HTTP_ANSWER, 410, 3, VERDICT_DEAD, "http 410" },
		{ HTTP_ANSWER, 304, 0, VERDICT_UNKNOWN, "http 304" },
		{ HTTP_ANSWER, 400, 0, VERDICT_UNKNOWN, "http 400" },
		{ HTTP_ANSWER, 429, 0, VERDICT_UNKNOWN, "http 429" },
		{ HTTP_ANSWER, 451, 0, VERDICT_UNKNOWN, "http 451" },
		{ HTTP_ANSWER, 500, 0, VERDICT_UNKNOWN, "http 500" },
		{ HTTP_DNS, 0, 0, VERDICT_UNKNOWN, "dns" },
		{ HTTP_TIMEOUT, 404, 0, VERDICT_UNKNOWN, "timeout" },
		{ HTTP_PRIVATE, 0, 1, VERDICT_UNKNOWN, "private address" },
		{ HTTP_LOST, 0, 0, VERDICT_UNKNOWN, "host unreachable" },
		{ HTTP_OFFLINE, 0, 0, VERDICT_UNKNOWN, "no network" },
		{ HTTP_STOPPED, 302, 1, VERDICT_UNKNOWN, "not asked" },
	};
	struct str reason = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_job job = { .result = cases[i].result,
					.code = cases[i].code,
					.hops = cases[i].hops };

		assert_int_equal(verdict_of(&job, &reason), cases[i].want);
		assert_string_equal(str_z(&reason), cases[i].reason);
	}
	str_release(&reason);
}

static void test_wants_get(void **state)
{
	static const long get[] = { 400, 403, 404, 405, 406, 410, 500, 501 };
	static const long final[] = { 200, 301, 401, 407, 429, 503 };
	struct http_job job = { .result = HTTP_ANSWER };

	(void)state;
	for (size_t i = 0; i < sizeof(get) / sizeof(get[0]); i++) {
		job.code = get[i];
		assert_true(verdict_wants_get(&job));
	}
	for (size_t i = 0; i < sizeof(final) / sizeof(final[0]); i++) {
		job.code = final[i];
		assert_false(verdict_wants_get(&job));
	}
	job.result = HTTP_BROKEN;
	assert_true(verdict_wants_get(&job));
	job.result = HTTP_TIMEOUT;
	assert_false(verdict_wants_get(&job));
}

static void test_back_off(void **state)
{
	const int64_t week = 7 * 86400;

	(void)state;
	assert_int_equal(verdict_back_off(1, 0, week), 3600);
	assert_int_equal(verdict_back_off(2, 0, week), 7200);
	assert_int_equal(verdict_back_off(4, 0, week), 8 * 3600);
	assert_int_equal(verdict_back_off(1000000, 0, week), week);
	assert_int_equal(verdict_back_off(9, 0, 0), 3600);
	assert_int_equal(verdict_back_off(1, 10, week), 3600);
	assert_int_equal(verdict_back_off(1, 7200, week), 7200);
	assert_int_equal(verdict_back_off(1, 1e18, week), 30 * 86400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_wants_get),
		cmocka_unit_test(test_back_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
