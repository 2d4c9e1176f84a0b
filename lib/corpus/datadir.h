/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the tables under data/ are: $MOODPIPE_DATA, else as built in. */
#ifndef MOODPIPE_DATADIR_H
#define MOODPIPE_DATADIR_H

#include "base/err.h"
#include "base/str.h"

/* Replaces *out with the path of data/NAME; returns its C string. */
const char *datadir_path(const char *name, struct str *out);

/* Reads data/NAME and parses it: parse(to, its text, its path). */
typedef int datadir_parse(void *to, struct span text, const char *path,
			  struct err *err);
int datadir_load(const char *name, datadir_parse *parse, void *to,
		 struct err *err);

#endif
