/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The files that ingest(1) writes: records, rejected rows, merged rows; all of
 * them whole or not at all.
 */
#ifndef MOODPIPE_LEDGERS_H
#define MOODPIPE_LEDGERS_H

#include "corpus/ledger.h"
#include "io/atomic.h"

struct ledgers { /* zeroed: nothing is open */
	struct atomic *records, *rejects, *merged;
	struct str line, block;
};

/* Paths as of atomic_open; rejects and merged may be NULL: no such file.
 * ERR_USAGE: two are one file. */
int ledgers_open(struct ledgers *l, const char *records, const char *rejects,
		 const char *merged, struct err *err);
int ledgers_record(struct ledgers *l, struct span record, struct err *err);
/* a: l->rejects or l->merged; NULL: nothing is written. */
int ledgers_note(struct ledgers *l, struct atomic *a,
		 const struct ledger_entry *e, struct err *err);
int ledgers_commit(struct ledgers *l, struct err *err);
/* What is not committed goes. */
void ledgers_release(struct ledgers *l);

#endif
