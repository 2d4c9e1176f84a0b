/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What became of rows that are no record of their own: the lines of the files
 * of rejects and of merged rows (man ingest(1)).
 */
#ifndef MOODPIPE_LEDGER_H
#define MOODPIPE_LEDGER_H

#include "base/str.h"

struct ledger_entry {
	struct span id; /* absent: no such member */
	const char *file;
	uint64_t line;
	const char *reason; /* NULL: no such member */
	struct span raw;    /* any bytes; written as valid UTF-8 */
};

/* Replaces *out with {"id":..,"file":..,"line":..,"reason":..,"raw":..}, without
 * a newline. */
void ledger_line(const struct ledger_entry *e, struct str *out);

#endif
