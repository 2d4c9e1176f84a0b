/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TAG_ROUNDS 16 /* more is no file of music */

int bytes_open(struct bytes *b, const char *path, struct err *err)
{
	memset(b, 0, sizeof(*b));
	/* O_NONBLOCK: a fifo named by a record must not stop the tool. */
	b->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (b->fd < 0)
		return err_set(err, ERR_RECORD, "missing", "%s: %s", path,
			       strerror(errno));
	if (bytes_borrow(b, b->fd, err) != 0) {
		bytes_close(b);
		return err_prefix(err, "%s", path);
	}
	return 0;
}

int bytes_borrow(struct bytes *b, int fd, struct err *err)
{
	struct stat st;

	memset(b, 0, sizeof(*b));
	b->fd = fd;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return err_set(err, ERR_RECORD, "missing",
			       "not a regular file");
	b->size = (uint64_t)st.st_size;
	return 0;
}

void bytes_close(struct bytes *b)
{
	if (b->fd >= 0)
		close(b->fd);
	b->fd = -1;
}

static ssize_t read_at(struct bytes *b, uint64_t at, void *p, size_t n)
{
	ssize_t k;

	if (++b->calls > BYTES_CALLS || at >= b->size)
		return 0;
	if (n > b->size - at)
		n = (size_t)(b->size - at);
	if (n > BYTES_RATION - b->read)
		n = (size_t)(BYTES_RATION - b->read);
	do
		k = pread(b->fd, p, n, (off_t)(b->base + at));
	while (k < 0 && errno == EINTR);
	if (k > 0)
		b->read += (uint64_t)k;
	return k;
}

ssize_t bytes_read(struct bytes *b, void *p, size_t n)
{
	ssize_t k = read_at(b, b->at, p, n);

	if (k > 0)
		b->at += (uint64_t)k;
	return k;
}

int64_t bytes_seek(struct bytes *b, int64_t offset, int whence)
{
	int64_t from = whence == SEEK_CUR   ? (int64_t)b->at
		       : whence == SEEK_END ? (int64_t)b->size
					    : 0;
	int64_t to;

	if (++b->calls > BYTES_CALLS ||
	    __builtin_add_overflow(from, offset, &to) || to < 0)
		return -1;
	b->at = (uint64_t)to;
	return to;
}

size_t bytes_peek(struct bytes *b, uint64_t at, void *p, size_t n)
{
	size_t got = 0;

	while (got < n) {
		ssize_t k = read_at(b, at + got, (char *)p + got, n - got);

		if (k <= 0)
			break;
		got += (size_t)k;
	}
	return got;
}

void bytes_skip_id3(struct bytes *b)
{
	uint8_t h[10];

	for (int i = 0; i < TAG_ROUNDS; i++) {
		uint64_t n;

		if (bytes_peek(b, 0, h, 10) < 10 || memcmp(h, "ID3", 3))
			return;
		n = 10 +
		    ((uint64_t)(h[6] & 127) << 21 |
		     (uint64_t)(h[7] & 127) << 14 |
		     (uint64_t)(h[8] & 127) << 7 | (h[9] & 127)) +
		    (h[5] & 0x10 ? 10 : 0);
		if (n >= b->size)
			return;
		b->base += n;
		b->size -= n;
	}
}
