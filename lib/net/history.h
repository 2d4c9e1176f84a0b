/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the network said, and when: an SQLite file with a table of links, one of
 * downloads and so on (historydb.h), each with a row per canonical URL. The
 * only mutable file of a corpus. Several processes may use it; transactions are
 * short; what was committed survives kill -9. A file of an older version is
 * brought up to date when it is opened to be written, and can be read as it is.
 *
 * A row that was seen but never asked has checked_at (fetched_at) 0. An UNKNOWN
 * link and a download are due at due_at; another link max_age after checked_at,
 * and not before due_at. A finished download has due_at HISTORY_NEVER.
 */
#ifndef MOODPIPE_HISTORY_H
#define MOODPIPE_HISTORY_H

#include "base/err.h"
#include "base/str.h"

#define HISTORY_NEVER INT64_MAX

struct history;
struct history_table;

extern const struct history_table history_links, history_fetches;
#define HISTORY_LINKS (&history_links)
#define HISTORY_FETCHES (&history_fetches)

struct history_link {               /* zeroed before first use, then reused */
	struct str status, reason;  /* "VALID", "http 200" */
	struct str final_url;       /* of MOVED, else empty */
	long code;                  /* last HTTP status, or 0 */
	int64_t checked_at, due_at; /* seconds since 1970 */
	int failures;               /* in a row */
	int64_t first_failure_at;   /* the first of them, 0: none */
};
void history_link_release(struct history_link *l);

struct history_fetch {
	struct str status;      /* "ok", "http 404" */
	struct str sha256, ext; /* of "ok", else empty */
	int64_t bytes, fetched_at, due_at;
	int failures;
	struct str addresses; /* a resolver's, in lines, still to be asked */
};
void history_fetch_release(struct history_fetch *f);

/* write: creates the file and its folder where there are none. Otherwise the
 * file is only read; one that does not exist reads as empty. ERR_DATA: not a
 * history, or of a newer version. */
struct history *history_open(const char *path, bool write, struct err *err);
void history_close(struct history *h);
/* Reads all of it. -1: ERR_DATA, it is damaged; ERR_ENV. */
int history_verify(struct history *h, struct err *err);

/* A row of that canonical URL: 1, 0 where there is none, -1. */
int history_get_link(struct history *h, struct span url, struct history_link *l,
		     struct err *err);
int history_get_fetch(struct history *h, struct span url,
		      struct history_fetch *f, struct err *err);

int history_begin(struct history *h, struct err *err);
int history_commit(struct history *h, struct err *err);

/* Notes that this run wants url, to be asked for as `request`; makes a row
 * where there is none. Many calls in one transaction; commits now and then. */
int history_want(struct history *h, const struct history_table *t,
		 struct span url, struct span request, struct err *err);
/* Makes a download due at once (its file is gone). */
int history_expire(struct history *h, struct span url, struct err *err);
/* Keeps a wanted row's title for as long as h is open; replaces *title with it
 * (empty where there is none). */
int history_note_title(struct history *h, struct span url, struct span title,
		       struct err *err);
int history_get_title(struct history *h, struct span url, struct str *title,
		      struct err *err);
/* One of the wanted downloads that ended at a page ("no audio on the page",
 * "page: ..."), behind `after` (empty: any): 1, 0 where there is none, -1. */
int history_next_page(struct history *h, struct str *after, struct str *request,
		      struct err *err);
/* Every file that was fetched, and when last. */
int history_each_file(struct history *h, void *ctx,
		      void (*each)(void *ctx, struct span sha256,
				   int64_t fetched_at),
		      struct err *err);
/* Marks the file's downloads as "evicted": their rows stay. */
int history_evict(struct history *h, struct span sha256, struct err *err);

/* How many rows are due: of those wanted, or (all) of the table. */
int history_due(struct history *h, const struct history_table *t, bool all,
		int64_t now, int64_t max_age, uint64_t *count, struct err *err);
/* Whether a row would be, wanted now as `request`, without noting it; NEW: due,
 * and nobody was asked yet. -1. */
enum history_state { HISTORY_LATER, HISTORY_DUE, HISTORY_NEW };
int history_is_due(struct history *h, const struct history_table *t,
		   struct span url, struct span request, int64_t now,
		   int64_t max_age, struct err *err);
/* Lines up the wanted rows that are due: those first that have waited longest
 * since they were due, or, never asked, since they were first seen; then in
 * order of wanting. *count of them. history_next takes them: 1, 0 at the end,
 * -1. */
int history_queue(struct history *h, const struct history_table *t, int64_t now,
		  int64_t max_age, uint64_t *count, struct err *err);
int history_next(struct history *h, struct str *url, struct str *request,
		 struct err *err);

int history_put_link(struct history *h, struct span url,
		     const struct history_link *l, struct err *err);
int history_put_fetch(struct history *h, struct span url,
		      const struct history_fetch *f, struct err *err);

#endif
