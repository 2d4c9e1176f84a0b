/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file as the decoders see it: read-only, seekable, and rationed, so that no
 * file, however made, can make a decoder read for ever. When the ration of
 * bytes or calls is used up the file ends there.
 */
#ifndef MOODPIPE_BYTES_H
#define MOODPIPE_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

#define BYTES_RATION ((uint64_t)256 << 20)
#define BYTES_CALLS 4000000

struct bytes {
	int fd;
	uint64_t base, size; /* offset 0 is at base; bytes from there */
	uint64_t at;
	uint64_t read, calls; /* used of the ration */
};

/* A regular file; -1: ERR_RECORD, code "missing". */
int bytes_open(struct bytes *b, const char *path, struct err *err);
void bytes_close(struct bytes *b);
/* The regular file behind fd, which stays the caller's: no bytes_close. Its
 * position is neither used nor moved. -1 as above. */
int bytes_borrow(struct bytes *b, int fd, struct err *err);
/* As read(2) and lseek(2); -1 on failure. */
ssize_t bytes_read(struct bytes *b, void *p, size_t n);
int64_t bytes_seek(struct bytes *b, int64_t offset, int whence);
/* Reads up to n at `at` without moving; how many there were. */
size_t bytes_peek(struct bytes *b, uint64_t at, void *p, size_t n);
/* Moves the start behind ID3v2 tags. */
void bytes_skip_id3(struct bytes *b);

#endif
