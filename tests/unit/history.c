/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "net/history.h"

#define NOW 4000000000 /* later than any clock that runs this */

struct fixture {
	char dir[64], path[96];
	struct history *h;
	struct err err;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *tmp = getenv("TMPDIR");

	snprintf(f->dir, sizeof(f->dir), "%.40s/history-XXXXXX",
		 tmp ? tmp : "/tmp");
	if (!mkdtemp(f->dir))
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/state/l.db", f->dir);
	f->h = history_open(f->path, true, &f->err);
	*state = f;
	return f->h ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char state_dir[96];

	history_close(f->h);
	unlink(f->path);
	snprintf(state_dir, sizeof(state_dir), "%s/state", f->dir);
	rmdir(state_dir);
	rmdir(f->dir);
	free(f);
	return 0;
}

static void want(struct fixture *f, const char *url)
{
	assert_int_equal(history_want(f->h, HISTORY_LINKS, span_of(url),
				      span_of(url), &f->err),
			 0);
}

static void put(struct fixture *f, const char *url, const char *status,
		int64_t checked_at, int64_t due_at)
{
	struct history_link l = { .checked_at = checked_at,
				  .due_at = due_at,
				  .code = 200,
				  .failures = 3 };

	str_puts(&l.status, status);
	str_puts(&l.reason, "r");
	assert_int_equal(history_put_link(f->h, span_of(url), &l, &f->err), 0);
	history_link_release(&l);
}

static uint64_t due(struct fixture *f, bool all, int64_t max_age)
{
	uint64_t n;

	assert_int_equal(
	    history_due(f->h, HISTORY_LINKS, all, NOW, max_age, &n, &f->err),
	    0);
	return n;
}

static void test_rows(void **state)
{
	struct fixture *f = *state;
	struct history_link l = { 0 };

	assert_int_equal(history_get_link(f->h, SPAN("u"), &l, &f->err), 0);
	assert_int_equal(history_begin(f->h, &f->err), 0);
	want(f, "u");
	want(f, "u");
	assert_int_equal(history_commit(f->h, &f->err), 0);
	assert_int_equal(history_get_link(f->h, SPAN("u"), &l, &f->err), 1);
	assert_string_equal(str_z(&l.status), "UNKNOWN");
	assert_string_equal(str_z(&l.reason), "not asked");
	assert_int_equal(l.checked_at, 0);
	assert_int_equal(due(f, true, 100), 1);
	put(f, "u", "VALID", NOW, 0);
	assert_int_equal(history_get_link(f->h, SPAN("u"), &l, &f->err), 1);
	assert_string_equal(str_z(&l.status), "VALID");
	assert_int_equal(l.code, 200);
	assert_int_equal(l.failures, 3);
	assert_int_equal(l.checked_at, NOW);
	history_link_release(&l);
}

static void test_due(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(history_begin(f->h, &f->err), 0);
	want(f, "a");
	want(f, "b");
	want(f, "c");
	assert_int_equal(history_commit(f->h, &f->err), 0);
	put(f, "a", "VALID", NOW - 50, 0);
	put(f, "b", "UNKNOWN", NOW - 50, NOW + 1);
	put(f, "c", "DEAD", NOW - 500, NOW + 1);
	assert_int_equal(due(f, false, 100), 0);
	assert_int_equal(due(f, false, 50), 1);
	put(f, "b", "UNKNOWN", NOW - 50, NOW);
	assert_int_equal(due(f, false, 100), 1);
	put(f, "c", "DEAD", NOW - 500, 0);
	assert_int_equal(due(f, false, 100), 2);
}

static void test_queue(void **state)
{
	struct fixture *f = *state;
	struct str url = { 0 }, request = { 0 }, all = { 0 };
	uint64_t n;

	assert_int_equal(history_begin(f->h, &f->err), 0);
	want(f, "old");
	want(f, "new1");
	want(f, "fresh");
	want(f, "new0");
	want(f, "older");
	assert_int_equal(history_commit(f->h, &f->err), 0);
	put(f, "old", "VALID", NOW - 200, 0);
	put(f, "older", "DEAD", NOW - 300, 0);
	put(f, "fresh", "VALID", NOW - 1, 0);
	assert_int_equal(
	    history_queue(f->h, HISTORY_LINKS, NOW, 100, &n, &f->err), 0);
	assert_int_equal(n, 4);
	while (history_next(f->h, &url, &request, &f->err) == 1)
		str_printf(&all, "%s ", str_z(&url));
	assert_string_equal(str_z(&all), "new1 new0 older old ");
	str_release(&url);
	str_release(&request);
	str_release(&all);
}

