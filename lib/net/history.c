/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/history.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/atomic.h"
#include "net/historydb.h"

#define BUSY_MS 60000
#define BUSY_STEP_MS 20
#define CHUNK 65536 /* wants per transaction */

/* Statements every table has; %1 is its name, %2 when a row is due, %3 and %4
 * are its own columns and their defaults (which version 1 did not declare), %5
 * is whether nobody was asked about it yet. */
enum op { NEW, FOLLOW, DUE, DUE_ALL, DUE_ONE, QUEUE };

#define WANTED " FROM temp.wanted w JOIN %1 l ON l.url = w.url WHERE "
#define INSERT                                                                 \
	"INSERT INTO %1(url, request, seen_at%3) VALUES(?1, ?2, ?3%4)"         \
	" ON CONFLICT(url) DO "

static const char *const forms[] = {
	[NEW] = INSERT "NOTHING",
	[FOLLOW] = INSERT "UPDATE SET request = excluded.request"
			  " WHERE request <> excluded.request",
	[DUE] = "SELECT count(*)" WANTED "%2 <= ?2",
	[DUE_ALL] = "SELECT count(*) FROM %1 l WHERE %2 <= ?2",
	[DUE_ONE] = "SELECT %2 <= ?2, %5 FROM (SELECT due_at, ?4 AS request%3"
		    " FROM %1 WHERE url = ?3) l",
	[QUEUE] = "INSERT INTO temp.queue(url, request)"
		  " SELECT l.url, l.request" WANTED "%2 <= ?2 ORDER BY"
		  " CASE l.due_at WHEN 0 THEN max(l.seen_at, %2) ELSE %2 END,"
		  " %2, w.n",
};

static const char begin_sql[] = "BEGIN IMMEDIATE";
static const char commit_sql[] = "COMMIT";
static const char want_sql[] =
    "INSERT OR IGNORE INTO temp.wanted(url, n) VALUES(?1, ?2)";
static const char clear_sql[] = "DELETE FROM temp.queue";
static const char next_sql[] =
    "SELECT url, request FROM temp.queue WHERE n = ?1";

int history_fail(struct history *h, struct err *err)
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

static sqlite3_stmt *find(const struct history *h, const void *owner, int op)
{
	for (int i = 0; i < h->nstmts; i++)
		if (h->stmts[i].owner == owner && h->stmts[i].op == op)
			return h->stmts[i].stmt;
	return NULL;
}

static sqlite3_stmt *make(struct history *h, const void *owner, int op,
			  const char *sql, struct err *err)
{
	struct history_statement *s = &h->stmts[h->nstmts];

	if (h->nstmts == HISTORY_STATEMENTS) {
		err_set(err, ERR_ENV, "history", "too many statements");
		return NULL;
	}
	*s = (struct history_statement){ owner, op, NULL };
	if (sqlite3_prepare_v3(h->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
			       &s->stmt, NULL)) {
		history_fail(h, err);
		return NULL;
	}
	h->nstmts++;
	return s->stmt;
}

sqlite3_stmt *history_prepare(struct history *h, const char *sql,
			      struct err *err)
{
	sqlite3_stmt *s = find(h, sql, 0);

	return s ? s : make(h, sql, 0, sql, err);
}

static void put_form(struct str *sql, char which, const struct history_table *t)
{
	if (which == '1')
		str_puts(sql, t->name);
	else if (which == '2')
		str_puts(sql, t->due);
	else if (which == '5')
		str_puts(sql, t->unasked);
	else
		for (const struct history_column *c = t->columns; c->name; c++)
			str_printf(sql, ", %s",
				   which == '3' ? c->name : history_default(c));
}

/* A statement of forms[] for table t. */
static sqlite3_stmt *prepare(struct history *h, const struct history_table *t,
			     enum op op, struct err *err)
{
	sqlite3_stmt *s = find(h, t, op);
	struct str sql = { 0 };

	if (s)
		return s;
	for (const char *p = forms[op]; *p; p++)
		if (*p != '%')
			str_putc(&sql, *p);
		else
			put_form(&sql, *++p, t);
	s = make(h, t, op, str_z(&sql), err);
	str_release(&sql);
	return s;
}

void history_bind(sqlite3_stmt *s, int i, struct span x)
{
	sqlite3_bind_text64(s, i, x.p ? x.p : "", x.n, SQLITE_STATIC,
			    SQLITE_UTF8);
}

