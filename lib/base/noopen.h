/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For programs that are workers (worker.h), to be included once: no library
 * gets to open a file by name, so that none is killed for trying in good faith.
 * libsndfile does: it looks for the Macintosh resource fork of what is in no
 * format it knows. These definitions, being the program's, are the ones that
 * libraries reach; the system calls themselves still kill.
 */
#ifndef MOODPIPE_NOOPEN_H
#define MOODPIPE_NOOPEN_H

#include <errno.h>
#include <fcntl.h>

int open(const char *path, int flags, ...)
{
	(void)path;
	(void)flags;
	errno = EACCES;
	return -1;
}

int open64(const char *path, int flags, ...)
{
	(void)path;
	(void)flags;
	errno = EACCES;
	return -1;
}

#endif