static void test_fetches(void **state)
{
	struct fixture *f = *state;
	struct history_fetch x = { .bytes = 7,
				   .fetched_at = NOW,
				   .due_at = HISTORY_NEVER },
			     y = { 0 };
	struct str url = { 0 }, request = { 0 };
	uint64_t n;

	assert_int_equal(history_begin(f->h, &f->err), 0);
	assert_int_equal(
	    history_want(f->h, HISTORY_FETCHES, SPAN("u"), SPAN("r1"), &f->err),
	    0);
	assert_int_equal(
	    history_want(f->h, HISTORY_FETCHES, SPAN("u"), SPAN("r2"), &f->err),
	    0);
	assert_int_equal(history_commit(f->h, &f->err), 0);
	assert_int_equal(
	    history_queue(f->h, HISTORY_FETCHES, NOW, 1, &n, &f->err), 0);
	assert_int_equal(n, 1);
	assert_int_equal(history_next(f->h, &url, &request, &f->err), 1);
	assert_string_equal(str_z(&request), "r2"); /* where it is now */
	str_puts(&x.status, "ok");
	str_puts(&x.sha256, "ab");
	str_puts(&x.ext, "ogg");
	assert_int_equal(history_put_fetch(f->h, SPAN("u"), &x, &f->err), 0);
	assert_int_equal(history_get_fetch(f->h, SPAN("u"), &y, &f->err), 1);
	assert_string_equal(str_z(&y.sha256), "ab");
	assert_int_equal(y.bytes, 7);
	assert_int_equal(
	    history_due(f->h, HISTORY_FETCHES, true, NOW, 0, &n, &f->err), 0);
	assert_int_equal(n, 0);
	assert_int_equal(history_expire(f->h, SPAN("u"), &f->err), 0);
	assert_int_equal(
	    history_due(f->h, HISTORY_FETCHES, true, NOW, 0, &n, &f->err), 0);
	assert_int_equal(n, 1);
	history_fetch_release(&x);
	history_fetch_release(&y);
	str_release(&url);
	str_release(&request);
}

/* A URL is data: quotes and control bytes are neither SQL nor an end. */
static void test_odd_urls(void **state)
{
	static const char *const odd[] = {
		"'", "\"; DROP TABLE links; --", "%s%n", "\xff\xfe", "a\nb",
	};
	struct fixture *f = *state;
	struct history_link l = { 0 };

	assert_int_equal(history_begin(f->h, &f->err), 0);
	for (size_t i = 0; i < 5; i++)
		want(f, odd[i]);
	assert_int_equal(history_commit(f->h, &f->err), 0);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(
		    history_get_link(f->h, span_of(odd[i]), &l, &f->err), 1);
	assert_int_equal(due(f, true, 0), 5);
	history_link_release(&l);
}

static void test_reopen(void **state)
{
	struct fixture *f = *state;
	struct history_link l = { 0 };
	struct history *r;
	FILE *file;

	assert_int_equal(history_begin(f->h, &f->err), 0);
	want(f, "u");
	assert_int_equal(history_commit(f->h, &f->err), 0);
	r = history_open(f->path, false, &f->err);
	assert_non_null(r);
	assert_int_equal(history_get_link(r, SPAN("u"), &l, &f->err), 1);
	history_close(r);
	r = history_open("/nonexistent/l.db", false, &f->err);
	assert_non_null(r);
	assert_int_equal(history_get_link(r, SPAN("u"), &l, &f->err), 0);
	history_close(r);
	history_link_release(&l);
	/* Not a history. */
	history_close(f->h);
	f->h = NULL;
	file = fopen(f->path, "w");
	for (int i = 0; i < 1000; i++)
		fputs("no database ", file);
	fclose(file);
	for (int write = 0; write < 2; write++) {
		assert_null(history_open(f->path, write, &f->err));
		assert_int_equal(f->err.status, ERR_DATA);
		assert_non_null(strstr(f->err.message, f->path));
	}
}

