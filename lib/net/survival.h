/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many links live, by host and by the age of what they lead to: counts of
 * url_status over records, written as a table. Sums: the order of records, and
 * of the parts that threads count, does not matter.
 */
#ifndef MOODPIPE_SURVIVAL_H
#define MOODPIPE_SURVIVAL_H

#include "base/table.h"
#include "io/record.h"
#include "net/verdict.h"

struct survival { /* zeroed is empty and valid */
	struct table groups;
	struct survival_row *rows; /* [groups.count] */
	size_t cap;
	struct str key, text; /* scratch */
};
void survival_release(struct survival *s);

/* Counts an annotated record: its url_status and url_reason, the host of its
 * permalink_url, the year of its created_at. */
void survival_count(struct survival *s, const struct record *r);
void survival_merge(struct survival *s, const struct survival *part);

/* Appends tab-separated lines below one of names: by, key, links, the verdicts,
 * survival (VALID, MOVED and REQUIRES_AUTH of all that are not UNKNOWN, "-"
 * where there are none). By all, then by host and reason (most links first,
 * then by name), then by year. Hosts hold no user names or passwords. */
void survival_write(struct survival *s, struct str *out);

#endif
