/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/duecount.h"
#include "net/recovery.h"

#define NOW 4000000000 /* later than any clock that runs this */
#define DAY 86400

struct fixture {
	char path[96];
	struct err err;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *tmp = getenv("TMPDIR");
	int fd;

	snprintf(f->path, sizeof(f->path), "%.60s/duecount-XXXXXX",
		 tmp ? tmp : "/tmp");
	fd = mkstemp(f->path);
	*state = f;
	return fd < 0 || close(fd);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	unlink(f->path);
	free(f);
	return 0;
}

static struct history *reopen(struct fixture *f, bool write)
{
	struct history *h = history_open(f->path, write, &f->err);

	assert_non_null(h);
	return h;
}

static void note(struct fixture *f, struct history *h, const char *url,
		 const char *status, int64_t checked_at, int64_t due_at)
{
	struct history_link l = { .checked_at = checked_at, .due_at = due_at };

	assert_int_equal(
	    history_want(h, HISTORY_LINKS, span_of(url), span_of(url), &f->err),
	    0);
	str_puts(&l.status, status);
	assert_int_equal(history_put_link(h, span_of(url), &l, &f->err), 0);
	history_link_release(&l);
}

static void add(struct duecount *d, const char *url)
{
	struct err err;

	assert_int_equal(duecount_add(d, duecount_host(d, span_of(url), 5),
				      span_of(url), span_of(url), false, &err),
			 0);
}

/* What duecount_run writes, without records. */
static void written(struct duecount *d, char *out, size_t size)
{
	char nothing[] = "/dev/null", *files[] = { nothing };
	struct err err;

	d->out = tmpfile();
	assert_non_null(d->out);
	assert_int_equal(duecount_run(d, files, 1, NULL, NULL, &err), 0);
	rewind(d->out);
	out[fread(out, 1, size - 1, d->out)] = '\0';
	fclose(d->out);
}

static void test_links(void **state)
{
	struct fixture *f = *state;
	struct history *h = reopen(f, true);
	struct duecount d = { .table = HISTORY_LINKS,
			      .now = NOW,
			      .max_age = 7 * DAY };
	char out[400];

	note(f, h, "http://a.test/alive", "VALID", NOW - DAY, 0);
	note(f, h, "http://a.test/old", "VALID", NOW - 8 * DAY, 0);
	note(f, h, "http://a.test/later", "UNKNOWN", NOW - 60, NOW + 60);
	note(f, h, "http://a.test/noted", "UNKNOWN", 0, 0);
	history_close(h);
	d.history = reopen(f, false);
	add(&d, "http://a.test/alive");
	add(&d, "http://a.test/old");
	add(&d, "http://a.test/old");
	add(&d, "http://a.test/later");
	add(&d, "http://a.test/noted");
	add(&d, "http://a.test/never");
	add(&d, "http://b.test/1");
	add(&d, "http://c.test/1");
	written(&d, out, sizeof(out));
	assert_string_equal(out, "place\twanted\tnew\tdue\trate\n"
				 "a.test\t5\t2\t3\t5\n"
				 "b.test\t1\t1\t1\t5\n"
				 "c.test\t1\t1\t1\t5\n");
	history_close(d.history);
	duecount_release(&d);
	/* nothing was noted */
	h = reopen(f, true);
	assert_int_equal(
	    history_is_due(h, HISTORY_LINKS, SPAN("http://b.test/1"),
			   SPAN("http://b.test/1"), NOW, DAY, &f->err),
	    HISTORY_NEW);
	assert_int_equal(history_is_due(h, HISTORY_LINKS,
					SPAN("http://a.test/alive"), SPAN("x"),
					NOW, 7 * DAY, &f->err),
			 HISTORY_LATER);
	history_close(h);
}

static void test_no_history(void **state)
{
	struct fixture *f = *state;
	struct duecount d = { .table = HISTORY_LINKS, .now = NOW };
	char out[200];

	unlink(f->path);
	d.history = reopen(f, false);
	add(&d, "http://a.test/1");
	duecount_place(&d, SPAN("idle"), 0);
	written(&d, out, sizeof(out));
	assert_string_equal(out, "place\twanted\tnew\tdue\trate\n"
				 "a.test\t1\t1\t1\t5\n"
				 "idle\t0\t0\t0\t0\n");
	assert_int_equal(access(f->path, F_OK), -1);
	history_close(d.history);
	duecount_release(&d);
}

/* A question that is another one by now is due, and asked before. */
static void test_question(void **state)
{
	struct fixture *f = *state;
	struct history *h = reopen(f, true);
	struct recovery r = { .asked_at = NOW - DAY, .due_at = HISTORY_NEVER };
	struct span key = SPAN("ia http://a.test/1");

	assert_int_equal(
	    history_want(h, HISTORY_RECOVERIES, key, SPAN("one"), &f->err), 0);
	str_puts(&r.answer, "found");
	str_puts(&r.asked, "one");
	assert_int_equal(recovery_put(h, key, &r, &f->err), 0);
	assert_int_equal(history_is_due(h, HISTORY_RECOVERIES, key, SPAN("one"),
					NOW, 0, &f->err),
			 HISTORY_LATER);
	assert_int_equal(history_is_due(h, HISTORY_RECOVERIES, key, SPAN("two"),
					NOW, 0, &f->err),
			 HISTORY_DUE);
	recovery_release(&r);
	history_close(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_links, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_history, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_question, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
