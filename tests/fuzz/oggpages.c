/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as Ogg pages: the next stream lies behind this one, the FLAC file
 * inside is the same read in pieces and after going back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "audio/oggpages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t first[1 << 17], again[1 << 17];

static size_t read_through(struct oggflac *o, uint8_t *to, size_t piece)
{
	size_t n = 0;
	ssize_t k;

	while (n + piece <= sizeof(first) &&
	       (k = oggflac_read(o, to + n, piece)) > 0) {
		n += (size_t)k;
		if (oggflac_where(o) != n)
			abort();
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("pages", MFD_CLOEXEC);
	struct oggflac *o;
	struct bytes b;
	uint64_t next;
	size_t n;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size ||
	    bytes_borrow(&b, fd, NULL))
		abort();
	next = oggpages_next_stream(&b);
	if (next >= size && next)
		abort();
	(void)oggpages_cut(&b);
	if (oggpages_flac(&b) && (o = oggflac_new(&b))) {
		n = read_through(o, first, 4096);
		if (oggflac_seek(o, 0, SEEK_SET) != 0 ||
		    read_through(o, again, 37) < (n > 64 ? n - 64 : 0) ||
		    memcmp(first, again, n > 64 ? n - 64 : 0) != 0)
			abort();
		oggflac_free(o);
	}
	close(fd);
	return 0;
}
