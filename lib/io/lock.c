/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

int lock_take(const char *path, bool wait, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	int rc;

	if (fd < 0)
		return err_errno(err, "cannot open lock %s", path);
	do
		rc = flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB);
	while (rc && errno == EINTR);
	if (!rc)
		return fd;
	if (errno == EWOULDBLOCK)
		err_set(err, ERR_ENV, "locked",
			"%s is held by another process; try again when it "
			"has ended",
			path);
	else
		err_errno(err, "cannot lock %s", path);
	close(fd);
	return -1;
}
