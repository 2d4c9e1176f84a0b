/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/historydb.h"
#include "net/recovery.h"

#define VERSION 2
#define APPLICATION 0x6d6f6f64 /* "mood" */

static const struct history_table *const tables[] = {
	&history_links,
	&history_fetches,
	&history_recoveries,
};
enum { TABLES = sizeof(tables) / sizeof(tables[0]) };

static const struct history_column shared[] = {
	{ "url", "TEXT PRIMARY KEY" },
	{ "request", "TEXT NOT NULL DEFAULT ''" },
	{ "seen_at", "INTEGER NOT NULL DEFAULT 0" },
	{ "due_at", "INTEGER NOT NULL DEFAULT 0" },
	{ NULL, NULL },
};

const char *history_default(const struct history_column *c)
{
	return strstr(c->definition, "DEFAULT ") + 8;
}

int history_run(struct history *h, const char *sql, struct err *err)
{
	return sqlite3_exec(h->db, sql, NULL, NULL, NULL) ? history_fail(h, err)
							  : 0;
}

int history_number(struct history *h, const char *sql, int64_t *value,
		   struct err *err)
{
	sqlite3_stmt *s;
	int rc;

	if (sqlite3_prepare_v2(h->db, sql, -1, &s, NULL))
		return history_fail(h, err);
	rc = sqlite3_step(s);
	if (rc == SQLITE_ROW)
		*value = sqlite3_column_int64(s, 0);
	else
		history_fail(h, err);
	sqlite3_finalize(s);
	return rc == SQLITE_ROW ? 0 : -1;
}

/* How many columns of that name (NULL: any) table t has in the file. */
static int has(struct history *h, const struct history_table *t,
	       const char *column, int64_t *count, struct err *err)
{
	struct str sql = { 0 };
	int rc;

	str_printf(&sql, "SELECT count(*) FROM pragma_table_info('%s', 'main')",
		   t->name);
	if (column)
		str_printf(&sql, " WHERE name = '%s'", column);
	rc = history_number(h, str_z(&sql), count, err);
	str_release(&sql);
	return rc;
}

/* The table in full; read: a temporary, empty one, which hides none. */
static void create_text(const struct history_table *t, bool write,
			struct str *sql)
{
	str_printf(sql, "CREATE %sTABLE %s(", write ? "" : "TEMP ", t->name);
	for (const struct history_column *c = shared; c->name; c++)
		str_printf(sql, "%s %s, ", c->name, c->definition);
	for (const struct history_column *c = t->columns; c->name; c++)
		str_printf(sql, "%s %s%s", c->name, c->definition,
			   c[1].name ? ", " : ") WITHOUT ROWID;");
}

/* What an older file's table lacks: added, or, read, put before it by a view
 * that has the table's name and comes first. */
static int extend_text(struct history *h, const struct history_table *t,
		       bool write, struct str *sql, struct err *err)
{
	const struct history_column *lists[] = { shared, t->columns };
	struct str more = { 0 };
	int64_t there;
	int rc = 0;

	for (int i = 0; i < 2; i++)
		for (const struct history_column *c = lists[i]; c->name; c++) {
			rc = has(h, t, c->name, &there, err);
			if (rc || there)
				continue;
			if (write)
				str_printf(sql, "ALTER TABLE %s ADD %s %s;",
					   t->name, c->name, c->definition);
			else
				str_printf(&more, ", %s AS %s",
					   history_default(c), c->name);
		}
	if (more.n)
		str_printf(sql,
			   "CREATE TEMP VIEW %s AS SELECT *%s FROM main.%s;",
			   t->name, str_z(&more), t->name);
	str_release(&more);
	return rc;
}

static int bring_up(struct history *h, bool write, struct err *err)
{
	struct str sql = { 0 };
	int64_t there;
	int rc = 0;

	for (int i = 0; i < TABLES && !rc; i++) {
		rc = has(h, tables[i], NULL, &there, err);
		if (!rc && !there)
			create_text(tables[i], write, &sql);
		else if (!rc)
			rc = extend_text(h, tables[i], write, &sql, err);
	}
	if (write)
		str_printf(&sql,
			   "PRAGMA application_id = %d;"
			   "PRAGMA user_version = %d;",
			   APPLICATION, VERSION);
	if (!rc && sql.n)
		rc = history_run(h, str_z(&sql), err);
	str_release(&sql);
	return rc;
}

/* A new file is version 0 and has no tables. */
int history_check(struct history *h, bool write, struct err *err)
{
	int64_t app = 0, version = 0, things = 0;

	if (history_number(h, "PRAGMA application_id", &app, err) ||
	    history_number(h, "PRAGMA user_version", &version, err) ||
	    history_number(h, "SELECT count(*) FROM sqlite_master", &things,
			   err))
		return -1;
	if (!app && !version && !things && !write) {
		h->missing = true;
		return 0;
	}
	if ((app || version || things) &&
	    (app != APPLICATION || version < 1 || version > VERSION))
		return err_set(err, ERR_DATA, "history",
			       "%s: found version %lld, expected a link "
			       "history of version 1 to %d; move the file "
			       "away, the next refresh makes a new one",
			       h->path, (long long)version, VERSION);
	return bring_up(h, write, err);
}
