/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/history.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/atomic.h"

#define VERSION 1
#define APPLICATION 0x6d6f6f64 /* "mood" */
#define BUSY_MS 60000
#define CHUNK 4096 /* wants per transaction */

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS links(url TEXT PRIMARY KEY,"
    " request TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,"
    " final_url TEXT NOT NULL DEFAULT '',"
    " http_code INTEGER NOT NULL DEFAULT 0,"
    " checked_at INTEGER NOT NULL DEFAULT 0,"
    " failures INTEGER NOT NULL DEFAULT 0,"
    " due_at INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS fetches(url TEXT PRIMARY KEY,"
    " request TEXT NOT NULL, status TEXT NOT NULL,"
    " sha256 TEXT NOT NULL DEFAULT '', ext TEXT NOT NULL DEFAULT '',"
    " bytes INTEGER NOT NULL DEFAULT 0,"
    " fetched_at INTEGER NOT NULL DEFAULT 0,"
    " failures INTEGER NOT NULL DEFAULT 0,"
    " due_at INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;";

/* When a row is due; :1 is max_age. */
#define LINK_DUE                                                               \
	"(CASE l.status WHEN 'UNKNOWN' THEN l.due_at"                          \
	" ELSE max(l.due_at, l.checked_at + ?1) END)"
#define FETCH_DUE "(l.due_at + 0 * ?1)"

enum sql {
	GET_LINK,
	GET_FETCH,
	BEGIN,
	COMMIT,
	WANT,
	SEE_LINK,
	SEE_FETCH,
	NEW_LINK,
	NEW_FETCH,
	MOVE_FETCH,
	EXPIRE,
	DUE_LINKS,
	DUE_FETCHES,
	ALL_LINKS,
	ALL_FETCHES,
	CLEAR,
	QUEUE_LINKS,
	QUEUE_FETCHES,
	NEXT,
	PUT_LINK,
	PUT_FETCH,
	STATEMENTS
};

#define FROM_WANTED(table)                                                     \
	" FROM temp.wanted w JOIN " table " l ON l.url = w.url WHERE "

static const char *const texts[STATEMENTS] = {
	[GET_LINK] = "SELECT status, reason, final_url, http_code, checked_at,"
		     " due_at, failures FROM links WHERE url = ?1",
	[GET_FETCH] = "SELECT status, sha256, ext, bytes, fetched_at, due_at,"
		      " failures FROM fetches WHERE url = ?1",
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[WANT] = "INSERT OR IGNORE INTO temp.wanted(url, n) VALUES(?1, ?2)",
	[SEE_LINK] = "SELECT request FROM links WHERE url = ?1",
	[SEE_FETCH] = "SELECT request FROM fetches WHERE url = ?1",
	[NEW_LINK] = "INSERT INTO links(url, request, status, reason)"
		     " VALUES(?1, ?2, 'UNKNOWN', 'not asked')",
	[NEW_FETCH] = "INSERT INTO fetches(url, request, status)"
		      " VALUES(?1, ?2, 'not asked')",
	[MOVE_FETCH] = "UPDATE fetches SET request = ?2 WHERE url = ?1",
	[EXPIRE] = "UPDATE fetches SET status = 'not asked', sha256 = '',"
		   " ext = '', bytes = 0, due_at = 0 WHERE url = ?1",
	[DUE_LINKS] = "SELECT count(*)" FROM_WANTED("links") LINK_DUE " <= ?2",
	[DUE_FETCHES] =
	    "SELECT count(*)" FROM_WANTED("fetches") FETCH_DUE " <= ?2",
	[ALL_LINKS] = "SELECT count(*) FROM links l WHERE " LINK_DUE " <= ?2",
	[ALL_FETCHES] =
	    "SELECT count(*) FROM fetches l WHERE " FETCH_DUE " <= ?2",
	[CLEAR] = "DELETE FROM temp.queue",
	[QUEUE_LINKS] = "INSERT INTO temp.queue(url, request)"
			" SELECT l.url, l.request" FROM_WANTED("links") LINK_DUE
	" <= ?2 ORDER BY " LINK_DUE ", w.n",
	[QUEUE_FETCHES] = "INSERT INTO temp.queue(url, request)"
			  " SELECT l.url, l.request" FROM_WANTED("fetches")
			      FETCH_DUE " <= ?2 ORDER BY " FETCH_DUE ", w.n",
	[NEXT] = "SELECT url, request FROM temp.queue WHERE n = ?1",
	[PUT_LINK] = "UPDATE links SET status = ?2, reason = ?3,"
		     " final_url = ?4, http_code = ?5, checked_at = ?6,"
		     " due_at = ?7, failures = ?8 WHERE url = ?1",
	[PUT_FETCH] = "UPDATE fetches SET status = ?2, sha256 = ?3, ext = ?4,"
		      " bytes = ?5, fetched_at = ?6, due_at = ?7,"
		      " failures = ?8 WHERE url = ?1",
};

struct history {
	sqlite3 *db;
	char *path;
	bool missing; /* read, and there is no file */
	bool temp;    /* the temporary tables are there */
	sqlite3_stmt *stmts[STATEMENTS];
	int64_t wants, next;
	int chunk;
};

void history_link_release(struct history_link *l)
{
	str_release(&l->status);
	str_release(&l->reason);
	str_release(&l->final_url);
}

void history_fetch_release(struct history_fetch *f)
{
	str_release(&f->status);
	str_release(&f->sha256);
	str_release(&f->ext);
}

static int fail(struct history *h, struct err *err)
{
	int rc = sqlite3_errcode(h->db) & 0xff;

	if (rc == SQLITE_NOTADB || rc == SQLITE_CORRUPT)
		return err_set(err, ERR_DATA, "history",
			       "%s: %s; move the file away, the next refresh "
			       "makes a new one",
			       h->path, sqlite3_errmsg(h->db));
	return err_set(err, ERR_ENV, "history", "%s: %s%s", h->path,
		       sqlite3_errmsg(h->db),
		       rc == SQLITE_BUSY ? "; another process holds it" : "");
}

static int run(struct history *h, const char *sql, struct err *err)
{
	return sqlite3_exec(h->db, sql, NULL, NULL, NULL) ? fail(h, err) : 0;
}

static sqlite3_stmt *prepare(struct history *h, enum sql which, struct err *err)
{
	sqlite3_stmt **s = &h->stmts[which];

	if (!*s && sqlite3_prepare_v3(h->db, texts[which], -1,
				      SQLITE_PREPARE_PERSISTENT, s, NULL)) {
		fail(h, err);
		return NULL;
	}
	return *s;
}

static void bind_span(sqlite3_stmt *s, int i, struct span x)
{
	sqlite3_bind_text64(s, i, x.p ? x.p : "", x.n, SQLITE_STATIC,
			    SQLITE_UTF8);
}

/* Runs to the end: 0 or -1. */
static int finish(struct history *h, sqlite3_stmt *s, struct err *err)
{
	int rc = sqlite3_step(s), bad = 0;

	if (rc != SQLITE_DONE && rc != SQLITE_ROW)
		bad = fail(h, err);
	sqlite3_reset(s);
	return bad;
}

static int simple(struct history *h, enum sql which, struct err *err)
{
	sqlite3_stmt *s = prepare(h, which, err);

	return s ? finish(h, s, err) : -1;
}

static void column(sqlite3_stmt *s, int i, struct str *out)
{
	const unsigned char *text = sqlite3_column_text(s, i);

	str_reset(out);
	str_put(out, text ? (const char *)text : "",
		(size_t)sqlite3_column_bytes(s, i));
}

static int pragma(struct history *h, const char *sql, int64_t *value,
		  struct err *err)
{
	sqlite3_stmt *s;
	int rc;

	if (sqlite3_prepare_v2(h->db, sql, -1, &s, NULL))
		return fail(h, err);
	rc = sqlite3_step(s);
	if (rc == SQLITE_ROW)
		*value = sqlite3_column_int64(s, 0);
	else
		fail(h, err);
	sqlite3_finalize(s);
	return rc == SQLITE_ROW ? 0 : -1;
}

/* A new file is version 0 and has no tables. */
static int check_version(struct history *h, bool write, struct err *err)
{
	char sql[128];
	int64_t app = 0, version = 0, tables = 0;

	if (pragma(h, "PRAGMA application_id", &app, err) ||
	    pragma(h, "PRAGMA user_version", &version, err) ||
	    pragma(h, "SELECT count(*) FROM sqlite_master", &tables, err))
		return -1;
	if (app == APPLICATION && version == VERSION && tables)
		return 0;
	if (app || version || tables)
		return err_set(err, ERR_DATA, "history",
			       "%s: not a link "
			       "history of version %d; move the file away, "
			       "the next refresh makes a new one",
			       h->path, VERSION);
	if (!write) {
		h->missing = true;
		return 0;
	}
	snprintf(sql, sizeof(sql),
		 "PRAGMA application_id = %d;"
		 "PRAGMA user_version = %d;",
		 APPLICATION, VERSION);
	return run(h, sql, err) || run(h, schema, err) ? -1 : 0;
}

static int open_db(struct history *h, bool write, struct err *err)
{
	int64_t ignored;
	int rc = sqlite3_open_v2(h->path, &h->db,
				 SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE |
				     (write ? SQLITE_OPEN_CREATE : 0),
				 NULL);

	if (!write && rc) {
		sqlite3_close(h->db);
		rc = sqlite3_open_v2(h->path, &h->db,
				     SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READONLY,
				     NULL);
	}
	if (rc)
		return fail(h, err);
	sqlite3_busy_timeout(h->db, BUSY_MS);
	if (!write)
		return check_version(h, false, err);
	if (pragma(h, "PRAGMA journal_mode = DELETE", &ignored, err))
		return -1;
	/* Another process may be making the tables: look under the lock. */
	if (run(h, "BEGIN IMMEDIATE", err))
		return -1;
	if (check_version(h, true, err))
		return -1;
	return run(h, "COMMIT", err);
}

struct history *history_open(const char *path, bool write, struct err *err)
{
	struct history *h = mem_zalloc(1, sizeof(*h));

	h->path = mem_strdup(path);
	if (!write && access(path, F_OK)) {
		h->missing = true;
		return h;
	}
	if ((write && atomic_mkdirs(path, true, err)) ||
	    open_db(h, write, err)) {
		history_close(h);
		return NULL;
	}
	return h;
}

void history_close(struct history *h)
{
	if (!h)
		return;
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(h->stmts[i]);
	sqlite3_close(h->db);
	free(h->path);
	free(h);
}

/* A row of url: 1 (reset s after reading it), 0, -1. */
static int look_up(struct history *h, enum sql which, struct span url,
		   sqlite3_stmt **s, struct err *err)
{
	int rc;

	if (h->missing)
		return 0;
	*s = prepare(h, which, err);
	if (!*s)
		return -1;
	bind_span(*s, 1, url);
	rc = sqlite3_step(*s);
	if (rc == SQLITE_ROW)
		return 1;
	rc = rc == SQLITE_DONE ? 0 : fail(h, err);
	sqlite3_reset(*s);
	return rc;
}

int history_get_link(struct history *h, struct span url, struct history_link *l,
		     struct err *err)
{
	sqlite3_stmt *s;
	int rc = look_up(h, GET_LINK, url, &s, err);

	if (rc != 1)
		return rc;
	column(s, 0, &l->status);
	column(s, 1, &l->reason);
	column(s, 2, &l->final_url);
	l->code = (long)sqlite3_column_int64(s, 3);
	l->checked_at = sqlite3_column_int64(s, 4);
	l->due_at = sqlite3_column_int64(s, 5);
	l->failures = sqlite3_column_int(s, 6);
	sqlite3_reset(s);
	return 1;
}

int history_get_fetch(struct history *h, struct span url,
		      struct history_fetch *f, struct err *err)
{
	sqlite3_stmt *s;
	int rc = look_up(h, GET_FETCH, url, &s, err);

	if (rc != 1)
		return rc;
	column(s, 0, &f->status);
	column(s, 1, &f->sha256);
	column(s, 2, &f->ext);
	f->bytes = sqlite3_column_int64(s, 3);
	f->fetched_at = sqlite3_column_int64(s, 4);
	f->due_at = sqlite3_column_int64(s, 5);
	f->failures = sqlite3_column_int(s, 6);
	sqlite3_reset(s);
	return 1;
}

int history_begin(struct history *h, struct err *err)
{
	return simple(h, BEGIN, err);
}

int history_commit(struct history *h, struct err *err)
{
	return simple(h, COMMIT, err);
}

static int make_temp(struct history *h, struct err *err)
{
	if (h->temp)
		return 0;
	h->temp = true;
	return run(h,
		   "CREATE TEMP TABLE wanted(url TEXT PRIMARY KEY,"
		   " n INTEGER) WITHOUT ROWID; CREATE TEMP TABLE queue("
		   "n INTEGER PRIMARY KEY, url TEXT, request TEXT);",
		   err);
}

/* A statement with url and request: made, or changed. */
static int put_request(struct history *h, enum sql which, struct span url,
		       struct span request, struct err *err)
{
	sqlite3_stmt *s = prepare(h, which, err);

	if (!s)
		return -1;
	bind_span(s, 1, url);
	bind_span(s, 2, request);
	return finish(h, s, err);
}

int history_want(struct history *h, enum history_table t, struct span url,
		 struct span request, struct err *err)
{
	bool links = t == HISTORY_LINKS, moved;
	sqlite3_stmt *s;
	int rc;

	if (++h->chunk >= CHUNK) {
		h->chunk = 0;
		if (history_commit(h, err) || history_begin(h, err))
			return -1;
	}
	if (make_temp(h, err) || !(s = prepare(h, WANT, err)))
		return -1;
	bind_span(s, 1, url);
	sqlite3_bind_int64(s, 2, ++h->wants);
	if (finish(h, s, err))
		return -1;
	rc = look_up(h, links ? SEE_LINK : SEE_FETCH, url, &s, err);
	if (rc < 0)
		return -1;
	if (!rc)
		return put_request(h, links ? NEW_LINK : NEW_FETCH, url,
				   request, err);
	moved = !span_eq((struct span){ (const char *)sqlite3_column_text(s, 0),
					(size_t)sqlite3_column_bytes(s, 0) },
			 request);
	sqlite3_reset(s);
	/* One spelling of a link is as good as another; a download's place
	 * changes when linkcheck finds a new one. */
	return moved && !links ? put_request(h, MOVE_FETCH, url, request, err)
			       : 0;
}

int history_expire(struct history *h, struct span url, struct err *err)
{
	sqlite3_stmt *s = prepare(h, EXPIRE, err);

	if (!s)
		return -1;
	bind_span(s, 1, url);
	return finish(h, s, err);
}

int history_due(struct history *h, enum history_table t, bool all, int64_t now,
		int64_t max_age, uint64_t *count, struct err *err)
{
	bool links = t == HISTORY_LINKS;
	sqlite3_stmt *s;

	*count = 0;
	if (h->missing)
		return 0;
	if (make_temp(h, err))
		return -1;
	s = prepare(h,
		    all ? (links ? ALL_LINKS : ALL_FETCHES)
			: (links ? DUE_LINKS : DUE_FETCHES),
		    err);
	if (!s)
		return -1;
	sqlite3_bind_int64(s, 1, max_age);
	sqlite3_bind_int64(s, 2, now);
	if (sqlite3_step(s) != SQLITE_ROW) {
		fail(h, err);
		sqlite3_reset(s);
		return -1;
	}
	*count = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return 0;
}

int history_queue(struct history *h, enum history_table t, int64_t now,
		  int64_t max_age, uint64_t *count, struct err *err)
{
	sqlite3_stmt *s;

	*count = 0;
	h->next = 0;
	if (make_temp(h, err) || simple(h, CLEAR, err))
		return -1;
	s = prepare(h, t == HISTORY_LINKS ? QUEUE_LINKS : QUEUE_FETCHES, err);
	if (!s)
		return -1;
	sqlite3_bind_int64(s, 1, max_age);
	sqlite3_bind_int64(s, 2, now);
	if (finish(h, s, err))
		return -1;
	*count = (uint64_t)sqlite3_changes64(h->db);
	return 0;
}

int history_next(struct history *h, struct str *url, struct str *request,
		 struct err *err)
{
	sqlite3_stmt *s = prepare(h, NEXT, err);
	int rc;

	if (!s)
		return -1;
	sqlite3_bind_int64(s, 1, ++h->next);
	rc = sqlite3_step(s);
	if (rc == SQLITE_ROW) {
		column(s, 0, url);
		column(s, 1, request);
	} else if (rc != SQLITE_DONE) {
		fail(h, err);
	}
	sqlite3_reset(s);
	return rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : -1;
}

int history_put_link(struct history *h, struct span url,
		     const struct history_link *l, struct err *err)
{
	sqlite3_stmt *s = prepare(h, PUT_LINK, err);

	if (!s)
		return -1;
	bind_span(s, 1, url);
	bind_span(s, 2, span_str(&l->status));
	bind_span(s, 3, span_str(&l->reason));
	bind_span(s, 4, span_str(&l->final_url));
	sqlite3_bind_int64(s, 5, l->code);
	sqlite3_bind_int64(s, 6, l->checked_at);
	sqlite3_bind_int64(s, 7, l->due_at);
	sqlite3_bind_int(s, 8, l->failures);
	return finish(h, s, err);
}

int history_put_fetch(struct history *h, struct span url,
		      const struct history_fetch *f, struct err *err)
{
	sqlite3_stmt *s = prepare(h, PUT_FETCH, err);

	if (!s)
		return -1;
	bind_span(s, 1, url);
	bind_span(s, 2, span_str(&f->status));
	bind_span(s, 3, span_str(&f->sha256));
	bind_span(s, 4, span_str(&f->ext));
	sqlite3_bind_int64(s, 5, f->bytes);
	sqlite3_bind_int64(s, 6, f->fetched_at);
	sqlite3_bind_int64(s, 7, f->due_at);
	sqlite3_bind_int(s, 8, f->failures);
	return finish(h, s, err);
}
