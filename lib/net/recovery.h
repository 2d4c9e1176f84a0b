/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What catalogues answered, and when: the table recoveries of a history, one
 * row per catalogue and link. Its key (url) is the catalogue's name, a blank
 * and the link's canonical URL; its request is the question as it now stands.
 * Where that is no longer what was asked, the row is due at once and its
 * answer does not count.
 */
#ifndef MOODPIPE_RECOVERY_H
#define MOODPIPE_RECOVERY_H

#include "net/history.h"

extern const struct history_table history_recoveries;
#define HISTORY_RECOVERIES (&history_recoveries)

struct recovery {           /* zeroed before first use, then reused */
	struct str answer;  /* "found", "none", "failed", "refused"
			       (somebody took it back), "not asked" */
	struct str found;   /* of "found": JSON, the caller's; else empty */
	struct str reason;  /* of "failed": "http 503" */
	struct str asked;   /* the question that was answered */
	struct str request; /* the question as it stands; read only */
	int64_t asked_at, due_at; /* seconds since 1970 */
	int failures;             /* in a row */
};
void recovery_release(struct recovery *r);

/* Replaces *key. */
void recovery_key(struct span catalogue, struct span url, struct str *key);
/* The catalogue's name in a key. */
struct span recovery_catalogue(struct span key);

/* 1, 0 where there is no such row, -1. */
int recovery_get(struct history *h, struct span key, struct recovery *r,
		 struct err *err);
int recovery_put(struct history *h, struct span key, const struct recovery *r,
		 struct err *err);
/* Takes an answer back: the row stays, is never asked again, and counts for
 * nothing. */
int recovery_refuse(struct history *h, struct span key, struct err *err);
/* The row goes: the catalogue is asked anew when somebody wants it. */
int recovery_forget(struct history *h, struct span key, struct err *err);

#endif
