/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/historydb.h"

static const struct history_column columns[] = {
	{ "status", "TEXT NOT NULL DEFAULT 'not asked'" },
	{ "sha256", "TEXT NOT NULL DEFAULT ''" },
	{ "ext", "TEXT NOT NULL DEFAULT ''" },
	{ "bytes", "INTEGER NOT NULL DEFAULT 0" },
	{ "fetched_at", "INTEGER NOT NULL DEFAULT 0" },
	{ "failures", "INTEGER NOT NULL DEFAULT 0" },
	{ "addresses", "TEXT NOT NULL DEFAULT ''" },
	{ NULL, NULL },
};

/* A download's place changes when linkcheck finds a new one. */
const struct history_table history_fetches = {
	.name = "fetches",
	.columns = columns,
	.due = "(l.due_at + 0 * ?1)",
	.unasked = "l.fetched_at = 0",
	.follows = true,
};

static const char get_sql[] =
    "SELECT status, sha256, ext, bytes, fetched_at, due_at, failures,"
    " addresses FROM fetches WHERE url = ?1";
static const char put_sql[] =
    "UPDATE fetches SET status = ?2, sha256 = ?3, ext = ?4, bytes = ?5,"
    " fetched_at = ?6, due_at = ?7, failures = ?8, addresses = ?9"
    " WHERE url = ?1";
static const char expire_sql[] =
    "UPDATE fetches SET status = 'not asked', sha256 = '', ext = '',"
    " bytes = 0, due_at = 0, addresses = '' WHERE url = ?1";
static const char titles_sql[] =
    "CREATE TEMP TABLE IF NOT EXISTS titles(url TEXT PRIMARY KEY,"
    " title TEXT NOT NULL) WITHOUT ROWID";
static const char note_title_sql[] =
    "INSERT OR REPLACE INTO temp.titles(url, title) VALUES(?1, ?2)";
static const char get_title_sql[] =
    "SELECT title FROM temp.titles WHERE url = ?1";
static const char page_sql[] =
    "SELECT l.url, l.request FROM temp.wanted w JOIN fetches l"
    " ON l.url = w.url WHERE l.url > ?1 AND"
    " (l.status = 'no audio on the page' OR l.status LIKE 'page: %')"
    " ORDER BY l.url LIMIT 1";
static const char files_sql[] = "SELECT sha256, max(fetched_at) FROM fetches"
				" WHERE status = 'ok' GROUP BY sha256";
/* The index is the first eviction's. */
static const char index_sql[] =
    "CREATE INDEX IF NOT EXISTS fetches_sha256 ON fetches(sha256)";
static const char evict_sql[] = "UPDATE fetches SET status = 'evicted'"
				" WHERE sha256 = ?1 AND status = 'ok'";

void history_fetch_release(struct history_fetch *f)
{
	str_release(&f->status);
	str_release(&f->sha256);
	str_release(&f->ext);
	str_release(&f->addresses);
}

int history_get_fetch(struct history *h, struct span url,
		      struct history_fetch *f, struct err *err)
{
	sqlite3_stmt *s;
	int rc = history_look_up(h, get_sql, url, &s, err);

	if (rc != 1)
		return rc;
	history_column(s, 0, &f->status);
	history_column(s, 1, &f->sha256);
	history_column(s, 2, &f->ext);
	f->bytes = sqlite3_column_int64(s, 3);
	f->fetched_at = sqlite3_column_int64(s, 4);
	f->due_at = sqlite3_column_int64(s, 5);
	f->failures = sqlite3_column_int(s, 6);
	history_column(s, 7, &f->addresses);
	sqlite3_reset(s);
	return 1;
}

int history_put_fetch(struct history *h, struct span url,
		      const struct history_fetch *f, struct err *err)
{
	sqlite3_stmt *s = history_prepare(h, put_sql, err);

	if (!s)
		return -1;
	history_bind(s, 1, url);
	history_bind(s, 2, span_str(&f->status));
	history_bind(s, 3, span_str(&f->sha256));
	history_bind(s, 4, span_str(&f->ext));
	sqlite3_bind_int64(s, 5, f->bytes);
	sqlite3_bind_int64(s, 6, f->fetched_at);
	sqlite3_bind_int64(s, 7, f->due_at);
	sqlite3_bind_int(s, 8, f->failures);
	history_bind(s, 9, span_str(&f->addresses));
	return history_finish(h, s, err);
}

int history_expire(struct history *h, struct span url, struct err *err)
{
	sqlite3_stmt *s = history_prepare(h, expire_sql, err);

	if (!s)
		return -1;
	history_bind(s, 1, url);
	return history_finish(h, s, err);
}

int history_note_title(struct history *h, struct span url, struct span title,
		       struct err *err)
{
	sqlite3_stmt *s;

	if (history_run(h, titles_sql, err) ||
	    !(s = history_prepare(h, note_title_sql, err)))
		return -1;
	history_bind(s, 1, url);
	history_bind(s, 2, title);
	return history_finish(h, s, err);
}

int history_get_title(struct history *h, struct span url, struct str *title,
		      struct err *err)
{
	sqlite3_stmt *s;
	int rc;

	str_reset(title);
	if (history_run(h, titles_sql, err))
		return -1;
	rc = history_look_up(h, get_title_sql, url, &s, err);
	if (rc != 1)
		return rc;
	history_column(s, 0, title);
	sqlite3_reset(s);
	return 0;
}

int history_next_page(struct history *h, struct str *after, struct str *request,
		      struct err *err)
{
	sqlite3_stmt *s;
	int rc = history_look_up(h, page_sql, span_str(after), &s, err);

	if (rc != 1)
		return rc;
	history_column(s, 0, after);
	history_column(s, 1, request);
	sqlite3_reset(s);
	return 1;
}

int history_each_file(struct history *h, void *ctx,
		      void (*each)(void *ctx, struct span sha256,
				   int64_t fetched_at),
		      struct err *err)
{
	sqlite3_stmt *s = history_prepare(h, files_sql, err);
	struct str sha256 = { 0 };
	int rc;

	if (!s)
		return -1;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		history_column(s, 0, &sha256);
		each(ctx, span_str(&sha256), sqlite3_column_int64(s, 1));
	}
	rc = rc == SQLITE_DONE ? 0 : history_fail(h, err);
	sqlite3_reset(s);
	str_release(&sha256);
	return rc;
}

int history_evict(struct history *h, struct span sha256, struct err *err)
{
	sqlite3_stmt *s;

	if (history_run(h, index_sql, err) ||
	    !(s = history_prepare(h, evict_sql, err)))
		return -1;
	history_bind(s, 1, sha256);
	return history_finish(h, s, err);
}
