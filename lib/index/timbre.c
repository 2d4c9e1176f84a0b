/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/timbre.h"

static const char *const names[TIMBRE_AXES][2] = {
	[TIMBRE_BRIGHT] = { "dark", "bright" },
	[TIMBRE_DENSE] = { "sparse", "dense" },
	[TIMBRE_AGGRESSIVE] = { "smooth", "aggressive" },
	[TIMBRE_WARM] = { "cold", "warm" },
	[TIMBRE_BUSY] = { "calm", "busy" },
};

const char *timbre_low(enum timbre_axis axis)
{
	return names[axis][0];
}

const char *timbre_high(enum timbre_axis axis)
{
	return names[axis][1];
}
