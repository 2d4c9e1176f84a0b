/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How exactly an encoder computes, by name: f32, bf16, int8 (math/linear.h). */
#ifndef MOODPIPE_ENCODERPRECISION_H
#define MOODPIPE_ENCODERPRECISION_H

#include "base/err.h"
#include "base/str.h"
#include "math/linear.h"

enum { ENCODERPRECISIONS = LINEAR_INT8 + 1 };

const char *encoderprecision_name(enum linear_precision p);
/* -1, ERR_USAGE: no such name. */
int encoderprecision_parse(struct span name, enum linear_precision *p,
			   struct err *err);

#endif