void history_column(sqlite3_stmt *s, int i, struct str *out)
{
	const unsigned char *text = sqlite3_column_text(s, i);

	str_reset(out);
	str_put(out, text ? (const char *)text : "",
		(size_t)sqlite3_column_bytes(s, i));
}

int history_finish(struct history *h, sqlite3_stmt *s, struct err *err)
{
	int rc = sqlite3_step(s), bad = 0;

	if (rc != SQLITE_DONE && rc != SQLITE_ROW)
		bad = history_fail(h, err);
	sqlite3_reset(s);
	return bad;
}

static int simple(struct history *h, const char *sql, struct err *err)
{
	sqlite3_stmt *s = history_prepare(h, sql, err);

	return s ? history_finish(h, s, err) : -1;
}

/* Steps to the first row: 1, 0 where there is none, -1. */
static int first_row(struct history *h, sqlite3_stmt *s, struct err *err)
{
	int rc = sqlite3_step(s);

	if (rc == SQLITE_ROW)
		return 1;
	rc = rc == SQLITE_DONE ? 0 : history_fail(h, err);
	sqlite3_reset(s);
	return rc;
}

int history_look_up(struct history *h, const char *sql, struct span url,
		    sqlite3_stmt **s, struct err *err)
{
	if (h->missing)
		return 0;
	*s = history_prepare(h, sql, err);
	if (!*s)
		return -1;
	history_bind(*s, 1, url);
	return first_row(h, *s, err);
}

/* Looks at the file in one transaction: another process may be making its
 * tables. While somebody writes, and only then, there is a write-ahead log, and
 * a reader can keep this view of the file for as long as it likes without being
 * in anybody's way. It is also much faster than a transaction per look-up. */
static int take_snapshot(struct history *h, struct err *err)
{
	sqlite3_stmt *s;
	bool wal = false;

	if (history_run(h, "BEGIN", err) || history_check(h, false, err))
		return -1;
	if (sqlite3_prepare_v2(h->db, "PRAGMA journal_mode", -1, &s, NULL))
		return history_fail(h, err);
	if (sqlite3_step(s) == SQLITE_ROW)
		wal = !strcmp((const char *)sqlite3_column_text(s, 0), "wal");
	sqlite3_finalize(s);
	return wal && !h->missing ? 0 : history_run(h, commit_sql, err);
}

/* A commit of the write-ahead log costs no wait for the disk: it survives
 * kill -9; a power failure may take the last few, no more. SQLite does not wait
 * for another process that is changing the mode, so this does. */
static int use_log(struct history *h, struct err *err)
{
	int64_t ignored;

	for (int i = 0; i < BUSY_MS / BUSY_STEP_MS; i++) {
		if (!history_number(h, "PRAGMA journal_mode = WAL", &ignored,
				    err))
			return history_run(h, "PRAGMA synchronous = NORMAL",
					   err);
		if ((sqlite3_errcode(h->db) & 0xff) != SQLITE_BUSY)
			break;
		usleep(BUSY_STEP_MS * 1000);
	}
	return -1;
}

static int open_db(struct history *h, bool write, struct err *err)
{
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
		return history_fail(h, err);
	sqlite3_busy_timeout(h->db, BUSY_MS);
	if (!write)
		return take_snapshot(h, err);
	if (use_log(h, err))
		return -1;
	h->write = true;
	/* Another process may be making the tables: look under the lock. */
	if (history_run(h, begin_sql, err))
		return -1;
	if (history_check(h, true, err))
		return -1;
	return history_run(h, commit_sql, err);
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
	for (int i = 0; i < h->nstmts; i++)
		sqlite3_finalize(h->stmts[i].stmt);
	/* The last one out leaves one plain file, fit for reading where nothing
	 * can be written. */
	if (h->write) {
		sqlite3_busy_timeout(h->db, 0);
		sqlite3_exec(h->db, "PRAGMA journal_mode = DELETE", NULL, NULL,
			     NULL);
	}
	sqlite3_close(h->db);
	free(h->path);
	free(h);
}

int history_begin(struct history *h, struct err *err)
{
	return simple(h, begin_sql, err);
}

int history_commit(struct history *h, struct err *err)
{
	return simple(h, commit_sql, err);
}

