/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packs of any kind, for those who only want to know whether they are whole. */
#ifndef MOODPIPE_PACKCHECK_H
#define MOODPIPE_PACKCHECK_H

#include <stdbool.h>

#include "base/err.h"

/* Does the file begin as a pack? */
bool packcheck_is(const char *path);
/* Reads all of it and checks every section (pack_verify). -1: ERR_ENV,
 * ERR_DATA. */
int packcheck(const char *path, struct err *err);

#endif
