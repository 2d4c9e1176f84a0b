/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One sound file as ingest makes it a row of its folder: source.h. */
#ifndef MOODPIPE_SOURCEALONE_H
#define MOODPIPE_SOURCEALONE_H

#include "audio/listener.h"
#include "corpus/identity.h"

/* Appends the row's members ("title":"x","artist":"y") and makes its id; tags
 * are heard with l. -1: ERR_RECORD "missing", the message says why it cannot be
 * used, and does not name the path; ERR_ENV, ERR_DATA: tables, workers. */
int sourcealone_read(const char *path, struct listener *l, struct str *members,
		     char id[IDENTITY_SIZE], struct err *err);

#endif
