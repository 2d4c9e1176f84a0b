/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asking catalogues (catalogue.h) about records: one engine (net/http.h) per
 * catalogue with its rate and user agent, all in one thread; answers are
 * judged (match.h) as they come and go into the history (net/recovery.h).
 */
#ifndef MOODPIPE_HEALING_H
#define MOODPIPE_HEALING_H

#include "corpus/catalogue.h"
#include "corpus/healed.h"
#include "net/duecount.h"
#include "net/errand.h"

struct healing {
	const struct errand_options *o;
	const struct options *options; /* for progress */
	const struct versions *versions;
	const struct catalogues *catalogues;
	uint64_t able;   /* bits of the catalogues that may be asked, */
	uint64_t missed; /* and of those that would be, if they were able */
	struct catalogue_keys keys;
	struct history *history;
	int64_t now;    /* seconds since 1970 */
	bool living;    /* metadata for records that are not DEAD, too */
	unsigned kinds; /* to ask for: 1 << enum catalogue_kind */

	struct duecount *plan; /* counts what would be asked, or NULL */

	uint64_t asked, found, left, requests; /* after healing_ask */

	struct healed_facts facts; /* scratch of healing_want */
	struct str text, url, key, question;
	struct match_name *name;
};
void healing_release(struct healing *h);

/* Replaces *out with the question about a record: what is asked, and compared
 * with the answers. */
void healing_question(const struct healed_facts *f, struct str *out);

/* Notes what is to be asked about the records of the files; then, unless
 * o->due, asks what is due until the budget is used up. With plan the history
 * is read only: the questions are counted by catalogue, and that is all. */
int healing_run(struct healing *h, char **files, int nfiles, struct err *err);

#endif
