/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The errand of fetch-audio: the beginning of a file into the store, a row
 * into the journal. A file is kept when it is of a known audio format and a
 * decoder can make sound of it. Where there is a page instead, up to
 * DOWNLOAD_TRIES of the addresses it names are tried (page.h), a feed among
 * them; for what remains a helper program may be asked (resolver.h). All
 * addresses go through the same checks.
 */
#ifndef MOODPIPE_DOWNLOAD_H
#define MOODPIPE_DOWNLOAD_H

#include "net/errand.h"
#include "net/quota.h"
#include "net/transfer.h"

#define DOWNLOAD_TRIES 3

struct download {
	struct transfer_options o; /* store: the directory, prepared */
	struct history *history;
	struct quota *quota;     /* or NULL */
	int64_t now, max_age;    /* seconds */
	const char *resolver;    /* command of the helper program, or NULL */
	double resolver_timeout; /* seconds for a question */
	/* Tries to decode an open file: 1 it is sound, 0 it is not, -1. */
	int (*decodes)(void *ctx, int fd, struct err *err);
	void *ctx;

	bool full;                /* the quota is used up */
	struct history_fetch row; /* scratch */
};

/* errand_run with e's callbacks, ctx, history and table set: everything that is
 * wanted and due; then the helper program about the wanted rows that ended at
 * a page, and what it has addresses for. e's figures are those of both. */
int download_run(struct download *d, struct errand *e, char **files, int nfiles,
		 void *want_ctx,
		 int (*want)(void *ctx, struct record *r, struct err *err),
		 struct err *err);
void download_release(struct download *d);

#endif
