/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Percent-encoding, RFC 3986 section 2.1. */
#ifndef MOODPIPE_PERCENT_H
#define MOODPIPE_PERCENT_H

#include "base/str.h"

/* Appends s with %XX decoded; what is no such escape, and %00, stays. */
void percent_decode(struct span s, struct str *out);
/* Appends s with each byte as %XX but letters, digits, "-._~" and those of
 * plain. */
void percent_encode(struct span s, const char *plain, struct str *out);

#endif
