/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as an audio file with lyrics: what comes out is UTF-8. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "audio/lyricframe.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str lyrics = { 0 };
	struct bytes b;
	int fd = memfd_create("sound", 0);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size ||
	    bytes_borrow(&b, fd, NULL))
		abort();
	lyricframe_read(&b, &lyrics);
	if (!utf8_valid(span_str(&lyrics)))
		abort();
	str_release(&lyrics);
	close(fd);
	return 0;
}
