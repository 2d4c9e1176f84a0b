/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/recovery.h"

#include "net/historydb.h"

static const struct history_column columns[] = {
	{ "answer", "TEXT NOT NULL DEFAULT 'not asked'" },
	{ "found", "TEXT NOT NULL DEFAULT ''" },
	{ "reason", "TEXT NOT NULL DEFAULT ''" },
	{ "asked", "TEXT NOT NULL DEFAULT ''" },
	{ "asked_at", "INTEGER NOT NULL DEFAULT 0" },
	{ "failures", "INTEGER NOT NULL DEFAULT 0" },
	{ NULL, NULL },
};

const struct history_table history_recoveries = {
	.name = "recoveries",
	.columns = columns,
	.due = "(CASE WHEN l.answer <> 'refused' AND l.asked <> l.request"
	       " THEN 0 * ?1 ELSE l.due_at END)",
	.unasked = "l.asked_at = 0",
	.follows = true,
};

static const char get_sql[] =
    "SELECT answer, found, reason, asked, request, asked_at, due_at, failures"
    " FROM recoveries WHERE url = ?1";
static const char put_sql[] =
    "UPDATE recoveries SET answer = ?2, found = ?3, reason = ?4, asked = ?5,"
    " asked_at = ?6, due_at = ?7, failures = ?8 WHERE url = ?1";
static const char refuse_sql[] =
    "UPDATE recoveries SET answer = 'refused', found = '', due_at = ?2"
    " WHERE url = ?1 AND answer = 'found'";
static const char forget_sql[] = "DELETE FROM recoveries WHERE url = ?1";

void recovery_release(struct recovery *r)
{
	str_release(&r->answer);
	str_release(&r->found);
	str_release(&r->reason);
	str_release(&r->asked);
	str_release(&r->request);
}

void recovery_key(struct span catalogue, struct span url, struct str *key)
{
	str_reset(key);
	str_span(key, catalogue);
	str_putc(key, ' ');
	str_span(key, url);
}

struct span recovery_catalogue(struct span key)
{
	const char *blank = key.n ? memchr(key.p, ' ', key.n) : NULL;

	key.n = blank ? (size_t)(blank - key.p) : 0;
	return key;
}

int recovery_get(struct history *h, struct span key, struct recovery *r,
		 struct err *err)
{
	sqlite3_stmt *s;
	int rc = history_look_up(h, get_sql, key, &s, err);

	if (rc != 1)
		return rc;
	history_column(s, 0, &r->answer);
	history_column(s, 1, &r->found);
	history_column(s, 2, &r->reason);
	history_column(s, 3, &r->asked);
	history_column(s, 4, &r->request);
	r->asked_at = sqlite3_column_int64(s, 5);
	r->due_at = sqlite3_column_int64(s, 6);
	r->failures = sqlite3_column_int(s, 7);
	sqlite3_reset(s);
	return 1;
}

int recovery_put(struct history *h, struct span key, const struct recovery *r,
		 struct err *err)
{
	sqlite3_stmt *s = history_prepare(h, put_sql, err);

	if (!s)
		return -1;
	history_bind(s, 1, key);
	history_bind(s, 2, span_str(&r->answer));
	history_bind(s, 3, span_str(&r->found));
	history_bind(s, 4, span_str(&r->reason));
	history_bind(s, 5, span_str(&r->asked));
	sqlite3_bind_int64(s, 6, r->asked_at);
	sqlite3_bind_int64(s, 7, r->due_at);
	sqlite3_bind_int(s, 8, r->failures);
	return history_finish(h, s, err);
}

int recovery_refuse(struct history *h, struct span key, struct err *err)
{
	sqlite3_stmt *s = history_prepare(h, refuse_sql, err);

	if (!s)
		return -1;
	history_bind(s, 1, key);
	sqlite3_bind_int64(s, 2, HISTORY_NEVER);
	return history_finish(h, s, err);
}

int recovery_forget(struct history *h, struct span key, struct err *err)
{
	sqlite3_stmt *s = history_prepare(h, forget_sql, err);

	if (!s)
		return -1;
	history_bind(s, 1, key);
	return history_finish(h, s, err);
}
