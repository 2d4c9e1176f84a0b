/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the tables under data/ are: $MOODPIPE_DATA, else as built in. */
#ifndef MOODPIPE_DATAPATH_H
#define MOODPIPE_DATAPATH_H

#include "base/str.h"

/* Replaces *out with the path of data/NAME; returns its C string. */
const char *datapath(const char *name, struct str *out);

#endif
