/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/encoderprecision.h"

static const char *const names[ENCODERPRECISIONS] = {
	[LINEAR_F32] = "f32", [LINEAR_BF16] = "bf16", [LINEAR_INT8] = "int8"
};

const char *encoderprecision_name(enum linear_precision p)
{
	return names[(int)p < ENCODERPRECISIONS ? p : LINEAR_F32];
}

int encoderprecision_parse(struct span name, enum linear_precision *p,
			   struct err *err)
{
	for (int i = 0; i < ENCODERPRECISIONS; i++)
		if (span_is(name, names[i])) {
			*p = (enum linear_precision)i;
			return 0;
		}
	return err_set(err, ERR_USAGE, "usage",
		       "--precision %.*s: f32, bf16 or int8", (int)name.n,
		       name.p);
}
