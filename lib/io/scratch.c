/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/scratch.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"

FILE *scratch_open(struct err *err)
{
	const char *dir = getenv("TMPDIR");
	struct str path = { 0 };
	FILE *f = NULL;
	int fd;

	str_printf(&path, "%s/moodpipe-XXXXXX", dir && *dir ? dir : "/tmp");
	fd = mkstemp(path.p);
	if (fd >= 0) {
		unlink(path.p);
		f = fdopen(fd, "w+");
	}
	if (!f) {
		err_errno(err,
			  "cannot create %s (set TMPDIR to a directory with "
			  "room)",
			  path.p);
		if (fd >= 0)
			close(fd);
	}
	str_release(&path);
	return f;
}
