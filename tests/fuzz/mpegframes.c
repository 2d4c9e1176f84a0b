/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as MPEG audio: frames lie in the file, in order, and are counted;
 * walked again they are the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "audio/mpegframes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t walk(struct bytes *b, const uint8_t *data, size_t size)
{
	struct mpegframes *m = mpegframes_new(b);
	const uint8_t *frame;
	uint64_t count = 0, sum = 0;
	size_t n;

	while ((n = mpegframes_next(m, &frame)) > 0) {
		if (n > size || m->at > size ||
		    memcmp(frame, data + m->at - n, n) != 0)
			abort();
		count++;
		sum += n;
	}
	if (count != m->frames || sum != m->length || sum + m->lost > size)
		abort();
	free(m);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("frames", MFD_CLOEXEC);
	struct bytes b;
	bool free_format;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size ||
	    bytes_borrow(&b, fd, NULL))
		abort();
	if (mpegframes_find(&b, &free_format) && !free_format &&
	    walk(&b, data, size) != walk(&b, data, size))
		abort();
	close(fd);
	return 0;
}
