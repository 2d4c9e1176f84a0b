/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/datapath.h"

#include <stdlib.h>

const char *datapath(const char *name, struct str *out)
{
	const char *dir = getenv("MOODPIPE_DATA");

	if (!dir || !*dir)
		dir = MOODPIPE_DATA;
	str_reset(out);
	str_puts(out, dir);
	str_putc(out, '/');
	str_puts(out, name);
	return str_z(out);
}
