/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/recovery.h"

#define NOW 4000000000

struct fixture {
	char dir[128], path[160];
	struct history *h;
	struct recovery row;
	struct err err;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *tmp = getenv("TMPDIR");

	snprintf(f->dir, sizeof(f->dir), "%.90s/recovery-XXXXXX",
		 tmp ? tmp : "/tmp");
	if (!mkdtemp(f->dir))
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/l.db", f->dir);
	f->h = history_open(f->path, true, &f->err);
	*state = f;
	return f->h ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	history_close(f->h);
	recovery_release(&f->row);
	unlink(f->path);
	rmdir(f->dir);
	free(f);
	return 0;
}

static void want(struct fixture *f, const char *key, const char *question)
{
	assert_int_equal(history_begin(f->h, &f->err), 0);
	assert_int_equal(history_want(f->h, HISTORY_RECOVERIES, span_of(key),
				      span_of(question), &f->err),
			 0);
	assert_int_equal(history_commit(f->h, &f->err), 0);
}

static uint64_t due(struct fixture *f)
{
	uint64_t count = 99;

	assert_int_equal(history_due(f->h, HISTORY_RECOVERIES, true, NOW, 0,
				     &count, &f->err),
			 0);
	return count;
}

static void answer(struct fixture *f, const char *key, const char *what,
		   const char *question, int64_t due_at)
{
	struct recovery r = { .asked_at = NOW, .due_at = due_at };

	str_puts(&r.answer, what);
	str_puts(&r.asked, question);
	str_puts(&r.found, "{}");
	assert_int_equal(recovery_put(f->h, span_of(key), &r, &f->err), 0);
	recovery_release(&r);
}

static void life_of_an_answer(void **state)
{
	struct fixture *f = *state;
	struct str url = { 0 }, request = { 0 };
	uint64_t count;

	assert_int_equal(recovery_get(f->h, SPAN("a u"), &f->row, &f->err), 0);
	want(f, "a u", "q1");
	want(f, "b u", "q1");
	assert_int_equal(due(f), 2);
	assert_int_equal(recovery_get(f->h, SPAN("a u"), &f->row, &f->err), 1);
	assert_string_equal(str_z(&f->row.answer), "not asked");
	answer(f, "a u", "found", "q1", HISTORY_NEVER);
	answer(f, "b u", "none", "q1", NOW + 10);
	assert_int_equal(due(f), 0);
	answer(f, "b u", "none", "q1", NOW - 10);
	assert_int_equal(due(f), 1);
	want(f, "a u", "q2"); /* the record has changed */
	assert_int_equal(due(f), 2);
	assert_int_equal(
	    history_queue(f->h, HISTORY_RECOVERIES, NOW, 0, &count, &f->err),
	    0);
	assert_int_equal(count, 2);
	assert_int_equal(history_next(f->h, &url, &request, &f->err), 1);
	assert_string_equal(str_z(&url), "a u");
	assert_string_equal(str_z(&request), "q2");
	assert_int_equal(recovery_refuse(f->h, SPAN("a u"), &f->err), 0);
	assert_int_equal(due(f), 1);
	/* What was never found is nothing to refuse. */
	assert_int_equal(recovery_refuse(f->h, SPAN("b u"), &f->err), 0);
	assert_int_equal(due(f), 1);
	assert_int_equal(recovery_forget(f->h, SPAN("a u"), &f->err), 0);
	assert_int_equal(recovery_get(f->h, SPAN("a u"), &f->row, &f->err), 0);
	str_release(&url);
	str_release(&request);
}

static void keys(void **state)
{
	struct str key = { 0 };

	(void)state;
	recovery_key(SPAN("x"), SPAN("https://a/b c"), &key);
	assert_string_equal(str_z(&key), "x https://a/b c");
	assert_true(span_is(recovery_catalogue(span_str(&key)), "x"));
	assert_int_equal(recovery_catalogue(SPAN("none")).n, 0);
	str_release(&key);
}

/* A file of before there was heal. */
static void older_file(void **state)
{
	struct fixture *f = *state;
	struct history *h;

	history_close(f->h);
	f->h = NULL;
	unlink(f->path);
	h = history_open(f->path, false, &f->err);
	assert_non_null(h);
	assert_int_equal(recovery_get(h, SPAN("a u"), &f->row, &f->err), 0);
	history_close(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(life_of_an_answer, setup,
						teardown),
		cmocka_unit_test_setup_teardown(older_file, setup, teardown),
		cmocka_unit_test(keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