static int make_temp(struct history *h, struct err *err)
{
	if (h->temp)
		return 0;
	h->temp = true;
	return history_run(h,
			   "CREATE TEMP TABLE wanted(url TEXT PRIMARY KEY,"
			   " n INTEGER) WITHOUT ROWID; CREATE TEMP TABLE queue("
			   "n INTEGER PRIMARY KEY, url TEXT, request TEXT);",
			   err);
}

int history_want(struct history *h, const struct history_table *t,
		 struct span url, struct span request, struct err *err)
{
	sqlite3_stmt *s;

	if (++h->chunk >= CHUNK) {
		h->chunk = 0;
		if (history_commit(h, err) || history_begin(h, err))
			return -1;
	}
	if (make_temp(h, err) || !(s = history_prepare(h, want_sql, err)))
		return -1;
	history_bind(s, 1, url);
	sqlite3_bind_int64(s, 2, ++h->wants);
	if (history_finish(h, s, err) ||
	    !(s = prepare(h, t, t->follows ? FOLLOW : NEW, err)))
		return -1;
	history_bind(s, 1, url);
	history_bind(s, 2, request);
	sqlite3_bind_int64(s, 3, time(NULL));
	return history_finish(h, s, err);
}

int history_verify(struct history *h, struct err *err)
{
	sqlite3_stmt *s = NULL;
	const char *said;
	int rc = 0;

	if (h->missing)
		return 0;
	if (sqlite3_prepare_v2(h->db, "PRAGMA quick_check(1)", -1, &s, NULL) ||
	    sqlite3_step(s) != SQLITE_ROW) {
		rc = history_fail(h, err);
	} else {
		said = (const char *)sqlite3_column_text(s, 0);
		if (!said || strcmp(said, "ok") != 0)
			rc = err_set(err, ERR_DATA, "history",
				     "%s: damaged: %s; move it away: links are "
				     "asked for anew",
				     h->path, said ? said : "unreadable");
	}
	sqlite3_finalize(s);
	return rc;
}

int history_due(struct history *h, const struct history_table *t, bool all,
		int64_t now, int64_t max_age, uint64_t *count, struct err *err)
{
	sqlite3_stmt *s;

	*count = 0;
	if (h->missing)
		return 0;
	if (make_temp(h, err) || !(s = prepare(h, t, all ? DUE_ALL : DUE, err)))
		return -1;
	sqlite3_bind_int64(s, 1, max_age);
	sqlite3_bind_int64(s, 2, now);
	if (first_row(h, s, err) != 1)
		return -1;
	*count = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return 0;
}

int history_is_due(struct history *h, const struct history_table *t,
		   struct span url, struct span request, int64_t now,
		   int64_t max_age, struct err *err)
{
	sqlite3_stmt *s;
	int rc;

	if (h->missing)
		return HISTORY_NEW;
	if (!(s = prepare(h, t, DUE_ONE, err)))
		return -1;
	sqlite3_bind_int64(s, 1, max_age);
	sqlite3_bind_int64(s, 2, now);
	history_bind(s, 3, url);
	history_bind(s, 4, request);
	rc = first_row(h, s, err);
	if (rc < 0)
		return -1;
	if (!rc)
		return HISTORY_NEW;
	rc = !sqlite3_column_int(s, 0)  ? HISTORY_LATER
	     : sqlite3_column_int(s, 1) ? HISTORY_NEW
					: HISTORY_DUE;
	sqlite3_reset(s);
	return rc;
}

int history_queue(struct history *h, const struct history_table *t, int64_t now,
		  int64_t max_age, uint64_t *count, struct err *err)
{
	sqlite3_stmt *s;

	*count = 0;
	h->next = 0;
	if (make_temp(h, err) || simple(h, clear_sql, err) ||
	    !(s = prepare(h, t, QUEUE, err)))
		return -1;
	sqlite3_bind_int64(s, 1, max_age);
	sqlite3_bind_int64(s, 2, now);
	if (history_finish(h, s, err))
		return -1;
	*count = (uint64_t)sqlite3_changes64(h->db);
	return 0;
}

int history_next(struct history *h, struct str *url, struct str *request,
		 struct err *err)
{
	sqlite3_stmt *s = history_prepare(h, next_sql, err);
	int rc;

	if (!s)
		return -1;
	sqlite3_bind_int64(s, 1, ++h->next);
	rc = first_row(h, s, err);
	if (rc == 1) {
		history_column(s, 0, url);
		history_column(s, 1, request);
		sqlite3_reset(s);
	}
	return rc;
}