/* A file of version 1 can be read as it is, and is brought up to date when it
 * is written. */
static void test_version_1(void **state)
{
	static const char old[] =
	    "DROP TABLE links; DROP TABLE fetches;"
	    "CREATE TABLE links(url TEXT PRIMARY KEY, request TEXT NOT NULL,"
	    " status TEXT NOT NULL, reason TEXT NOT NULL,"
	    " final_url TEXT NOT NULL DEFAULT '',"
	    " http_code INTEGER NOT NULL DEFAULT 0,"
	    " checked_at INTEGER NOT NULL DEFAULT 0,"
	    " failures INTEGER NOT NULL DEFAULT 0,"
	    " due_at INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
	    "INSERT INTO links VALUES('u','u','DEAD','http 404','',404,7,0,0);"
	    "PRAGMA user_version = 1";
	struct fixture *f = *state;
	struct history_link l = { 0 };
	struct history_fetch x = { 0 };
	sqlite3 *db;

	history_close(f->h);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, old, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	for (int write = 0; write < 2; write++) {
		f->h = history_open(f->path, write, &f->err);
		assert_non_null(f->h);
		assert_int_equal(history_get_link(f->h, SPAN("u"), &l, &f->err),
				 1);
		assert_string_equal(str_z(&l.status), "DEAD");
		assert_int_equal(l.code, 404);
		assert_int_equal(l.first_failure_at, 0);
		assert_int_equal(
		    history_get_fetch(f->h, SPAN("u"), &x, &f->err), 0);
		assert_int_equal(due(f, true, 100), 1);
		if (!write)
			history_close(f->h);
	}
	assert_int_equal(history_begin(f->h, &f->err), 0);
	want(f, "v");
	assert_int_equal(history_commit(f->h, &f->err), 0);
	assert_int_equal(history_get_link(f->h, SPAN("v"), &l, &f->err), 1);
	assert_string_equal(str_z(&l.reason), "not asked");
	history_link_release(&l);
	history_fetch_release(&x);
}

/* An empty file that another process makes a history of, between two looks of
 * one that opens it to read. */
static const char *made_meanwhile;

static int make_tables(unsigned what, void *ctx, void *statement, void *sql)
{
	const char *path = made_meanwhile;
	sqlite3 *db;

	(void)what, (void)ctx, (void)statement;
	if (!path || !strstr(sql, "user_version"))
		return 0;
	made_meanwhile = NULL;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	/* refused as long as the reader looks */
	sqlite3_exec(db,
		     "BEGIN; CREATE TABLE links(url TEXT);"
		     "PRAGMA application_id = 0x6d6f6f64;"
		     "PRAGMA user_version = 2; COMMIT",
		     NULL, NULL, NULL);
	sqlite3_close(db);
	return 0;
}

static int watch(sqlite3 *db)
{
	return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, make_tables, NULL);
}

static void test_made_meanwhile(void **state)
{
	struct fixture *f = *state;
	struct history_link l = { 0 };

	history_close(f->h);
	f->h = NULL;
	assert_int_equal(truncate(f->path, 0), 0);
	made_meanwhile = f->path;
	sqlite3_auto_extension((void (*)(void))watch);
	f->h = history_open(f->path, false, &f->err);
	sqlite3_cancel_auto_extension((void (*)(void))watch);
	assert_null(made_meanwhile); /* it was tried */
	assert_string_equal(f->err.message, "");
	assert_non_null(f->h);
	assert_int_equal(history_get_link(f->h, SPAN("u"), &l, &f->err), 0);
	history_link_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rows, setup, teardown),
		cmocka_unit_test_setup_teardown(test_due, setup, teardown),
		cmocka_unit_test_setup_teardown(test_queue, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fetches, setup, teardown),
		cmocka_unit_test_setup_teardown(test_odd_urls, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reopen, setup, teardown),
		cmocka_unit_test_setup_teardown(test_version_1, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_made_meanwhile, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
