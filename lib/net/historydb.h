/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of a history, for the modules of lib/net that keep a table in it
 * (historylink.c, historyfetch.c ...); everybody else uses history.h. A table
 * is data: its struct history_table goes into the list at the head of
 * historyschema.c, and is then made, migrated, wanted, counted and queued like the
 * other ones. Reading and writing its rows is its module's.
 *
 * Every table has the columns url (the key), request, seen_at (when the row was
 * made) and due_at, seconds since 1970; due_at is 0 for a row never asked.
 */
#ifndef MOODPIPE_HISTORYDB_H
#define MOODPIPE_HISTORYDB_H

#include <sqlite3.h>

#include "net/history.h"

#define HISTORY_STATEMENTS 48 /* prepared, of one history */

struct history_column {
	const char *name, *definition; /* "ext", "TEXT NOT NULL DEFAULT ''" */
};

struct history_table {
	const char *name; /* "links" */
	/* Its own columns, the last one has name NULL. Each needs a DEFAULT,
	 * which is what a new row has. A file that lacks a column (an older
	 * version's) gets it; where it is only read, it reads as the default.
	 * So new ones may be added at any time; none may change or go. */
	const struct history_column *columns;
	/* SQL: when row l is due; ?1 is max_age and must occur. */
	const char *due;
	/* SQL: nobody was asked about row l yet. */
	const char *unasked;
	/* history_want with another request changes the row's. */
	bool follows;
};

struct history_statement {
	const void *owner;
	int op;
	sqlite3_stmt *stmt;
};

struct history {
	sqlite3 *db;
	char *path;
	bool missing; /* read, and there is no file: no statement will do */
	bool write;
	bool temp; /* the temporary tables are there */
	struct history_statement stmts[HISTORY_STATEMENTS];
	int nstmts;
	int64_t wants, next;
	int chunk;
};

/* Fills err from SQLite's last error. Returns -1. */
int history_fail(struct history *h, struct err *err);

/* The prepared statement of that text, made at the first call; reset and
 * finish are the caller's or history_finish's. sql must be static: the address
 * is the key. NULL on error. */
sqlite3_stmt *history_prepare(struct history *h, const char *sql,
			      struct err *err);
void history_bind(sqlite3_stmt *s, int i, struct span text);
void history_column(sqlite3_stmt *s, int i, struct str *out); /* replaces */

/* Steps a statement without rows to its end and resets it: 0 or -1. */
int history_finish(struct history *h, sqlite3_stmt *s, struct err *err);

/* The row of url, by a text whose ?1 is url: 1 (*s to be reset after reading
 * it), 0 where there is none, or no file; -1. */
int history_look_up(struct history *h, const char *sql, struct span url,
		    sqlite3_stmt **s, struct err *err);

/* historyschema.c */

int history_run(struct history *h, const char *sql, struct err *err);
/* The first column of the one row of sql. */
int history_number(struct history *h, const char *sql, int64_t *value,
		   struct err *err);
/* The SQL of a column's default: "0", "''". */
const char *history_default(const struct history_column *c);
/* Checks that the open file is a history, or (write) empty; makes, or (read)
 * pretends, what it lacks. Sets h->missing where an empty one is read. */
int history_check(struct history *h, bool write, struct err *err);

#endif
