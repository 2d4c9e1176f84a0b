/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Checked numbers from text. All return 0, or -1 when the span is not wholly
 * such a number or out of range; *out is then untouched. Locale-free.
 */
#ifndef MOODPIPE_NUM_H
#define MOODPIPE_NUM_H

#include "base/str.h"

int num_u64(struct span s, uint64_t *out);
int num_i64(struct span s, int64_t *out);
int num_int(struct span s, int lo, int hi, int *out); /* lo <= v <= hi */
int num_double(struct span s, double *out); /* finite; JSON or CSV notation */
int num_size(struct span s, size_t *out);   /* 512, 64K, 1.5G, 2T: bytes */
/* YYYY-MM-DD[...] or YYYY/MM/DD: days since 1970-01-01 (may be negative). */
int num_date(struct span s, int64_t *days);

/* a * b + c into *out; -1 on overflow. */
int num_muladd(size_t a, size_t b, size_t c, size_t *out);

#endif
