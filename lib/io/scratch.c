/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/scratch.h"

#include <stdlib.h>
#include <sys/mman.h>
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

void *scratch_map(FILE *f, size_t n, struct err *err)
{
	void *p;

	if (!n)
		return NULL;
	p = fflush(f) ? MAP_FAILED
		      : mmap(NULL, n, PROT_READ, MAP_SHARED, fileno(f), 0);
	if (p != MAP_FAILED)
		return p;
	err_errno(err, "cannot read temporary data back; is $TMPDIR full?");
	return NULL;
}
