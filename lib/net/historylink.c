/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/historydb.h"

static const struct history_column columns[] = {
	{ "status", "TEXT NOT NULL DEFAULT 'UNKNOWN'" },
	{ "reason", "TEXT NOT NULL DEFAULT 'not asked'" },
	{ "final_url", "TEXT NOT NULL DEFAULT ''" },
	{ "http_code", "INTEGER NOT NULL DEFAULT 0" },
	{ "checked_at", "INTEGER NOT NULL DEFAULT 0" },
	{ "failures", "INTEGER NOT NULL DEFAULT 0" },
	{ "first_failure_at", "INTEGER NOT NULL DEFAULT 0" },
	{ NULL, NULL },
};

const struct history_table history_links = {
	.name = "links",
	.columns = columns,
	.due = "(CASE l.status WHEN 'UNKNOWN' THEN l.due_at"
	       " ELSE max(l.due_at, l.checked_at + ?1) END)",
	.unasked = "l.checked_at = 0",
};

static const char get_sql[] =
    "SELECT status, reason, final_url, http_code, checked_at, due_at,"
    " failures, first_failure_at FROM links WHERE url = ?1";
static const char put_sql[] =
    "UPDATE links SET status = ?2, reason = ?3, final_url = ?4,"
    " http_code = ?5, checked_at = ?6, due_at = ?7, failures = ?8,"
    " first_failure_at = ?9 WHERE url = ?1";

void history_link_release(struct history_link *l)
{
	str_release(&l->status);
	str_release(&l->reason);
	str_release(&l->final_url);
}

int history_get_link(struct history *h, struct span url, struct history_link *l,
		     struct err *err)
{
	sqlite3_stmt *s;
	int rc = history_look_up(h, get_sql, url, &s, err);

	if (rc != 1)
		return rc;
	history_column(s, 0, &l->status);
	history_column(s, 1, &l->reason);
	history_column(s, 2, &l->final_url);
	l->code = (long)sqlite3_column_int64(s, 3);
	l->checked_at = sqlite3_column_int64(s, 4);
	l->due_at = sqlite3_column_int64(s, 5);
	l->failures = sqlite3_column_int(s, 6);
	l->first_failure_at = sqlite3_column_int64(s, 7);
	sqlite3_reset(s);
	return 1;
}

int history_put_link(struct history *h, struct span url,
		     const struct history_link *l, struct err *err)
{
	sqlite3_stmt *s = history_prepare(h, put_sql, err);

	if (!s)
		return -1;
	history_bind(s, 1, url);
	history_bind(s, 2, span_str(&l->status));
	history_bind(s, 3, span_str(&l->reason));
	history_bind(s, 4, span_str(&l->final_url));
	sqlite3_bind_int64(s, 5, l->code);
	sqlite3_bind_int64(s, 6, l->checked_at);
	sqlite3_bind_int64(s, 7, l->due_at);
	sqlite3_bind_int(s, 8, l->failures);
	sqlite3_bind_int64(s, 9, l->first_failure_at);
	return history_finish(h, s, err);
}
