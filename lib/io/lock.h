/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Advisory whole-file locks (flock), released by close or death. */
#ifndef MOODPIPE_LOCK_H
#define MOODPIPE_LOCK_H

#include "base/err.h"

/* Creates path where needed and locks it. Returns a descriptor to close, or -1
 * (ERR_ENV): with wait false, "held by another process" at once. */
int lock_take(const char *path, bool wait, struct err *err);

#endif
