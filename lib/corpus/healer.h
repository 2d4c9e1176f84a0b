/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A record and all that is known for it: answers of catalogues in the history
 * (net/recovery.h), and namesakes (namesakes.h). Offline: the same record and
 * the same history give the same bytes.
 */
#ifndef MOODPIPE_HEALER_H
#define MOODPIPE_HEALER_H

#include "corpus/namesakes.h"
#include "net/history.h"

struct healer {
	struct versions versions;
	struct catalogues catalogues;
	struct namesakes near; /* or zeroed */
	const char *state;     /* path of the history, or NULL */
};
void healer_release(struct healer *h);

void *healer_scratch_new(struct healer *h); /* one per thread */
void healer_scratch_free(void *scratch);

/* Takes off what was added earlier and adds what is known now: the link of the
 * surest answer (of equals the first catalogue's), metadata and lyrics in the
 * order of catalogues, then of namesakes. An answer counts where it is to the
 * question that the record poses now, and at or above the threshold. */
int healer_apply(struct healer *h, void *scratch, struct record *r,
		 struct err *err);
/* Only takes off. Returns 0. */
int healer_undo(struct healer *h, void *scratch, struct record *r);

/* For stream_each: answers about each record are refused, or forgotten. */
struct healer_taking {
	struct healer *healer;
	struct history *history;
	bool forget;
	struct str text, url, key; /* scratch */
};
void healer_taking_release(struct healer_taking *t);
int healer_take_back(void *taking, struct record *r, struct err *err);

#endif
