/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which index a tool asks: --index, else $MOODPIPE_INDEX, else the demo's. */
#ifndef MOODPIPE_INDEXPATH_H
#define MOODPIPE_INDEXPATH_H

#include "base/str.h"

/* given (may be NULL) as it is; else the environment's; else
 * build/corpus/index beside the directory of the running program. Replaces
 * *out, returns its C string. */
const char *indexpath(const char *given, struct str *out);

#endif
